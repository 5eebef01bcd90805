/** `crosschat-bridge trace ID`: what became of a message. */
import { ConfigError } from '../config.ts';
import type { Event, Place } from '../event.ts';
import { describe } from '../outbox/describe.ts';
import { type Traced, trace, type Way } from '../store/trace.ts';
import { toLine } from '../text/line.ts';
import { besideBridge } from './beside.ts';
import { defineCommand } from './command.ts';

export const traceCommand = defineCommand({
  name: 'trace',
  summary: 'say what became of a message: who said it, where it is shown, where it waits, where it was given up and why',
  words: 'ID',
  options: { json: { type: 'boolean', help: 'print one JSON array: the message, and its edits, removals and reactions' } },
  more: `The ID is the number (seq) or the id (event) of a message as the log has them, or the id or link by which a platform knows it,
where it was said or where it is shown: a Discord message id or link, a Matrix event id or matrix.to link.

It works beside a bridge that runs. What was handed over to game servers is not kept; texts of whispers are not told.
It exits with 1 when there is no such message, or it is not kept any more.`,
  run({ values, words: [word, extra] }, surroundings) {
    if (word === undefined || extra !== undefined) throw new ConfigError(['trace: give one id or link of a message.']);
    const { print } = surroundings;
    return besideBridge(values.config, surroundings, async ({ store }) => {
      const found = await trace(store.database, idIn(word));
      if (values.json) await print(JSON.stringify(found.map(withoutSecrets), null, 2));
      else if (found.length === 0)
        await print(`No message ${word} is kept: it was never taken, or it is older than what is kept.`);
      else for (const traced of found) await print(linesOf(traced).join('\n'));
      return found.length === 0 ? 1 : 0;
    });
  },
});

/** The id that a text gives: of a link, what it ends with. */
function idIn(text: string): string {
  if (!/^https?:\/\//i.test(text)) return text;
  const end = text.split('/').at(-1)?.split('?')[0] ?? '';
  try {
    return decodeURIComponent(end);
  } catch {
    return end;
  }
}

function linesOf({ seq, id, takenAt, event, ways }: Traced): string[] {
  const what = event ? toLine(describe(event)) : 'a message that can no longer be read';
  return [
    what,
    `  event ${id}, seq ${seq}`,
    `  ${event ? `from ${placeOf(event)}, ${timeOf(event.at)}; ` : ''}taken ${timeOf(takenAt)}`,
    ...(ways.length === 0
      ? ['  nothing waits: it was delivered where it leaves no trace, or nobody was to hear it']
      : ways.map(lineOf)),
  ];
}

function lineOf({ name, state, since, reason, ahead, shown }: Way): string {
  const parts = shown.map(({ nativeId, at, events }) => {
    const together = events > 1 ? ` together with ${events - 1} more` : '';
    return `${nativeId} (${at === 0 ? '' : timeOf(at)}${together})`;
  });
  const seen = parts.length === 0 ? '' : `shown as ${parts.join(', ')}`;
  const words: Record<Way['state'], string> = {
    shown: seen,
    waiting: `waits since ${timeOf(since)}${ahead === 0 ? '' : `, behind ${ahead} more`}`,
    begun: `begun ${timeOf(since)}, and not confirmed yet`,
    dead: `given up ${timeOf(since)}: ${reason ?? 'nobody knows why'}`,
    retried: `will be tried again; given up ${timeOf(since)}: ${reason ?? 'nobody knows why'}`,
  };
  return `  → ${name}: ${state === 'shown' || seen === '' ? words[state] : `${seen}; the rest ${words[state]}`}`;
}

function placeOf(event: Event): string {
  if ('place' in event) return nameOf(event.place);
  return 'adapter' in event ? event.adapter : 'somebody in private';
}

function nameOf(place: Place): string {
  return place.kind === 'room' ? `${place.adapter} room ${place.room}` : `server ${place.server}`;
}

/** What is whispered is nobody else's business. */
function withoutSecrets(traced: Traced): unknown {
  const { event } = traced;
  if (event?.kind !== 'whisper') return traced;
  const { body, attachments, ...rest } = event;
  return { ...traced, event: rest };
}

function timeOf(at: number): string {
  return `${new Date(at).toISOString().replace('T', ' ').replace('Z', '')} UTC`;
}
