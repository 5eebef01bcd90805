/** Brings a database up to date. */
import { type Database, StatementError } from './database.ts';
import { migrations } from './schema.ts';

/** The database was made by a newer version of the bridge. The message is a sentence for the operator. */
export class NewerSchemaError extends Error {
  override readonly name = 'NewerSchemaError';

  constructor(location: string, found: number) {
    super(
      `The database ${location} was written by a newer version of the bridge (schema ${found}, this one knows ${migrations.length}). Install that version again, or set another DATA_DIR.`,
    );
  }
}

/**
 * Carries out the migrations that are missing, each in a transaction of its own. Where none is, nothing is written.
 * @throws {NewerSchemaError}
 */
export async function migrate(database: Database): Promise<void> {
  const latest = await schemaOf(database);
  if (latest > migrations.length) throw new NewerSchemaError(database.location, latest);
  for (const [index, statements] of migrations.entries()) {
    if (index < latest) continue;
    await database.write([
      { sql: 'CREATE TABLE IF NOT EXISTS migration (number INTEGER PRIMARY KEY)', values: [] },
      ...statements.map((sql) => ({ sql, values: [] })),
      { sql: 'INSERT INTO migration VALUES (?)', values: [index + 1] },
    ]);
  }
}

/** The number of the newest migration that a database has had; 0 for an empty one. */
export async function schemaOf(database: Database): Promise<number> {
  try {
    const [row] = await database.all<{ latest: number | null }>('SELECT MAX(number) AS latest FROM migration');
    return row?.latest ?? 0;
  } catch (error) {
    // There is no such table.
    if (error instanceof StatementError) return 0;
    throw error;
  }
}
