/** Brings a database up to date. */
import type { Database } from './database.ts';
import { migrations } from './schema.ts';

/** The database was made by a newer version of the bridge. */
export class NewerSchemaError extends Error {
  override readonly name = 'NewerSchemaError';

  constructor(found: number) {
    super(`it was written by a newer version of the bridge (schema ${found}, this one knows ${migrations.length})`);
  }
}

/**
 * Carries out the migrations that are missing, each in a transaction of its own.
 * @throws {NewerSchemaError}
 */
export async function migrate(database: Database): Promise<void> {
  await database.write([{ sql: 'CREATE TABLE IF NOT EXISTS migration (number INTEGER PRIMARY KEY)', values: [] }]);
  const [row] = await database.all<{ latest: number | null }>('SELECT MAX(number) AS latest FROM migration');
  const latest = row?.latest ?? 0;
  if (latest > migrations.length) throw new NewerSchemaError(latest);
  for (const [index, statements] of migrations.entries()) {
    if (index < latest) continue;
    await database.write([
      ...statements.map((sql) => ({ sql, values: [] })),
      { sql: 'INSERT INTO migration VALUES (?)', values: [index + 1] },
    ]);
  }
}
