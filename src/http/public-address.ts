/** Which IP addresses belong to the public Internet. https://www.iana.org/assignments/iana-ipv4-special-registry */
import { BlockList, isIP } from 'node:net';

/** IPv4 networks that are private, local, shared, for documentation, for tests, multicast or reserved. */
const NOT_PUBLIC_4: readonly (readonly [network: string, prefix: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
];
/** Of the global IPv6 addresses: those that carry IPv4 addresses (6to4, Teredo), and those for documentation. */
const NOT_PUBLIC_6: readonly (readonly [network: string, prefix: number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

const notPublic = new BlockList();
for (const [network, prefix] of NOT_PUBLIC_4) notPublic.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of NOT_PUBLIC_6) notPublic.addSubnet(network, prefix, 'ipv6');
/** Everything else in IPv6 is local, multicast, not assigned, or an IPv4 address in another notation. */
const global6 = new BlockList();
global6.addSubnet('2000::', 3, 'ipv6');

/** Whether a text is an IP address that belongs to the public Internet. */
export function isPublicAddress(address: string): boolean {
  // An address with a zone (`%eth0`) belongs to a link.
  const family = address.includes('%') ? 0 : isIP(address);
  if (family === 4) return !notPublic.check(address, 'ipv4');
  return family === 6 && global6.check(address, 'ipv6') && !notPublic.check(address, 'ipv6');
}
