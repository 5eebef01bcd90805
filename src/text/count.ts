/** `1 player`, `1,234 players`. @param what one of them; an s makes it several */
export function count(number: number, what: string): string {
  return `${number.toLocaleString('en')} ${what}${number === 1 ? '' : 's'}`;
}
