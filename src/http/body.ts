/** What somebody sends along with a request. */
import type { IncomingMessage } from 'node:http';

/** A body can't be had. The message is a sentence for whoever sent it. */
export class BodyError extends Error {
  override readonly name = 'BodyError';
  /** What is answered: 413 for one that is too long, 400 for one that breaks off. */
  readonly status: 400 | 413;

  constructor(status: 400 | 413, message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * Reads a body whole.
 * @param maxBytes it may be so long
 * @throws {BodyError}
 */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const tooLong = new BodyError(413, `That is more than ${maxBytes} bytes.`);
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLong;
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxBytes) throw tooLong;
      chunks.push(chunk);
    }
  } catch (error) {
    throw error === tooLong ? error : new BodyError(400, 'The request broke off.');
  }
  return Buffer.concat(chunks);
}
