/** How a destination fares, as the operator sees it. */
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { EventId } from '../event.ts';
import type { Faring } from '../store/deliveries.ts';
import { moment } from '../text/time.ts';
import type { CircuitState, LastFault } from './queue-report.ts';

/** What a circuit is made of. */
export interface CircuitOptions {
  /** The destination's id. */
  readonly id: string;
  readonly name: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Keeps what other processes can see. */
  readonly keep: (faring: Faring) => void;
  /** It was down and takes messages again. */
  readonly onRecovery: () => void;
}

/** From so many waiting deliveries on, the operator is told that a destination is behind. */
const MANY_WAITING = 100;

/** The circuit state of one destination. */
export class Circuit {
  readonly #options: CircuitOptions;
  #state: CircuitState = 'up';
  #since: number;
  #reason: string | undefined;
  #fault: LastFault | undefined;

  constructor(options: CircuitOptions) {
    this.#options = options;
    this.#since = options.clock.now();
    this.#keep();
  }

  get state(): CircuitState {
    return this.#state;
  }

  /** The last fault of this run. */
  get fault(): LastFault | undefined {
    return this.#fault;
  }

  /** What is wrong while so many wait, in a sentence for the operator; undefined when all is well. */
  health(waiting: number): string | undefined {
    if (this.#state === 'up') return undefined;
    const reason = this.#reason === undefined ? '' : ` (${this.#reason})`;
    return `${this.#options.name} is ${this.#state} since ${moment(this.#since)}${reason}; ${waiting} wait.`;
  }

  /** So many wait now. */
  waits(waiting: number): void {
    if (this.#state !== 'up' || waiting < MANY_WAITING) return;
    const { name, log } = this.#options;
    this.#become('slow', 'messages come faster than they can be shown');
    log.warn({ destination: name, waiting }, `${name} takes messages more slowly than they come; they follow in order`);
  }

  /** An attempt failed for a reason that should pass. @param askedToWait whether the platform said how long to wait */
  failed(
    reason: string,
    askedToWait: boolean,
    context: { readonly event: EventId; readonly seq: number; readonly retryInMs: number; readonly waiting: number },
  ): void {
    const { name, log } = this.#options;
    this.#fault = { reason, at: this.#options.clock.now() };
    const news = askedToWait ? this.#state === 'up' : this.#state !== 'down';
    if (news) this.#become(askedToWait ? 'slow' : 'down', reason);
    log[news ? 'warn' : 'debug']({ destination: name, ...context }, `${name}: ${reason}`);
  }

  /** It refused something, and is well otherwise. */
  refused(reason: string): void {
    this.#fault = { reason, at: this.#options.clock.now() };
  }

  /** The destination answered, and so many still wait. */
  answered(waiting: number): void {
    const { name, log, onRecovery } = this.#options;
    if (this.#state === 'up') return;
    const wasDown = this.#state === 'down';
    const wasBehind = this.#state === 'slow' || this.#state === 'recovering';
    if (waiting > 0 && !wasDown) return;
    this.#become(waiting > 0 ? 'recovering' : 'up', undefined);
    if (wasDown) {
      log.info({ destination: name, waiting }, `${name} takes messages again`);
      onRecovery();
    } else if (wasBehind) log.info({ destination: name }, `${name} has caught up`);
  }

  #become(state: CircuitState, reason: string | undefined): void {
    this.#state = state;
    this.#since = this.#options.clock.now();
    this.#reason = reason;
    this.#keep();
  }

  #keep(): void {
    const { id, name, keep } = this.#options;
    keep({ id, name, state: this.#state, since: this.#since, reason: this.#reason });
  }
}
