/** The configuration of what is kept, for how long, and how much of it may come. */
import { z } from 'zod';
import { text } from './config-values.ts';

/** The address of a PostgreSQL database. */
export const databaseUrl = text.refine(
  (url) => /^postgres(ql)?:\/\//.test(url) && URL.canParse(url),
  'must be the address of a PostgreSQL database, like "postgres://user:password@host/database"',
);

/** How long events are kept, and how large the database may become. */
export const store = z.strictObject(
  {
    keep_days: z
      .number('must be a number of days')
      .positive('must be more than 0')
      .max(36_500, 'must be at most 36500 (a hundred years)')
      .default(30),
    max_mb: z
      .number('must be a number of megabytes')
      .min(1, 'must be at least 1')
      .max(1_000_000, 'must be at most 1000000')
      .default(500),
  },
  'must be a map with keep_days and max_mb',
);

/** After how many hours a delivery is only summed up. */
export const maxDeliveryAgeHours = z
  .number('must be a number of hours')
  .positive('must be more than 0')
  .max(8_760, 'must be at most 8760 (a year)');

const perMinute = z.number('must be a number of messages a minute').min(0, 'must not be below 0; 0 is no limit');

/** How many messages a minute are taken from one user, and from one game server. */
export const flood = z.strictObject(
  { user_per_minute: perMinute.default(120), server_per_minute: perMinute.default(3_000) },
  'must be a map with user_per_minute and server_per_minute',
);
