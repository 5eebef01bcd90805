/** What PostgreSQL's errors mean for us. https://www.postgresql.org/docs/current/errcodes-appendix.html */
import postgres from 'postgres';
import { DatabaseFault, StatementError } from './database.ts';
import { StoreError } from './store-error.ts';

/** Where a database is, without user and password. */
export function locationOf(url: string): string {
  const { host, pathname } = new URL(url);
  return `postgres://${host}${pathname}`;
}

/** Classes that are about the statement: data, constraint, syntax or names, limits. */
const STATEMENT_CLASSES = new Set(['0A', '22', '23', '42', '54']);
/** Not a fault in the statement, though of such a class: rights are missing. */
const NO_RIGHT = '42501';

/** By code: what is wrong, and what to do. */
const REASONS: Readonly<Record<string, string>> = {
  '3D000': 'there is no such database. Create it',
  '28P01': 'the user name or the password is wrong. Look at DATABASE_URL',
  '28000': "the user may not connect. Look at DATABASE_URL and the server's pg_hba.conf",
  '42501': 'the user lacks the rights. Let the user create tables in this database',
  '53100': 'its disk is full. Make room on it',
  '53300': 'it has too many connections',
  '25006': 'it is read-only. Use the primary server',
  '57P01': 'it was shut down',
  '57P03': 'it is starting up or shutting down',
  ECONNREFUSED: 'nothing answers there. Start the server, or look at DATABASE_URL',
  ENOTFOUND: 'there is no such host. Look at DATABASE_URL',
};

/** The error to throw instead of one of the library or of the network. */
export function postgresError(error: unknown, location: string): Error {
  if (error instanceof DatabaseFault || error instanceof StatementError || error instanceof StoreError) return error;
  const { code = '', message = String(error) } = error as { code?: string; message?: string };
  const ours =
    error instanceof postgres.PostgresError
      ? STATEMENT_CLASSES.has(code.slice(0, 2)) && code !== NO_RIGHT
      : code === 'UNDEFINED_VALUE';
  if (ours) return new StatementError(message, { cause: error });
  return new DatabaseFault(`The database ${location} can't be used: ${REASONS[code] ?? message}${code && ` (${code})`}`, {
    cause: error,
  });
}
