/** What there is once we know who we are. */
import type { AdapterHost } from '../../src/adapter.ts';
import type { Appservice } from './appservice/appservice.ts';
import { BridgeState } from './bridge-state.ts';
import { TextCommands } from './commands/text-commands.ts';
import { limitsIn, type MatrixConfig, trustedIn } from './config.ts';
import type { DirectChats } from './direct/chats.ts';
import { DirectInbox } from './direct/inbox.ts';
import { Whisperer } from './direct/whisperer.ts';
import { Drafting } from './drafting.ts';
import type { Edits } from './edits.ts';
import { EncryptedRooms } from './encrypted-rooms.ts';
import type { Homeserver } from './homeserver.ts';
import { Inbox } from './inbox.ts';
import { Invites } from './invites.ts';
import type { KnownRooms } from './known-rooms.ts';
import { Outgoing } from './outgoing.ts';
import { OwnReactions } from './own-reactions.ts';
import { People } from './people.ts';
import type { Positions } from './position.ts';
import type { Rooms } from './rooms.ts';
import { type Listener, Sync } from './sync.ts';
import { TypingIn } from './typing-in.ts';
import { TypingOut, type TypistOf } from './typing-out.ts';
import type { Uploads } from './uploads.ts';
import { Visits } from './visits.ts';
import { oneVoice, type Voice, type Voices } from './voice.ts';

export interface Session {
  readonly userId: string;
  readonly inbox: Inbox;
  /** Where what happens comes from. */
  readonly source: Source;
  /** The account itself. */
  readonly own: Voice;
  /** As whom messages are shown. */
  readonly voices: Voices;
  readonly whisperer: Whisperer;
  readonly drafting: Drafting;
  readonly visits: Visits;
  readonly bridgeState: BridgeState;
  /** Shows who types elsewhere; absent where that is off. */
  readonly typing: TypingOut | undefined;
}

/** Tells what happens. */
interface Source {
  /**
   * Tells some of it, or waits for a while for something to happen. Rejects when the homeserver is not there.
   * @param answered called when it is known what is to be told next
   */
  follow(listener: Listener, answered: () => void): Promise<void>;
}

/** What a session is made of, and what outlives it. */
export interface SessionOptions {
  readonly config: MatrixConfig;
  readonly host: AdapterHost;
  readonly homeserver: Homeserver;
  readonly rooms: Rooms;
  readonly known: KnownRooms;
  readonly chats: DirectChats;
  readonly edits: Edits;
  readonly uploads: Uploads;
  readonly positions: Positions;
  readonly appservice: Appservice | undefined;
  /** Aborted when the adapter stops. */
  readonly ended: AbortSignal;
}

export function openSession(userId: string, options: SessionOptions): Session {
  const { config, host, homeserver, rooms, known, chats, edits, uploads, positions, appservice, ended } = options;
  const { clock, log } = host;
  const serverId = host.chat.state.ownId;
  const account = { homeserver, userId };
  const outgoing = new Outgoing({ ...account, serverId }, uploads);
  const own = { userId, isGhost: false, outgoing, reactions: new OwnReactions({ ...account, outgoing, serverId }) };
  const voices = appservice?.voices(own) ?? oneVoice(own);
  const encrypted = new EncryptedRooms(homeserver, known, serverId);
  const bridgeState = new BridgeState({ ...account, serverId, channelsOf: (room) => host.channelsOf(room) });
  const isOurs = (id: string) => id === userId || appservice?.isOurs(id) === true;
  const people = new People(homeserver, isOurs);
  const from = new Set([...config.invites_from, ...config.admins]);
  return {
    userId,
    inbox: new Inbox({
      ...account,
      commands: commandsFor(options),
      threads: outgoing.threads,
      invites: new Invites({ homeserver, rooms, encrypted, from, log }),
      direct: new DirectInbox({
        ...account,
        chats,
        host,
        rooms,
        partnerOf: async (ghost) => appservice?.meet(ghost),
      }),
      edits,
      encrypted,
      isOurs,
      people,
      typing: config.typing ? new TypingIn({ host, rooms, homeserver, isOurs, ended }) : undefined,
      host,
      rooms,
      ended,
    }),
    source: appservice ?? new Sync({ ...account, positions, limits: limitsIn(config), typing: config.typing, clock, log }),
    own,
    whisperer: new Whisperer({ homeserver, chats, uploads, own, voices, serverId, prefix: config.command_prefix }),
    voices,
    drafting: new Drafting({ config, host, homeserver, people, uploads }),
    visits: new Visits({ ...account, rooms, known, encrypted, bridgeState, log, ended }),
    bridgeState,
    typing: config.typing ? new TypingOut({ typistOf: typistOf(userId, options), clock, log, ended }) : undefined,
  };
}

/** Who types for somebody: their ghost, or the account that speaks for everybody. */
function typistOf(userId: string, { homeserver, appservice }: SessionOptions): TypistOf {
  if (appservice) return (roomId, place, author) => appservice.typistOf(roomId, place, author);
  return async () => ({ userId, caller: homeserver });
}

function commandsFor({ config, host, homeserver, ended }: SessionOptions): TextCommands {
  const { command_prefix: prefix, permissions: grants, allow_remote_lua: allowLua } = config;
  return new TextCommands({ host, homeserver, trusted: trustedIn(config), grants, allowLua, prefix, ended });
}
