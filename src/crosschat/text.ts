/** The first `max` code units of a text, never half of a surrogate pair. */
export function cut(text: string, max: number): string {
  if (text.length <= max) return text;
  const last = text.charCodeAt(max - 1);
  const head = text.slice(0, last >= 0xd800 && last <= 0xdbff ? max - 1 : max);
  // A slice would keep the whole text alive: ten thousand short names of 256 KiB each.
  return Buffer.from(head).toString();
}

/** One line, fit for a log: control, bidi and zero-width characters become spaces, and it is cut to `max` code units. */
export function oneLine(text: string, max: number): string {
  return cut(text, max).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ');
}
