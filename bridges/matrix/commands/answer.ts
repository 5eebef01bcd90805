/** An answer → the content of the Matrix event that gives it. */
import { splitTree } from '../../../src/text/split.ts';
import { literal, type RichText } from '../../../src/text/tree.ts';
import type { RoomEvent } from '../event.ts';
import { type NoticeContent, toNotice } from '../notice.ts';

/** In bytes of JSON; an event may have 65,536. */
const maxSize = 30_000;
const more: RichText = literal('\n… There is more than fits here.');

/** https://spec.matrix.org/v1.13/client-server-api/#rich-replies and, for a command in a thread, #threading */
export interface AnswerContent extends NoticeContent {
  readonly 'm.relates_to': {
    readonly rel_type?: 'm.thread';
    readonly event_id?: string;
    readonly is_falling_back?: false;
    readonly 'm.in_reply_to': { readonly event_id: string };
  };
}

/** A notice that answers the command, in its thread if it was given in one, and pings nobody. */
export function toAnswer(answer: RichText, command: RoomEvent, threadRoot: string | undefined, serverId: string): AnswerContent {
  const contentOf = (body: RichText): AnswerContent => ({
    ...toNotice({ body }, serverId),
    'm.relates_to': {
      ...(threadRoot !== undefined && { rel_type: 'm.thread', event_id: threadRoot, is_falling_back: false }),
      'm.in_reply_to': { event_id: command.event_id },
    },
  });
  const [first = [], ...others] = splitTree(
    answer,
    (part) => Buffer.byteLength(JSON.stringify(contentOf([...part, ...more]))) <= maxSize,
  );
  return contentOf(others.length === 0 ? first : [...first, ...more]);
}
