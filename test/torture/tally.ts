/** Compares what was said with what is seen: each line exactly once at each destination, in the order in which its speaker said it. */
import { COMMON, type Found, findIn } from './lines.ts';

/** A line that was said. */
export interface Said {
  readonly speaker: string;
  readonly text: string;
  readonly items: readonly string[];
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Whether its platform has taken it; until then it may be seen, and need not be. */
  taken: boolean;
}

/** A message that is seen somewhere. */
export interface Sighting {
  readonly text: string;
  /** The name above it; empty where the text itself begins with one. */
  readonly author: string;
}

/** One place where lines arrive. */
export interface Arrivals {
  readonly where: string;
  /** All that should arrive there, each speaker's lines in order. */
  readonly said: readonly Said[];
  readonly seen: readonly Sighting[];
}

/** Something that went wrong with a line at a destination. */
export interface Fault {
  readonly where: string;
  readonly speaker: string;
  readonly text: string;
  /** When it was said, in milliseconds since the epoch. */
  readonly at: number;
  /** Under whose name it stands, where that is wrong. */
  readonly as?: string;
}

export interface Tally {
  /** Lines, counted once for each destination. */
  readonly sent: number;
  readonly lost: readonly Fault[];
  readonly doubled: readonly Fault[];
  readonly disordered: readonly Fault[];
  /** Lines that stand there under somebody else's name. */
  readonly misnamed: readonly Fault[];
}

/** Counts everything at all destinations. */
export function tally(arrivals: readonly Arrivals[]): Tally {
  const each = arrivals.map(tallyOne);
  return {
    sent: each.reduce((sum, { sent }) => sum + sent, 0),
    lost: each.flatMap(({ lost }) => lost),
    doubled: each.flatMap(({ doubled }) => doubled),
    disordered: each.flatMap(({ disordered }) => disordered),
    misnamed: each.flatMap(({ misnamed }) => misnamed),
  };
}

function tallyOne({ where, said, seen }: Arrivals): Tally {
  const speakers = new Set(said.map(({ speaker }) => speaker));
  const found = seen.flatMap(({ text, author }) => findIn(text, author, speakers));
  const each = [...speakers].map((speaker) =>
    tallySpeaker(
      where,
      said.filter((line) => line.speaker === speaker),
      found.filter((one) => one.speaker === speaker),
    ),
  );
  return {
    sent: said.filter(({ taken }) => taken).length,
    lost: each.flatMap(({ lost }) => lost),
    doubled: each.flatMap(({ doubled }) => doubled),
    disordered: each.flatMap(({ disordered }) => disordered),
    misnamed: each.flatMap(({ misnamed }) => misnamed),
  };
}

function tallySpeaker(where: string, said: readonly Said[], found: readonly Found[]): Omit<Tally, 'sent'> {
  const items = found.map(({ item }) => item);
  const foreign = new Map(found.filter(({ as, speaker }) => as !== speaker).map(({ item, as }) => [item, as]));
  const fault = ({ speaker, text, at }: Said): Fault => ({ where, speaker, text, at });
  const counts = new Map<string, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  const marked = said.filter((line) => !isCommon(line));
  const common = said.filter(isCommon);
  const certain = common.filter(({ taken }) => taken);
  const seenCommon = counts.get(COMMON) ?? 0;
  // Which of several equal lines is missing can't be known; the last ones stand for them.
  const lost = [
    ...marked.filter((line) => line.taken && line.items.some((item) => !counts.has(item))),
    ...certain.slice(seenCommon),
  ];
  const tooMany = Math.max(0, seenCommon - common.length);
  const last = common.at(-1);
  const doubled = [
    ...marked.filter((line) => line.items.some((item) => (counts.get(item) ?? 0) > 1)),
    ...(last ? new Array<Said>(tooMany).fill(last) : []),
  ];
  return {
    lost: lost.map(fault),
    doubled: doubled.map(fault),
    disordered: disordered(said, items, seenCommon === common.length).map(fault),
    misnamed: marked.flatMap((line) => {
      const as = line.items.map((item) => foreign.get(item)).find((name) => name !== undefined);
      return as === undefined ? [] : [{ ...fault(line), as }];
    }),
  };
}

/** The lines that are seen for the first time after a later one. Equal lines have a place only if all of them are there. */
function disordered(said: readonly Said[], items: readonly string[], withCommon: boolean): Said[] {
  const places = new Map(said.flatMap((line) => line.items).map((item, place) => [item, place]));
  const lines = said.flatMap((line) => line.items.map(() => line));
  const commonPlaces = lines.flatMap((line, place) => (isCommon(line) ? [place] : []));
  const late = new Set<Said>();
  const before = new Set<string>();
  let latest = -1;
  for (const item of items) {
    if (item === COMMON ? !withCommon : before.has(item)) continue;
    before.add(item);
    const place = item === COMMON ? commonPlaces.shift() : places.get(item);
    const line = place === undefined ? undefined : lines[place];
    if (place === undefined || line === undefined) continue;
    if (place < latest) late.add(line);
    latest = Math.max(latest, place);
  }
  return [...late];
}

function isCommon({ items }: Said): boolean {
  return items[0] === COMMON;
}
