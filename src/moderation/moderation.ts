/** Moderation of our own people, the users of platforms: who is kicked or banned is off the network, and nothing of theirs is carried. */
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { AowlAction } from '../crosschat/index.ts';
import { type AdapterId, type Author, type Edit, type Heard, type Message, type Place, type Reaction, STEAM } from '../event.ts';
import { FloodLimiter } from '../flood.ts';
import type { Member } from '../member.ts';
import { Recent } from '../recent.ts';
import type { Speaker } from '../speakers.ts';
import type { Ban } from '../store/bans.ts';
import type { Store } from '../store/store.ts';
import type { Bars } from './bars.ts';
import type { Identities } from './identities.ts';
import { mirror } from './mirror.ts';
import { departureOf, endOf, reasonIn, toldOf, toldOfKick, toldOfSlap } from './wording.ts';

type RoomPlace = Extract<Place, { kind: 'room' }>;

/** A user of a platform. */
export type Person = Pick<Speaker, 'adapter' | 'userId' | 'name'>;

/** What somebody wants done to a person. */
export interface Order {
  readonly action: AowlAction;
  /** Who wants it: a game server, or a moderator by name. */
  readonly by: string;
  /** Where they are. */
  readonly place: Place;
  readonly reason: string;
  /** When a ban ends, in milliseconds since the epoch; undefined for never. */
  readonly until: number | undefined;
  /** Whether they have a say in a ban that there is: else it can only become longer. */
  readonly mayChange: (ban: Ban) => boolean;
}

/** What came of an order. */
export interface Outcome {
  /** For moderators. */
  readonly words: string;
  readonly isDone: boolean;
}

/** What moderation is made of. */
export interface ModerationOptions {
  readonly bars: Bars;
  readonly identities: Identities;
  readonly store: Pick<Store, 'audit' | 'bans' | 'writer'>;
  /** For how many milliseconds nothing is carried of who is kicked now. */
  readonly mute: () => number;
  /** Says something in a room, as the bridge itself. */
  readonly tell: (place: RoomPlace, text: string) => void;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Of so many people it is remembered where they spoke last, and what they were told. */
const MAX_PEOPLE = 10_000;
/** So many places of one person are remembered. */
const MAX_PLACES = 8;
/** So often a minute one person is slapped. */
const SLAPS = 6;
const MINUTE = 60_000;

/** The moderation of a bridge. */
export class Moderation {
  readonly #options: ModerationOptions;
  readonly #members = new Map<AdapterId, Member>();
  /** Where people spoke, the latest place first, which is their own. */
  readonly #places = new Recent<string, readonly RoomPlace[]>(MAX_PEOPLE);
  /** The bans that people were told of. */
  readonly #told = new Recent<string, Ban>(MAX_PEOPLE);
  readonly #slaps: FloodLimiter;

