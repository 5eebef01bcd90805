/** What the specification forbids in an event, though Synapse takes it. */
import { z } from 'zod';
import { type Content, type Draft, relationOf } from './event.ts';
import type { Room } from './room.ts';

const MXC = z.string().regex(/^mxc:\/\/[^/]+\/[\w-]+$/, 'must be an mxc:// URI');
const MENTIONS = z.looseObject({ user_ids: z.array(z.string().regex(/^@[^:]+:.+$/)).optional(), room: z.boolean().optional() });
const MESSAGE = z
  .looseObject({
    body: z.string(),
    msgtype: z.string(),
    format: z.string().optional(),
    formatted_body: z.string().optional(),
    'm.mentions': MENTIONS.optional(),
  })
  .refine((content) => (content.format === undefined) === (content.formatted_body === undefined), {
    message: 'format and formatted_body belong together',
  });
const FILE = z
  .looseObject({ url: MXC.optional(), file: z.looseObject({ url: MXC }).optional(), info: z.looseObject({}).optional() })
  .refine(({ url, file }) => url !== undefined || file !== undefined, { message: 'url is missing' });
const FILE_TYPES = ['m.image', 'm.video', 'm.audio', 'm.file'];

/**
 * What is wrong with an event that somebody sends, in sentences.
 * https://spec.matrix.org/v1.13/client-server-api/#instant-messaging
 */
export function violationsOf(room: Room, { type, sender, content }: Draft): string[] {
  const found: string[] = [];
  if (type === 'm.room.message') found.push(...messageViolations(content));
  const relation = relationOf(content);
  if (content['m.relates_to'] !== undefined && !relation && !isReply(content['m.relates_to'])) {
    found.push('m.relates_to names no event');
  }
  if (relation?.type === 'm.annotation' && typeof relation.key !== 'string') found.push('a reaction has no key');
  if (relation?.type !== 'm.replace') return found;
  const original = room.event(relation.eventId);
  const edit = content['m.new_content'];
  if (typeof edit !== 'object' || edit === null) found.push('an edit has no m.new_content');
  else if (type === 'm.room.message') found.push(...messageViolations(edit as Content).map((text) => `m.new_content: ${text}`));
  if (original?.sender !== sender) found.push("an edit of somebody else's event");
  if (original && relationOf(original.content)?.type === 'm.replace') found.push('an edit of an edit');
  return found;
}

function messageViolations(content: Content): string[] {
  const schemas: z.ZodType[] = FILE_TYPES.includes(String(content['msgtype'])) ? [MESSAGE, FILE] : [MESSAGE];
  return schemas.flatMap((schema) => schema.safeParse(content).error?.issues ?? []).map(describe);
}

function describe({ path, message }: z.core.$ZodIssue): string {
  return path.length > 0 ? `${path.join('.')}: ${message}` : message;
}

function isReply(relation: unknown): boolean {
  return z.looseObject({ 'm.in_reply_to': z.looseObject({ event_id: z.string() }) }).safeParse(relation).success;
}
