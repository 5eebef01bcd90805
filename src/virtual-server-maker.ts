/** Makes a virtual server, with what it keeps over a restart. */
import type { Logger } from 'pino';
import type { Clock } from './clock.ts';
import { CrossChat, type CrossChatOptions } from './crosschat/index.ts';
import { sessionOf } from './store/sessions.ts';
import { speakersOf } from './store/speakers.ts';
import type { Store } from './store/store.ts';
import { VirtualServer, type VirtualServerOptions } from './virtual-server.ts';

/** What a virtual server is made of. */
export interface MakerOptions {
  readonly options: CrossChatOptions;
  /** After so many milliseconds of silence a speaker leaves. */
  readonly idle: number;
  /** Where it keeps its session and its speakers; undefined where nothing is to last. */
  readonly kept: (Pick<Store, 'database' | 'writer'> & { readonly delivered: () => Promise<void> | undefined }) | undefined;
  readonly steamid64Of: NonNullable<VirtualServerOptions['steamid64Of']>;
  readonly isBarred: NonNullable<VirtualServerOptions['isBarred']>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
}

/** Does no I/O: `VirtualServer.start` does. */
export function makeVirtualServer({
  options,
  idle,
  kept,
  steamid64Of,
  isBarred,
  clock,
  random,
  log,
}: MakerOptions): VirtualServer {
  const { serverId: server } = options;
  const serverLog = log.child({ server });
  const persistence = kept && sessionOf({ ...kept, server, kept: kept.delivered });
  const speakers = kept && speakersOf(server, kept.database, kept.writer);
  const chat = new CrossChat({ ...options, ...(persistence && { persistence }), log: serverLog, clock, random });
  return new VirtualServer({ chat, idle, clock, steamid64Of, isBarred, ...(speakers && { speakers }) });
}
