/** What somebody sends along with a request. */
import type { IncomingMessage } from 'node:http';
import type { Clock } from '../clock.ts';

/** A body can't be had. The message is a sentence for whoever sent it. */
export class BodyError extends Error {
  override readonly name = 'BodyError';
  /** What is answered: 413 for one that is too long, 408 for one that is too slow, 400 for one that breaks off. */
  readonly status: 400 | 408 | 413;

  constructor(status: 400 | 408 | 413, message: string) {
    super(message);
    this.status = status;
  }
}

/** What holds for bodies. */
export interface BodyLimits {
  /** So long may it be, in bytes. */
  readonly maxBytes: number;
  readonly clock: Clock;
}

/** How long even the smallest body may take, in milliseconds, and how many bytes a second have to come of a large one. */
const TIME = 15_000;
const PACE = 32_000;

/**
 * A body piece by piece, as it comes: the next piece is read when it is asked for. It ends with the deadline, so that nobody holds a
 * connection by sending a byte now and then.
 * @throws {BodyError}
 */
export async function* streamBody(request: IncomingMessage, { maxBytes, clock }: BodyLimits): AsyncGenerator<Buffer, void, void> {
  const tooLong = new BodyError(413, `That is more than ${maxBytes} bytes.`);
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLong;
  // The answer still has to go out over the same connection.
  const pieces = request.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>;
  let isLate = false;
  let giveUp = () => {};
  const cancel = clock.after(TIME + (maxBytes / PACE) * 1_000, () => {
    isLate = true;
    giveUp();
  });
  // A promise of its own for each piece: a race with a single one for the deadline would keep all pieces until the end.
  const next = () =>
    new Promise<IteratorResult<Buffer>>((resolve, reject) => {
      giveUp = () => reject(new BodyError(408, 'That came too slowly.'));
      if (isLate) giveUp();
      pieces.next().then(resolve, reject);
    });
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await next();
      if (done) return;
      size += value.length;
      if (size > maxBytes) throw tooLong;
      yield value;
    }
  } catch (error) {
    throw error instanceof BodyError ? error : new BodyError(400, 'The request broke off.');
  } finally {
    cancel();
  }
}

/**
 * Reads a body whole.
 * @throws {BodyError}
 */
export async function readBody(request: IncomingMessage, limits: BodyLimits): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of streamBody(request, limits)) pieces.push(piece);
  return Buffer.concat(pieces);
}
