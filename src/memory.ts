/** Small things that adapters keep over a restart, one JSON file an adapter. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Memory } from './adapter.ts';

const schema = z.record(z.string(), z.string());

/** Keeps strings in `<folder>/<name>.json`. Where it can't be written, it says so once and keeps them in memory only. */
export function fileMemory(folder: string, name: string, log: Logger): Memory {
  const path = join(folder, `${encodeURIComponent(name)}.json`);
  let values: Promise<Map<string, string>> | undefined;
  let writing = Promise.resolve();
  let told = false;

  const load = async (): Promise<Map<string, string>> => {
    try {
      return new Map(Object.entries(schema.parse(JSON.parse(await readFile(path, 'utf8')))));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
        log.error({ file: path }, `${path} can't be read; it is started anew: ${String(error)}`);
      return new Map();
    }
  };

  const save = async (all: ReadonlyMap<string, string>): Promise<void> => {
    try {
      await mkdir(folder, { recursive: true });
      // Written aside and then moved, so that a crash leaves the old or the new one whole.
      await writeFile(`${path}.new`, JSON.stringify(Object.fromEntries(all)));
      await rename(`${path}.new`, path);
    } catch (error) {
      if (!told)
        log.error(
          { file: path },
          `${path} can't be written; what it would hold is lost at a restart. Make ${folder} writable or set DATA_DIR. (${String(error)})`,
        );
      told = true;
    }
  };

  return {
    async get(key) {
      values ??= load();
      return (await values).get(key);
    },
    async set(key, value) {
      values ??= load();
      const all = await values;
      all.set(key, value);
      writing = writing.then(() => save(all));
      await writing;
    },
  };
}
