/** Cookies: what a browser is given to be known by, and what it sends of that. https://www.rfc-editor.org/rfc/rfc6265 */
import type { IncomingHttpHeaders } from 'node:http';

/** Where a cookie holds. */
export interface CookiePlace {
  /** The path below which it is sent. */
  readonly path: string;
  /** Whether the page is on https. */
  readonly secure: boolean;
  /** Whether it comes along when somebody follows a link from elsewhere, as they do who signed in there (`Lax`), or never does. */
  readonly sameSite: 'Lax' | 'Strict';
}

/** A cookie's value; undefined when the browser sent none of that name. */
export function cookieIn({ cookie = '' }: IncomingHttpHeaders, name: string): string | undefined {
  for (const pair of cookie.split(';')) {
    const at = pair.indexOf('=');
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return undefined;
}

/** The header that sets a cookie: no script can read it, and no other page's form or frame sends it. @param seconds 0 takes it away */
export function setCookie(name: string, value: string, seconds: number, { path, secure, sameSite }: CookiePlace): string {
  return `${name}=${value}; Path=${path}; Max-Age=${seconds}; HttpOnly; SameSite=${sameSite}${secure ? '; Secure' : ''}`;
}
