import type { AdapterHost } from '../src/adapter.ts';
import { type AdapterId, eventId, type Message, type RoomRef } from '../src/event.ts';
import { literal } from '../src/text/tree.ts';
import { connect, median, PREFIX, publishAll, setServers, startBridge } from './peers.ts';

const SERVERS = 100;
const MESSAGES = 100;
const TEXT = 'the quick brown fox jumps over the lazy dog';

/** How many packets a second go out when each message goes to 100 servers: from a raw client, and from the bridge. */
export async function fanOut(url: string, rounds: number): Promise<Record<string, number>> {
  const raw: number[] = [];
  const bridge: number[] = [];
  await setServers(url, SERVERS, true);
  for (let round = 0; round < rounds; round++) {
    raw.push(await rawRate(url));
    bridge.push(await bridgeRate(url));
  }
  await setServers(url, SERVERS, false);
  return { fan_out_raw: median(raw), fan_out_bridge: median(bridge), fan_out_ratio: median(bridge) / median(raw) };
}

async function rawRate(url: string): Promise<number> {
  const client = await connect(url, 'bench');
  const payload = JSON.stringify({ say: TEXT });
  const start = performance.now();
  const packets = Array.from({ length: SERVERS }, (_, n) => [`${PREFIX}m/bench/s${n}/say/1`, payload] as const);
  for (let message = 0; message < MESSAGES; message++) await publishAll(client, packets);
  const rate = (MESSAGES * SERVERS * 1_000) / (performance.now() - start);
  await client.endAsync();
  return rate;
}

/** The last of the messages is known to be out when a listener, who is one of the servers, has heard it. */
async function bridgeRate(url: string): Promise<number> {
  const listener = await connect(url, 'bench-listener');
  await listener.subscribeAsync(`${PREFIX}m/+/s${SERVERS - 1}/say/#`, { qos: 2 });
  const { bridge, host } = await startBridge(url, () => {});
  let heard = 0;
  let done = () => {};
  const all = new Promise<void>((resolve) => {
    done = resolve;
  });
  listener.on('message', () => {
    if (++heard === MESSAGES) done();
  });
  const start = performance.now();
  for (let n = 0; n < MESSAGES; n++) await host.message(messageOf(host, n));
  await all;
  const rate = (MESSAGES * SERVERS * 1_000) / (performance.now() - start);
  await bridge.stop();
  await listener.endAsync();
  return rate;
}

function messageOf(host: AdapterHost, n: number): Message {
  const place = { kind: 'room', adapter: host.id as AdapterId, room: 'room' as RoomRef } as const;
  return {
    kind: 'message',
    id: eventId(place, String(n)),
    at: Date.now(),
    place,
    tag: 'Null',
    author: { id: '1', name: 'Bob' },
    body: literal(TEXT),
    attachments: [],
  };
}
