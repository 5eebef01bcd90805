/** One torture: talk in all directions, trouble at random moments, then quiet, and a count of what arrived. */
import { setTimeout as pause } from 'node:timers/promises';
import { startEmbedded, startMosquitto, type TortureBroker } from './broker.ts';
import { DISTURBANCES, type Disturbance, type Group } from './disturbances.ts';
import type { Journal } from './journal.ts';
import { nextLine } from './lines.ts';
import { Random } from './random.ts';
import { type Arrivals, type Said, type Tally, tally } from './tally.ts';
import { makeWorld, type Talker, type TortureWorld } from './world.ts';

export interface TortureOptions {
  readonly seed: number;
  /** How long there is talk and trouble, in milliseconds. */
  readonly duration: number;
  /** How often the bridge is killed or stopped. */
  readonly kills: number;
  /** How often something befalls the broker or the connection to it. */
  readonly cuts: number;
  /** How often something befalls Discord or Matrix. */
  readonly faults: number;
  /** What may go wrong at all. */
  readonly groups: ReadonlySet<Group>;
  /** Only trouble whose name holds this. */
  readonly named?: string;
  /** Whether there is also trouble that lasts: requests without an answer, which the bridge waits for as long as it waits for any. */
  readonly slow: boolean;
  /** Milliseconds between two lines of one speaker, on average. */
  readonly pace: number;
  readonly broker: 'mosquitto' | 'embedded';
  /** The built `main.js`. */
  readonly program: string;
  /** Milliseconds without anything new after which what is missing counts as lost. */
  readonly patience: number;
  readonly journal: Journal;
  /** What happens while people talk, beside the usual trouble. */
  readonly meanwhile?: (world: TortureWorld) => Promise<void>;
  /** Where the bridge keeps what it must remember. */
  readonly dataDir?: string;
}

export interface Outcome extends Tally {
  /** How often each kind of trouble happened. */
  readonly happened: ReadonlyMap<string, number>;
  /** What else was wrong, a sentence each: crashes, forbidden requests, an end that was not in order. */
  readonly remarks: readonly string[];
}

/** What comes late comes within so many milliseconds after the last line arrived. */
const LATE = 3_000;

/** Runs one. Rejects when the bridge can't even begin. */
export async function torture(options: TortureOptions): Promise<Outcome> {
  const { journal } = options;
  const broker: TortureBroker =
    options.broker === 'mosquitto' ? await startMosquitto(journal.folder) : await startEmbedded(journal);
  const world = await makeWorld({
    broker,
    journal,
    program: options.program,
    ...(options.dataDir && { dataDir: options.dataDir }),
  });
  try {
    return await run(world, options);
  } finally {
    await world.close();
  }
}

async function run(world: TortureWorld, options: TortureOptions): Promise<Outcome> {
  const { journal, seed, duration, patience, meanwhile } = options;
  const random = new Random(seed);
  journal.note(`seed ${seed}, ${duration / 1000} s, broker ${world.broker.name}, logs in ${journal.folder}`);
  world.bridge.start();
  await world.settled();

  const said: Said[] = [];
  const stop = new AbortController();
  const talk = Promise.all(world.talkers.map((talker) => talkOn(talker, random.fork(), said, options, stop.signal)));
  const happened = new Map<string, number>();
  await Promise.all([disturb(world, random, options, happened), meanwhile?.(world)]);
  stop.abort();
  world.discord.double.faults.clear();
  // A broker that is just back needs a moment to take what waits for it.
  await Promise.race([talk, pause(patience, undefined, { ref: false })]);
  journal.note('the trouble is over');

  await quiet(world, said, patience, journal);
  await world.bridge.stop();
  const remarks = [...world.bridge.faults];
  const { double: discord } = world.discord;
  for (const violation of [...discord.violations, ...world.matrix.double.violations].slice(0, 5))
    remarks.push(`forbidden: ${JSON.stringify(violation)}`);
  const result = tally(arrivals(world, said));
  const { lost, doubled, disordered, misnamed } = result;
  for (const [what, faults] of Object.entries({ lost, doubled, disordered, misnamed }))
    for (const { where, speaker, text, at, as = speaker } of faults)
      journal.said(
        `${what} in ${where}: ${speaker}${as === speaker ? '' : ` as ${as}`}, said at ${new Date(at).toISOString()}: ${text.slice(0, 80)}`,
      );
  return { ...result, happened, remarks };
}

