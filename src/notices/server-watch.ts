/**
 * What people want to know of one game server: events of the network in, notices out. It holds no timer: whoever owns it asks
 * {@link ServerWatch.tell} when {@link ServerWatch.due} has come. All times are in milliseconds since the epoch.
 */
import type { NoticeSubject } from '../event.ts';
import type { RichText } from '../text/tree.ts';
import { type Player, Players } from './players.ts';
import { joinedText, leftText, mapText, offlineText, onlineText, unstableText } from './wording.ts';

/** A notice that has no id and no time yet. */
export interface Draft {
  readonly subject: NoticeSubject;
  /** The server's name. */
  readonly tag: string;
  readonly body: RichText;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** So long after a server came or changed its map, and after we came, whoever joins or leaves it is no news. */
const QUIET = 20 * SECOND;
const OWN_QUIET = 5 * SECOND;
/** A server that is back within this was changing its map, or crashed: nobody needs to know that it was gone. */
const DEBOUNCE = 30 * SECOND;
/** A server that comes tells within this which map it is on and who is there. */
const ARRIVAL = 6 * SECOND;
/** A map is told no more often than this. */
const MAP_GAP = MINUTE;
/** A map that is changed within this after a server went away is why it went. */
const MAP_CHANGE = 3 * MINUTE;
/** A server that went away so often within this time is unstable, until it stayed as it is for so long. */
const UNSTABLE = { falls: 4, within: 10 * MINUTE, until: 5 * MINUTE };

/** One server. */
export class ServerWatch {
  readonly #name: string;
  readonly #players = new Players();
  #online = false;
  /** What people take it for. */
  #told: boolean | undefined;
  /** When it is told that it is online or offline, if people take it for something else then. */
  #changeDue: number | undefined;
  #map: string | undefined;
  #toldMap: string | undefined;
  #mapDue: number | undefined;
  #mapToldAt = Number.NEGATIVE_INFINITY;
  /** When it went away lately, but for map changes. */
  #falls: readonly number[] = [];
  #unstable: 'told' | 'to be told' | undefined;

  /** @param name as people know the server */
  constructor(name: string) {
    this.#name = name;
  }

  /** When {@link tell} has something to tell. */
  get due(): number | undefined {
    const { joined, left } = this.#players;
    const times = [this.#changeDue, this.#mapDue, joined.due, left.due].filter((time) => time !== undefined);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** Whether it is there, as far as we know. */
  get isOnline(): boolean {
    return this.#online;
  }

  /** It is there, or has started anew. @param isNews whether it was not before we looked */
  came(now: number, isNews: boolean): void {
    if (this.#online) this.#fell(now);
    this.#online = true;
    if (!isNews) this.#told ??= true;
    this.#players.unsettle(now, QUIET);
    if (this.#unstable === undefined) this.#changeDue = this.#told === true ? undefined : now + ARRIVAL;
    this.#mapDueFrom(now + ARRIVAL);
  }

  /** It is gone. */
  went(now: number): void {
    this.#online = false;
    this.#told ??= false;
    this.#fell(now);
    this.#mapDue = undefined;
    if (this.#unstable === undefined) this.#changeDue = this.#told ? now + DEBOUNCE : undefined;
  }

  /** We are on the network, perhaps again: what became of the server since we lost sight of it is told when it has had time to come back. */
  found(now: number): void {
    this.#players.unsettle(now, OWN_QUIET);
    if (!this.#online && this.#told === true) this.#changeDue = now + DEBOUNCE;
  }

  /** We can't see it any more. */
  lost(now: number): void {
    this.#online = false;
    this.#changeDue = undefined;
    this.#mapDue = undefined;
    this.#toldMap = this.#map;
    this.#falls = [];
    this.#unstable = undefined;
    this.#players.goAll(now);
  }

  /** It told which map it is on. @param isNews whether it may have changed just now */
  onMap(now: number, map: string, isNews: boolean): void {
    if (map === this.#map) return;
    const isFirst = this.#map === undefined;
    this.#map = map;
    if (isFirst || !isNews) this.#toldMap = map;
    if (isFirst) return;
    const last = this.#falls.at(-1);
    if (last !== undefined && now - last < MAP_CHANGE) this.#falls = this.#falls.slice(0, -1);
    this.#players.unsettle(now, QUIET);
    this.#mapDueFrom(now + ARRIVAL);
  }

  /** Somebody is there. @param isNews whether they joined just now */
  joined(now: number, player: Player, isNews: boolean): void {
    this.#players.join(now, player, isNews && this.#online);
  }

  /** Somebody left. @param isNews whether they left just now */
  left(now: number, player: Player, isNews: boolean, reason?: string): void {
    this.#players.leave(now, player, isNews && this.#online, reason);
  }

  /** What people are to be told now. */
  tell(now: number): Draft[] {
    return [...this.#tellState(now), ...this.#tellMap(now), ...this.#tellPlayers(now)];
  }

  #tellState(now: number): Draft[] {
    if (this.#changeDue === undefined || this.#changeDue > now) return [];
    if (this.#unstable === 'to be told') {
      this.#unstable = 'told';
      this.#changeDue = now + UNSTABLE.until;
      return [this.#draft('servers', unstableText(this.#name, UNSTABLE.falls, UNSTABLE.within))];
    }
    this.#changeDue = undefined;
    if (this.#unstable === 'told') this.#falls = [];
    this.#unstable = undefined;
    if (this.#told === this.#online) return [];
    this.#told = this.#online;
    if (!this.#online) return [this.#draft('servers', offlineText(this.#name))];
    this.#mapDue = undefined;
    this.#toldMap = this.#map;
    return [this.#draft('servers', onlineText(this.#name, this.#map, this.#players.count))];
  }

  #tellMap(now: number): Draft[] {
    if (this.#mapDue === undefined || this.#mapDue > now || this.#map === undefined) return [];
    this.#mapDue = undefined;
    this.#mapToldAt = now;
    this.#toldMap = this.#map;
    return [this.#draft('maps', mapText(this.#name, this.#map, this.#players.count))];
  }

  #tellPlayers(now: number): Draft[] {
    const joined = this.#players.joined.take(now);
    const left = this.#players.left.take(now);
    return [
      ...(joined ? [this.#draft('joins', joinedText(joined.people, joined.count, this.#name))] : []),
      ...(left ? [this.#draft('joins', leftText(left.people, left.count, this.#name))] : []),
    ];
  }

  #draft(subject: NoticeSubject, body: RichText): Draft {
    return { subject, tag: this.#name, body };
  }

  #mapDueFrom(soonest: number): void {
    const isNews = this.#online && this.#map !== this.#toldMap;
    this.#mapDue = isNews ? Math.max(soonest, this.#mapToldAt + MAP_GAP) : undefined;
  }

  /** It went away, as it may do, but not too often. */
  #fell(now: number): void {
    this.#players.goAll(now);
    this.#falls = [...this.#falls.filter((at) => now - at < UNSTABLE.within), now].slice(-UNSTABLE.falls);
    if (this.#unstable === undefined && this.#falls.length === UNSTABLE.falls) {
      this.#unstable = 'to be told';
      this.#changeDue = now;
    } else if (this.#unstable === 'told') this.#changeDue = now + UNSTABLE.until;
  }
}
