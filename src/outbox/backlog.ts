/** What waits for one destination: a window of it in memory, the rest in the store. */
import type { Kept, Waiting } from '../store/delivery-reader.ts';
import { type Delivery, isBegun, overtake } from './delivery.ts';
import { sizeOf } from './describe.ts';

/** How many deliveries are read at a time, and how many are in memory while the store can be written. */
const WINDOW = 200;
/** How many deliveries may be in memory only, and how much text they may hold; beyond it the oldest is lost. */
const MAX_UNKEPT = 10_000;
const MAX_UNKEPT_SIZE = 32 * 1024 * 1024;

/** An edit or a removal, and its number. */
type Change = Pick<Delivery, 'seq' | 'event'>;

/** What a backlog is made of. */
export interface BacklogOptions {
  /** The next ones in the store after a place in the line. */
  readonly read: (after: number, limit: number) => Promise<Kept[]>;
  /** One can't be read. */
  readonly unreadable: (kept: Kept) => void;
  /** Too many are in memory only: this one will not be delivered. */
  readonly lose: (delivery: Delivery) => void;
  /** One is among the next. */
  readonly entered: (delivery: Delivery) => void;
}

/** The line of one destination. Places in it only grow, and each is announced in its turn. */
export class Backlog {
  readonly #options: BacklogOptions;
  /** The head of the line. */
  #window: Delivery[] = [];
  /** Those that may be in memory only, behind the window. */
  #unkept: Delivery[] = [];
  #unkeptSize = 0;
  /** The place of the last that is or was in the window. */
  #cursor = 0;
  /** The place of the last in the store. */
  #lastKept = 0;
  /** The place of the last in the line. */
  #last = 0;
  #length = 0;
  /** Since when the oldest waits that is not in memory yet. */
  #oldestKept: number | undefined;
  /** What changed since the page that is being read was asked for. */
  #reading: Change[] | undefined;

  constructor(options: BacklogOptions) {
    this.#options = options;
  }

  /** How many wait. */
  get length(): number {
    return this.#length;
  }

  /** Since when the oldest waits, as far as that is known, in milliseconds since the epoch. */
  get oldest(): number | undefined {
    return (this.#window[0] ?? this.#unkept[0])?.queuedAt ?? this.#oldestKept;
  }

  /** So many wait in the store, the oldest since then, the last of them at this place. */
  restore({ waiting, last, oldest }: Omit<Waiting, 'destination'>): void {
    this.#length = waiting;
    this.#oldestKept = oldest;
    this.#last = last;
    this.#lastKept = last;
  }

  /** An event was edited or taken back. What of it is still in the store only will come as it is then. */
  change(change: Change): void {
    this.#reading?.push(change);
    const planned = this.#window[0]?.plan?.count ?? 0;
    for (const [place, delivery] of this.#window.entries()) overtake(delivery, change, place < planned || isBegun(delivery));
    for (const delivery of this.#unkept) overtake(delivery, change, false);
  }

  /** The next one, which the store holds. */
  push(delivery: Delivery): void {
    const complete = this.#lastKept <= this.#cursor && this.#unkept.length === 0;
    if (!this.#announce(delivery.position)) return;
    if (complete && this.#window.length < WINDOW) this.#enter(delivery);
  }

  /** The next one, which the store can't be asked for yet. */
  pushUnkept(delivery: Delivery): void {
    if (delivery.position <= this.#last) return;
    this.#last = delivery.position;
    this.#length++;
    const size = sizeOf(delivery.event);
    while (this.#unkept.length > 0 && (this.#unkept.length >= MAX_UNKEPT || this.#unkeptSize + size > MAX_UNKEPT_SIZE)) {
      this.#loseOldest();
    }
    this.#unkept.push(delivery);
    this.#unkeptSize += size;
  }

  /** Up to `count` from the head of the line; fewer when the line is shorter, or longer than the window. */
  async peek(count: number): Promise<readonly Delivery[]> {
    if (this.#window.length < count && this.#last > this.#cursor) await this.#fill();
    return this.#window.slice(0, count);
  }

  /** The first ones are done with. */
  drop(count: number): void {
    this.#window.splice(0, count);
    this.#length -= count;
  }

  /** Puts one before all others, at a place that was that of the last that left. */
  unshift(delivery: Delivery): void {
    this.#window.unshift(delivery);
    this.#length++;
  }

  async #fill(): Promise<void> {
    this.#oldestKept = undefined;
    const last = this.#last;
    const limit = WINDOW;
    const changes = this.#unkept.filter(({ event }) => event.kind === 'edit' || event.kind === 'removal');
    const rows = this.#lastKept > this.#cursor ? await this.#read(limit, changes) : [];
    // Beyond the end, there may be some in the store that have not been read.
    const complete = rows.length < limit;
    const end = complete ? Math.max(last, rows.at(-1)?.position ?? 0) : (rows.at(-1)?.position ?? 0);
    const unkept = this.#unkept.filter(({ position }) => position <= end);
    this.#unkept = this.#unkept.filter(({ position }) => position > end);
    this.#unkeptSize = this.#unkept.reduce((sum, { event }) => sum + sizeOf(event), 0);
    for (const next of merge(rows, unkept)) {
      // It was written, but its turn to be announced has not come.
      this.#announce(next.position);
      if (next.event === undefined) {
        this.#cursor = next.position;
        this.#length--;
        this.#options.unreadable(next);
      } else this.#enter({ ...next, event: next.event });
    }
    for (const change of changes) this.change(change);
    this.#cursor = Math.max(this.#cursor, end);
    // What was counted is not there: somebody else took it out of the store.
    if (this.#cursor >= this.#last) this.#length = this.#window.length;
  }

  /** One is in the store, behind all that are known. @returns whether that was news */
  #announce(position: number): boolean {
    if (position <= this.#last) return false;
    this.#last = position;
    this.#lastKept = position;
    this.#length++;
    return true;
  }

  /** @param changes gets what comes meanwhile */
  async #read(limit: number, changes: Change[]): Promise<Kept[]> {
    this.#reading = changes;
    try {
      return await this.#options.read(this.#cursor, limit);
    } finally {
      this.#reading = undefined;
    }
  }

  #enter(delivery: Delivery): void {
    this.#window.push(delivery);
    this.#cursor = delivery.position;
    this.#options.entered(delivery);
  }

  #loseOldest(): void {
    const oldest = this.#unkept.shift();
    if (!oldest) return;
    this.#unkeptSize -= sizeOf(oldest.event);
    this.#length--;
    this.#options.lose(oldest);
  }
}

/** In the order of their places; what stands in both is taken once. */
function merge(rows: readonly Kept[], unkept: readonly Delivery[]): Kept[] {
  const all = new Map<number, Kept>();
  for (const next of [...rows, ...unkept]) all.set(next.position, next);
  return [...all.values()].sort((a, b) => a.position - b.position);
}
