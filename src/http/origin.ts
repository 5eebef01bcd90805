/** Who may ask for what from where. https://owasp.org/www-community/attacks/csrf */
import { isIP } from 'node:net';
import { isLoopbackAddress } from './private-address.ts';

/**
 * Whether a request comes from our own page. Browsers name the origin with every POST.
 * @param url where people reach the bridge, as far as that is known
 */
export function isOwnOrigin(origin: string | undefined, host: string | undefined, url: string | undefined): boolean {
  if (origin === undefined) return false;
  return (url !== undefined && origin === new URL(url).origin) || (isPlainHost(host) && origin === `http://${host}`);
}

/** Where a page was asked for, without a `/` at its end: where people are sent back to after they signed in elsewhere. */
export function baseOf(host: string | undefined, url: string | undefined): string | undefined {
  if (url !== undefined && !isLocal(url)) return url;
  return isPlainHost(host) ? `http://${host}` : url;
}

/** An address, which nobody can point elsewhere: a name could be one that somebody has pointed here (DNS rebinding). */
function isPlainHost(host: string | undefined): boolean {
  const name = nameIn(host);
  return name === 'localhost' || isIP(name) !== 0;
}

/** Whether somebody has asked for this machine by a name or address that never means another one. */
export function isLoopbackHost(host: string | undefined): boolean {
  const name = nameIn(host);
  return name === 'localhost' || isLoopbackAddress(name);
}

/** A host without its port, and an address without its brackets; empty where it is none. */
function nameIn(host = ''): string {
  if (!/^[\w.:[\]-]{1,64}$/.test(host)) return '';
  return host.replace(/:\d{1,5}$/, '').replace(/^\[(.*)\]$/, '$1');
}

function isLocal(url: string): boolean {
  return isPlainHost(new URL(url).host);
}