/** Says one line after the other: the next only when the one before is taken, so that its platform keeps the order. */
async function talkOn(
  talker: Talker,
  random: Random,
  said: Said[],
  { pace, journal }: TortureOptions,
  signal: AbortSignal,
): Promise<void> {
  for (let number = 1; !signal.aborted; ) {
    await pause(random.between(0, 2 * pace));
    if (signal.aborted || !talker.canTalk()) continue;
    const line = nextLine(random, talker.name, number++, talker.longest);
    const one: Said = { speaker: talker.name, text: line.text, items: line.items, at: Date.now(), taken: false };
    said.push(one);
    one.taken = await talker.says(line);
    journal.said(
      `${talker.name} (${talker.home}) said: ${line.text.slice(0, 60)}${line.items.length > 1 ? ` … (${line.items.length})` : ''}`,
    );
  }
}

async function disturb(
  world: TortureWorld,
  random: Random,
  options: TortureOptions,
  happened: Map<string, number>,
): Promise<void> {
  const { journal, duration } = options;
  const under: Promise<void>[] = [];
  const start = Date.now();
  for (const { at, disturbance, chance } of schedule(random, options)) {
    await pause(Math.max(0, start + at - Date.now()));
    journal.note(disturbance.name);
    happened.set(disturbance.name, (happened.get(disturbance.name) ?? 0) + 1);
    const over = disturbance.happen(world, chance);
    // The bridge and the broker can't be stopped twice at once; anything else may come together.
    if (disturbance.group === 'kill' || disturbance.name === 'broker restarted') await over;
    else under.push(over);
  }
  await pause(Math.max(0, start + duration - Date.now()));
  await Promise.all(under);
}

interface Planned {
  /** Milliseconds after the start. */
  readonly at: number;
  readonly disturbance: Disturbance;
  readonly chance: Random;
}

/** The same seed and options make the same plan. */
function schedule(random: Random, { duration, kills, cuts, faults, groups, slow, named = '' }: TortureOptions): Planned[] {
  const plan = (count: number, among: readonly Group[]): Planned[] => {
    const possible = DISTURBANCES.filter(
      (one) => among.includes(one.group) && groups.has(one.group) && (slow || one.slow !== true) && one.name.includes(named),
    );
    if (possible.length === 0) return [];
    return Array.from({ length: count }, () => ({
      at: random.between(0, duration),
      disturbance: random.pick(possible),
      chance: random.fork(),
    }));
  };
  const all = [...plan(kills, ['kill']), ...plan(cuts, ['broker']), ...plan(faults, ['discord', 'matrix'])];
  return all.sort((a, b) => a.at - b.at);
}

/** Waits until all has arrived, and then a little longer for what arrives twice; or until nothing new has come for a long time. */
async function quiet(world: TortureWorld, said: readonly Said[], patience: number, journal: Journal): Promise<void> {
  let least = Number.POSITIVE_INFINITY;
  for (let since = Date.now(); Date.now() - since < patience; await pause(250)) {
    const { lost } = tally(arrivals(world, said));
    if (lost.length < least) since = Date.now();
    least = Math.min(least, lost.length);
    if (lost.length === 0) {
      journal.note('all has arrived');
      await pause(LATE);
      return;
    }
  }
  journal.note(`${least} are still missing, and nothing has come for ${patience / 1000} s`);
}

/** Of a line, in UTF-16 units. */
const SHOWN_IN_GAME = 800;

/** Each destination with what it should hear: game servers hear each other without the bridge. */
function arrivals({ places, talkers }: TortureWorld, said: readonly Said[]): Arrivals[] {
  const homes = new Map(talkers.map(({ name, home }) => [name, home]));
  return [...places].map(([where, place]) => ({
    where,
    seen: place.seen(),
    said: said
      .filter(({ speaker }) => {
        const home = homes.get(speaker) ?? '';
        return home !== where && (place.kind === 'room' || places.get(home)?.kind === 'room');
      })
      .map((line) => (place.kind === 'game' ? beginning(line) : line)),
  }));
}

/** What a game shows of a line for certain: of a long one it hears the beginning only. */
function beginning(line: Said): Said {
  return { ...line, items: line.items.filter((item) => line.text.indexOf(item) + item.length <= SHOWN_IN_GAME) };
}
