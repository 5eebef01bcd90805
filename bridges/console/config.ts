import { userInfo } from 'node:os';
import { z } from 'zod';
import { sanitizeName } from '../../src/text/names.ts';

/** The keys of the console in the configuration. */
export const consoleConfig = z.strictObject({
  /** As whom the operator speaks. */
  name: z
    .string('must be a name')
    .transform(sanitizeName)
    .refine((name) => name !== '', 'must be a name that can be seen')
    .default(defaultName),
  /** Whether `/sendlua` may run code on game servers. */
  allow_remote_lua: z.boolean('must be true or false').default(false),
});

export type ConsoleConfig = z.infer<typeof consoleConfig>;

function defaultName(): string {
  try {
    return sanitizeName(userInfo().username) || 'console';
  } catch {
    // In a container, the user may have no name.
    return 'console';
  }
}
