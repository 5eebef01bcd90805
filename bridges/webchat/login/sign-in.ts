/** Signing in elsewhere: out to Steam or Discord, and back. Whoever comes back has to be the one who went. */
import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '../../../src/clock.ts';
import type { Author } from '../../../src/event.ts';
import { Recent } from '../../../src/recent.ts';
import type { WebChatConfig } from '../config.ts';
import { DISCORD, type DiscordEndpoints, DiscordSignIn } from './discord.ts';
import { SignInError } from './outgoing.ts';
import { STEAM, type SteamEndpoints, SteamSignIn } from './steam.ts';

/** Where Steam and Discord answer. */
export interface Endpoints {
  readonly steam: SteamEndpoints;
  readonly discord: DiscordEndpoints;
}

export const ENDPOINTS: Endpoints = { steam: STEAM, discord: DISCORD };

export type Service = 'steam' | 'discord';

/** Somebody who is on their way. */
interface Journey {
  readonly service: Service;
  readonly returnTo: string;
  readonly verifier: string;
  readonly until: number;
}

/** So many may be on their way, for so long, in seconds. */
const MAX_JOURNEYS = 1_000;
export const JOURNEY_SECONDS = 600;

/** The services that are configured. */
export class SignIn {
  readonly #clock: Clock;
  readonly #steam: SteamSignIn | undefined;
  readonly #discord: DiscordSignIn | undefined;
  /** By the hash of their state. */
  readonly #journeys = new Recent<string, Journey | undefined>(MAX_JOURNEYS);

  constructor({ steam, discord }: WebChatConfig, clock: Clock, endpoints: Endpoints) {
    this.#clock = clock;
    this.#steam = steam && new SteamSignIn(steam.api_key, clock, endpoints.steam);
    this.#discord = discord && new DiscordSignIn(discord, clock, endpoints.discord);
  }

  /** The services that there are. */
  get services(): readonly Service[] {
    return [...(this.#steam ? ['steam' as const] : []), ...(this.#discord ? ['discord' as const] : [])];
  }

  /**
   * Somebody sets out.
   * @param home the address of the page, with a `/` at its end
   * @returns where they go, and the state that their browser keeps; undefined when the service is not configured
   */
  start(service: Service, home: string): { readonly url: string; readonly state: string } | undefined {
    const state = randomBytes(32).toString('base64url');
    const verifier = randomBytes(32).toString('base64url');
    const way = `${home}login/${service}/return`;
    // OpenID has no state of its own.
    const returnTo = service === 'steam' ? `${way}?state=${state}` : way;
    const url = service === 'steam' ? this.#steam?.start(returnTo, home) : this.#discord?.start(returnTo, state, verifier);
    if (url === undefined) return undefined;
    const until = this.#clock.now() + JOURNEY_SECONDS * 1_000;
    this.#journeys.set(hashOf(state), { service, returnTo, verifier, until });
    return { url, state };
  }

  /**
   * Somebody came back.
   * @param state what their browser kept
   * @throws {SignInError} when it is not certain who that is
   */
  async finish(service: Service, answer: URLSearchParams, state: string | undefined): Promise<Author> {
    const key = hashOf(state ?? '');
    const journey = this.#journeys.get(key);
    // It holds once.
    this.#journeys.set(key, undefined);
    if (journey?.service !== service || journey.until < this.#clock.now() || answer.get('state') !== state)
      throw new SignInError('That took too long, or was begun in another browser. Try again.');
    const { returnTo, verifier } = journey;
    const author =
      service === 'steam' ? this.#steam?.finish(answer, returnTo) : this.#discord?.finish(answer, returnTo, verifier);
    if (!author) throw new SignInError('This sign-in is switched off.');
    return author;
  }
}

function hashOf(state: string): string {
  return createHash('sha256').update(state).digest('base64url');
}
