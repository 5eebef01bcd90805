/** Threads of a room: which event a message hangs on, and how it says so. */
import { MatrixError } from 'matrix-bot-sdk';
import type { RoomThread } from '../../src/adapter.ts';
import type { Thread } from '../../src/event.ts';
import { excerpt } from '../../src/text/excerpt.ts';
import { sanitizeName } from '../../src/text/names.ts';
import { literal } from '../../src/text/tree.ts';
import { type NoticeContent, toNotice } from './notice.ts';

/** How an event says that it belongs to a thread. https://spec.matrix.org/v1.13/client-server-api/#threading */
export interface ThreadRelation {
  readonly rel_type: 'm.thread';
  /** The event that the thread hangs on. */
  readonly event_id: string;
  /** Whether what it answers is only told to clients that know no threads. */
  readonly is_falling_back: boolean;
  readonly 'm.in_reply_to': { readonly event_id: string };
}

/** The thread that is written to. */
export interface ThreadEnd {
  /** The id of the event that it hangs on. */
  readonly root: string;
  /** The id of its latest event, as far as it is known. */
  readonly latest: string;
}

/** Of so many threads the latest event is remembered. */
const maxThreads = 1_000;

/** Sends an event, the same one for the same cause, and gives its id. */
type Notify = (roomId: string, content: NoticeContent, cause: Thread['id'], signal: AbortSignal) => Promise<string>;

/** What is told of a thread that a message belongs to. */
interface Belonging {
  readonly roomId: string;
  /** As the message itself names it. */
  readonly thread: Thread;
  /** As the room knows it. */
  readonly here: RoomThread;
}

/** Finds the event that a thread hangs on, and sends one where there is none. */
export class Threads {
  readonly #serverId: string;
  readonly #notify: Notify;
  /** From root to the latest event. */
  readonly #latest = new Map<string, string>();

  /** @param serverId the bridge's own id on the crosschat network */
  constructor(serverId: string, notify: Notify) {
    this.#serverId = serverId;
    this.#notify = notify;
  }

  /** An event came into a thread. */
  note(root: string, latest: string): void {
    this.#latest.delete(root);
    this.#latest.set(root, latest);
    const [oldest] = this.#latest.keys();
    if (this.#latest.size > maxThreads && oldest !== undefined) this.#latest.delete(oldest);
  }

  /** Sends to a thread. Where the homeserver takes no thread on the event that it should hang on, it hangs on one of its own. */
  async send(belonging: Belonging, signal: AbortSignal, send: (end: ThreadEnd) => Promise<void>): Promise<void> {
    const { nativeId, opened } = belonging.here;
    const root = nativeId ?? (await this.#start(belonging, signal));
    try {
      await send(this.#endOf(root));
      opened(root);
    } catch (fault) {
      if (root !== nativeId || !isNoRoot(fault)) throw fault;
      const own = await this.#start(belonging, signal);
      await send(this.#endOf(own));
    }
  }

  #endOf(root: string): ThreadEnd {
    return { root, latest: this.#latest.get(root) ?? root };
  }

  async #start({ roomId, thread, here }: Belonging, signal: AbortSignal): Promise<string> {
    const name = sanitizeName(excerpt(here.name)) || 'without a name';
    const content = toNotice({ body: [{ type: 'bold', children: literal('Thread') }, ...literal(`: ${name}`)] }, this.#serverId);
    const root = await this.#notify(roomId, content, thread.id, signal);
    here.opened(root);
    return root;
  }
}

/** A content as part of a thread. It answers what it answered before, if that was anything. */
export function inThread<
  Content extends { readonly 'm.relates_to'?: { readonly 'm.in_reply_to'?: { readonly event_id: string } } },
>(content: Content, { root, latest }: ThreadEnd): Omit<Content, 'm.relates_to'> & { readonly 'm.relates_to': ThreadRelation } {
  const answered = content['m.relates_to']?.['m.in_reply_to'];
  return {
    ...content,
    'm.relates_to': {
      rel_type: 'm.thread',
      event_id: root,
      is_falling_back: answered === undefined,
      'm.in_reply_to': answered ?? { event_id: latest },
    },
  };
}

/** Whether nothing can hang on an event: it is in a thread itself, or the homeserver doesn't know it. */
function isNoRoot(fault: unknown): boolean {
  return fault instanceof MatrixError && fault.statusCode === 400 && fault.errcode === 'M_UNKNOWN';
}
