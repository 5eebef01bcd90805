/** Raw mqtt.js against the bridge, in one run on one broker: see docs/testing.md for what the figures mean. */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { backlog } from './backlog.ts';
import { fanOut } from './fan-out.ts';
import { flood } from './flood.ts';
import { latency } from './latency.ts';
import { memory } from './memory.ts';
import { openBroker } from './peers.ts';
import { receive } from './receive.ts';
import { webChat } from './web-chat.ts';

/** Each part: what it measures, in which unit (its keys say it where there are several), and how. */
const PARTS: Readonly<
  Record<string, [title: string, unit: string, (url: string, rounds: number) => Promise<Record<string, number>>]>
> = {
  receive: ['say messages received, kept on disk, routed and handed to a null adapter', 'messages/s', receive],
  'fan-out': ['platform messages fanned out to 100 servers', 'packets/s', fanOut],
  latency: ['from a game server to the adapter', 'ms', latency],
  memory: ['memory for 100 servers with 100 users each', 'MB', memory],
  backlog: ['100,000 messages that wait for a room, over a restart', '', backlog],
  'web-chat': ['50 messages a second to 200 pages of the web chat', '', webChat],
  flood: ['1,000 messages of 20 players into one Discord channel', '', flood],
};

const { values } = parseArgs({
  options: {
    json: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string', default: Object.keys(PARTS).join(',') },
  },
});
const rounds = Number(values.rounds);

const broker = await openBroker();
print(`Node ${process.version}, ${broker.name}, QoS 2, the median of ${rounds} rounds`);
const figures: Record<string, number> = {};
try {
  for (const name of values.only.split(',')) {
    const part = PARTS[name];
    if (!part) throw new Error(`--only takes some of ${Object.keys(PARTS).join(',')}`);
    const [title, unit, measure] = part;
    print(`\n${title}`);
    const found = await measure(broker.url, rounds);
    for (const [key, value] of Object.entries(found)) print(lineOf(key, value, unit));
    Object.assign(figures, found);
  }
} finally {
  await broker.close();
}
if (values.json) writeFileSync(values.json, `${JSON.stringify(figures, null, 2)}\n`);
process.exit(0);

function lineOf(key: string, value: number, unit: string): string {
  const number = value.toLocaleString('en', { maximumFractionDigits: 3 });
  return `  ${key.padEnd(34)} ${number} ${key.endsWith('ratio') ? '' : unit}`.trimEnd();
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
