/** Unmodified matrix-bot-sdk clients, for tests of homeservers. */
import { LogService, MatrixClient, MatrixError, MemoryStorageProvider } from 'matrix-bot-sdk';

/** What a test needs to know of an event. */
export interface TestEvent {
  readonly type: string;
  readonly event_id: string;
  readonly sender: string;
  readonly state_key?: string;
  readonly content: Readonly<Record<string, unknown>>;
  readonly unsigned?: Readonly<Record<string, unknown>>;
}

interface Events {
  readonly events: readonly TestEvent[];
}

/** What a test needs to know of a room in a sync's answer. */
interface SyncedRoom {
  readonly timeline: Events & { readonly limited: boolean; readonly prev_batch: string };
  readonly state: Events;
  readonly ephemeral?: Events;
  readonly account_data?: Events;
  readonly invite_state?: Events;
}

export interface SyncAnswer {
  readonly next_batch: string;
  readonly account_data?: Events;
  readonly rooms?: {
    readonly join?: Readonly<Record<string, SyncedRoom>>;
    readonly leave?: Readonly<Record<string, SyncedRoom>>;
    readonly invite?: Readonly<Record<string, { readonly invite_state: Events }>>;
  };
}

/** The SDK logs each refusal, and tests are full of them. */
export function silenceSdk(): void {
  const silent = () => {};
  LogService.setLogger({ info: silent, warn: silent, error: silent, debug: silent, trace: silent });
}

export function sdkClient(url: string, token: string): MatrixClient {
  const client = new MatrixClient(url, token, new MemoryStorageProvider());
  // So that a client that was stopped leaves no poll behind for long.
  client.syncingTimeout = 1_000;
  return client;
}

/** Status and code of the refusal that a request must end with. */
export async function refusalOf(request: Promise<unknown>): Promise<string> {
  try {
    await request;
  } catch (error) {
    if (error instanceof MatrixError) return `${error.statusCode} ${error.errcode}`;
    throw error;
  }
  return 'no refusal';
}

let pollers = 0;

/** Asks for news, one answer at a time, where the SDK's own loop would hide the answers. */
export class Poller {
  readonly #client: MatrixClient;
  readonly #filter: string;
  #since: string | undefined;

  /** @param roomFilter the `room` of the filter */
  constructor(client: MatrixClient, roomFilter: object = {}) {
    this.#client = client;
    pollers += 1;
    this.#filter = JSON.stringify({
      presence: { not_types: ['*'] },
      account_data: { not_types: ['m.push_rules'] },
      room: roomFilter,
      // Synapse answers the same question for two minutes as it did at first: this makes it another one.
      'org.example.poller': pollers,
    });
  }

  /** The end of what it knows. */
  get since(): string | undefined {
    return this.#since;
  }

  /** @param timeout how long the server may wait for something to tell, in milliseconds */
  async next(timeout = 0): Promise<SyncAnswer> {
    const query = { timeout, filter: this.#filter, ...(this.#since !== undefined && { since: this.#since }) };
    const answer: SyncAnswer = await this.#client.doRequest('GET', '/_matrix/client/v3/sync', query);
    this.#since = answer.next_batch;
    return answer;
  }

  /** The first thing that `look` finds in an answer. */
  async until<T>(look: (answer: SyncAnswer) => T | undefined): Promise<T> {
    for (;;) {
      const found = look(await this.next(5_000));
      if (found !== undefined) return found;
    }
  }

  /** The first event in a room's timeline, from now on, that fits. */
  event(roomId: string, fits: (event: TestEvent) => boolean): Promise<TestEvent> {
    return this.until((answer) => answer.rooms?.join?.[roomId]?.timeline.events.find(fits));
  }
}
