import { randomUUID } from 'node:crypto';
import { type Clock, systemClock } from './clock.ts';
import { Connection, refusesVersion, type Version } from './connection.ts';
import { explain } from './explain.ts';
import { IncomingPackets } from './incoming-packets.ts';
import { type CrossChatOptions, checkedUrls } from './options.ts';
import { OutgoingPackets } from './outgoing-packets.ts';
import { keepsNothing } from './persistence.ts';

/** What a probe found out about one address of the broker. */
export interface Finding {
  readonly ok: boolean;
  /** A sentence for the operator. */
  readonly text: string;
}

/** Milliseconds that a packet has to come back. */
const ECHO_WAIT = 3_000;

/**
 * Tries what a {@link CrossChat} with these options will need, at each address: connects, subscribes, and sends itself a packet. A
 * granted subscription alone proves nothing, since a broker may withhold what its access rules forbid without a word. It uses a
 * client id of its own, so a server that is on the network with the same server id goes on undisturbed.
 * @throws {CrossChatConfigError} when the options can't work
 */
export async function* probe(options: CrossChatOptions): AsyncIterable<Finding> {
  for (const url of checkedUrls(options)) {
    try {
      yield await tryVersions(url, options);
    } catch (error) {
      yield { ok: false, text: explain(url.host, error) };
    }
  }
}

async function tryVersions(url: URL, options: CrossChatOptions): Promise<Finding> {
  const { protocolVersion = 'auto' } = options;
  if (protocolVersion !== 'auto') return tryAddress(url, protocolVersion, options);
  try {
    return await tryAddress(url, 5, options);
  } catch (error) {
    if (!refusesVersion(error)) throw error;
    return tryAddress(url, 4, options);
  }
}

async function tryAddress(url: URL, version: Version, options: CrossChatOptions): Promise<Finding> {
  const { serverId, username, password, tls, topicPrefix = 'crosschat/', keepalive = 4, clock = systemClock } = options;
  const topic = `${topicPrefix}m/${serverId}/${serverId}/ooc/probe`;
  const token = randomUUID();
  let heard = () => {};
  const echo = new Promise<boolean>((resolve) => {
    heard = () => resolve(true);
  });
  const hear = (from: string, payload: string | Uint8Array) => {
    if (from === topic && Buffer.from(payload).toString() === JSON.stringify(token)) heard();
  };
  const { note, kept } = keepsNothing;
  const outgoing = new OutgoingPackets({ note, durable: false, addressee: () => undefined });
  const connection = new Connection({
    url,
    version,
    clientId: `${serverId}-check-${token.slice(0, 8)}`,
    username,
    password,
    tls,
    keepalive,
    clean: true,
    durable: false,
    incoming: new IncomingPackets(hear, note),
    outgoing,
    kept,
    refused: () => {},
  });
  try {
    await connection.opened();
    await connection.subscribe([`${topicPrefix}state/+/#`, `${topicPrefix}m/+/${serverId}/#`]);
    // A refusal says less than the missing echo, which is told either way.
    outgoing.resume();
    outgoing.publish(topic, JSON.stringify(token), false).catch(() => {});
    const came = await connection.whileOpen(Promise.race([echo, lapse(clock, ECHO_WAIT)]));
    const words = `The MQTT broker ${url.host} speaks MQTT ${version === 5 ? '5' : '3.1.1'}`;
    if (came) return { ok: true, text: `${words}, and ${serverId} may read and write there.` };
    const rules = `read ${topicPrefix}state/+/# and ${topicPrefix}m/+/${serverId}/#, write ${topicPrefix}state/${serverId}/# and ${topicPrefix}m/${serverId}/+/#`;
    return {
      ok: false,
      text: `${words}, but what ${serverId} writes does not come back. Its access rules have to be: ${rules}.`,
    };
  } finally {
    await connection.close();
  }
}

function lapse(clock: Clock, ms: number): Promise<false> {
  return new Promise((resolve) => {
    clock.after(ms, () => resolve(false));
  });
}
