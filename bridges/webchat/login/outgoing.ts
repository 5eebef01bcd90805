/** Requests to those who say who somebody is. */
import { z } from 'zod';
import type { Clock } from '../../../src/clock.ts';

/** How long they may take, in milliseconds, and how much they may say, in characters. */
const TIME = 10_000;
const MAX_ANSWER = 64_000;

/** Somebody could not be signed in. The message is a sentence for them; what is behind it is for the log. */
export class SignInError extends Error {
  override readonly name = 'SignInError';
}

/** Asks, and reads the answer's text. @throws {SignInError} when there is none, or it is no success */
export async function ask(who: string, clock: Clock, url: string, request: RequestInit): Promise<string> {
  const ending = new AbortController();
  const cancel = clock.after(TIME, () => ending.abort());
  try {
    const answer = await fetch(url, { ...request, redirect: 'error', signal: ending.signal });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    let text = '';
    const decoder = new TextDecoder();
    for await (const piece of answer.body ?? []) {
      text += decoder.decode(piece as Uint8Array, { stream: true });
      if (text.length > MAX_ANSWER) throw new Error('the answer is too long');
    }
    return text;
  } catch (cause) {
    throw new SignInError(`${who} did not answer as it should. Try again later.`, { cause });
  } finally {
    cancel();
  }
}

/** Reads JSON. @throws {SignInError} */
export function readJson<T>(who: string, text: string, schema: z.ZodType<T>): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    // What was sent may hold a token.
    const fault = cause instanceof z.ZodError ? cause.issues.map(({ path }) => path.join('.')).join(', ') : 'no JSON';
    throw new SignInError(`${who} answered something else than expected. Try again later.`, { cause: new Error(fault) });
  }
}
