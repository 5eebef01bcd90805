/** Hands what happens in the rooms to the core. */
import type { AdapterHost } from '../../src/adapter.ts';
import { eventId, type Message, type Place, type RoomRef } from '../../src/event.ts';
import { asEdited, editTarget, isRemoved, readEdit, redactionTarget } from './change.ts';
import type { TextCommands } from './commands/text-commands.ts';
import type { DirectInbox } from './direct/inbox.ts';
import type { Edits } from './edits.ts';
import type { EncryptedRooms } from './encrypted-rooms.ts';
import { type RoomEvent, readSaid, type Said, toMessage } from './event.ts';
import type { Homeserver } from './homeserver.ts';
import type { Invitation, Invites } from './invites.ts';
import { LookUps } from './look-ups.ts';
import { authorWith, looksIn } from './looks.ts';
import type { People } from './people.ts';
import { type Reacted, readReaction, toReaction } from './reactions.ts';
import { isMember, removalIn } from './room-state.ts';
import type { Rooms } from './rooms.ts';
import * as sentences from './sentences.ts';
import type { Faces, Listener } from './sync.ts';
import type { Threads } from './threads.ts';
import type { TypingIn } from './typing-in.ts';

export interface InboxOptions {
  /** What is typed as one is no chat. */
  readonly commands: Pick<TextCommands, 'isCommand' | 'give'>;
  /** Is told of the latest event in each. */
  readonly threads: Pick<Threads, 'note'>;
  readonly invites: Invites;
  readonly direct: DirectInbox;
  /** Is told of each, in case that it is taken back. */
  readonly edits: Edits;
  readonly encrypted: EncryptedRooms;
  /** Is told who comes and goes. */
  readonly people: Pick<People, 'note'>;
  /** Is told who types; absent where that is nobody's business. */
  readonly typing: TypingIn | undefined;
  readonly host: AdapterHost;
  readonly homeserver: Homeserver;
  readonly rooms: Rooms;
  /** Our own user id. */
  readonly userId: string;
  /** Whether a user is us, or somebody whom we speak as. */
  readonly isOurs: (userId: string) => boolean;
  /** Aborted when nothing shall be handed over any more. */
  readonly ended: AbortSignal;
}

export class Inbox implements Listener {
  readonly #options: InboxOptions;
  readonly #lookUps: LookUps;

  constructor(options: InboxOptions) {
    this.#options = options;
    this.#lookUps = new LookUps({ ...options, log: options.host.log, media: options.host.media });
  }

  roomIds(): ReadonlySet<string> {
    const { rooms, direct } = this.#options;
    return new Set([...rooms.ids(), ...direct.roomIds()]);
  }

  typing(roomId: string, userIds: readonly string[]): void {
    this.#options.typing?.heard(roomId, userIds);
  }

  async invited(invitation: Invitation): Promise<void> {
    const { direct, invites } = this.#options;
    const isTaken = await direct.invited(invitation);
    // Ghosts come into other rooms by themselves, when they speak.
    if (!isTaken && invitation.ghost === undefined) await invites.take(invitation);
  }

