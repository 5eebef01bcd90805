/** The hub: takes what was said on any side, finds who hears it, and makes the deliveries. */
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Adapter } from './adapter.ts';
import { type Hearers, type RoomAddress, roomKey } from './channels.ts';
import type { Clock } from './clock.ts';
import type { CrossChatEvents, CrossChatUser } from './crosschat/index.ts';
import { type AdapterId, type Author, eventId, type Message, type Place, type RoomRef, type ServerId } from './event.ts';
import { DeliveryQueue } from './outbox.ts';
import { toLine } from './text/line.ts';
import { sanitizeName } from './text/names.ts';
import { toPlain } from './text/plain.ts';
import { literal, textLength } from './text/tree.ts';
import type { Origin, VirtualServer } from './virtual-server.ts';

/** What the hub is made of. */
export interface HubOptions {
  readonly hearersOf: (place: Place) => Hearers;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
}

/** An adapter in its place. */
export interface Member {
  readonly id: AdapterId;
  /** Its kind, for example `discord`: what the network sees as its users' platform. */
  readonly type: string;
  readonly adapter: Adapter;
  /** Its rooms that are mapped to a channel. */
  readonly rooms: readonly RoomRef[];
  /** Whether its rooms are named after this bridge's channels: rooms of the same name elsewhere are other rooms. */
  readonly everywhere: boolean;
  /** The virtual server that its users speak on, and that it hears the game servers through. */
  readonly server: VirtualServer;
}

const MAX_CACHED_PLACES = 2_000;

/** The one place where all sides meet. */
export class Hub {
  readonly #options: HubOptions;
  readonly #members = new Map<AdapterId, Member>();
  readonly #queues = new Map<string, DeliveryQueue<Message>>();
  readonly #hearers = new Map<string, Hearers>();
  readonly #warnedOf = new Set<string>();
  /** Sets apart the events of this run, since the network gives its messages no ids. */
  readonly #run: string;
  #count = 0;

  constructor(options: HubOptions) {
    this.#options = options;
    this.#run = `${options.clock.now().toString(36)}${Math.floor(options.random() * 2 ** 32).toString(36)}`;
  }

  /** Lets an adapter take part. */
  join(member: Member): void {
    this.#members.set(member.id, member);
  }

