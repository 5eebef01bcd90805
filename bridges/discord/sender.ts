import { MessageFlags } from 'discord.js';
import type { Logger } from 'pino';
import type { Attempt, MediaReader, Memory, RoomThread } from '../../src/adapter.ts';
import type { Clock } from '../../src/clock.ts';
import type { Edit, Message, Notice } from '../../src/event.ts';
import type { FindPeople } from '../../src/text/calls.ts';
import type { Account } from './answers.ts';
import type { Api } from './api.ts';
import { Changes } from './changes.ts';
import { deliveryFault, isAboutRoom, isChannelGone, isDoubtful } from './faults.ts';
import { History } from './history.ts';
import { type Identity, identityOf, type Neighbours, namesOf } from './identity.ts';
import { printOf } from './notices.ts';
import { type Content, contentsOf } from './outgoing.ts';
import { Outgrown } from './outgrown.ts';
import { Posting } from './posting.ts';
import type { RoomFaults } from './room-faults.ts';
import { nativeIdAt, type Target, Targets } from './targets.ts';
import { isInRoom, outsideThread, ThreadTargets } from './thread-targets.ts';
import type { ThreadRule } from './threads.ts';
import { Uploads } from './uploads.ts';

interface SenderOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly media: MediaReader;
  readonly memory: Memory;
  /** Learns what stands in the way in a room. */
  readonly faults: RoomFaults;
  /** Of the name that a player is shown under. */
  readonly template: string;
  readonly account: (signal: AbortSignal) => Promise<Account>;
  /** Whose names are in use in a room. */
  readonly neighbours: (room: string) => Neighbours;
  /** Who may be called by name in a room; undefined when nobody may. */
  readonly members: ((room: string) => FindPeople) | undefined;
  /** Whether what is said in threads elsewhere goes to threads. */
  readonly threads: ThreadRule;
  /** Whether links unfold. */
  readonly unfurl: boolean;
}

/** One message of Discord. */
interface Part {
  /** Names it. */
  readonly id: string;
  readonly identity: Identity;
  /** The names that it may have been shown under already. */
  readonly usernames: readonly string[];
  readonly content: Content;
}

/** Shows messages through one webhook per channel. */
export class Sender {
  readonly #clock: Clock;
  readonly #template: string;
  readonly #neighbours: SenderOptions['neighbours'];
  readonly #members: SenderOptions['members'];
  readonly #unfurl: boolean;
  readonly #targets: Targets;
  readonly #history: History;
  readonly #changes: Changes;
  readonly #uploads: Uploads;
  readonly #threads: ThreadTargets;
  readonly #outgrown: Outgrown;
  readonly #posting: Posting;
  readonly #faults: RoomFaults;

  constructor(api: Api, options: SenderOptions) {
    const { clock, log, media, memory, faults, template, account, neighbours, members, threads, unfurl } = options;
    this.#clock = clock;
    this.#template = template;
    this.#neighbours = neighbours;
    this.#members = members;
    this.#unfurl = unfurl;
    this.#targets = new Targets(api, account);
    this.#history = new History(api, this.#targets, log);
    this.#uploads = new Uploads(media);
    this.#changes = new Changes(api, this.#targets, this.#uploads);
    this.#threads = new ThreadTargets(api, this.#targets, { rule: threads, clock, log });
    this.#outgrown = new Outgrown(memory);
    this.#faults = faults;
    this.#posting = new Posting(api, this.#targets, log);
  }

