/** What the page may send: checked here, trusted inside. */
import { z } from 'zod';
import type { Requests } from '../../web/operator/wire.ts';

/** The longest body of a request, in bytes. */
export const MAX_BODY = 8_192;

const text = z.string().min(1).max(512);
const target = z.union([z.strictObject({ channel: text }), z.strictObject({ adapter: text, room: text })]);
const letters = z.strictObject({ ids: z.array(z.int().nonnegative()).min(1).max(200).optional() });
const paused = z.strictObject({ target });

/** The shape of each request, by its path. */
export const requests: { readonly [Path in keyof Requests]: z.ZodType<Requests[Path]> } = {
  'sign-in': z.strictObject({ token: z.string().max(1_000) }),
  'sign-out': z.strictObject({}),
  pause: paused,
  resume: paused,
  retry: letters,
  drop: letters,
  unban: z.strictObject({ adapter: text, userId: text }),
};
