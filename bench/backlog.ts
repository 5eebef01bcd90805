import { setTimeout } from 'node:timers/promises';
import { DeliveryError } from '../src/adapter.ts';
import { heap, newFolder, publishSays, removeFolder, startBridge } from './peers.ts';

const COUNT = 100_000;
/** So many are published at a time: aedes gives more than 65,535 that are on their way to one client the same packet ids. */
const SLICE = 20_000;
/** So often the memory is measured while it drains. */
const SAMPLES = 10;

/**
 * 100,000 messages wait for a room that is down; the bridge is started anew; the room comes back. How long the start takes, how fast
 * they drain, and the memory before, during and after.
 * @throws {Error} when one of them is lost or comes twice
 */
export async function backlog(url: string): Promise<Record<string, number>> {
  const folder = newFolder();
  const before = memory();
  const filled = await fill(url, folder);
  const drained = await drain(url, folder);
  const after = await atRest();
  removeFolder(folder);
  return {
    backlog_start_seconds: drained.startSeconds,
    backlog_first_seconds: drained.firstSeconds,
    backlog_drain_per_second: drained.rate,
    ...named('before', before),
    ...named('waiting', filled),
    ...named('draining', drained.most),
    ...named('after', after),
  };
}

/** The memory while all wait. */
async function fill(url: string, folder: string): Promise<Memory> {
  const down = () => {
    throw new DeliveryError('the room is down', { passing: true });
  };
  const { bridge, host } = await startBridge(url, down, folder);
  let seen = 0;
  let reached = () => {};
  host.chat.on('say', () => {
    if (++seen % SLICE === 0) reached();
  });
  for (let published = 0; published < COUNT; published += SLICE) {
    const taken = new Promise<void>((resolve) => {
      reached = resolve;
    });
    await Promise.all([publishSays(url, 'bench', SLICE), taken]);
  }
  const used = await atRest();
  await bridge.stop();
  return used;
}

/** The memory once it no longer falls: what was taken last is still being written. */
async function atRest(): Promise<Memory> {
  for (let before = memory(); ; ) {
    await setTimeout(1_000);
    const now = memory();
    if (now.heap > before.heap - 1) return now;
    before = now;
  }
}

interface Drained {
  readonly startSeconds: number;
  readonly firstSeconds: number;
  /** Messages a second. */
  readonly rate: number;
  readonly most: Memory;
}

async function drain(url: string, folder: string): Promise<Drained> {
  const seen = new Set<string>();
  const samples: Memory[] = [];
  let first = 0;
  let done = () => {};
  const all = new Promise<void>((resolve) => {
    done = resolve;
  });
  const start = performance.now();
  const { bridge } = await startBridge(
    url,
    ({ id }) => {
      if (first === 0) first = performance.now();
      if (seen.has(id)) throw new Error(`${id} came twice`);
      seen.add(id);
      if (seen.size % (COUNT / SAMPLES) === 0) samples.push(memory());
      if (seen.size === COUNT) done();
    },
    folder,
  );
  const started = performance.now();
  await all;
  const end = performance.now();
  await bridge.stop();
  return {
    startSeconds: (started - start) / 1_000,
    firstSeconds: (first - start) / 1_000,
    rate: (COUNT * 1_000) / (end - first),
    most: { heap: Math.max(...samples.map((sample) => sample.heap)), rss: Math.max(...samples.map((sample) => sample.rss)) },
  };
}

/** In megabytes. */
interface Memory {
  /** After a collection. */
  readonly heap: number;
  readonly rss: number;
}

function memory(): Memory {
  return { heap: heap() / 1e6, rss: process.memoryUsage().rss / 1e6 };
}

function named(when: string, { heap, rss }: Memory): Record<string, number> {
  return { [`backlog_heap_${when}_mb`]: heap, [`backlog_rss_${when}_mb`]: rss };
}