  /**
   * Looks up a room and its webhook, or makes one: what could be missing is known before there is anything to show.
   * @throws {DeliveryError}
   */
  prepare(room: string, signal: AbortSignal): Promise<void> {
    return this.#explained(room, async () => {
      await this.#targets.webhook(await this.#targets.of(room, signal), signal);
    });
  }

  /** Remembers a room no longer. */
  forget(room: string): void {
    this.#targets.forget(room);
    this.#faults.clear(room);
  }

  /**
   * Shows a message, in several parts if it is long, from the first one on that isn't shown.
   * @throws {DeliveryError}
   */
  send(room: string, message: Message, attempt: Attempt, thread?: RoomThread): Promise<void> {
    return this.#explained(room, async () => {
      const target = await this.#targets.of(room, attempt.signal);
      await this.#threads.inThread(target, message, thread, attempt.signal, (where, said) =>
        this.#showAll(where, said, this.#contentsOf(said, where).slice(attempt.shown.length), attempt),
      );
    });
  }

  /**
   * Lets a message read otherwise. What needs more parts than are there goes on at the end of the room: out of place, but not lost.
   * @throws {DeliveryError}
   */
  edit(room: string, { message }: Edit, shown: readonly string[], attempt: Attempt, thread?: RoomThread): Promise<void> {
    return this.#explained(room, async () => {
      const target = await this.#targets.of(room, attempt.signal);
      const all = [...new Set([...shown, ...attempt.shown])];
      const parts = await this.#outgrown.without(all);
      const said = thread && all.some((id) => isInRoom(room, id)) ? outsideThread(message, thread) : message;
      const contents = this.#contentsOf(said, target);
      for (const [index, id] of parts.entries()) {
        await this.#rewrite(target, id, contents[index], attempt.signal);
        if (index >= contents.length) this.#outgrown.note(id);
      }
      const end = await this.#threads.whereIs(target, all.at(-1) ?? '', attempt.signal);
      if (end !== undefined) await this.#showAll(end.target, said, contents.slice(parts.length), attempt);
    });
  }

  /**
   * Takes a message back.
   * @throws {DeliveryError}
   */
  remove(room: string, shown: readonly string[], signal: AbortSignal): Promise<void> {
    return this.#explained(room, async () => {
      const target = await this.#targets.of(room, signal);
      for (const id of shown) await this.#rewrite(target, id, undefined, signal);
    });
  }

  /** @param content undefined to take it away */
  async #rewrite(room: Target, nativeId: string, content: Content | undefined, signal: AbortSignal): Promise<void> {
    const found = await this.#threads.whereIs(room, nativeId, signal);
    if (found === undefined) return;
    const { target, id } = found;
    await this.#threads.opened(target, signal, () => this.#changes.rewrite(target, id, content, signal));
  }

  /**
   * Shows a notice, without looking whether it is there.
   * @throws {DeliveryError}
   */
  notify(room: string, notice: Notice, signal: AbortSignal): Promise<void> {
    return this.#explained(room, async () => {
      const target = await this.#targets.of(room, signal);
      const { identity, content } = printOf(notice);
      await this.#posting.post(target, { identity, content }, signal);
    });
  }

  #contentsOf(message: Message, { channel: { guildId }, room }: Target): Content[] {
    const contents = contentsOf(message, { id: room, guildId }, this.#members?.(room));
    return this.#unfurl ? contents : contents.map((content) => ({ ...content, flags: MessageFlags.SuppressEmbeds }));
  }

  async #explained(room: string, deliver: () => Promise<void>): Promise<void> {
    try {
      await deliver();
      this.#faults.clear(room);
    } catch (error) {
      const fault = deliveryFault(error, this.#targets.where(room), 'Manage Webhooks');
      if (isAboutRoom(error, this.#targets.isThread(room))) this.#faults.note(room, fault.message);
      if (isChannelGone(error)) this.#targets.forget(room);
      throw fault;
    }
  }

  async #showAll(target: Target, message: Message, contents: readonly Content[], attempt: Attempt): Promise<void> {
    const identity = identityOf(message, this.#template, this.#neighbours(target.room));
    const usernames = namesOf(message, this.#template);
    for (const content of contents) {
      const since = attempt.begunAt ?? Math.min(message.at, this.#clock.now());
      await this.#show(target, { id: `${message.id} ${attempt.shown.length}`, identity, usernames, content }, since, attempt);
    }
  }

  async #show(target: Target, { id, identity, usernames, content }: Part, since: number, attempt: Attempt): Promise<void> {
    // Before the look: its answer tells Discord's time.
    await this.#targets.webhook(target, attempt.signal);
    if (attempt.doubtful) {
      const part = { content: content.plain, usernames, files: content.files?.length ?? 0 };
      const found = await this.#history.find(target, part, since, attempt);
      if (found !== undefined) return attempt.done(nativeIdAt(target, found));
    }
    await this.#uploads.send(`${target.room} ${id}`, content, target.fileLimit, attempt.signal, async (now, uploads) => {
      await attempt.begin();
      try {
        const what = { identity, content: now, uploads };
        attempt.done(nativeIdAt(target, await this.#posting.post(target, what, attempt.signal)));
      } catch (error) {
        if (!isDoubtful(error)) attempt.failed();
        throw error;
      }
    });
  }
}
