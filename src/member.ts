/** An adapter in its place. */
import type { Logger } from 'pino';
import type { Adapter, AdapterHost, DirectMessage } from './adapter.ts';
import type { Clock } from './clock.ts';
import type { AdapterConfig } from './config.ts';
import type { AdapterId, Author, Heard, RoomRef } from './event.ts';
import type { Media } from './media/media.ts';
import type { VirtualServer } from './virtual-server.ts';

/** Who takes what an adapter hears. */
export interface Ear {
  heardFromRoom(event: Heard): Promise<void>;
  heardInPrivate(member: Member, message: DirectMessage): Promise<void>;
  changed(member: Member, author: Author): void;
  left(member: Member, userId: Author['id']): void;
  typing(member: Member, room: RoomRef, author: Author, isTyping: boolean): void;
}

/** What an adapter is put in its place with. */
export interface MemberOptions
  extends Pick<
    AdapterHost,
    'hears' | 'memory' | 'folder' | 'commands' | 'health' | 'addRoom' | 'linkedUser' | 'noted' | 'shutdown' | 'random'
  > {
  /** Its rooms that are mapped to a channel now. */
  readonly rooms: () => readonly RoomRef[];
  /** The names of the channels that one of them is mapped to now. */
  readonly channelsOf: (room: RoomRef) => readonly string[];
  /** {@link AdapterHost.webUrl} as it is now: there is none before the bridge listens. */
  readonly webUrl: () => string | undefined;
  readonly whyBarred: (adapter: AdapterId, userId: Author['id']) => string | undefined;
  readonly server: VirtualServer;
  readonly ear: Ear;
  readonly media: Media;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The place of an adapter: its rooms, and the virtual server that it stands behind. The adapter itself may be another one later. */
export class Member {
  readonly id: AdapterId;
  /** Its kind, for example `discord`: what the network sees as its users' platform. */
  readonly type: string;
  /** Whether its rooms are named after this bridge's channels: rooms of the same name elsewhere are other rooms. */
  readonly everywhere: boolean;
  /** The virtual server that its users speak on, and that it hears the game servers through. */
  readonly server: VirtualServer;
  readonly #options: MemberOptions;
  #adapter: Adapter;

  /** Makes the adapter as well. */
  constructor(config: AdapterConfig, options: MemberOptions) {
    const { type, everywhere = false } = config.module;
    this.id = config.id;
    this.type = type;
    this.everywhere = everywhere;
    this.server = options.server;
    this.#options = options;
    this.#adapter = this.#make(config);
  }

  get adapter(): Adapter {
    return this.#adapter;
  }

  /** Its rooms that are mapped to a channel now. */
  get rooms(): readonly RoomRef[] {
    return this.#options.rooms();
  }

  /** Puts another adapter of the same kind here, as it is configured now. The one before has to have stopped. */
  replace(config: AdapterConfig): void {
    this.#adapter = this.#make(config);
  }

  #make({ module, config }: AdapterConfig): Adapter {
    const { id } = this;
    const { rooms, channelsOf, webUrl, server, ear, media, log, clock, random, memory, folder, whyBarred } = this.#options;
    const { hears, commands, health, addRoom, linkedUser, noted, shutdown } = this.#options;
    const adapter = module.create(config, {
      id,
      get rooms() {
        return rooms();
      },
      channelsOf,
      hears,
      log: log.child({ adapter: id }),
      clock,
      random,
      memory,
      folder,
      media: media.readerFor(id),
      chat: server.chat,
      message: (message) => ear.heardFromRoom(media.linked(message)),
      edit: (edit) => ear.heardFromRoom({ ...edit, message: media.linked(edit.message) }),
      remove: (removal) => ear.heardFromRoom(removal),
      react: (reaction) => ear.heardFromRoom(reaction),
      direct: (message) => ear.heardInPrivate(this, media.linked(message)),
      typing: (room, author, isTyping) => ear.typing(this, room, author, isTyping),
      profile: (author) => ear.changed(this, author),
      speakers: () => server.speakersOf(id).map(({ userId }) => userId),
      left: (userId) => ear.left(this, userId),
      addRoom,
      linkedUser,
      whyBarred: (userId) => whyBarred(id, userId),
      get webUrl() {
        return webUrl();
      },
      commands,
      health,
      noted,
      shutdown,
    });
    media.join(id, adapter);
    return adapter;
  }
}
