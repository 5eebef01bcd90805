/** The keys `log_level` and `log_format` of the configuration: how much is logged of what, and how it is written. */
import { z } from 'zod';
import { LOG_PARTS, type LogLevels } from './log.ts';

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
const level = z.enum(LEVELS, 'must be trace, debug, info, warn, error, fatal or silent');

/** The key `log_level`: one for all, or a map from parts to theirs. */
export const logLevel = z
  .union([level, z.record(z.string(), level)], {
    error: ({ input }) =>
      typeof input === 'object'
        ? 'must be a map of levels, like {default: info, mqtt: debug}; there are trace, debug, info, warn, error, fatal and silent'
        : 'must be trace, debug, info, warn, error, fatal or silent, or a map of them, like {default: info, mqtt: debug}',
  })
  .transform((given): LogLevels => (typeof given === 'string' ? { default: given } : { default: 'info', ...given }));

/** The key `log_format`. */
export const logFormat = z
  .enum(['auto', 'json', 'pretty'], 'must be auto, json or pretty')
  .default('auto')
  .describe('`json`, `pretty` (readable), or `auto`: readable where a terminal looks');

/** What is wrong with the levels, as sentences. @param adapters the ids of those that are configured */
export function unknownParts(levels: LogLevels, adapters: readonly string[], key: string): string[] {
  const known = ['default', ...LOG_PARTS, ...adapters];
  return Object.keys(levels)
    .filter((part) => !known.includes(part))
    .map((part) => `${key}: there is no part "${part}"; there are ${known.join(', ')}.`);
}

/** The levels of `info` or `info,mqtt=debug`, as an environment variable gives them. */
export function readLevels(value: string): unknown {
  if (!value.includes('=')) return value;
  return Object.fromEntries(
    value.split(',').map((one) => {
      const [part = '', of] = one.split('=').map((text) => text.trim());
      return of === undefined ? ['default', part] : [part, of];
    }),
  );
}
