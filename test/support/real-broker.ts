/** A broker that is there already, behind a proxy, so that a story can take it away. */
import { TcpProxy } from './proxy.ts';

/** @param users the names and passwords that it knows: `bridge:bridgepw alpha:alphapw` */
export async function realBroker(address: string, users: string) {
  const { hostname, port } = new URL(address);
  const passwords = new Map(users.split(' ').map((pair) => pair.split(':') as [string, string]));
  const proxy = await TcpProxy.start({ host: hostname, port: Number(port || 1883) });
  return {
    url: `mqtt://127.0.0.1:${proxy.port}`,
    credentials: (username: string) => {
      const password = passwords.get(username);
      return password === undefined ? undefined : { username, password };
    },
    stop: () => proxy.cut(),
    start: () => proxy.open(),
  };
}
