/** Hands what happens in the rooms to the core. */
import type { AdapterHost } from '../../src/adapter.ts';
import type { Place, Quote } from '../../src/event.ts';
import { localpart, type RoomEvent, readSaid, roomEvent, toAuthor, toMessage, toQuote } from './event.ts';
import { describe, type Homeserver } from './homeserver.ts';
import type { Rooms } from './rooms.ts';
import * as sentences from './sentences.ts';
import type { Listener, Names } from './sync.ts';
import { displayName, isMember } from './visit.ts';

export interface InboxOptions {
  readonly host: AdapterHost;
  readonly homeserver: Homeserver;
  readonly rooms: Rooms;
  /** Our own user id. */
  readonly userId: string;
  /** Aborted when nothing shall be handed over any more. */
  readonly ended: AbortSignal;
}

export class Inbox implements Listener {
  readonly #options: InboxOptions;

  constructor(options: InboxOptions) {
    this.#options = options;
  }

  roomIds(): ReadonlySet<string> {
    return this.#options.rooms.ids();
  }

  invited(roomId: string): void {
    this.#options.rooms.reconsider(roomId);
  }

  async event(roomId: string, event: RoomEvent, names: Names): Promise<void> {
    const { ended, rooms, userId } = this.#options;
    ended.throwIfAborted();
    if (event.type === 'm.room.encryption' && event.state_key === '') rooms.close(roomId, sentences.encrypted);
    else if (event.type === 'm.room.member' && event.state_key === userId) this.#ownMembership(roomId, event);
    else if (event.type === 'm.room.member' && event.state_key !== undefined)
      await this.#membership(roomId, event, event.state_key);
    else if (event.sender !== userId) await this.#said(roomId, event, names);
  }

  async #said(roomId: string, event: RoomEvent, names: Names): Promise<void> {
    const { host, rooms } = this.#options;
    const said = readSaid(event);
    if (said === undefined) return;
    const name = await this.#nameOf(roomId, event.sender, names);
    const replyTo = said.inReplyTo === undefined ? undefined : await this.#quote(roomId, said.inReplyTo, names);
    for (const room of rooms.refsOf(roomId)) {
      if (rooms.get(room)?.state === 'closed') continue;
      const place: Place = { kind: 'room', adapter: host.id, room };
      await host.message(toMessage(event, said, { place, name, replyTo }));
    }
  }

  #ownMembership(roomId: string, { sender, content }: RoomEvent): void {
    const { rooms, userId } = this.#options;
    const { membership, reason } = content;
    if (membership === 'join') rooms.reconsider(roomId);
    if (membership !== 'leave' && membership !== 'ban') return;
    const how = membership === 'ban' ? 'banned' : 'kicked';
    rooms.close(roomId, (ref) => sentences.removed(ref, userId, sender, how, typeof reason === 'string' ? reason : ''));
  }

  async #membership(roomId: string, { content, unsigned }: RoomEvent, userId: string): Promise<void> {
    const { host, rooms, homeserver } = this.#options;
    const before = unsigned?.prev_content;
    if (content['membership'] === 'join') {
      const name = content['displayname'];
      const isRenamed = before?.['membership'] === 'join' && before['displayname'] !== name;
      if (isRenamed) host.profile(toAuthor(userId, typeof name === 'string' && name !== '' ? name : localpart(userId)));
    } else if (before?.['membership'] === 'join') {
      const others = [...rooms.ids()].filter((id) => id !== roomId);
      const stays = await Promise.all(others.map((id) => this.#lookUp(isMember(homeserver, id, userId))));
      if (!stays.includes(true)) host.left(userId);
    }
  }

  async #nameOf(roomId: string, userId: string, names: Names): Promise<string> {
    const name = names.get(userId) ?? (await this.#lookUp(displayName(this.#options.homeserver, roomId, userId)));
    return name || localpart(userId);
  }

  /** The message that is answered; undefined if it can't be had. */
  async #quote(roomId: string, eventId: string, names: Names): Promise<Quote | undefined> {
    const { homeserver, userId } = this.#options;
    const path = `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/event/${encodeURIComponent(eventId)}`;
    const { data } = roomEvent.safeParse(await this.#lookUp(homeserver.call('GET', path)));
    return data && toQuote(data, await this.#nameOf(roomId, data.sender, names), userId);
  }

  /** A look-up without which the message is still worth handing over: no event may hold up those after it. */
  async #lookUp<T>(answer: Promise<T>): Promise<T | undefined> {
    try {
      return await answer;
    } catch (fault) {
      this.#options.ended.throwIfAborted();
      this.#options.host.log.debug(`Matrix: a look-up failed (${describe(fault)})`);
      return undefined;
    }
  }
}
