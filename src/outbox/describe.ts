/** Events in a few words, for the operator. */
import type { Event } from '../event.ts';
import { excerpt } from '../text/excerpt.ts';
import { toPlain } from '../text/plain.ts';
import { textLength } from '../text/tree.ts';

/** The longest excerpt of a text, in UTF-16 units. */
const MAX_EXCERPT = 500;

/** Who said what, on one line. */
export function describe(event: Event): string {
  switch (event.kind) {
    case 'message':
      return `${event.author.name} (${event.tag}): ${[excerpt(toPlain(event.body), MAX_EXCERPT), ...event.attachments.map(({ name }) => `[${excerpt(name)}]`)].join(' ')}`;
    case 'edit':
      return `(edited) ${describe(event.message)}`;
    case 'removal':
      return `the removal of ${event.target}`;
    case 'reaction':
      return `the reaction ${event.emoji.name} of ${event.author.name} to ${event.target}`;
    case 'reaction-removal':
      return `the end of ${event.emoji?.name ?? 'all reactions'} at ${event.target}`;
    case 'profile':
      return `the new name or looks of ${event.author.name}`;
    case 'whisper':
      // Its text is nobody else's business.
      return `a whisper of ${event.from.author.name} (${event.tag}) to ${event.to.author.name}`;
    case 'departure':
      return `the departure of user ${event.userId}`;
  }
}

/** About how much text an event holds, in UTF-16 units. */
export function sizeOf(event: Event): number {
  if (event.kind === 'edit') return sizeOf(event.message);
  return event.kind === 'message' || event.kind === 'whisper' ? textLength(event.body) : 0;
}
