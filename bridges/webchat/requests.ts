/** What a page may send: checked here, trusted inside. */
import { z } from 'zod';
import { isEmoji } from '../../src/text/emoji.ts';
import type { Requests } from '../../web/chat/wire.ts';

/** The longest message, in UTF-16 units. */
export const MAX_TEXT = 2_000;
/** The longest body of a request, in bytes: every character of a message may need six in JSON. */
export const MAX_BODY = 16_384;

const room = z.string().min(1).max(256);
const id = z.string().min(1).max(128);
const text = z.string().max(MAX_TEXT, `A message has at most ${MAX_TEXT.toLocaleString('en')} characters.`);
const nonce = z.string().regex(/^[\w-]{8,40}$/);
const emoji = z.string().max(32).refine(isEmoji, 'That is no emoji.');

const side = z.int().min(0).max(1_000_000).optional();
const file = z
  .strictObject({
    id,
    name: z.string().max(300),
    description: z.string().max(1_000).optional(),
    spoiler: z.boolean().optional(),
    width: side,
    height: side,
  })
  .transform(withoutAbsent);

const whisperTarget = z.union([
  z.strictObject({ server: z.string().min(1).max(64), user: z.int().min(0) }),
  z.strictObject({ person: id }),
  z.strictObject({ answer: z.string().min(1).max(512) }),
]);

/** By path: what its body has to be. */
export const requests: { readonly [Path in keyof Requests]: z.ZodType<Requests[Path]> } = {
  guest: z.strictObject({ name: z.string().max(200) }),
  leave: z.strictObject({}),
  say: z
    .strictObject({ room, text, nonce, reply: id.optional(), files: z.array(file).max(10).optional() })
    .transform(withoutAbsent),
  complete: z.strictObject({ room, text }),
  announce: z.strictObject({ size: z.int().min(0) }),
  discard: z.strictObject({ id }),
  edit: z.strictObject({ room, id, text }),
  remove: z.strictObject({ room, id }),
  react: z.strictObject({ room, id, emoji, on: z.boolean() }),
  typing: z.strictObject({ room }),
  whisper: z.strictObject({ to: whisperTarget, text, nonce }),
};

/** The types say that a key is there or not; zod would let it be there without a value. */
function withoutAbsent<Read extends object>(read: Read): { [Key in keyof Read]: Exclude<Read[Key], undefined> } {
  return Object.fromEntries(Object.entries(read).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Read]: Exclude<Read[Key], undefined>;
  };
}
