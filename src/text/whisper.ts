/** A whisper as its recipient reads it on a platform. */
import type { Whisper } from '../event.ts';
import { asLines } from './lines.ts';
import { literal, type RichText } from './tree.ts';

/**
 * Who says what, and from where. What the bridge itself says stands alone.
 * @param hint how to answer: said where a conversation begins
 */
export function whisperText({ from, tag, body, emote, begins }: Whisper, hint: string): RichText {
  if (from.kind === 'bridge') return body;
  const name: RichText = [{ type: 'bold', children: literal(from.author.name) }, ...literal(` (${tag})`)];
  const words: RichText = emote
    ? [...name, ...literal(' '), { type: 'italic', children: body }]
    : [...name, ...literal(': '), ...body];
  return begins ? asLines([words, inItalics(hint)]) : words;
}

/** The same where it is shown as its sender's own words. */
export function whisperOwnText({ body, emote, begins }: Whisper, hint: string): RichText {
  const words: RichText = emote ? [{ type: 'italic', children: body }] : body;
  return begins ? asLines([words, inItalics(hint)]) : words;
}

function inItalics(text: string): RichText {
  return [{ type: 'italic', children: literal(text) }];
}
