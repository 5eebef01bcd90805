/** The configuration of what is kept, for how long, and how much of it may come. */
import { z } from 'zod';
import { text } from './config-values.ts';

/** The key `database_url`. */
export const databaseUrl = text.refine(
  (url) => /^postgres(ql)?:\/\//.test(url) && URL.canParse(url),
  'must be the address of a PostgreSQL database, like "postgres://user:password@host/database"',
);

const days = z
  .number('must be a number of days')
  .positive('must be more than 0')
  .max(36_500, 'must be at most 36500 (a hundred years)');

/** The key `store`. */
export const store = z.strictObject(
  {
    keep_days: days
      .default(30)
      .describe('for how many days what was said is kept; what still waits to be delivered is kept all the same'),
    audit_days: days
      .default(365)
      .describe(
        'for how many days the [audit log](moderation.md#what-is-written-down) is kept, though no more than the newest 100,000 entries',
      ),
    max_mb: z
      .number('must be a number of megabytes')
      .min(1, 'must be at least 1')
      .max(1_000_000, 'must be at most 1000000')
      .default(500)
      .describe('when the database is larger than so many MB, the oldest goes first'),
  },
  'must be a map with keep_days, audit_days and max_mb',
);

/** The key `max_delivery_age_hours`. */
export const maxDeliveryAgeHours = z
  .number('must be a number of hours')
  .positive('must be more than 0')
  .max(8_760, 'must be at most 8760 (a year)');

const perMinute = z.number('must be a number of messages a minute').min(0, 'must not be below 0; 0 is no limit');

/** The key `flood`. */
export const flood = z.strictObject(
  {
    user_per_minute: perMinute.default(120).describe('how many messages a minute one user may send; `0`: any number'),
    server_per_minute: perMinute.default(3_000).describe('how many messages a minute one game server may send; `0`: any number'),
  },
  'must be a map with user_per_minute and server_per_minute',
);
