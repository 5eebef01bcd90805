/** Addresses that links lead to. */

/** Whether the words of a link are the address that it leads to, so that one of them says it all. */
export function isAddress(words: string, href: string): boolean {
  if (words === href || `mailto:${words}` === href) return true;
  return URL.canParse(words) && URL.canParse(href) && new URL(words).href === new URL(href).href;
}

/** An address as it is written in a text: of a mail address, without what only tells a program. */
export function readable(href: string): string {
  return href.replace(/^mailto:/i, '');
}
