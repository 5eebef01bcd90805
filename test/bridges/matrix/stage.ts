/** What the tests of the Matrix adapter share: people with clients of their own, rooms, and bridges in them. */
import { randomBytes } from 'node:crypto';
import { matrix } from '../../../bridges/matrix/index.ts';
import { type Adapter, type Attempt, DeliveryError } from '../../../src/adapter.ts';
import { type Edit, eventId, type Message, type Place, type RoomRef, type ServerId } from '../../../src/event.ts';
import { literal } from '../../../src/text/tree.ts';
import { sdkClient } from '../../doubles/matrix/client.ts';
import { TestAttempt } from '../../support/attempt.ts';
import { type TestHost, type TestHostOptions, testHost, words } from '../../support/host.ts';
import { MatrixPerson } from '../../support/matrix-person.ts';

/** A homeserver, real or not. */
export interface MatrixSite {
  readonly url: string;
  /** Makes a user whose display name is their local part. */
  account(localpart: string): Promise<{ readonly id: string; readonly token: string }>;
  /** Whether it tells what it would be like to join: since specification 1.15. */
  readonly hasRoomSummaries: boolean;
  close(): Promise<void>;
}

/** Somebody with everything that a client can do: the SDK's client for it, and eyes. */
export interface Person {
  readonly id: string;
  readonly client: ReturnType<typeof sdkClient>;
  readonly eyes: MatrixPerson;
}

export interface StageOptions extends TestHostOptions {
  readonly token?: string;
  /** Other keys of the configuration. */
  readonly config?: Record<string, unknown>;
}

export interface Bridge {
  readonly host: TestHost;
  readonly adapter: Adapter;
}

/** One homeserver with people and bridges, for one test. */
export class Stage {
  readonly site: MatrixSite;
  /** The account that the bridges use. */
  readonly bot: { readonly id: string; readonly token: string };
  readonly #run: string;
  readonly #people: MatrixPerson[] = [];
  readonly #bridges: Adapter[] = [];

  private constructor(site: MatrixSite, run: string, bot: { readonly id: string; readonly token: string }) {
    this.site = site;
    this.#run = run;
    this.bot = bot;
  }

  static async open(site: MatrixSite): Promise<Stage> {
    // The server may be shared, and may have seen an earlier run.
    const run = `h5_${randomBytes(4).toString('hex')}`;
    return new Stage(site, run, await site.account(`${run}_bot`));
  }

  /** A name that nothing on the server has yet. */
  unused(name: string): string {
    return `${this.#run}_${name}`;
  }

  async person(name: string, account = this.site.account(this.unused(name))): Promise<Person> {
    const { id, token } = await account;
    const client = sdkClient(this.site.url, token);
    await client.setDisplayName(name);
    const eyes = new MatrixPerson(this.site.url, { id, token });
    this.#people.push(eyes);
    return { id, client, eyes };
  }

  /** Another token of the account that the bridges use, as after a new login: the homeserver takes it for another device. */
  async newToken(): Promise<string> {
    const localpart = this.bot.id.slice(1).split(':')[0] ?? '';
    const identifier = { type: 'm.id.user', user: localpart };
    const body = { type: 'm.login.password', identifier, password: `${localpart}-password` };
    const answer = await sdkClient(this.site.url, '').doRequest('POST', '/_matrix/client/v3/login', null, body);
    return answer.access_token;
  }

  /** A bridge in these rooms, not yet started. */
  bridge(rooms: readonly string[], options: StageOptions = {}): Bridge & { stop(): Promise<void> } {
    const host = testHost({ id: 'matrix', ...options, rooms });
    const { token = this.bot.token, config: more } = options;
    const config = matrix.schema.parse({ homeserver_url: this.site.url, access_token: token, ...more });
    const adapter = matrix.create(config, host);
    this.#bridges.push(adapter);
    return { host, adapter, stop: () => adapter.stop() };
  }

  /** A bridge in these rooms that works. */
  async started(rooms: readonly string[], options: StageOptions = {}): Promise<Bridge & { stop(): Promise<void> }> {
    const bridge = this.bridge(rooms, options);
    await bridge.adapter.start();
    return bridge;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#bridges.map((adapter) => adapter.stop()), ...this.#people.map((person) => person.close())]);
    await this.site.close();
  }
}

/** What the core was handed so far, in words. */
export function heard({ host }: Pick<Bridge, 'host'>): string[] {
  return host.messages.all.map(({ body }) => words(body));
}

let messages = 0;

/** What a player says. */
export function said(text: string, changes: Partial<Message> = {}): Message {
  const place: Place = { kind: 'server', server: 'alpha' as ServerId };
  messages += 1;
  return {
    kind: 'message',
    id: eventId(place, `${process.hrtime.bigint()}-${messages}`),
    at: 0,
    place,
    tag: 'alpha',
    author: { id: '1', name: 'Alice' },
    body: literal(text),
    attachments: [],
    ...changes,
  };
}

/** An edit of what a player said. */
export function edited(message: Message, text: string): Edit {
  messages += 1;
  const { place, at } = message;
  return { kind: 'edit', id: eventId(place, `edit-${messages}`), at, place, message: { ...message, body: literal(text) } };
}

/** The next try to do the same, after one that failed or that ended with the process. */
export function nextAttempt(before: TestAttempt, signal?: AbortSignal): TestAttempt {
  const attempt = new TestAttempt(signal);
  attempt.shown.push(...before.shown);
  attempt.doubtful = before.doubtful;
  return attempt;
}

/** Tries until it is done, as the outbox does, which would take its time between two tries. */
export async function untilDone(attempt: TestAttempt, action: (attempt: TestAttempt) => Promise<void>): Promise<TestAttempt> {
  for (let current = attempt; ; current = nextAttempt(current)) {
    try {
      await action(current);
      return current;
    } catch (fault) {
      if (!(fault instanceof DeliveryError) || !fault.passing) throw fault;
    }
  }
}

/** Sends as the hub does. */
export function send({ adapter }: Bridge, room: string, message: Message, attempt: Attempt = new TestAttempt()): Promise<void> {
  return adapter.send(room as RoomRef, message, attempt);
}
