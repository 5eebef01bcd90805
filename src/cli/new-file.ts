/** Writes a file for the operator, so that nobody's file is lost. */
import { open } from 'node:fs/promises';
import { ConfigError } from '../config.ts';

/** How a file is written. */
interface NewFile {
  /** Who may read it: 0o600 is nobody but its owner. */
  readonly mode: number;
  /** Whether a file that is there is written over. */
  readonly force: boolean;
  /** What writes it, and what the operator can do where there is one already. */
  readonly command: string;
  readonly hint: string;
}

/** @throws {ConfigError} */
export async function writeNewFile(path: string, text: string, { mode, force, command, hint }: NewFile): Promise<void> {
  try {
    const file = await open(path, force ? 'w' : 'wx', mode);
    try {
      // One that was there may be open to everybody.
      await file.chmod(mode);
      await file.writeFile(text);
    } finally {
      await file.close();
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new ConfigError([
      code === 'EEXIST'
        ? `${command}: ${path} is there already. ${hint}`
        : `${command}: ${path} can't be written (${code ?? message}).`,
    ]);
  }
}
