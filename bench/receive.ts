import { connect, median, PREFIX, publishSays, startBridge } from './peers.ts';

const COUNT = 20_000;

/** How many says a second arrive: at a raw client, and through the bridge at a null adapter. */
export async function receive(url: string, rounds: number): Promise<Record<string, number>> {
  const raw: number[] = [];
  const bridge: number[] = [];
  for (let round = 0; round < rounds; round++) {
    raw.push(await rawRate(url));
    bridge.push(await bridgeRate(url));
  }
  return { receive_raw: median(raw), receive_bridge: median(bridge), receive_ratio: median(bridge) / median(raw) };
}

async function rawRate(url: string): Promise<number> {
  const client = await connect(url, 'bench');
  await client.subscribeAsync(`${PREFIX}m/+/raw/#`, { qos: 2 });
  const meter = meterOf(COUNT);
  client.on('message', meter.count);
  await publishSays(url, 'raw', COUNT);
  const rate = await meter.rate;
  await client.endAsync();
  return rate;
}

async function bridgeRate(url: string): Promise<number> {
  const meter = meterOf(COUNT);
  const { bridge } = await startBridge(url, meter.count);
  await publishSays(url, 'bench', COUNT);
  const rate = await meter.rate;
  await bridge.stop();
  return rate;
}

/** Events a second between the first and the last of `count`. */
function meterOf(count: number): { count: () => void; rate: Promise<number> } {
  let seen = 0;
  let first = 0;
  let done: (rate: number) => void = () => {};
  const rate = new Promise<number>((resolve) => {
    done = resolve;
  });
  return {
    rate,
    count: () => {
      if (++seen === 1) first = performance.now();
      if (seen === count) done(((count - 1) / (performance.now() - first)) * 1_000);
    },
  };
}
