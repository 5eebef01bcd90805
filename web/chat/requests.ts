/** What the page sends for what was typed, and asks for. */
import { post } from '../parts/post.ts';
import type { Purpose } from './composer.ts';
import type { Answer, Entry, Requests, Sent } from './wire.ts';

/** Sends what was typed. @param files with it: none with an edit or a whisper @param room the room that one is in */
export function sendText(text: string, files: readonly Sent[], purpose: Purpose, room: string): Promise<Answer> {
  const nonce = crypto.getRandomValues(new Uint32Array(3)).join('-');
  switch (purpose.kind) {
    case 'whisper':
      return post<Answer>('whisper', { to: purpose.to, text, nonce } satisfies Requests['whisper']);
    case 'edit': {
      const { room: there, id } = purpose.entry;
      return post<Answer>('edit', { room: there, id, text } satisfies Requests['edit']);
    }
    case 'reply':
      return post<Answer>('say', { room, text, nonce, files, reply: purpose.entry.id } satisfies Requests['say']);
    case 'message':
      return post<Answer>('say', { room, text, nonce, files } satisfies Requests['say']);
  }
}

/** Asks for what was said before a place. */
export async function earlier(room: string, place: number): Promise<{ entries: readonly Entry[]; more: boolean }> {
  const answer = await fetch(`earlier?room=${encodeURIComponent(room)}&before=${place}`).catch(() => undefined);
  if (answer?.ok !== true) return { entries: [], more: true };
  const entries = (await answer.json()) as readonly Entry[];
  return { entries, more: entries.length > 0 };
}
