import { userInfo } from 'node:os';
import { z } from 'zod';
import { sanitizeName } from '../../src/text/names.ts';

/** The keys of the console in the configuration. */
export const consoleConfig = z.strictObject({
  name: z
    .string('must be a name')
    .transform(sanitizeName)
    .refine((name) => name !== '', 'must be a name that can be seen')
    .default(defaultName)
    .meta({ description: 'as whom typed lines are said', absent: 'who runs the bridge' }),
  allow_remote_lua: z
    .boolean('must be true or false')
    .default(false)
    .describe('whether `/sendlua` may send code to game servers, which run it with all rights'),
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
