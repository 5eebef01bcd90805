/** A virtual server that is joined to the core of a bridge. */
import type { Logger } from 'pino';
import type { Clock } from './clock.ts';
import type { Config } from './config.ts';
import type { Core } from './core.ts';
import type { CrossChatOptions } from './crosschat/index.ts';
import type { AdapterId } from './event.ts';
import { partLog } from './log.ts';
import type { Store } from './store/store.ts';
import type { VirtualServer } from './virtual-server.ts';
import { makeVirtualServer } from './virtual-server-maker.ts';

/** What it is joined to. */
export interface JoinedServerOptions {
  /** The configuration as it is now. */
  readonly config: () => Config;
  readonly store: Store;
  readonly core: Core;
  /** Whether it leaves nothing behind. */
  readonly isPrivate: boolean;
  /** Whether it takes the place of another instance. */
  readonly inherits: boolean;
  /** Somebody else has connected under its id. */
  readonly takenOver: (serverId: string) => void;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
}

/** Does no I/O: `VirtualServer.start` does. */
export function joinServer(options: CrossChatOptions, joined: JoinedServerOptions): VirtualServer {
  const { config, store, core, isPrivate, inherits, takenOver, log } = joined;
  const { hub, outbox, moderation } = core;
  const { serverId } = options;
  const server = makeVirtualServer({
    ...joined,
    log: partLog(log, 'mqtt'),
    options: { ...options, inherits },
    idle: config().idle,
    kept: isPrivate ? undefined : { ...store, delivered: () => outbox.kept() },
    steamid64Of: (adapter: AdapterId, userId: string) => store.accounts.find(adapter, userId)?.steamid64,
    // Those of an adapter that has another virtual server now, or is not configured any more, are nobody here.
    isBarred: (adapter, userId) =>
      !config().adapters.some(({ id, serverId: its }) => id === adapter && its === serverId) ||
      moderation.bars.of(adapter, userId) !== undefined,
  });
  server.chat.on('takenOver', () => takenOver(serverId));
  hub.listen(server);
  moderation.listen(server);
  return server;
}