  /** Lets what game servers say to a virtual server be heard in the rooms of its adapters. */
  listen(server: VirtualServer): void {
    server.chat.on('say', (event) => this.#heardFromServer(server, event));
  }

  /** Somebody said something in a room. */
  heardFromRoom(message: Message): void {
    if (message.place.kind !== 'room') return;
    const member = this.#members.get(message.place.adapter);
    if (!member || (message.attachments.length === 0 && isBlank(toPlain(message.body)))) return;
    const shown = { ...message, author: presentable(message.author) };
    const hearers = this.#hearersOf(message.place);
    for (const room of hearers.rooms) this.#queueOf(room)?.push(shown);
    member.server.say(shown, member.id, hearers.servers, this.#originOf(member, message.place.room));
  }

  /** Gives what still waits for rooms up to `ms` milliseconds to go out. */
  async close(ms: number): Promise<void> {
    await Promise.all([...this.#queues.values()].map((queue) => queue.close(ms)));
  }

  #heardFromServer(via: VirtualServer, { server, user, text, extra }: CrossChatEvents['say'][0]): void {
    if (isBlank(text)) return;
    const place: Place = { kind: 'server', server: server.id as ServerId };
    const origin = 'origin' in extra ? originSchema.safeParse(extra['origin']).data : undefined;
    if (origin && this.#hearsItself(origin)) {
      this.#warnOfSecondBridge(server.id, origin);
      return;
    }
    const message: Message = {
      kind: 'message',
      id: eventId(place, `${this.#run}-${++this.#count}`),
      at: this.#options.clock.now(),
      place,
      tag: sanitizeName(server.id) || 'server',
      author: playerOf(user),
      body: literal(text),
      attachments: [],
    };
    for (const room of this.#hearersOf(place).rooms) {
      const member = this.#members.get(room.adapter);
      if (member?.server === via) this.#queueOf(room)?.push(message);
    }
  }

  #originOf(member: Member, room: RoomRef): Origin {
    const { type, adapter, everywhere, server } = member;
    return { platform: type, room: everywhere ? `${server.chat.state.ownId}/${room}` : (adapter.nativeRoomId?.(room) ?? room) };
  }

  /** Whether another bridge's message was said in a room of ours: then we have heard it there, and it must not come back. */
  #hearsItself(origin: Origin): boolean {
    for (const member of this.#members.values()) {
      if (member.type !== origin.platform) continue;
      if (member.rooms.some((room) => this.#originOf(member, room).room === origin.room)) return true;
    }
    return false;
  }

  #warnOfSecondBridge(serverId: string, origin: Origin): void {
    const key = `${serverId} ${origin.platform} ${origin.room}`;
    if (this.#warnedOf.has(key) || this.#warnedOf.size >= MAX_CACHED_PLACES) return;
    this.#warnedOf.add(key);
    this.#options.log.warn(
      { server: serverId, platform: origin.platform, room: origin.room },
      `server ${serverId} is another bridge that joins the same ${origin.platform} room: what is said there reaches the game servers twice. Take the room out of one of the two bridges.`,
    );
  }

  #hearersOf(place: Place): Hearers {
    const key = place.kind === 'server' ? place.server : roomKey(place);
    let hearers = this.#hearers.get(key);
    if (!hearers) {
      if (this.#hearers.size >= MAX_CACHED_PLACES) this.#hearers.clear();
      hearers = this.#options.hearersOf(place);
      this.#hearers.set(key, hearers);
    }
    return hearers;
  }

  #queueOf(address: RoomAddress): DeliveryQueue<Message> | undefined {
    const member = this.#members.get(address.adapter);
    if (!member) return undefined;
    const key = roomKey(address);
    let queue = this.#queues.get(key);
    if (!queue) {
      queue = new DeliveryQueue({
        name: `${member.adapter.platform} room ${address.room}`,
        deliver: (message, signal) =>
          member.adapter.send(address.room, message, {
            signal,
            shown: [],
            doubtful: false,
            isKnown: async () => false,
            begin: async () => {},
            failed: () => {},
            done: () => {},
          }),
        describe: ({ author, tag, body }) => `${author.name} (${tag}): ${toLine(toPlain(body)).slice(0, 500)}`,
        size: ({ body }) => textLength(body),
        clock: this.#options.clock,
        random: this.#options.random,
        log: this.#options.log,
      });
      this.#queues.set(key, queue);
    }
    return queue;
  }
}

const originSchema = z.object({ platform: z.string().max(64), room: z.string().max(256) });
const webAddress = z.url({ protocol: /^https?$/ }).max(2_048);

/** Whether there is nothing in a text that anybody could see. */
function isBlank(text: string): boolean {
  return !/[^\p{Z}\p{C}\p{Default_Ignorable_Code_Point}]/u.test(text);
}

function presentable(author: Author): Author {
  return { ...author, name: sanitizeName(author.name) || 'Somebody' };
}

/** A player as the author of a message. Their extras are their server's word: only what is well-formed is taken. */
function playerOf(user: CrossChatUser): Author {
  const avatar = webAddressIn(user.extra['avatar']);
  const link = webAddressIn(user.extra['link']) ?? (user.steamid64 && `https://steamcommunity.com/profiles/${user.steamid64}`);
  return {
    id: String(user.id),
    name: sanitizeName(user.name) || `Player ${user.id}`,
    ...(avatar && { avatar }),
    ...(link && { link }),
  };
}

/** Most players have none, and zod takes its time to say so. */
function webAddressIn(extra: unknown): string | undefined {
  return extra === undefined ? undefined : webAddress.safeParse(extra).data;
}