  async event(roomId: string, event: RoomEvent, faces: Faces): Promise<void> {
    const { ended, rooms, userId, people } = this.#options;
    ended.throwIfAborted();
    people.note(roomId, event);
    this.#options.typing?.note(roomId, event);
    const { type, state_key: key, sender } = event;
    if (this.#isDirect(roomId)) await this.#inPrivate(roomId, event);
    else if (type === 'm.room.encryption' && key === '') await this.#encrypted(roomId);
    else if (type === 'm.room.tombstone' && key === '') rooms.revisit(roomId);
    else if (type === 'm.room.member' && key === userId) this.#ownMembership(roomId, event);
    else if (type === 'm.room.member' && key !== undefined) await this.#membership(roomId, event, key);
    else if (sender !== userId) await this.#spoken(roomId, event, faces);
  }

  /** In a room that is not mapped, nothing is heard but commands: one may be to bridge it. */
  async elsewhere(roomId: string, events: readonly RoomEvent[], faces: Faces): Promise<void> {
    const { commands, userId } = this.#options;
    for (const event of events) {
      const said = event.sender === userId ? undefined : readSaid(event);
      if (said === undefined || !commands.isCommand(event)) continue;
      const where = { roomId, room: roomId as RoomRef, isUnmapped: true };
      commands.give(where, event, said, () => this.#lookUps.authorOf(roomId, event.sender, faces));
    }
  }

  #isDirect(roomId: string): boolean {
    const { direct, rooms } = this.#options;
    return direct.has(roomId) && rooms.refsOf(roomId).length === 0;
  }

  /** In a private chat, commands are given as anywhere, and all else is for somebody. */
  async #inPrivate(roomId: string, event: RoomEvent): Promise<void> {
    const { commands, direct, isOurs } = this.#options;
    const { sender } = event;
    const said = isOurs(sender) ? undefined : readSaid(event);
    const authorOf = () => direct.authorIn(roomId, sender);
    if (said !== undefined && commands.isCommand(event)) {
      const where = {
        roomId,
        room: roomId as RoomRef,
        caller: direct.callerIn(roomId),
        community: () => direct.communityOf(sender),
      };
      commands.give(where, event, said, authorOf);
    } else await direct.event(roomId, event, authorOf);
  }

