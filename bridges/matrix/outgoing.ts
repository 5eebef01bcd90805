/** Shows messages in a room, changes them and takes them back: each once, however often it is tried. */
import { z } from 'zod';
import type { Attempt } from '../../src/adapter.ts';
import type { EventId } from '../../src/event.ts';
import { actionId, type Draft, type MatrixContent, type ReplacementContent, toReplacement } from './content.ts';
import { bridgeMark, markSchema, roomEvent } from './event.ts';
import type { FileContent } from './file-content.ts';
import { readPage } from './history.ts';
import { type Caller, isAbsent, isRefused } from './homeserver.ts';
import type { NoticeContent } from './notice.ts';
import { inThread, type ThreadEnd, Threads } from './threads.ts';
import type { Uploads } from './uploads.ts';

/** What names its transaction itself. */
type Sendable =
  | (Omit<MatrixContent | FileContent, 'm.relates_to'> & { readonly [bridgeMark]: { readonly id: string } })
  | ReplacementContent;

const sent = z.object({ event_id: z.string() });
/** How far back is looked for an event that may be there: so many pages of our own messages. */
const maxPages = 5;

/** As whom the bridge speaks. */
interface Account {
  readonly homeserver: Caller;
  readonly userId: string;
  /** Who else may have sent what was begun before: the bridge itself, where a ghost speaks. */
  readonly others?: readonly string[];
  /** Its id on the crosschat network. */
  readonly serverId: string;
}

export class Outgoing {
  readonly #homeserver: Caller;
  /** Who has sent what is looked for. */
  readonly #senders: readonly string[];
  readonly #uploads: Uploads;
  readonly threads: Threads;

  /**
   * @param account whose homeserver and id, and its id on the crosschat network
   * @param threads those of the bridge itself, where a ghost speaks
   */
  constructor({ homeserver, userId, others = [], serverId }: Account, uploads: Uploads, threads?: Threads) {
    this.threads = threads ?? new Threads(serverId, (...notice) => this.notify(...notice));
    this.#homeserver = homeserver;
    this.#senders = [userId, ...others];
    this.#uploads = uploads;
  }

  /**
   * Sends what of a message is not shown yet. The homeserver knows a transaction that it has seen, but not for ever: Synapse forgets
   * it after 24 hours, for a token without a device after half an hour or a restart, and for another device it never knew it. So
   * where a part may be there, the room is looked at first.
   */
  async show(roomId: string, drafts: readonly Draft[], attempt: Attempt, thread?: ThreadEnd): Promise<void> {
    let latest = thread?.latest;
    for (const draft of drafts.slice(attempt.shown.length)) {
      const wasDoubtful = attempt.doubtful;
      const found = wasDoubtful ? await this.#find(roomId, draft.content[bridgeMark].id, attempt.signal) : undefined;
      const content = found === undefined ? await this.#uploads.contentOf(draft, attempt.signal) : draft.content;
      if (!wasDoubtful) await attempt.begin();
      try {
        const shown = thread && latest !== undefined ? inThread(content, { ...thread, latest }) : content;
        latest = found ?? (await this.#put(roomId, shown, attempt.signal));
        attempt.done(latest);
        if (thread !== undefined) this.threads.note(thread.root, latest);
      } catch (fault) {
        if (!wasDoubtful && isRefused(fault)) attempt.failed();
        throw fault;
      }
    }
  }

  /**
   * Lets the parts of a message read otherwise. Parts that it has no more are taken back, those that are new come at the end of the
   * room: the attempt knows of these.
   * @param shown the event ids of its parts
   * @param thread where new parts go
   */
  async change(
    roomId: string,
    drafts: readonly Draft[],
    shown: readonly string[],
    attempt: Attempt,
    thread?: ThreadEnd,
  ): Promise<void> {
    const before = shown.filter((id) => !attempt.shown.includes(id));
    const targets = before.length > 1 ? await this.#notTakenBack(roomId, before, attempt.signal) : before;
    for (const [index, target] of targets.entries()) {
      const draft = drafts[index];
      if (draft === undefined) await this.#redact(roomId, target, attempt.signal);
      // To say twice that it reads otherwise changes nothing: that needs no look.
      else {
        const content = await this.#uploads.contentOf(draft, attempt.signal);
        await this.#put(roomId, toReplacement(content, target), attempt.signal);
      }
    }
    await this.show(roomId, drafts.slice(targets.length), attempt, thread);
  }

  /** Takes events back. That one is gone already is no fault. */
  async takeBack(roomId: string, eventIds: readonly string[], signal: AbortSignal): Promise<void> {
    for (const id of eventIds) await this.#redact(roomId, id, signal);
  }

  /** Shows something by the way: nobody looks whether it is there. Gives its id. */
  async notify(roomId: string, content: NoticeContent, cause: EventId, signal: AbortSignal): Promise<string> {
    const path = `${roomPath(roomId)}/send/m.room.message/${actionId(cause, 'notice')}`;
    return sent.parse(await this.#homeserver.call('PUT', path, { body: content, signal })).event_id;
  }

  async #put(roomId: string, content: Sendable, signal: AbortSignal): Promise<string> {
    const path = `${roomPath(roomId)}/send/m.room.message/${content[bridgeMark].id}`;
    return sent.parse(await this.#homeserver.call('PUT', path, { body: content, signal })).event_id;
  }

  async #redact(roomId: string, eventId: string, signal: AbortSignal): Promise<void> {
    const path = `${roomPath(roomId)}/redact/${encodeURIComponent(eventId)}/${actionId(eventId, 'redact')}`;
    try {
      await this.#homeserver.call('PUT', path, { body: {}, signal });
    } catch (fault) {
      if (!isAbsent(fault)) throw fault;
    }
  }

  /** The id of our event with this mark, if it is among the latest that we have sent to the room. */
  async #find(roomId: string, mark: string, signal: AbortSignal): Promise<string | undefined> {
    const filter = { types: ['m.room.message'], senders: this.#senders };
    let from: string | undefined;
    for (let pages = 0; pages < maxPages; pages++) {
      const page = await readPage(this.#homeserver, { roomId, filter, signal, ...(from !== undefined && { from }) });
      const found = page.events.find(({ content }) => markSchema.safeParse(content[bridgeMark]).data?.id === mark);
      if (found !== undefined) return found.event_id;
      if (page.next === undefined) return undefined;
      from = page.next;
    }
    return undefined;
  }

  /** The parts but those that an earlier edit took back. What others took back stays, so that it does not come again. */
  async #notTakenBack(roomId: string, eventIds: readonly string[], signal: AbortSignal): Promise<string[]> {
    const kept: string[] = [];
    for (const id of eventIds) {
      const path = `${roomPath(roomId)}/event/${encodeURIComponent(id)}`;
      const event = roomEvent.safeParse(await this.#homeserver.call('GET', path, { signal })).data;
      if (!this.#senders.includes(event?.unsigned?.redacted_because?.sender ?? '')) kept.push(id);
    }
    return kept;
  }
}

function roomPath(roomId: string): string {
  return `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}`;
}
