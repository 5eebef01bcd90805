/** What there is once we know who we are. */
import type { AdapterHost } from '../../src/adapter.ts';
import { TextCommands } from './commands/text-commands.ts';
import type { MatrixConfig } from './config.ts';
import type { Homeserver } from './homeserver.ts';
import { Inbox } from './inbox.ts';
import { Outgoing } from './outgoing.ts';
import { OwnReactions } from './own-reactions.ts';
import type { Positions } from './position.ts';
import type { Rooms } from './rooms.ts';
import { Sync } from './sync.ts';
import type { Uploads } from './uploads.ts';

export interface Session {
  readonly userId: string;
  readonly inbox: Inbox;
  readonly sync: Sync;
  readonly outgoing: Outgoing;
  readonly reactions: OwnReactions;
}

/** What a session is made of, and what outlives it. */
export interface SessionOptions {
  readonly config: MatrixConfig;
  readonly host: AdapterHost;
  readonly homeserver: Homeserver;
  readonly rooms: Rooms;
  readonly uploads: Uploads;
  readonly positions: Positions;
  /** Aborted when the adapter stops. */
  readonly ended: AbortSignal;
}

export function openSession(userId: string, options: SessionOptions): Session {
  const { host, homeserver, rooms, uploads, positions, ended } = options;
  const { clock, log } = host;
  const serverId = host.chat.state.ownId;
  const account = { homeserver, userId };
  const outgoing = new Outgoing({ ...account, serverId }, uploads);
  const inbox = new Inbox({ ...account, commands: commandsFor(options), threads: outgoing.threads, host, rooms, ended });
  return {
    userId,
    inbox,
    sync: new Sync({ ...account, positions, clock, log }),
    outgoing,
    reactions: new OwnReactions({ ...account, outgoing, serverId }),
  };
}

function commandsFor({ config, host, homeserver, ended }: SessionOptions): TextCommands {
  const { admins, moderators, admin_level: adminLevel, moderator_level: moderatorLevel, command_prefix: prefix } = config;
  return new TextCommands({ host, homeserver, trusted: { admins, moderators, adminLevel, moderatorLevel }, prefix, ended });
}
