/** Whether a text, a server's id, fits any of some patterns: `*` stands for any characters, `?` for one. */
export function anyGlob(globs: readonly string[]): (text: string) => boolean {
  const patterns = globs.map((glob) => {
    const source = glob.replace(/[\\^$.*+?()[\]{}|]/g, (char) => (char === '*' ? '.*' : char === '?' ? '.' : `\\${char}`));
    return new RegExp(`^${source}$`, 'su');
  });
  return (text) => patterns.some((pattern) => pattern.test(text));
}
