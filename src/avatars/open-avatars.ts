import type { Logger } from 'pino';
import type { Memory } from '../adapter.ts';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import { Avatars } from './avatars.ts';
import { SteamAvatars } from './steam.ts';

/** What pictures are made with. */
interface Surroundings {
  readonly config: Pick<Config, 'http' | 'steamApiKey'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Makes the pictures of those who bring none, by what the configuration allows. @param memory of its own */
export async function openAvatars({ config, clock, log }: Surroundings, memory: Memory): Promise<Avatars> {
  const { http, steamApiKey } = config;
  const steam = steamApiKey === undefined ? undefined : new SteamAvatars({ apiKey: steamApiKey, memory, clock, log });
  await steam?.restore();
  return new Avatars({ publicUrl: http?.publicUrl, steam });
}
