/** Pictures of Steam users. */
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Memory } from '../adapter.ts';
import type { Clock } from '../clock.ts';
import { Recent } from '../recent.ts';

/** What is needed to ask Steam. */
export interface SteamOptions {
  readonly apiKey: string;
  /** Where Steam answers; its own address by default. */
  readonly url?: string;
  /** Keeps what was learnt over a restart. */
  readonly memory: Memory;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What is known of a user, until when, in milliseconds since the epoch. */
interface Known {
  /** Empty for one who has no picture. */
  readonly url: string;
  readonly until: number;
}

/** Individual accounts of the public universe. https://developer.valvesoftware.com/wiki/SteamID */
const STEAM_ID = /^7656119\d{10}$/;
/** Steam takes so many ids at once. https://developer.valvesoftware.com/wiki/Steam_Web_API#GetPlayerSummaries_.28v0002.29 */
const BATCH = 100;
/** So many users are known, and so many wait to be asked for. */
const MAX_KNOWN = 1_000;
const MAX_WAITING = 1_000;
const LIFETIME = 24 * 3_600_000;
/** How long others may join a request, how long the next one waits, and how long Steam may take, in milliseconds. */
const GATHERING = 50;
const PACE = 1_000;
const TIMEOUT = 3_000;
/** 100 answers take about 90 kB. */
const MAX_ANSWER = 512_000;
/** The pauses after a failure, in milliseconds: the first one, and the longest. */
const FIRST_PAUSE = 30_000;
const LONGEST_PAUSE = 3_600_000;
const MEMORY_KEY = 'steam';

/** The picture of those who have none: a question mark. */
const NO_PICTURE = 'fef49e7fa7e1997310d705b2a6158ff8dc1cdfeb';

const picture = z
  .string()
  .max(300)
  .regex(/^https:\/\/[a-z0-9.-]+\.(?:steamstatic\.com|akamaihd\.net)\/[\w./-]+$/);
/** Whether an address is one that Steam gives for a picture. */
export function isSteamPicture(url: string): boolean {
  return picture.safeParse(url).success;
}

const summaries = z.object({
  response: z.object({ players: z.array(z.object({ steamid: z.string(), avatarfull: z.unknown().optional() })).max(BATCH) }),
});
const remembered = z.array(z.tuple([z.string().regex(STEAM_ID), z.union([picture, z.literal('')]), z.number()])).max(MAX_KNOWN);

/** Knows the pictures of Steam users whom it was asked for. Nobody waits for it: whoever is not known yet is asked for meanwhile. */
export class SteamAvatars {
  readonly #options: SteamOptions;
  readonly #known = new Recent<string, Known>(MAX_KNOWN);
  readonly #waiting = new Set<string>();
  /** Whether a request is on its way or about to be made. */
  #busy = false;
  #pause = FIRST_PAUSE;
  /** Whether Steam refused the key: it is not asked again. */
  #refused = false;

  constructor(options: SteamOptions) {
    this.#options = options;
  }

  /** Recalls what was known before. Never rejects. */
  async restore(): Promise<void> {
    const { memory, log } = this.#options;
    try {
      const text = await memory.get(MEMORY_KEY);
      if (text === undefined) return;
      for (const [id, url, until] of remembered.parse(JSON.parse(text))) this.#known.set(id, { url, until });
    } catch (error) {
      log.debug({ err: error }, 'what was known of Steam users can not be read; they are asked for again');
    }
  }

  /** The address of a user's picture, as far as it is known; undefined where there is none, or none yet. */
  of(steamId: string): string | undefined {
    if (!STEAM_ID.test(steamId)) return undefined;
    const known = this.#known.get(steamId);
    if (known === undefined || known.until <= this.#options.clock.now()) this.#want(steamId);
    return known?.url || undefined;
  }

  #want(steamId: string): void {
    if (this.#refused || this.#waiting.size >= MAX_WAITING) return;
    this.#waiting.add(steamId);
    if (!this.#busy) this.#askAfter(GATHERING);
  }

  #askAfter(ms: number): void {
    this.#busy = true;
    this.#options.clock.after(ms, () => void this.#ask());
  }

  /** Never rejects. */
  async #ask(): Promise<void> {
    const { log } = this.#options;
    const ids = [...this.#waiting].slice(0, BATCH);
    let pause = PACE;
    try {
      await this.#learn(ids);
      this.#pause = FIRST_PAUSE;
    } catch (error) {
      log.debug({ fault: error instanceof Error ? error.message : 'unknown' }, 'Steam did not tell the pictures of players');
      pause = this.#pause;
      this.#pause = Math.min(2 * this.#pause, LONGEST_PAUSE);
    }
    this.#busy = false;
    if (this.#refused) this.#waiting.clear();
    if (this.#waiting.size > 0) this.#askAfter(pause);
  }

  async #learn(ids: readonly string[]): Promise<void> {
    const { memory, clock, log } = this.#options;
    const { status, text } = await this.#fetch(ids);
    if (status === 401 || status === 403) {
      this.#refused = true;
      log.error(
        'Steam refuses the key, so players are shown without their pictures from there: take one from https://steamcommunity.com/dev/apikey, set it as STEAM_API_KEY or steam.api_key, and start the bridge again',
      );
      return;
    }
    if (status !== 200) throw new Error(`Steam answered with status ${status}`);
    const { players } = summaries.parse(JSON.parse(text)).response;
    const urls = new Map(players.map(({ steamid, avatarfull }) => [steamid, picture.safeParse(avatarfull).data ?? '']));
    for (const id of ids) {
      const url = urls.get(id) ?? '';
      this.#known.set(id, { url: url.includes(NO_PICTURE) ? '' : url, until: clock.now() + LIFETIME });
      this.#waiting.delete(id);
    }
    await memory.set(MEMORY_KEY, JSON.stringify([...this.#known.entries()].map(([id, { url, until }]) => [id, url, until])));
  }

  async #fetch(ids: readonly string[]): Promise<{ status: number; text: string }> {
    const { apiKey, url = 'https://api.steampowered.com', clock } = this.#options;
    const ending = new AbortController();
    const cancel = clock.after(TIMEOUT, () => ending.abort());
    try {
      const answer = await fetch(`${url}/ISteamUser/GetPlayerSummaries/v2/?steamids=${ids.join(',')}`, {
        // Not in the address, which ends in logs. https://partner.steamgames.com/doc/webapi_overview/auth
        headers: { 'x-webapi-key': apiKey, accept: 'application/json' },
        redirect: 'error',
        signal: ending.signal,
      });
      return { status: answer.status, text: await textOf(answer) };
    } finally {
      cancel();
    }
  }
}

/** @throws when it is longer than any answer of Steam */
async function textOf(answer: Response): Promise<string> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of answer.body ?? []) {
    size += piece.length;
    if (size > MAX_ANSWER) throw new Error("Steam's answer is too long");
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString();
}