  constructor(options: ModerationOptions) {
    this.#options = options;
    this.#slaps = new FloodLimiter({ perMinute: SLAPS, clock: options.clock });
    options.store.bans.onAdd((ban, before) => this.#enforce(ban, before));
  }

  /** An adapter takes part. */
  join(member: Member): void {
    this.#members.set(member.id, member);
    this.#options.identities.join(member);
  }

  /** An adapter takes part no more. */
  leave(member: Member): void {
    this.#members.delete(member.id);
    this.#options.identities.leave(member);
  }

  /** The adapter that a person's platform is; undefined when it is not configured any more. */
  memberOf({ adapter }: Pick<Person, 'adapter'>): Member | undefined {
    return this.#members.get(adapter);
  }

  /** Where a person spoke last; of who is on the network, it is known after a restart as well. */
  placeOf(person: Pick<Person, 'adapter' | 'userId'>): RoomPlace | undefined {
    return this.placesOf(person)[0];
  }

  /** Where a person spoke of late, the latest place first: after a restart, the last one is known. */
  placesOf(person: Pick<Person, 'adapter' | 'userId'>): readonly RoomPlace[] {
    const { adapter, userId } = person;
    const places = this.#places.get(keyOf(person));
    if (places !== undefined) return places;
    const room = this.memberOf(person)?.server.roomOf(adapter, userId);
    return room === undefined ? [] : [{ kind: 'room', adapter, room }];
  }

  /**
   * What of something that happened in a room is carried; undefined for nothing. What is taken back always is. Who is banned is told so
   * once, if they do not know yet.
   */
  pass(event: Heard, place: RoomPlace): Heard | undefined {
    if (event.kind === 'removal' || event.kind === 'reaction-removal') return event;
    const { adapter } = place;
    const { author } = event.kind === 'edit' ? event.message : event;
    const bar = this.#options.bars.of(adapter, author.id);
    if (bar?.kind === 'privacy') return undefined;
    const person = { adapter, userId: author.id, name: author.name };
    const others = this.placesOf(person).filter(({ room }) => room !== place.room);
    this.#places.set(keyOf(person), [place, ...others].slice(0, MAX_PLACES));
    if (bar === undefined) {
      return this.#options.bars.heldAt(adapter, author.id, event.at) ? undefined : this.#withoutBarred(event, adapter);
    }
    if (this.#told.get(keyOf(person)) !== bar.ban) this.#tell(person, bar.ban);
    return undefined;
  }

  /** Without the words of somebody else of whom nothing is carried: an answer quotes them, and a thread is named after them. */
  #withoutBarred(event: Message | Edit | Reaction, adapter: AdapterId): Heard {
    if (event.kind === 'reaction') return event;
    const { replyTo, thread, ...bare } = event.kind === 'edit' ? event.message : event;
    const isBarred = (by: Author['id'] | undefined) => by !== undefined && this.#options.bars.of(adapter, by) !== undefined;
    if (!isBarred(replyTo?.by) && !isBarred(thread?.by)) return event;
    const message: Message = {
      ...bare,
      ...(replyTo && !isBarred(replyTo.by) && { replyTo }),
      ...(thread && { thread: isBarred(thread.by) ? { id: thread.id } : thread }),
    };
    return event.kind === 'edit' ? { ...event, message } : message;
  }

  /** Does to a person what somebody wants, who has the right to it. It holds when this returns. */
  act(person: Person, given: Order): Outcome {
    const member = this.memberOf(person);
    if (member === undefined) return nothing('their platform is not configured any more');
    const order = { ...given, reason: reasonIn(given.reason) };
    if (order.action === 'slap') return this.#slap(person, member, order.by, order.reason);
    return order.action === 'ban' ? this.#ban(person, member, order) : this.#kick(person, member, order);
  }

  #ban(person: Person, member: Member, order: Order): Outcome {
    const { store, clock } = this.#options;
    const { adapter, userId, name } = person;
    const { by, place, reason, mayChange } = order;
    const at = clock.now();
    const held = store.bans.find(adapter, userId, at);
    const isTheirs = held === undefined || held.isMute || mayChange(held);
    // Who could make a ban shorter could lift it: it stays whose it is, and ends at the later time.
    const { until } = isTheirs || isSooner(held.until, order.until) ? order : held;
    if (!isTheirs && until === held.until) return nothing(`they are banned already, ${endOf({ at, until })}`);
    // That it is kept is not waited for: it holds already.
    store.bans.add(isTheirs ? { adapter, userId, name, by, place, reason, at, until } : { ...held, until }).catch(() => {});
    mirror(person, member, { ...order, until }, this.#options);
    return done(`not carried ${endOf({ at, until })}`);
  }

  #kick(person: Person, member: Member, order: Order): Outcome {
    const { store, bars, clock } = this.#options;
    const { adapter, userId, name } = person;
    const { by, reason } = order;
    const mute = this.#options.mute();
    const at = clock.now();
    const ban = bars.banOf(adapter, userId);
    if (ban !== undefined && !ban.isMute) return nothing('they are banned already');
    const until = at + mute;
    const sentence = { by, reason, at, until, isMute: true } as const;
    if (mute > 0) store.bans.add({ adapter, userId, name, ...sentence }).catch(() => {});
    else {
      member.server.dismiss(adapter, userId, departureOf(sentence));
      this.#say(person, toldOfKick(name, by, reason));
    }
    mirror(person, member, { ...order, until: at + Math.max(mute, MINUTE) }, this.#options);
    return done(mute > 0 ? `not carried ${endOf(sentence)}` : 'off the network until they speak again');
  }

  #slap(person: Person, { server }: Member, by: string, reason: string): Outcome {
    const { adapter, userId, name } = person;
    if (!server.isPresent(adapter, userId)) return nothing('they are not on the network now');
    if (this.#slaps.allow(keyOf(person)) !== 'yes') return nothing('they were slapped often enough for a minute');
    server
      .exclaim(adapter, userId, 'ow')
      .catch((error: unknown) => this.#options.log.debug({ err: error }, 'an ow did not arrive everywhere'));
    this.#say(person, toldOfSlap(name, by, reason));
    return done('they said ow');
  }

  /** Somebody is banned or muted from now on, whoever wanted it: they are off the network at once, and are told. */
  #enforce(ban: Ban, before: Ban | undefined): void {
    const { identities } = this.#options;
    const people = ban.adapter === STEAM ? identities.ofPlayer(ban.userId) : identities.of(ban.adapter as AdapterId, ban.userId);
    const isNews = before === undefined || (before.until ?? Number.POSITIVE_INFINITY) <= ban.at || before.isMute !== ban.isMute;
    for (const { adapter, userId } of people) {
      const person = { adapter, userId, name: ban.name };
      this.memberOf(person)?.server.dismiss(adapter, userId, departureOf(ban));
      if (isNews) this.#tell(person, ban);
      else this.#told.set(keyOf(person), ban);
    }
  }

  /** Tells somebody why nothing of theirs is carried; where it isn't known yet in which room they are, as soon as they say something. */
  #tell(person: Person, ban: Ban): void {
    if (this.#say(person, toldOf(ban, person.name))) this.#told.set(keyOf(person), ban);
  }

  /** Says something to a person in their own place. @returns false when that is not known */
  #say(person: Person, text: string): boolean {
    const place = this.placeOf(person);
    if (place !== undefined) this.#options.tell(place, text);
    return place !== undefined;
  }
}

function done(words: string): Outcome {
  return { words, isDone: true };
}

function nothing(words: string): Outcome {
  return { words, isDone: false };
}

/** Whether one end comes before another; undefined never comes. */
function isSooner(one: number | undefined, other: number | undefined): boolean {
  return (one ?? Number.POSITIVE_INFINITY) < (other ?? Number.POSITIVE_INFINITY);
}

function keyOf({ adapter, userId }: Pick<Person, 'adapter' | 'userId'>): string {
  return `${adapter}/${userId}`;
}
