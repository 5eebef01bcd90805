import type { AdapterHost } from '../../../src/adapter.ts';
import { anyGlob } from '../../../src/text/glob.ts';
import type { DiscordConfig } from '../config.ts';
import { isMessageGone, isSaidByDiscord, waitOf } from '../faults.ts';
import { printOf } from './changes.ts';
import { statusFault } from './faults.ts';
import { type Outcome, Paced } from './paced.ts';
import { type Picture, type Sight, unknownServer } from './picture.ts';
import { StatusRecord } from './record.ts';
import type { StatusRequests } from './requests.ts';
import { messageOf, type StatusText, topicOf } from './wording.ts';

/** Milliseconds from what happens to what is shown of it, and between two edits. */
const SETTLE = 2_000;
const EDIT_GAP = 15_000;
/** Discord takes two new topics in 10 minutes; one of them is left to people. */
const TOPIC_GAP = 10 * 60_000;
/** Milliseconds until it is tried again. */
const AFTER_FAULT = 60_000;
const AFTER_REFUSAL = 10 * 60_000;

const atOnce: Outcome = { rest: 0 };

/** Who shows it, and what there is to show. */
export interface BoardParts {
  readonly host: AdapterHost;
  readonly requests: StatusRequests;
  readonly picture: Picture;
  /** The id of the bot's user. */
  readonly userId: string;
}

/** One status message, and the topic of its channel where that is wanted: found again, and changed only when they say something else. */
export class Board {
  readonly #entry: DiscordConfig['status'][number];
  readonly #parts: BoardParts;
  readonly #includes: (serverId: string) => boolean;
  readonly #record: Promise<StatusRecord>;
  readonly #pacers: readonly Paced[];
  /** What was told to the operator since it worked last. */
  readonly #told = new Map<'message' | 'topic', string>();
  /** Whether the message was seen since the start. */
  #found = false;
  /** What the topic is, as far as it is known. */
  #topic: string | undefined;
  #stopped = false;

  constructor(entry: DiscordConfig['status'][number], parts: BoardParts) {
    const { clock, log, memory } = parts.host;
    this.#entry = entry;
    this.#parts = parts;
    this.#includes = anyGlob(entry.servers);
    this.#record = StatusRecord.load(memory, `status/${entry.channel}/${printOf(entry.servers)}`);
    this.#record.catch(() => {});
    const options = { clock, log, settle: SETTLE };
    const message = new Paced(options, (signal) => this.#turn((record, sight) => this.#show(record, sight, signal)));
    const topic = new Paced(options, (signal) => this.#turn((record, sight) => this.#head(record, sight, signal)));
    this.#pacers = entry.topic ? [message, topic] : [message];
  }

  /** Something may have changed. */
  ask(): void {
    for (const pacer of this.#pacers) pacer.ask();
  }

  stop(): void {
    this.#stopped = true;
    for (const pacer of this.#pacers) pacer.stop();
  }

  async #turn(show: (record: StatusRecord, sight: Sight) => Promise<Outcome>): Promise<Outcome> {
    const record = await this.#record;
    const { state, servers, again = Number.POSITIVE_INFINITY } = this.#parts.picture.look();
    if (state === 'soon') return { rest: 0, again };
    const ours = servers.filter(({ id }) => this.#includes(id));
    const missing = this.#entry.servers.filter((id) => !/[*?]/.test(id) && !ours.some((facts) => facts.id === id));
    const all = state === 'seen' ? [...ours, ...missing.map(unknownServer)] : [];
    if (state === 'seen') record.changes.note(all, Math.floor(this.#parts.host.clock.now() / 1_000));
    const outcome = await show(record, { state, servers: all });
    return { ...outcome, again: Math.min(again, outcome.again ?? again) };
  }

  async #show(record: StatusRecord, sight: Sight, signal: AbortSignal): Promise<Outcome> {
    const text = messageOf(sight, (id) => record.changes.of(id));
    const print = printOf(text);
    if (this.#found && print === record.print) return atOnce;
    return this.#explained('message', async () => {
      const done = await this.#put(record, text, print, signal);
      record.print = print;
      await record.save();
      return done ? { rest: EDIT_GAP } : atOnce;
    });
  }

  /** Edits the message, or shows a new one where there is none. @returns false when it says all that already */
  async #put(record: StatusRecord, text: StatusText, print: string, signal: AbortSignal): Promise<boolean> {
    const { requests, userId } = this.#parts;
    const { channel, servers } = this.#entry;
    if (record.message !== undefined && (await this.#isThere(record.message, signal))) {
      this.#found = true;
      if (print === record.print) return false;
      try {
        await requests.edit(channel, record.message, text, signal);
        return true;
      } catch (error) {
        if (!isMessageGone(error)) throw error;
      }
    }
    // Were the bridge killed before the id is kept, Discord gives the same message for the same nonce.
    record.message = await requests.post(channel, text, printOf([userId, channel, servers, record.message]), signal);
    this.#found = true;
    return true;
  }

  async #isThere(message: string, signal: AbortSignal): Promise<boolean> {
    if (this.#found) return true;
    const { requests, userId } = this.#parts;
    return (await requests.authorOf(this.#entry.channel, message, signal)) === userId;
  }

  /** Sets the topic. */
  async #head(record: StatusRecord, sight: Sight, signal: AbortSignal): Promise<Outcome> {
    const { requests, host } = this.#parts;
    const { channel } = this.#entry;
    const text = topicOf(sight, (id) => record.changes.of(id));
    const wait = record.topicAt + TOPIC_GAP - host.clock.now();
    if (this.#topic === text) return atOnce;
    if (wait > 0) return { rest: wait, again: wait };
    return this.#explained('topic', async () => {
      this.#topic ??= await requests.topic(channel, signal);
      if (this.#topic === text) return atOnce;
      await requests.setTopic(channel, text, signal);
      this.#topic = text;
      record.topicAt = host.clock.now();
      await record.save();
      return { rest: TOPIC_GAP };
    });
  }

  /** Tells the operator what went wrong, once until it works again, and tries again later. */
  async #explained(what: 'message' | 'topic', act: () => Promise<Outcome>): Promise<Outcome> {
    try {
      const outcome = await act();
      this.#told.delete(what);
      return outcome;
    } catch (error) {
      const wait = waitOf(error);
      // Old messages take fewer edits than new ones: that is nothing to be told of.
      if (wait !== undefined) return { rest: wait, again: wait };
      const sentence = statusFault(error, what, this.#entry.channel);
      if (!this.#stopped && this.#told.get(what) !== sentence) this.#parts.host.log.warn(sentence);
      this.#told.set(what, sentence);
      const rest = isSaidByDiscord(error) ? AFTER_REFUSAL : AFTER_FAULT;
      return { rest, again: rest };
    }
  }
}
