import type { MqttClient } from 'mqtt';
import { toPlain } from '../src/text/plain.ts';
import { connect, PREFIX, startBridge } from './peers.ts';

const COUNT = 2_000;
/** So many run through before it counts. */
const WARM_UP = 200;

/** How long a say takes, one at a time: to a raw client, and through the bridge to the adapter. */
export async function latency(url: string): Promise<Record<string, number>> {
  const publisher = await connect(url, 'bench-game');
  let arrived = (_text: string) => {};
  const client = await connect(url, 'bench-raw');
  await client.subscribeAsync(`${PREFIX}m/+/raw/#`, { qos: 2 });
  client.on('message', (_topic, payload) => arrived((JSON.parse(payload.toString()) as { say: string }).say));
  const { bridge } = await startBridge(url, (message) => arrived(toPlain(message.body)));

  const times = { raw: [] as number[], bench: [] as number[] };
  for (let n = 0; n < COUNT + WARM_UP; n++) {
    // In turn, so that whatever else the machine does hits both alike.
    for (const server of ['raw', 'bench'] as const) {
      const took = await once(publisher, server, String(n), (listener) => {
        arrived = listener;
      });
      if (n >= WARM_UP) times[server].push(took);
    }
  }
  await bridge.stop();
  await Promise.all([client.endAsync(), publisher.endAsync()]);
  const at = (server: keyof typeof times, share: number) =>
    times[server].sort((a, b) => a - b)[Math.floor(COUNT * share)] ?? Number.NaN;
  return {
    latency_raw_p50: at('raw', 0.5),
    latency_bridge_p50: at('bench', 0.5),
    latency_added_p50: at('bench', 0.5) - at('raw', 0.5),
    latency_raw_p99: at('raw', 0.99),
    latency_bridge_p99: at('bench', 0.99),
    latency_added_p99: at('bench', 0.99) - at('raw', 0.99),
  };
}

async function once(
  publisher: MqttClient,
  server: string,
  text: string,
  listen: (listener: (text: string) => void) => void,
): Promise<number> {
  const arrival = new Promise<number>((resolve) => {
    listen((heard) => {
      if (heard === text) resolve(performance.now());
    });
  });
  const start = performance.now();
  const sent = publisher.publishAsync(`${PREFIX}m/game/${server}/say/1`, JSON.stringify({ say: text }), { qos: 2 });
  const took = (await arrival) - start;
  await sent;
  return took;
}
