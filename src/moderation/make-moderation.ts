/** Puts the moderation of a bridge together. */
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import type { Store } from '../store/store.ts';
import type { VirtualServer } from '../virtual-server.ts';
import { Bars } from './bars.ts';
import { Identities } from './identities.ts';
import { Moderation, type ModerationOptions } from './moderation.ts';
import { Orders } from './orders.ts';

/** What moderates our people, and who is barred by it. */
export interface ModerationParts {
  readonly identities: Identities;
  readonly bars: Bars;
  readonly moderation: Moderation;
  /** Takes what game servers ask of a virtual server. */
  listen(server: VirtualServer): void;
}

/** What a bridge lends to it. */
interface Surroundings extends Pick<ModerationOptions, 'tell'> {
  /** As it is now. */
  readonly config: () => Pick<Config, 'moderation'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Makes the moderation. Does no I/O. */
export function makeModeration(store: Store, { config, tell, clock, log }: Surroundings): ModerationParts {
  const identities = new Identities(store);
  const bars = new Bars(store, identities, clock);
  const moderation = new Moderation({ bars, identities, store, mute: () => config().moderation.mute, tell, clock, log });
  const orders = new Orders({ moderation, store, servers: () => config().moderation.servers, clock, log });
  return { identities, bars, moderation, listen: (server) => orders.listen(server) };
}
