import { Connection, type Version } from './connection.ts';
import { IncomingPackets } from './incoming-packets.ts';
import type { CrossChatOptions } from './options.ts';
import { OutgoingPackets } from './outgoing-packets.ts';
import { keepsNothing } from './persistence.ts';

/** Makes the broker forget the session that it may hold for our server id. Rejects when it does not let us in. */
export async function forgetSession(options: CrossChatOptions & { url: URL; version: Version }): Promise<void> {
  const { note, kept } = keepsNothing;
  const connection = new Connection({
    url: options.url,
    version: options.version,
    clientId: options.serverId,
    username: options.username,
    password: options.password,
    tls: options.tls,
    keepalive: 0,
    clean: true,
    durable: false,
    incoming: new IncomingPackets(() => {}, note),
    outgoing: new OutgoingPackets({ note, durable: false, addressee: () => undefined }),
    kept,
    refused: () => {},
  });
  await connection.opened();
  await connection.close();
}
