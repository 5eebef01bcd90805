/** How fast one address may ask. */
import { isIP } from 'node:net';
import type { Clock } from '../clock.ts';
import { Recent } from '../recent.ts';
import { isPublicAddress } from './public-address.ts';

/** So many requests at once after a pause: a page with many pictures. */
const BURST = 100;
/** So many a second in the long run. */
const PER_SECOND = 10;
/** So many addresses are remembered. */
const MAX_ADDRESSES = 10_000;

/** A leaky bucket for each address. */
export class AddressLimit {
  readonly #clock: Clock;
  readonly #used = new Recent<string, { readonly amount: number; readonly at: number }>(MAX_ADDRESSES);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Milliseconds that an address has to wait before its request is answered; 0 when it may be answered now, which is then counted. */
  wait(address: string): number {
    const key = networkOf(address);
    const now = this.#clock.now();
    const before = this.#used.get(key);
    const left = before ? Math.max(0, before.amount - ((now - before.at) * PER_SECOND) / 1_000) : 0;
    if (left + 1 > BURST) return Math.ceil(((left + 1 - BURST) * 1_000) / PER_SECOND);
    this.#used.set(key, { amount: left + 1, at: now });
    return 0;
  }
}

/**
 * Who asks. A reverse proxy on this machine or this network tells it last in `X-Forwarded-For`; whoever comes from outside could write
 * there what they want.
 */
export function askerOf(peer: string, forwardedFor: string | readonly string[] | undefined): string {
  // A server for IPv6 and IPv4 sees IPv4 addresses like this, and they are no less public for it.
  const remote = peer.replace(/^::ffff:(?=[\d.]+$)/i, '');
  if (isPublicAddress(remote) || forwardedFor === undefined) return remote;
  const told = String(forwardedFor).split(',').at(-1)?.trim() ?? '';
  return isIP(told) === 0 ? remote : told;
}

/** One household has 2^64 IPv6 addresses: they count as one. */
export function networkOf(address: string): string {
  if (isIP(address) !== 6 || address.includes('.')) return address;
  const [head = '', tail = ''] = address.split('::');
  const groups = head.split(':');
  const missing = address.includes('::') ? 8 - groups.length - tail.split(':').filter((group) => group !== '').length : 0;
  return [...groups, ...Array<string>(Math.max(0, missing)).fill('0'), ...tail.split(':')].slice(0, 4).join(':');
}
