/** An adapter in its place. */
import type { Logger } from 'pino';
import type { Adapter, AdapterHost, DirectMessage } from './adapter.ts';
import type { Clock } from './clock.ts';
import type { AdapterConfig } from './config.ts';
import type { AdapterId, Author, Heard, RoomRef } from './event.ts';
import type { Media } from './media/media.ts';
import type { VirtualServer } from './virtual-server.ts';

/** An adapter with its rooms, and the virtual server that it stands behind. */
export interface Member {
  readonly id: AdapterId;
  /** Its kind, for example `discord`: what the network sees as its users' platform. */
  readonly type: string;
  readonly adapter: Adapter;
  /** Its rooms that are mapped to a channel now. */
  readonly rooms: readonly RoomRef[];
  /** Whether its rooms are named after this bridge's channels: rooms of the same name elsewhere are other rooms. */
  readonly everywhere: boolean;
  /** The virtual server that its users speak on, and that it hears the game servers through. */
  readonly server: VirtualServer;
}

/** Who takes what an adapter hears. */
interface Ear {
  heardFromRoom(event: Heard): Promise<void>;
  heardInPrivate(member: Member, message: DirectMessage): Promise<void>;
  changed(member: Member, author: Author): void;
  left(member: Member, userId: Author['id']): void;
  typing(member: Member, room: RoomRef, author: Author, isTyping: boolean): void;
}

/** What an adapter is put in its place with. */
export interface MemberOptions
  extends Pick<AdapterHost, 'memory' | 'folder' | 'commands' | 'health' | 'addRoom' | 'linkedUser' | 'shutdown' | 'random'> {
  /** Its rooms that are mapped to a channel now. */
  readonly rooms: () => readonly RoomRef[];
  /** The names of the channels that one of them is mapped to now. */
  readonly channelsOf: (room: RoomRef) => readonly string[];
  /** {@link AdapterHost.webUrl} as it is now: there is none before the bridge listens. */
  readonly webUrl: () => string | undefined;
  readonly whyBarred: (adapter: AdapterId, userId: Author['id']) => string | undefined;
  readonly server: VirtualServer;
  readonly hub: Ear;
  readonly media: Media;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Makes an adapter, and puts it in its place. */
export function makeMember({ id, module, config }: AdapterConfig, options: MemberOptions): Member {
  const {
    rooms,
    channelsOf,
    webUrl,
    server,
    hub,
    media,
    log,
    clock,
    random,
    memory,
    folder,
    commands,
    health,
    addRoom,
    linkedUser,
    shutdown,
  } = options;
  const adapter = module.create(config, {
    id,
    get rooms() {
      return rooms();
    },
    channelsOf,
    log: log.child({ adapter: id }),
    clock,
    random,
    memory,
    folder,
    media: media.readerFor(id),
    chat: server.chat,
    message: (message) => hub.heardFromRoom(media.linked(message)),
    edit: (edit) => hub.heardFromRoom({ ...edit, message: media.linked(edit.message) }),
    remove: (removal) => hub.heardFromRoom(removal),
    react: (reaction) => hub.heardFromRoom(reaction),
    direct: (message) => hub.heardInPrivate(member, media.linked(message)),
    typing: (room, author, isTyping) => hub.typing(member, room, author, isTyping),
    profile: (author) => hub.changed(member, author),
    left: (userId) => hub.left(member, userId),
    addRoom,
    linkedUser,
    whyBarred: (userId) => options.whyBarred(id, userId),
    get webUrl() {
      return webUrl();
    },
    commands,
    health,
    shutdown,
  });
  media.join(id, adapter);
  const { type, everywhere = false } = module;
  const member: Member = {
    id,
    type,
    adapter,
    get rooms() {
      return rooms();
    },
    everywhere,
    server,
  };
  return member;
}
