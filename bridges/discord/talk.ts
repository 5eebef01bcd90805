import { type Client, type Message as DiscordMessage, Events, type PartialMessage } from 'discord.js';
import type { Clock } from '../../src/clock.ts';
import type { Edit, Message, Removal, RoomRef } from '../../src/event.ts';
import type { Hearing } from './hearing.ts';
import type { Ears } from './incoming/heard.ts';
import { toEdit, toMessage, toRemoval } from './incoming/message.ts';
import { updateOf } from './incoming/update.ts';
import type { RoomPlace, Whereabouts } from './native-id.ts';
import type { Positions } from './positions.ts';
import type { ThreadPositions } from './thread-positions.ts';
import type { Threads } from './threads.ts';

/** So many of the messages that the bridge itself or another bot wrote are known as such, so that nobody is told of their end. */
const maxUnheard = 2_000;

type Changed = DiscordMessage | PartialMessage;

/** What is said, and what becomes of it. */
export interface TalkEvents {
  /** Resolves when it is taken; rejects when it is not. */
  message(message: Message): Promise<void>;
  edit(edit: Edit): void;
  remove(removal: Removal): void;
}

export interface TalkRules {
  readonly ears: Ears;
  readonly placeOf: (room: RoomRef) => RoomPlace;
  readonly clock: Clock;
}

/** Where the messages pass through, and up to where each room was heard. */
export interface Order {
  readonly hearing: Hearing<DiscordMessage>;
  readonly positions: Positions;
  readonly threads: Threads;
  readonly threadPositions: ThreadPositions;
}

/** Tells what is said in the rooms, what reads otherwise now and what was taken back, in that order. */
export class Talk {
  readonly #rules: TalkRules;
  readonly #order: Order;
  readonly #events: TalkEvents;
  readonly #unheard = new Set<string>();

  constructor(rules: TalkRules, order: Order, events: TalkEvents) {
    this.#rules = rules;
    this.#order = order;
    this.#events = events;
  }

  listen(client: Client): void {
    client
      .on(Events.MessageCreate, (message) => {
        // A thread that is new, or was silent for long, is followed from here on.
        const room = this.#roomOf(message);
        if (room !== undefined) this.#order.hearing.follow(message.channelId);
        this.#order.hearing.hear(message, room);
      })
      .on(Events.MessageUpdate, (old, message) => this.#updated(old, message))
      .on(Events.MessageDelete, (message) => this.#deleted(message))
      .on(Events.MessageBulkDelete, (messages) => {
        for (const message of messages.values()) this.#deleted(message);
      });
  }

  /** A message is the next one in its room. */
  hear(message: DiscordMessage): void {
    const said = this.#said(message);
    const taken = said && this.#events.message(said);
    const room = this.#roomOf(message);
    if (room === message.channelId) this.#order.positions.note(room, message.id, taken);
    else if (room !== undefined) this.#order.threadPositions.note(room, message, taken);
    if (said !== undefined) return;
    this.#unheard.add(message.id);
    const [oldest] = this.#unheard;
    if (this.#unheard.size > maxUnheard && oldest !== undefined) this.#unheard.delete(oldest);
  }

  /** A message reads otherwise than it may have been heard. */
  edited(message: DiscordMessage): void {
    const place = this.placeOf(message);
    const edit = place && message.inGuild() ? toEdit(message, place, this.#rules.ears) : undefined;
    if (edit !== undefined) this.#events.edit(edit);
  }

  /** A message that was heard is not there any more. */
  removed(message: Whereabouts): void {
    const place = this.placeOf(message);
    if (place !== undefined) this.#events.remove(toRemoval(message, place, this.#rules.clock.now()));
  }

  #updated(old: Changed, message: Changed): void {
    const update = updateOf(old, message);
    if (update === 'gone') this.#deleted(message);
    if (message.partial || (update !== 'edited' && update !== 'said')) return;
    const tell = () => (update === 'edited' ? this.edited(message) : this.#answered(message));
    this.afterwards(message, tell);
  }

  /** A bot says at last what it was asked for. */
  #answered(message: DiscordMessage): void {
    const said = this.#said(message);
    if (said === undefined) return;
    this.#unheard.delete(message.id);
    this.#events.message(said).catch(() => {});
  }

  #deleted({ id, channelId }: Whereabouts): void {
    this.afterwards({ id, channelId }, () => {
      if (!this.#unheard.delete(id)) this.removed({ id, channelId });
    });
  }

  /** Does something about an earlier message, also of a thread in which nobody said anything since the start. */
  afterwards(message: Whereabouts, action: (place: RoomPlace) => void): void {
    const place = this.placeOf(message);
    if (place === undefined) return;
    this.#order.hearing.follow(message.channelId);
    this.#order.hearing.afterwards(message.channelId, () => action(place), place.room);
  }

  #said(message: DiscordMessage): Message | undefined {
    const place = this.placeOf(message);
    return place && message.inGuild() ? toMessage(message, place, this.#rules.ears) : undefined;
  }

  /** The room in which a message, or in a thread of which, it stands; undefined where it is none of ours. */
  placeOf(message: Pick<Whereabouts, 'channelId'>): RoomPlace | undefined {
    const room = this.#roomOf(message);
    return room === undefined ? undefined : this.#rules.placeOf(room as RoomRef);
  }

  #roomOf({ channelId }: Pick<Whereabouts, 'channelId'>): string | undefined {
    return this.#order.threads.roomOf(channelId);
  }
}
