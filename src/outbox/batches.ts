/** What a queue shows next: one delivery, or, where the destination can't keep up, several as one. */
import type { Backlog } from './backlog.ts';
import { alone, type Batch, joinAgain, joinFresh, MAX_JOINED } from './batch.ts';
import { type Delivery, isBegun, type JoinPlan } from './delivery.ts';
import type { Destination } from './destination.ts';
import { Pace } from './pace.ts';

/** What choosing takes. */
export interface BatchesOptions {
  readonly backlog: Backlog;
  readonly destination: Pick<Destination, 'roomPerMessage'>;
  /** Keeps that deliveries are shown together from now on, just as they are, or that nothing of them was shown. */
  readonly keep: (deliveries: Batch['deliveries'], plan: JoinPlan | undefined) => Promise<void>;
}

/** Chooses them, for one queue. */
export class Batches {
  readonly pace = new Pace();
  readonly #options: BatchesOptions;
  /** How many of the next are shown alone, since together they were refused. */
  #alone = 0;

  constructor(options: BatchesOptions) {
    this.#options = options;
  }

  /** What goes out next, from the head of the line on. */
  async next(head: Delivery): Promise<Batch> {
    const { backlog, destination, keep } = this.#options;
    const { roomPerMessage } = destination;
    if (roomPerMessage === undefined) return alone(head);
    if (head.plan) return joinAgain(await backlog.peek(head.plan.count), head.plan, roomPerMessage) ?? alone(head);
    const mode = this.#alone > 0 || isBegun(head) ? undefined : this.pace.joinMode(backlog.length);
    if (mode === undefined) return alone(head);
    const fresh = joinFresh(await backlog.peek(MAX_JOINED), mode, roomPerMessage);
    if (fresh === undefined || fresh.deliveries.length === 1) return alone(head);
    head.plan = { mode, count: fresh.deliveries.length };
    // Were it repeated after a crash as anything else, the platform or its readers would take it for something new.
    await keep(fresh.deliveries, head.plan);
    return fresh;
  }

  /**
   * Together they were refused: one of them, or its edit, may be what is refused, so each is shown alone.
   * @returns whether there were several
   */
  separate({ deliveries }: Batch): boolean {
    const [first] = deliveries;
    const areSeveral = deliveries.length > 1 || first.revision !== undefined;
    if (!areSeveral || first.shown.length > 0) return false;
    if (deliveries.length === 1) first.revision = undefined;
    first.plan = undefined;
    first.begunAt = undefined;
    this.#alone = deliveries.length;
    void this.#options.keep(deliveries, undefined);
    return true;
  }

  /** These are done with. */
  done({ deliveries }: Batch): void {
    this.#alone = Math.max(0, this.#alone - deliveries.length);
    this.#options.backlog.drop(deliveries.length);
  }
}
