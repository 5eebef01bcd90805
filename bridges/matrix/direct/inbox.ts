/** Hears what people say to us in private chats. */
import type { AdapterHost } from '../../../src/adapter.ts';
import { type Author, eventId, type Place, type PlayerParty, type RoomRef, type UserParty } from '../../../src/event.ts';
import { asUser } from '../appservice/masquerade.ts';
import { type RoomEvent, readSaid } from '../event.ts';
import { attachmentAt } from '../files.ts';
import { type Caller, describe, type Homeserver } from '../homeserver.ts';
import type { Invitation } from '../invites.ts';
import { authorWith, looksOf } from '../looks.ts';
import { isEncrypted, isMember } from '../room-state.ts';
import type { Rooms } from '../rooms.ts';
import type { DirectChats } from './chats.ts';
import { leaveEncrypted } from './encrypted.ts';

export interface DirectInboxOptions {
  readonly chats: DirectChats;
  readonly host: AdapterHost;
  readonly homeserver: Homeserver;
  readonly rooms: Rooms;
  /** Our own user id. */
  readonly userId: string;
  /** Whom a ghost stands for, which is there then; undefined where nobody knows. Rejects with what the homeserver says. */
  readonly partnerOf: (ghost: string) => Promise<PlayerParty | UserParty | undefined>;
}

export class DirectInbox {
  readonly #options: DirectInboxOptions;

  constructor(options: DirectInboxOptions) {
    this.#options = options;
  }

  /** The rooms that are private chats. */
  roomIds(): readonly string[] {
    return this.#options.chats.rooms();
  }

  /** Whether a room is one. */
  has(roomId: string): boolean {
    return this.#options.chats.in(roomId) !== undefined;
  }

  /** Something happened in one. Rejects when what was said was not taken. */
  async event(roomId: string, event: RoomEvent, authorOf: () => Promise<Author>): Promise<void> {
    const { chats, host } = this.#options;
    const chat = chats.in(roomId);
    if (chat === undefined) return;
    const { type, state_key: key, sender, content } = event;
    const isOver = type === 'm.room.member' && key === chat.own && content['membership'] !== 'join';
    // Nothing that is encrypted can be read: the next whisper opens another chat.
    if (type === 'm.room.encryption') await this.#leave(roomId);
    if (isOver || type === 'm.room.encryption') chats.forget(roomId);
    const said = sender === chat.user ? readSaid(event) : undefined;
    if (said === undefined) return;
    const place: Place = { kind: 'room', adapter: host.id, room: roomId as RoomRef };
    const isStranger = await this.#isStranger(sender);
    await host.direct({
      id: eventId(place, event.event_id),
      at: event.origin_server_ts,
      place,
      author: await authorOf(),
      body: said.body,
      attachments: said.attachments.map((file) => attachmentAt(place, file)),
      ...(isStranger && { isStranger }),
      ...(said.emote && { emote: true }),
      ...(said.inReplyTo !== undefined && { inReplyTo: said.inReplyTo }),
      ...(chat.partner && { to: chat.partner }),
    });
  }

  /** The homeserver's interface, as whoever of us is in a private chat sees it. */
  callerIn(roomId: string): Caller {
    const { chats, homeserver, userId } = this.#options;
    const own = chats.in(roomId)?.own ?? userId;
    return own === userId ? homeserver : asUser(homeserver, own);
  }

  /** Leaves a chat that is encrypted now. Never rejects: nobody waits for it. */
  async #leave(roomId: string): Promise<void> {
    const { host } = this.#options;
    await leaveEncrypted(roomId, this.callerIn(roomId), host.chat.state.ownId).catch((fault: unknown) => {
      host.log.debug(`Matrix: an encrypted private chat could not be left (${describe(fault)})`);
    });
  }

  /** Somebody as they look in a private chat, as far as that is known. Never rejects. */
  async authorIn(roomId: string, userId: string): Promise<Author> {
    const looks = await looksOf(this.callerIn(roomId), roomId, userId).catch(() => ({ name: '' }));
    return authorWith(userId, looks, this.#options.host.media);
  }

  /** The mapped rooms that somebody is in. Never rejects. */
  async communityOf(userId: string): Promise<readonly RoomRef[]> {
    const { homeserver, rooms } = this.#options;
    const isIn = async (id: string) => ((await isMember(homeserver, id, userId).catch(() => false)) ? rooms.refsOf(id) : []);
    return (await Promise.all([...rooms.ids()].map(isIn))).flat();
  }

  /** Whether somebody is in none of the mapped rooms any more. Where that can't be told, they are taken for one who is. Never rejects. */
  async #isStranger(userId: string): Promise<boolean> {
    const { homeserver, rooms } = this.#options;
    const ids = [...rooms.ids()].filter((id) => rooms.refsOf(id).length > 0);
    const isIn = (id: string) => isMember(homeserver, id, userId).catch(() => true);
    return ids.length > 0 && !(await Promise.all(ids.map(isIn))).includes(true);
  }

  /**
   * Somebody wants to talk to us alone: we come, if they are in one of the mapped rooms. Never rejects.
   * @returns whether it was such an invitation
   */
  async invited({ roomId, by, isDirect, ghost }: Invitation): Promise<boolean> {
    const { chats, host, homeserver, rooms, userId, partnerOf } = this.#options;
    if (!isDirect || rooms.isAwaited(roomId)) return false;
    try {
      if ((await this.communityOf(by)).length === 0) return false;
      const caller = ghost === undefined ? homeserver : asUser(homeserver, ghost);
      const partner = ghost === undefined ? undefined : await partnerOf(ghost);
      const isThere = ghost === undefined || partner !== undefined;
      const path = `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/${isThere ? 'join' : 'leave'}`;
      await caller.call('POST', path, { body: {} });
      if (isThere && (await isEncrypted(caller, roomId))) await leaveEncrypted(roomId, caller, host.chat.state.ownId);
      else if (isThere) chats.note({ room: roomId, user: by, own: ghost ?? userId, partner });
    } catch (fault) {
      host.log.warn(`Matrix: a private chat with ${by} could not be begun (${describe(fault)})`);
    }
    return true;
  }
}
