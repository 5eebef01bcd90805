/** What a command that writes files says of it: for people line by line, for programs as one JSON object. */
import type { Surroundings } from './command.ts';

/** The option by which a program asks for JSON of such a command. */
export const JSON_OPTION = { type: 'boolean', help: 'print one JSON object: {files, said}' } as const;

/** Takes lines, and prints them: at once, or at the end. */
export interface Told {
  print(line: string): Promise<void>;
  /** @param files what was written: paths as they were given */
  end(files: readonly string[]): Promise<void>;
}

/** @param json whether a program asks */
export function told(json: boolean | undefined, { print }: Pick<Surroundings, 'print'>): Told {
  if (!json) return { print, end: async () => {} };
  const said: string[] = [];
  return {
    print: async (line) => void said.push(...line.split('\n').filter((one) => one !== '')),
    end: (files) => print(JSON.stringify({ files, said }, null, 2)),
  };
}
