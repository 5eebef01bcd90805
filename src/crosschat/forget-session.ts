import type { Version } from './connection.ts';
import { guest } from './guest.ts';
import type { CrossChatOptions } from './options.ts';

/** Makes the broker forget the session that it may hold for our server id. Rejects when it does not let us in. */
export async function forgetSession(options: CrossChatOptions & { url: URL; version: Version }): Promise<void> {
  const { url, version, serverId } = options;
  const { connection } = guest({ options, url, version, clientId: serverId, keepalive: 0 });
  await connection.opened();
  await connection.close();
}
