/** A room's past, page by page. */
import { z } from 'zod';
import { parseEvents, type RoomEvent } from './event.ts';
import type { Caller } from './homeserver.ts';

const events = z.array(z.unknown()).catch([]);

/** @see https://spec.matrix.org/v1.13/client-server-api/#get_matrixclientv3roomsroomidmessages */
const messagesPage = z.object({ chunk: events, state: events, end: z.string().optional() });

/** What to read of a room. */
export interface Stretch {
  readonly roomId: string;
  /** A `RoomEventFilter`. */
  readonly filter: object;
  /** A token: what was before it is read. Without one, from the end of the room. */
  readonly from?: string;
  /** A token: where reading ends. */
  readonly to?: string;
  readonly signal?: AbortSignal;
}

/** Some events of a room, oldest first. */
export interface Page {
  readonly events: readonly RoomEvent[];
  /** Who the senders are, as far as the homeserver tells. */
  readonly state: readonly RoomEvent[];
  /** The token of the page before this one; undefined at the beginning of the stretch. */
  readonly next: string | undefined;
}

/** So many events are in a page at most. */
export const pageSize = 100;

/** One page, going backwards. */
export async function readPage(homeserver: Caller, { roomId, filter, from, to, signal }: Stretch): Promise<Page> {
  const path = `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/messages`;
  const query = {
    dir: 'b',
    limit: String(pageSize),
    filter: JSON.stringify(filter),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
  };
  const { chunk, state, end } = messagesPage.parse(
    await homeserver.call('GET', path, { query, ...(signal !== undefined && { signal }) }),
  );
  return { events: parseEvents(chunk).reverse(), state: parseEvents(state), next: end === from ? undefined : end };
}

/** A stretch of a room's past, read back to where it was to begin. */
export interface Past {
  /** Whether the event was found that ends the reading. */
  readonly isReached: boolean;
  /** Whether there was more than is read. */
  readonly isCut: boolean;
  /** Its pages, oldest first; they are fetched again one by one, since all of them together may be much. */
  pages(): AsyncGenerator<Page>;
}

/**
 * Reads backwards until `isEnd` holds for a page, the stretch is over, or `maxPages` are read.
 * @param isEnd `reached` when the page holds the event to stop at, `passed` when that must have been before
 * @throws what {@link Homeserver.call} throws
 */
export async function readBack(
  homeserver: Caller,
  stretch: Stretch,
  maxPages: number,
  isEnd: (page: Page) => 'reached' | 'passed' | undefined,
): Promise<Past> {
  const tokens: (string | undefined)[] = [];
  let next = stretch.from;
  for (;;) {
    tokens.push(next);
    const page = await readPage(homeserver, next === undefined ? stretch : { ...stretch, from: next });
    const end = isEnd(page);
    const isOver = end !== undefined || page.next === undefined;
    if (isOver || tokens.length === maxPages) {
      return { isReached: end === 'reached', isCut: !isOver, pages: () => pagesOf(homeserver, stretch, tokens, page) };
    }
    next = page.next;
  }
}

async function* pagesOf(
  homeserver: Caller,
  stretch: Stretch,
  tokens: readonly (string | undefined)[],
  oldest: Page,
): AsyncGenerator<Page> {
  yield oldest;
  for (const from of tokens.slice(0, -1).reverse()) {
    yield await readPage(homeserver, from === undefined ? stretch : { ...stretch, from });
  }
}
