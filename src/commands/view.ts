/** What a caller can see of the network: the game servers of the channels that are heard where they are. */
import type { RoomAddress } from '../channels.ts';
import type { Invocation } from '../command.ts';
import type { ChannelReport } from '../control.ts';
import type { CrossChatServer, CrossChatUser } from '../crosschat/index.ts';
import type { Identity } from '../moderation/identities.ts';
import { anyGlob } from '../text/glob.ts';
import { sanitizeName } from '../text/names.ts';
import type { Origin, Services } from './command.ts';

/** Somebody on the network. */
export interface Person {
  readonly user: CrossChatUser;
  /** Fit to be shown. */
  readonly name: string;
}

/** What a caller can see. */
export interface View {
  /** Whether the room, or another one of its community, is in a channel. */
  readonly isMapped: boolean;
  readonly channels: readonly ChannelReport[];
  /** Whether a server is in one of them. */
  includes(serverId: string): boolean;
  /** Whether a room is in one of them, or of the caller's community. */
  hears(room: RoomAddress): boolean;
  /** The servers that are online, by id. */
  servers(): readonly CrossChatServer[];
  /** Their users. */
  players(): readonly Person[];
  /** The users of a server, by name. */
  playersOn(server: CrossChatServer): readonly Person[];
  /**
   * The platform users of this bridge whom the network can see, and who spoke of late where the caller hears it.
   * @param knows whether the caller knows somebody all the same
   */
  speakers(knows?: (who: Identity) => boolean): readonly Person[];
}

/** The view of a caller: an operator sees everything. */
export function viewOf({ caller, rooms }: Invocation, { servers, control, moderation }: Services, origin: Origin): View {
  const all = control.channels();
  const channels = caller.isOperator
    ? all
    : all.filter((channel) => channel.rooms.some(({ adapter, room }) => adapter === origin.id && rooms.includes(room)));
  const inChannels = anyGlob(channels.flatMap((channel) => channel.servers));
  const includes = (id: string) => caller.isOperator || inChannels(id);
  const hears = ({ adapter, room }: RoomAddress) =>
    caller.isOperator ||
    (adapter === origin.id && rooms.includes(room)) ||
    channels.some((channel) => channel.rooms.some((other) => other.adapter === adapter && other.room === room));
  const online = () =>
    origin.server.chat.state
      .online()
      .filter(({ id }) => includes(id))
      .sort((a, b) => (a.id < b.id ? -1 : 1));
  return {
    isMapped: rooms.length > 0,
    channels,
    includes,
    hears,
    servers: online,
    players: () => online().flatMap(peopleOn),
    playersOn: (server) => [...peopleOn(server)].sort((a, b) => a.name.localeCompare(b.name, 'en')),
    speakers: (knows = () => false) =>
      servers.flatMap((server) =>
        peopleOn(server.chat.state.me()).filter(({ user }) => {
          const who = server.speaker(user.id);
          if (who === undefined || who === 'bridge') return false;
          return caller.isOperator || knows(who) || moderation.placesOf(who).some(hears);
        }),
      ),
  };
}

function peopleOn(server: CrossChatServer): Person[] {
  return Array.from(server.users.values(), (user) => ({ user, name: sanitizeName(user.name) || `Player ${user.id}` }));
}
