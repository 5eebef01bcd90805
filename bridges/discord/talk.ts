import { type Client, type Message as DiscordMessage, Events, type PartialMessage } from 'discord.js';
import type { Clock } from '../../src/clock.ts';
import type { Edit, Message, Place, Removal, RoomRef } from '../../src/event.ts';
import type { Hearing } from './hearing.ts';
import type { Ears } from './incoming/heard.ts';
import { toEdit, toMessage, toRemoval } from './incoming/message.ts';
import { updateOf } from './incoming/update.ts';
import type { Positions } from './positions.ts';

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
  readonly placeOf: (room: RoomRef) => Place;
  readonly clock: Clock;
}

/** Tells what is said in the rooms, what reads otherwise now and what was taken back, in that order. */
export class Talk {
  readonly #rules: TalkRules;
  readonly #hearing: Hearing<DiscordMessage>;
  readonly #positions: Positions;
  readonly #events: TalkEvents;
  readonly #unheard = new Set<string>();

  /** @param order where the messages pass through, and up to where each room was heard */
  constructor(rules: TalkRules, order: { hearing: Hearing<DiscordMessage>; positions: Positions }, events: TalkEvents) {
    this.#rules = rules;
    this.#hearing = order.hearing;
    this.#positions = order.positions;
    this.#events = events;
  }

  listen(client: Client): void {
    client
      .on(Events.MessageCreate, (message) => this.#hearing.hear(message))
      .on(Events.MessageUpdate, (old, message) => this.#updated(old, message))
      .on(Events.MessageDelete, (message) => this.#deleted(message))
      .on(Events.MessageBulkDelete, (messages) => {
        for (const message of messages.values()) this.#deleted(message);
      });
  }

  /** A message is the next one in its room. */
  hear(message: DiscordMessage): void {
    const said = this.#said(message);
    this.#positions.note(message.channelId, message.id, said && this.#events.message(said));
    if (said !== undefined) return;
    this.#unheard.add(message.id);
    const [oldest] = this.#unheard;
    if (this.#unheard.size > maxUnheard && oldest !== undefined) this.#unheard.delete(oldest);
  }

  /** A message reads otherwise than it may have been heard. */
  edited(message: DiscordMessage): void {
    const edit = message.inGuild() ? toEdit(message, this.#placeOf(message), this.#rules.ears) : undefined;
    if (edit !== undefined) this.#events.edit(edit);
  }

  /** A message that was heard is not there any more. */
  removed(id: string, channelId: string): void {
    this.#events.remove(toRemoval(id, this.#placeOf({ channelId }), this.#rules.clock.now()));
  }

  #updated(old: Changed, message: Changed): void {
    const update = updateOf(old, message);
    if (update === 'gone') this.#deleted(message);
    if (message.partial || (update !== 'edited' && update !== 'said')) return;
    this.#hearing.afterwards(message.channelId, () => (update === 'edited' ? this.edited(message) : this.#answered(message)));
  }

  /** A bot says at last what it was asked for. */
  #answered(message: DiscordMessage): void {
    const said = this.#said(message);
    if (said === undefined) return;
    this.#unheard.delete(message.id);
    this.#events.message(said).catch(() => {});
  }

  #deleted({ id, channelId }: Pick<Changed, 'id' | 'channelId'>): void {
    this.#hearing.afterwards(channelId, () => {
      if (!this.#unheard.delete(id)) this.removed(id, channelId);
    });
  }

  #said(message: DiscordMessage): Message | undefined {
    return message.inGuild() ? toMessage(message, this.#placeOf(message), this.#rules.ears) : undefined;
  }

  #placeOf({ channelId }: { readonly channelId: string }): Place {
    return this.#rules.placeOf(channelId as RoomRef);
  }
}
