/** The rooms as a source: takes what happens in them, as adapters hear it, and finds who hears of it. */
import type { Linking } from './accounts/linking.ts';
import type { DirectMessage } from './adapter.ts';
import type { Avatars } from './avatars/avatars.ts';
import type { ChannelMap } from './channel-map.ts';
import { type RoomAddress, roomId } from './channels.ts';
import type { Clock } from './clock.ts';
import {
  type AdapterId,
  type Author,
  type Departure,
  type Heard,
  numberedId,
  type Place,
  type Profile,
  type RoomRef,
} from './event.ts';
import type { FloodGate } from './flood-gate.ts';
import { dated, presentable, presentableReaction } from './incoming.ts';
import type { Ear, Member } from './member.ts';
import type { Bars } from './moderation/bars.ts';
import type { Moderation } from './moderation/moderation.ts';
import { networkId } from './network-destination.ts';
import type { Outbox } from './outbox/outbox.ts';
import { ownMessage } from './own-message.ts';
import { Recent } from './recent.ts';
import { speakerKey } from './speakers.ts';
import { sanitizeName } from './text/names.ts';
import { TypingSigns } from './typing.ts';
import type { Whispers } from './whispers/whispers.ts';

/** What it takes to take what happens in rooms. */
interface RoomSourceOptions {
  readonly map: ChannelMap;
  readonly outbox: Outbox;
  readonly flood: FloodGate;
  readonly linking: Linking;
  readonly whispers: Whispers;
  readonly avatars: Avatars;
  readonly bars: Pick<Bars, 'of'>;
  /** Says of whom nothing is carried. */
  readonly moderation: Pick<Moderation, 'pass'>;
  readonly memberOf: (adapter: AdapterId) => Member | undefined;
  readonly clock: Clock;
}

type RoomPlace = Extract<Place, { kind: 'room' }>;

const MAX_SPEAKERS = 10_000;

/** What people say and do in the rooms of all adapters. */
export class RoomSource implements Ear {
  readonly #options: RoomSourceOptions;
  /** Who spoke lately: what they said may still be on its way to the network. */
  readonly #spoke = new Recent<string, true>(MAX_SPEAKERS);
  readonly #typing: TypingSigns;

  constructor(options: RoomSourceOptions) {
    this.#options = options;
    this.#typing = new TypingSigns(options);
  }

  /** Something happened in a room. Resolves when it is taken. */
  async heardFromRoom(event: Heard): Promise<void> {
    const { place } = event;
    const member = place.kind === 'room' ? this.#options.memberOf(place.adapter) : undefined;
    if (place.kind !== 'room' || !member || !this.#isCarried(event, place)) return;
    if (event.kind === 'message') this.#typing.ended(place, event.author.id);
    const passed = this.#options.moderation.pass(event, place);
    if (passed?.kind === 'message') this.#options.linking.seen(member.id, passed.author);
    const shown = passed && this.#admit(passed, member, place);
    if (!shown) return;
    const rooms = this.#hearersOf(shown, place).map(roomId);
    if (shown.kind === 'message' || shown.kind === 'reaction') this.#spoke.set(speakerKey(member.id, shown.author.id), true);
    await this.#options.outbox.take(shown, member.id, [...rooms, networkId(member.server)]);
  }

  /** A user said something to the bridge in private. Resolves when it is taken. */
  heardInPrivate(member: Member, message: DirectMessage): Promise<void> {
    return this.#options.whispers.heardFromUser(member, message);
  }

  /** Somebody types in a room, or has stopped. */
  typing({ id: adapter }: Member, room: RoomRef, author: Author, isTyping: boolean): void {
    const place = { kind: 'room', adapter, room } as const;
    if (isTyping) this.#typing.begun(place, author);
    else this.#typing.ended(place, author.id);
  }

  /** A user's name or looks changed. */
  changed(member: Member, author: Author): void {
    const { clock, avatars, linking } = this.#options;
    linking.seen(member.id, author);
    const dressed = avatars.dress(author, member.id);
    this.#tellOf(member, author.id, { kind: 'profile', at: clock.now(), adapter: member.id, author: dressed });
  }

  /** A user left the platform's rooms. */
  left(member: Member, userId: Author['id']): void {
    const { clock } = this.#options;
    this.#tellOf(member, userId, { kind: 'departure', at: clock.now(), adapter: member.id, userId });
  }

  /** Platforms tell of everybody; the network knows those only who spoke, or whose words an earlier process left waiting. */
  #tellOf(member: Member, userId: Author['id'], news: Omit<Profile, 'id'> | Omit<Departure, 'id'>): void {
    const { id, server } = member;
    const { outbox } = this.#options;
    const mayWait = (outbox.report(networkId(server))?.waiting ?? 0) > 0;
    if (!mayWait && !this.#spoke.has(speakerKey(id, userId)) && !server.isPresent(id, userId)) return;
    void outbox.takeNext((seq) => ({ ...news, id: numberedId(seq) }), id, [networkId(server)]);
  }

  /** The event as others see it; undefined when it is not carried. */
  #admit(event: Heard, member: Member, place: RoomPlace): Heard | undefined {
    if (event.kind === 'removal' || event.kind === 'reaction-removal') return event;
    const bare =
      event.kind === 'reaction' ? presentableReaction(event) : presentable(event.kind === 'edit' ? event.message : event);
    const shown = bare && { ...bare, author: this.#options.avatars.dress(bare.author, member.id) };
    if (!shown || !this.#mayPass(shown.author, event.at, member, place)) return undefined;
    if (shown.kind !== 'message') return shown;
    return event.kind === 'edit' ? { ...event, message: shown } : dated(shown, this.#options.clock.now());
  }

  #mayPass({ id, name }: Author, at: number, member: Member, place: RoomPlace): boolean {
    const verdict = member.everywhere ? 'yes' : this.#options.flood.ofUser(`${member.id}/${id}`, name, at);
    if (verdict === 'first-no') {
      const { outbox, clock } = this.#options;
      void outbox.takeNew((seq) => ownMessage(place, tooMuch(name), seq, clock.now()), [roomId(place)]);
    }
    return verdict === 'yes';
  }

  /** What is paused is not carried; but what is taken back is taken back, so that nobody reads it after the pause. */
  #isCarried({ kind }: Heard, place: RoomPlace): boolean {
    const { map } = this.#options;
    return kind === 'removal' || kind === 'reaction-removal' ? map.has(place) : map.isCarried(place);
  }

  /** Changes go wherever the message may be, or wait. */
  #hearersOf({ kind }: Heard, place: RoomPlace): readonly RoomAddress[] {
    const { map } = this.#options;
    return (kind === 'message' || kind === 'reaction' ? map.hearersOf(place) : map.reachOf(place)).rooms;
  }
}

/** What a flooder is told, once. */
function tooMuch(name: string): string {
  return `${sanitizeName(name) || 'You'}, that was too much at once: what you say is not carried to the other places until you pause for a minute.`;
}
