import type { Clock } from '../../src/clock.ts';
import type { Edit, EventId, Message, Place, Reaction, ReactionRemoval, Removal } from '../../src/event.ts';
import type { GatewayEvents } from './gateway.ts';

/** Something that is told later, unless what it is about is deleted. */
interface Waiting {
  readonly target: EventId;
  /** In milliseconds since the epoch. */
  due: number;
  tell(): void;
  /** It is never told. */
  drop(): void;
  /** What is said, unless it is only about something that was. */
  readonly said?: { message: Message; readonly since: number };
}

/** Edits may put off what is said up to so many times the delay: nobody can hold up a channel by editing for ever. */
const MAX_DELAYS = 4;
/** Milliseconds between looks whether a connection is back. */
const LOOK = 1_000;

interface DelayOptions {
  readonly clock: Clock;
  /** In milliseconds. */
  readonly delay: number;
  /** Since when we hear of deletions, in milliseconds since the epoch; undefined while we don't. */
  readonly upSince: () => number | undefined;
  /** Aborted when nothing is to be told any more. */
  readonly signal: AbortSignal;
}

/**
 * Tells what is said after a delay, so that a moderator's bot can delete it before: every text that is told has stood for the whole
 * delay. The order within a room stays. What still waits at the end is not taken: it is heard again at the next start.
 */
export function delayed(events: GatewayEvents, options: DelayOptions): GatewayEvents {
  const delay = new Delay(events, options);
  return {
    ...events,
    message: (message) => delay.message(message),
    edit: (edit) => delay.edit(edit),
    remove: (removal) => delay.remove(removal),
    react: (reaction) => delay.react(reaction),
  };
}

class Delay {
  readonly #events: GatewayEvents;
  readonly #clock: Clock;
  readonly #delay: number;
  readonly #signal: AbortSignal;
  readonly #upSince: DelayOptions['upSince'];
  /** By room, in the order in which it is told. */
  readonly #queues = new Map<string, Waiting[]>();

  constructor(events: GatewayEvents, { clock, delay, upSince, signal }: DelayOptions) {
    this.#events = events;
    this.#clock = clock;
    this.#delay = delay;
    this.#signal = signal;
    this.#upSince = upSince;
  }

  /** Resolves also when it is deleted meanwhile: then there is nothing to take. */
  message(message: Message): Promise<void> {
    return new Promise((resolve, reject) => {
      const said = { message, since: this.#clock.now() };
      const tell = () => void this.#events.message(said.message).then(resolve, reject);
      this.#wait(message.place, { target: message.id, due: said.since + this.#delay, said, tell, drop: resolve });
    });
  }

  edit(edit: Edit): void {
    const target = edit.message.id;
    const due = this.#clock.now() + this.#delay;
    const waiting = this.#queue(edit.place).find((item) => item.target === target && item.said !== undefined);
    if (waiting?.said !== undefined && due <= waiting.said.since + MAX_DELAYS * this.#delay) {
      waiting.said.message = edit.message;
      waiting.due = due;
    } else this.#wait(edit.place, { target, due, tell: () => this.#events.edit(edit), drop: () => {} });
  }

  remove(removal: Removal): void {
    const { place, target } = removal;
    const queue = this.#queue(place);
    const gone = queue.filter((item) => item.target === target);
    if (gone.length > 0)
      this.#queues.set(
        keyOf(place),
        queue.filter((item) => item.target !== target),
      );
    for (const item of gone) item.drop();
    if (!gone.some(({ said }) => said !== undefined)) this.#events.remove(removal);
  }

  /** A reaction comes after what it is about. */
  react(reaction: Reaction | ReactionRemoval): void {
    const { place, target } = reaction;
    const isWaiting = this.#queue(place).some((item) => item.target === target);
    const tell = () => this.#events.react(reaction);
    if (isWaiting) this.#wait(place, { target, due: 0, tell, drop: () => {} });
    else tell();
  }

  #queue(place: Place): readonly Waiting[] {
    return this.#queues.get(keyOf(place)) ?? [];
  }

  #wait(place: Place, item: Waiting): void {
    const key = keyOf(place);
    const queue = this.#queues.get(key);
    if (queue !== undefined) {
      queue.push(item);
      return;
    }
    this.#queues.set(key, [item]);
    this.#next(key);
  }

  /** Milliseconds until something is told: what was deleted while the connection was broken has to be heard of first. */
  #left({ due }: Waiting): number {
    const now = this.#clock.now();
    const since = this.#upSince();
    return since === undefined ? Math.max(due - now, LOOK) : Math.max(due, since + this.#delay) - now;
  }

  /** Tells what is due in a room, and comes back when the next one is. */
  #next(key: string): void {
    if (this.#signal.aborted) return;
    const queue = this.#queues.get(key) ?? [];
    for (let item = queue[0]; item !== undefined; item = queue[0]) {
      const left = this.#left(item);
      if (left > 0) {
        this.#clock.after(left, () => this.#next(key));
        return;
      }
      queue.shift();
      item.tell();
    }
    this.#queues.delete(key);
  }
}

function keyOf(place: Place): string {
  return place.kind === 'room' ? place.room : place.server;
}