  async #encrypted(roomId: string): Promise<void> {
    const { rooms, encrypted } = this.#options;
    rooms.closeEncrypted(roomId);
    await this.#lookUps.orNothing(encrypted.tell(roomId));
  }

  async #spoken(roomId: string, event: RoomEvent, faces: Faces): Promise<void> {
    const edited = editTarget(event);
    const removed = redactionTarget(event);
    const reacted = readReaction(event);
    if (removed !== undefined) await this.#removed(roomId, event, removed, faces);
    else if (reacted !== undefined) await this.#reacted(roomId, event, reacted, faces);
    else if (edited !== undefined) await this.#edited(roomId, event, edited, faces);
    else await this.#said(roomId, event, faces);
  }

  async #said(roomId: string, event: RoomEvent, faces: Faces): Promise<void> {
    const said = readSaid(event);
    if (said === undefined) return;
    if (said.threadRoot !== undefined) this.#options.threads.note(said.threadRoot, event.event_id);
    if (this.#options.commands.isCommand(event)) return this.#commanded(roomId, event, said, faces);
    const messageIn = await this.#messages(roomId, event, said, faces);
    await this.#hand(roomId, (place) => this.#options.host.message(messageIn(place)));
  }

  #commanded(roomId: string, event: RoomEvent, said: Said, faces: Faces): void {
    const { commands, rooms } = this.#options;
    const room = rooms.refsOf(roomId).find((ref) => rooms.get(ref)?.state !== 'closed');
    if (room !== undefined)
      commands.give({ roomId, room }, event, said, () => this.#lookUps.authorOf(roomId, event.sender, faces));
  }

  async #reacted(roomId: string, event: RoomEvent, reacted: Reacted, faces: Faces): Promise<void> {
    const author = await this.#lookUps.authorOf(roomId, event.sender, faces);
    await this.#hand(roomId, (place) => this.#options.host.react(toReaction(event, reacted, place, author)));
  }

  async #edited(roomId: string, event: RoomEvent, target: string, faces: Faces): Promise<void> {
    const original = await this.#lookUps.original(roomId, target);
    const said = original && readEdit(event, original);
    if (original === undefined || said === undefined || this.#options.commands.isCommand(original)) return;
    this.#options.edits.note(event.event_id, target);
    await this.#readsNow(roomId, event, original, said, faces);
  }

  /** @param event by which the message reads so */
  async #readsNow(roomId: string, event: RoomEvent, original: RoomEvent, said: Said, faces: Faces): Promise<void> {
    const messageIn = await this.#messages(roomId, original, said, faces);
    const { event_id: id, origin_server_ts: at } = event;
    await this.#hand(roomId, (place) =>
      this.#options.host.edit({ kind: 'edit', id: eventId(place, id), at, place, message: messageIn(place) }),
    );
  }

  /** Without an edit that was taken back, a message reads as before it. */
  async #readsAsBefore(roomId: string, event: RoomEvent, target: string, faces: Faces): Promise<void> {
    const original = await this.#lookUps.original(roomId, target);
    const said = original && readSaid(asEdited(original));
    if (original !== undefined && said !== undefined) await this.#readsNow(roomId, event, original, said, faces);
  }

  async #removed(roomId: string, event: RoomEvent, target: string, faces: Faces): Promise<void> {
    const { host, isOurs, edits } = this.#options;
    const original = await this.#lookUps.original(roomId, target);
    if (original === undefined || isOurs(original.sender) || !isRemoved(original)) return;
    const edited = edits.messageOf(target);
    if (edited !== undefined) {
      if (edits.isLatest(target)) await this.#readsAsBefore(roomId, event, edited, faces);
      edits.forget(target);
      return;
    }
    const { event_id: id, origin_server_ts: at } = event;
    await this.#hand(roomId, (place) =>
      host.remove({ kind: 'removal', id: eventId(place, id), at, place, target: eventId(place, target) }),
    );
  }

  /** What was said, as a message for each place where it was. */
  async #messages(roomId: string, event: RoomEvent, said: Said, faces: Faces): Promise<(place: Place) => Message> {
    const author = await this.#lookUps.authorOf(roomId, event.sender, faces);
    const { inReplyTo } = said;
    const quote = inReplyTo === undefined ? undefined : await this.#lookUps.quote(roomId, inReplyTo, faces);
    const { threadRoot: root } = said;
    const beginning = root === undefined ? undefined : await this.#lookUps.beginning(roomId, root, faces);
    return (place) => {
      const replyTo = quote && inReplyTo !== undefined ? { ...quote, target: eventId(place, inReplyTo) } : undefined;
      const thread = root === undefined ? undefined : { id: eventId(place, root), ...beginning };
      return toMessage(event, said, { place, author, replyTo, thread });
    };
  }

  /** Hands something over for each name of the room, and waits until the core has taken it. */
  async #hand(roomId: string, take: (place: Place) => Promise<void>): Promise<void> {
    const { host, rooms } = this.#options;
    for (const room of rooms.refsOf(roomId)) {
      if (rooms.get(room)?.state === 'closed') continue;
      await take({ kind: 'room', adapter: host.id, room });
    }
  }

  #ownMembership(roomId: string, event: RoomEvent): void {
    const { rooms, userId } = this.#options;
    const removed = removalIn(event);
    if (event.content['membership'] === 'join') rooms.reconsider(roomId);
    else if (removed !== undefined) rooms.close(roomId, (ref) => sentences.removed(ref, userId, removed));
    else if (event.content['membership'] === 'leave') rooms.close(roomId, (ref) => sentences.left(ref, userId));
  }

  async #membership(roomId: string, { content, unsigned }: RoomEvent, userId: string): Promise<void> {
    const { host, rooms, homeserver } = this.#options;
    const before = unsigned?.prev_content;
    if (content['membership'] === 'join') {
      const [looks, looked] = [looksIn(content), looksIn(before)];
      const isOther = looks.name !== looked.name || looks.avatar !== looked.avatar;
      if (before?.['membership'] === 'join' && isOther) host.profile(authorWith(userId, looks, host.media));
    } else if (before?.['membership'] === 'join') {
      const others = [...rooms.ids()].filter((id) => id !== roomId);
      const stays = await Promise.all(others.map((id) => this.#lookUps.orNothing(isMember(homeserver, id, userId))));
      if (!stays.includes(true)) host.left(userId);
    }
  }
}
