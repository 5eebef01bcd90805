import { Connection, refusesVersion, type Version } from './connection.ts';
import { IncomingPackets } from './incoming-packets.ts';
import type { CrossChatOptions } from './options.ts';
import { OutgoingPackets } from './outgoing-packets.ts';
import { keepsNothing } from './persistence.ts';

/** How a guest connects. */
export interface GuestOptions {
  readonly options: CrossChatOptions;
  readonly url: URL;
  readonly version: Version;
  readonly clientId: string;
  /** Seconds; as in the options unless given. */
  readonly keepalive?: number;
  readonly receive?: (topic: string, payload: string | Uint8Array) => void;
}

/** A connection that is no server on the network, keeps nothing and leaves nothing behind; and what it sends by. */
export function guest({ options, url, version, clientId, keepalive = options.keepalive ?? 4, receive = () => {} }: GuestOptions) {
  const { note, kept } = keepsNothing;
  const { username, password, tls } = options;
  const outgoing = new OutgoingPackets({ note, durable: false, addressee: () => undefined, hears: () => false });
  const connection = new Connection({
    url,
    version,
    clientId,
    username,
    password,
    tls,
    keepalive,
    clean: true,
    durable: false,
    incoming: new IncomingPackets(receive, note),
    outgoing,
    kept,
    refused: () => {},
  });
  return { connection, outgoing };
}

/** Does something with MQTT 5, and with 3.1.1 where the broker refuses that. */
export async function inEitherVersion<Value>(
  { protocolVersion = 'auto' }: CrossChatOptions,
  action: (version: Version) => Promise<Value>,
): Promise<Value> {
  if (protocolVersion !== 'auto') return action(protocolVersion);
  try {
    return await action(5);
  } catch (error) {
    if (!refusesVersion(error)) throw error;
    return action(4);
  }
}
