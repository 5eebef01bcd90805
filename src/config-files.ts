/** Files that the configuration names. */

/** A sentence for a file that can't be read. @param namedBy the key, variable or option that names it */
export function fileFault(namedBy: string, path: string, error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return `${namedBy}: there is no file "${path}"; write it, or correct its name.`;
  return `${namedBy}: the file "${path}" can't be read (${code}).`;
}
