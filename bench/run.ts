/** Raw mqtt.js against the bridge, in one run on one broker: see docs/testing.md for what the figures mean. */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { fanOut } from './fan-out.ts';
import { latency } from './latency.ts';
import { memory } from './memory.ts';
import { openBroker } from './peers.ts';
import { receive } from './receive.ts';

const { values } = parseArgs({ options: { json: { type: 'string' }, rounds: { type: 'string', default: '3' } } });
const rounds = Number(values.rounds);

const broker = await openBroker();
print(`Node ${process.version}, ${broker.name}, QoS 2, the median of ${rounds} rounds`);
const figures: Record<string, number> = {};
const take = (title: string, unit: string, part: Record<string, number>) => {
  Object.assign(figures, part);
  print(`\n${title}`);
  for (const [key, value] of Object.entries(part)) {
    print(
      `  ${key.padEnd(34)} ${value.toLocaleString('en', { maximumFractionDigits: 3 })}${key.endsWith('ratio') ? '' : ` ${unit}`}`,
    );
  }
};
try {
  take('(a) say messages received, parsed, routed and handed to a null adapter', 'messages/s', await receive(broker.url, rounds));
  take('(b) platform messages fanned out to 100 servers', 'packets/s', await fanOut(broker.url, rounds));
  take('(c) from a game server to the adapter', 'ms', await latency(broker.url));
  take('(d) memory for 100 servers with 100 users each', 'MB', await memory(broker.url));
} finally {
  await broker.close();
}
if (values.json) writeFileSync(values.json, `${JSON.stringify(figures, null, 2)}\n`);
process.exit(0);

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
