import { randomUUID } from 'node:crypto';
import { lapse, systemClock } from './clock.ts';
import type { Version } from './connection.ts';
import { explain } from './explain.ts';
import { guest, inEitherVersion } from './guest.ts';
import { type CrossChatOptions, checkedUrls } from './options.ts';

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
      yield await inEitherVersion(options, (version) => tryAddress(url, version, options));
    } catch (error) {
      yield { ok: false, text: explain(url.host, error) };
    }
  }
}

async function tryAddress(url: URL, version: Version, options: CrossChatOptions): Promise<Finding> {
  const { serverId, topicPrefix = 'crosschat/', clock = systemClock } = options;
  const topic = `${topicPrefix}m/${serverId}/${serverId}/ooc/probe`;
  const token = randomUUID();
  let heard = () => {};
  const echo = new Promise<boolean>((resolve) => {
    heard = () => resolve(true);
  });
  const receive = (from: string, payload: string | Uint8Array) => {
    if (from === topic && Buffer.from(payload).toString() === JSON.stringify(token)) heard();
  };
  const { connection, outgoing } = guest({ options, url, version, clientId: `${serverId}-check-${token.slice(0, 8)}`, receive });
  try {
    await connection.opened();
    await connection.subscribe([`${topicPrefix}state/+/#`, `${topicPrefix}m/+/${serverId}/#`]);
    // A refusal says less than the missing echo, which is told either way.
    outgoing.resume();
    outgoing.publish(topic, JSON.stringify(token), false).catch(() => {});
    const came = await connection.whileOpen(Promise.race([echo, lapse(clock, ECHO_WAIT).then(() => false)]));
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
