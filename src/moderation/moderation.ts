/** Moderation of our own people, the users of platforms: who is kicked or banned is off the network, and nothing of theirs is carried. */
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { AowlAction } from '../crosschat/index.ts';
import type { AdapterId, Author, Edit, Heard, Message, Place, Reaction } from '../event.ts';
import { FloodLimiter } from '../flood.ts';
import type { Member } from '../member.ts';
import { Recent } from '../recent.ts';
import type { Speaker } from '../speakers.ts';
import { type Ban, STEAM } from '../store/bans.ts';
import type { Store } from '../store/store.ts';
import { sanitizeName } from '../text/names.ts';
import type { Bars } from './bars.ts';
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
}

/** What moderation is made of. */
export interface ModerationOptions {
  readonly bars: Bars;
  readonly store: Pick<Store, 'audit' | 'bans' | 'accounts'>;
  /** For how many milliseconds nothing is carried of who is kicked now. */
  readonly mute: () => number;
  /** Says something in a room, as the bridge itself. */
  readonly tell: (place: RoomPlace, text: string) => void;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Of so many people it is remembered where they spoke last, and what they were told. */
const MAX_PEOPLE = 10_000;
/** So often a minute one person is slapped. */
const SLAPS = 6;
const MINUTE = 60_000;

/** The moderation of a bridge. */
export class Moderation {
  readonly #options: ModerationOptions;
  readonly #members = new Map<AdapterId, Member>();
  /** Where people spoke last: their own place. */
  readonly #places = new Recent<string, RoomPlace>(MAX_PEOPLE);
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
  }

  /** The adapter that a person's platform is; undefined when it is not configured any more. */
  memberOf({ adapter }: Pick<Person, 'adapter'>): Member | undefined {
    return this.#members.get(adapter);
  }

  /** Where a person spoke last; of who is on the network, it is known after a restart as well. */
  placeOf(person: Pick<Person, 'adapter' | 'userId'>): RoomPlace | undefined {
    const { adapter, userId } = person;
    const place = this.#places.get(keyOf(person));
    if (place !== undefined) return place;
    const room = this.memberOf(person)?.server.roomOf(adapter, userId);
    return room === undefined ? undefined : { kind: 'room', adapter, room };
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
    this.#places.set(keyOf(person), place);
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

  /**
   * Does to a person what somebody wants, who has the right to it. It holds when this returns.
   * @returns what came of it, in words for moderators
   */
  act(person: Person, order: Order): string {
    const member = this.memberOf(person);
    if (member === undefined) return 'their platform is not configured any more';
    const { action, by, place, until } = order;
    const reason = reasonIn(order.reason);
    if (action === 'slap') return this.#slap(person, member, by, reason);
    const at = this.#options.clock.now();
    const outcome =
      action === 'ban' ? this.#ban(person, { by, place, reason, at, until }) : this.#kick(person, member, { by, reason, at });
    this.#mirror(person, member, {
      ...order,
      reason,
      until: action === 'kick' ? at + Math.max(this.#options.mute(), MINUTE) : until,
    });
    return outcome;
  }

  #ban({ adapter, userId, name }: Person, given: Pick<Ban, 'by' | 'place' | 'reason' | 'at' | 'until'>): string {
    // That it is kept is not waited for: it holds already.
    this.#options.store.bans.add({ adapter, userId, name, ...given }).catch(() => {});
    return `not carried ${endOf(given)}`;
  }

  #kick(person: Person, member: Member, given: Pick<Ban, 'by' | 'reason' | 'at'>): string {
    const { store, bars } = this.#options;
    const mute = this.#options.mute();
    const { adapter, userId, name } = person;
    const bar = bars.of(adapter, userId);
    if (bar?.kind === 'ban' && !bar.ban.isMute) return 'they are banned already';
    if (mute > 0) {
      const until = given.at + mute;
      store.bans.add({ adapter, userId, name, ...given, until, isMute: true }).catch(() => {});
      return `not carried ${endOf({ ...given, until })}`;
    }
    member.server.dismiss(adapter, userId, departureOf({ ...given, isMute: true }));
    this.#say(person, toldOfKick(name, given.by, given.reason));
    return 'off the network until they speak again';
  }

  #slap(person: Person, { server }: Member, by: string, reason: string): string {
    const { adapter, userId, name } = person;
    if (!server.isPresent(adapter, userId)) return 'they are not on the network now';
    if (this.#slaps.allow(keyOf(person)) !== 'yes') return 'they were slapped often enough for a minute';
    server
      .exclaim(adapter, userId, 'ow')
      .catch((error: unknown) => this.#options.log.debug({ err: error }, 'an ow did not arrive everywhere'));
    this.#say(person, toldOfSlap(name, by, reason));
    return 'they said ow';
  }

  /** Somebody is banned or muted from now on, whoever wanted it: they are off the network at once, and are told. */
  #enforce(ban: Ban, before: Ban | undefined): void {
    const { accounts } = this.#options.store;
    const people: readonly Person[] =
      ban.adapter === STEAM ? accounts.of(ban.userId) : [{ ...ban, adapter: ban.adapter as AdapterId }];
    const isNews = before === undefined || (before.until ?? Number.POSITIVE_INFINITY) <= ban.at || before.isMute !== ban.isMute;
    for (const person of people) {
      const { adapter, userId } = person;
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

  /** Does the same on the platform, if it is configured to. */
  #mirror(person: Person, { id, adapter }: Member, { action, by, reason, until }: Order): void {
    const { store, log } = this.#options;
    if (action === 'slap' || adapter.moderate === undefined) return;
    adapter
      .moderate({ userId: person.userId, action, by, reason, until })
      .catch((error: unknown) => {
        log.error({ err: error, adapter: id }, `a ${action} could not be done on ${adapter.platform}, by a fault in the bridge`);
        return 'it failed by a fault in the bridge';
      })
      .then((result) => {
        if (result === undefined) return;
        const target = describePerson(person);
        log.info({ adapter: id, user: person.userId }, `${action} on ${adapter.platform}: ${result}`);
        store.audit.note({ who: by, action: `${action} on ${adapter.platform}`, target, detail: result }).catch(() => {});
      });
  }
}

/** A person as the audit log names them. */
export function describePerson({ adapter, userId, name }: Person): string {
  return `${sanitizeName(name)} (${userId}, ${adapter})`;
}

function keyOf({ adapter, userId }: Pick<Person, 'adapter' | 'userId'>): string {
  return `${adapter}/${userId}`;
}
