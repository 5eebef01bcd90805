/** Sign-in with Steam: OpenID 2.0. https://openid.net/specs/openid-authentication-2_0.html and https://partner.steamgames.com/doc/features/auth#website */
import { z } from 'zod';
import type { Clock } from '../../../src/clock.ts';
import type { Author } from '../../../src/event.ts';
import { Recent } from '../../../src/recent.ts';
import { ask, readJson, SignInError } from './outgoing.ts';

/** Where Steam answers. */
export interface SteamEndpoints {
  readonly openid: string;
  readonly api: string;
}

export const STEAM: SteamEndpoints = { openid: 'https://steamcommunity.com/openid/login', api: 'https://api.steampowered.com' };

const NS = 'http://specs.openid.net/auth/2.0';
const SELECT = `${NS}/identifier_select`;
/** Whatever the endpoint: that is how Steam names its users. */
const CLAIMED = /^https:\/\/steamcommunity\.com\/openid\/id\/(7656119\d{10})$/;
/** An answer holds for so long, in milliseconds, and once. */
const FRESH = 5 * 60_000;
const MAX_NONCES = 10_000;
/** What Steam has to have signed: without it, somebody could put in another one's id. */
const SIGNED = ['op_endpoint', 'claimed_id', 'identity', 'return_to', 'response_nonce'];

/** How OpenID names what it sends, without the prefix. */
const FIELD = /^openid\.[a-z]+(?:_[a-z]+)*$/;

const summaries = z.object({
  response: z.object({
    players: z.array(z.object({ steamid: z.string(), personaname: z.string(), avatarfull: z.string().optional() })).max(1),
  }),
});

/** Signs people in with Steam. */
export class SteamSignIn {
  readonly #apiKey: string;
  readonly #clock: Clock;
  readonly #endpoints: SteamEndpoints;
  readonly #nonces = new Recent<string, true>(MAX_NONCES);

  constructor(apiKey: string, clock: Clock, endpoints: SteamEndpoints) {
    this.#apiKey = apiKey;
    this.#clock = clock;
    this.#endpoints = endpoints;
  }

  /** Where somebody is sent to sign in. @param returnTo where they come back to @param realm whom they are told to trust */
  start(returnTo: string, realm: string): string {
    const url = new URL(this.#endpoints.openid);
    const asked = { ns: NS, mode: 'checkid_setup', return_to: returnTo, realm, identity: SELECT, claimed_id: SELECT };
    for (const [key, value] of Object.entries(asked)) url.searchParams.set(`openid.${key}`, value);
    return url.href;
  }

  /**
   * Who came back.
   * @param returnTo the same as before
   * @throws {SignInError} when it is not certain who that is
   */
  async finish(answer: URLSearchParams, returnTo: string): Promise<Author> {
    const told = (key: string) => answer.get(`openid.${key}`) ?? '';
    if (told('mode') === 'cancel') throw new SignInError('You did not sign in with Steam.');
    const steamId = CLAIMED.exec(told('claimed_id'))?.[1];
    const signed = told('signed').split(',');
    const isSound =
      isClear(answer) &&
      told('ns') === NS &&
      told('mode') === 'id_res' &&
      told('op_endpoint') === this.#endpoints.openid &&
      told('identity') === told('claimed_id') &&
      told('return_to') === returnTo &&
      SIGNED.every((key) => signed.includes(key)) &&
      this.#isFresh(told('response_nonce'));
    if (steamId === undefined || !isSound) throw new SignInError('What came from Steam was not in order. Try again.');
    await this.#check(answer);
    return this.#profile(steamId);
  }

  /** https://openid.net/specs/openid-authentication-2_0.html#positive_assertions, `response_nonce` */
  #isFresh(nonce: string): boolean {
    const at = Date.parse(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/.exec(nonce)?.[0] ?? '');
    if (Number.isNaN(at) || Math.abs(this.#clock.now() - at) > FRESH || this.#nonces.has(nonce)) return false;
    this.#nonces.set(nonce, true);
    return true;
  }

  /** Asks Steam whether it said so. @see https://openid.net/specs/openid-authentication-2_0.html#verifying_signatures */
  async #check(answer: URLSearchParams): Promise<void> {
    const body = new URLSearchParams([...answer].filter(([key]) => key.startsWith('openid.')));
    body.set('openid.mode', 'check_authentication');
    const text = await ask('Steam', this.#clock, this.#endpoints.openid, { method: 'POST', body });
    if (!/^is_valid:true$/m.test(text)) throw new SignInError('Steam says that this sign-in is not valid. Try again.');
  }

  async #profile(steamId: string): Promise<Author> {
    const text = await ask('Steam', this.#clock, `${this.#endpoints.api}/ISteamUser/GetPlayerSummaries/v2/?steamids=${steamId}`, {
      headers: { 'x-webapi-key': this.#apiKey, accept: 'application/json' },
    });
    const player = readJson('Steam', text, summaries).response.players.find(({ steamid }) => steamid === steamId);
    if (!player) throw new SignInError('Steam does not know this account.');
    const { personaname: name, avatarfull: avatar } = player;
    return {
      id: `steam:${steamId}`,
      name,
      link: `https://steamcommunity.com/profiles/${steamId}`,
      ...(avatar && { avatar }),
    };
  }
}

/** Whether each field is there once, by its own name: of two, we could read one, and Steam stand by the other. */
function isClear(answer: URLSearchParams): boolean {
  const keys = [...answer.keys()].filter((key) => key !== 'state');
  return new Set(keys).size === keys.length && keys.every((key) => FIELD.test(key));
}
