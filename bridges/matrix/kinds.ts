/** What people say otherwise than in words, in words: places and polls. */
import { z } from 'zod';
import { literal, type RichText } from '../../src/text/tree.ts';

const locationContent = z.object({
  body: z.string(),
  geo_uri: z.string().optional().catch(undefined),
  'org.matrix.msc3488.location': z
    .object({ description: z.string().optional().catch(undefined) })
    .optional()
    .catch(undefined),
});

/**
 * Somewhere on Earth, with a link to a map of it.
 * @see https://spec.matrix.org/v1.13/client-server-api/#mlocation
 */
export function locationIn(content: unknown): RichText | undefined {
  const { data } = locationContent.safeParse(content);
  if (data === undefined) return undefined;
  const words = data['org.matrix.msc3488.location']?.description || data.body || 'somewhere';
  const [, latitude, longitude] =
    /^geo:(-?\d{1,3}(?:\.\d{1,15})?),(-?\d{1,3}(?:\.\d{1,15})?)(?:[,;]|$)/.exec(data.geo_uri ?? '') ?? [];
  if (latitude === undefined || longitude === undefined) return literal(`location: ${words}`);
  const href = `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=15/${latitude}/${longitude}`;
  return [...literal('location: '), { type: 'link', href, children: literal(words) }];
}

/** Words, as extensible events have them: https://github.com/matrix-org/matrix-spec-proposals/pull/1767 */
const words = z
  .object({
    'm.text': z
      .array(z.object({ body: z.string() }))
      .optional()
      .catch(undefined),
    'org.matrix.msc1767.text': z.string().optional().catch(undefined),
    body: z.string().optional().catch(undefined),
  })
  .transform((one) => one['m.text']?.[0]?.body ?? one['org.matrix.msc1767.text'] ?? one.body ?? '');

const poll = z.object({
  question: words,
  answers: z.array(words).max(100),
  max_selections: z.number().optional().catch(undefined),
});

/** The types of events that begin a poll, and where it stands in each. https://github.com/matrix-org/matrix-spec-proposals/pull/3381 */
const pollStarts: Readonly<Record<string, string>> = {
  'm.poll.start': 'm.poll',
  'org.matrix.msc3381.poll.start': 'org.matrix.msc3381.poll.start',
};
const pollEnds: readonly string[] = ['m.poll.end', 'org.matrix.msc3381.poll.end'];

/** The types of events that begin or end a poll. */
export const pollTypes: readonly string[] = [...Object.keys(pollStarts), ...pollEnds];

/** What a poll asks, and the answers in a list; undefined for what is none. */
export function pollIn(type: string, content: Readonly<Record<string, unknown>>): RichText | undefined {
  const key = pollStarts[type];
  const { data } = poll.safeParse(key === undefined ? undefined : content[key]);
  if (data === undefined) return undefined;
  const several = (data.max_selections ?? 1) > 1 ? ' (several answers)' : '';
  const items = data.answers.map((answer) => literal(answer));
  return [...literal(`poll: ${data.question}${several}`), { type: 'list', ordered: true, items }];
}

/** How a poll ended, in the words of who ended it: their program has counted. Undefined for what ends none. */
export function pollEndIn(type: string, content: Readonly<Record<string, unknown>>): RichText | undefined {
  if (!pollEnds.includes(type)) return undefined;
  return literal(words.safeParse(content).data || 'The poll has ended.');
}
