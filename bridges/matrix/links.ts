/** Where a link leads. */

const openable = /^(https?:\/\/|mailto:)/i;

/** The link that stands for a user. https://spec.matrix.org/v1.13/appendices/#matrixto-navigation */
export function userLink(userId: string): string {
  return `https://matrix.to/#/${encodeURIComponent(userId).replaceAll('%40', '@').replaceAll('%3A', ':')}`;
}

/** Whether a link may be passed on: only http(s) and mailto. */
export function isOpenable(href: string): boolean {
  return openable.test(href);
}

const pill = /^(?:https:\/\/matrix\.to\/#\/|matrix:)(@|%40|u\/|#|%23|r\/|!|%21|roomid\/)[^/?]+(?:\?[^/]*)?$/i;

/**
 * What a link mentions, if it is one to a user or a room and not to an event in it.
 * @see https://spec.matrix.org/v1.13/appendices/#uris
 */
export function mentioned(href: string): 'user' | 'room' | undefined {
  const sigil = pill.exec(href)?.[1]?.toLowerCase();
  if (sigil === undefined) return undefined;
  return sigil === '@' || sigil === '%40' || sigil === 'u/' ? 'user' : 'room';
}
