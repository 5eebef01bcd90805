/** Which IP addresses belong to this machine or its own networks. https://www.iana.org/assignments/iana-ipv4-special-registry */
import { BlockList, isIP } from 'node:net';

/** Loopback, private, shared (as in clusters and overlay networks) and link-local ones. */
const own = new BlockList();
own.addSubnet('127.0.0.0', 8, 'ipv4');
own.addSubnet('10.0.0.0', 8, 'ipv4');
own.addSubnet('172.16.0.0', 12, 'ipv4');
own.addSubnet('192.168.0.0', 16, 'ipv4');
own.addSubnet('100.64.0.0', 10, 'ipv4');
own.addSubnet('169.254.0.0', 16, 'ipv4');
own.addAddress('::1', 'ipv6');
own.addSubnet('fc00::', 7, 'ipv6');
own.addSubnet('fe80::', 10, 'ipv6');

/** Addresses of this machine that it gives to itself. */
const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Whether a text is an address by which this machine speaks to itself. */
export function isLoopbackAddress(address: string): boolean {
  const family = isIP(address);
  return family !== 0 && loopback.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

/** Whether a text is the address of this machine, or of one in a network of its own. */
export function isPrivateAddress(address: string): boolean {
  // An address with a zone (`%eth0`) belongs to a link.
  const [bare = ''] = address.split('%');
  const family = isIP(bare);
  return family !== 0 && own.check(bare, family === 4 ? 'ipv4' : 'ipv6');
}
