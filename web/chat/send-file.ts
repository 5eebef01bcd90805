/** Sending a file to the bridge, with how far it is. */
import { post } from '../parts/post.ts';
import type { Answer, Requests, Uploaded } from './wire.ts';

/** What to do while a file is on its way. */
export interface Sending {
  /** So much of it is there: from 0 to 1. */
  readonly progress: (part: number) => void;
  /** Breaks it off. */
  readonly signal: AbortSignal;
}

/** Sends a file. Resolves with what it is called from now on, or with why it was not taken. */
export async function sendFile(file: Blob, { progress, signal }: Sending): Promise<Uploaded> {
  const { ticket, fault }: Answer = await post<Answer>('announce', { size: file.size } satisfies Requests['announce']);
  if (ticket === undefined) return { fault: fault ?? 'The bridge did not take it.' };
  if (signal.aborted) return { fault: 'It was broken off.' };
  return new Promise((resolve) => {
    // Nothing else in a browser tells how much of a body has gone out.
    const request = new XMLHttpRequest();
    const failed = (text: string) => () => resolve({ fault: text });
    signal.addEventListener('abort', () => request.abort(), { once: true });
    request.upload.addEventListener('progress', ({ loaded, total }) => progress(total === 0 ? 0 : loaded / total));
    request.addEventListener('load', () => resolve(answerIn(request.responseText)));
    request.addEventListener('error', failed('The connection broke. Try again.'));
    request.addEventListener('abort', failed('It was broken off.'));
    request.open('POST', `upload/${ticket}`);
    request.setRequestHeader('content-type', 'application/octet-stream');
    request.send(file);
  });
}

function answerIn(text: string): Uploaded {
  try {
    return JSON.parse(text) as Uploaded;
  } catch {
    return { fault: 'The bridge could not take this file.' };
  }
}
