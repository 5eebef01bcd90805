/** Appservices: what they may do, and what the server sends them. https://spec.matrix.org/v1.13/application-service-api/ */
import { Signal } from '../../support/signal.ts';
import { forbidden, MatrixError } from './error.ts';
import { clientEvent, type RoomEvent } from './event.ts';
import type { Room } from './room.ts';
import type { Session, User, World } from './world.ts';

interface Namespace {
  readonly exclusive: boolean;
  readonly regex: string;
}

/** What stands in a registration file. */
export interface Registration {
  readonly id: string;
  readonly url: string;
  readonly as_token: string;
  readonly hs_token: string;
  readonly sender_localpart: string;
  readonly namespaces: {
    readonly users?: readonly Namespace[];
    readonly aliases?: readonly Namespace[];
    readonly rooms?: readonly Namespace[];
  };
  readonly protocols?: readonly string[];
  readonly receive_ephemeral?: boolean;
}

/** A transaction that was not taken yet. Its events are written down anew each time: one may have been redacted since. */
interface Waiting {
  readonly id: number;
  readonly events: readonly RoomEvent[];
  readonly ephemeral: readonly object[];
}

/** As many as Synapse puts into one transaction. */
const MAX_EVENTS = 100;
/** Milliseconds until an appservice that failed is tried again: Synapse begins with two seconds, and doubles that up to 8.5 minutes. */
const FIRST_PAUSE = 50;
const MAX_PAUSE = 1_000;

/** One appservice. */
export class Appservice {
  readonly registration: Registration;
  readonly #world: World;
  readonly #senderId: string;
  readonly #newest: RoomEvent[] = [];
  readonly #newestEphemeral: object[] = [];
  readonly #waiting: Waiting[] = [];
  readonly #ending = new AbortController();
  readonly #changed = new Signal();
  #sending: Promise<void> | undefined;
  #pause = FIRST_PAUSE;
  #transactions = 0;
  #cutPause = () => {};

  constructor(world: World, registration: Registration) {
    this.#world = world;
    this.registration = registration;
    this.#senderId = `@${registration.sender_localpart}:${world.serverName}`;
  }

  /** Whether a user is its own, or its bot. */
  isInterestedInUser(userId: string): boolean {
    return userId === this.#senderId || matches(this.registration.namespaces.users, userId);
  }

  isInterestedInAlias(alias: string): boolean {
    return matches(this.registration.namespaces.aliases, alias);
  }

  /**
   * Whom it acts as.
   * @param userId whom it says to be; null for its bot
   * @throws {MatrixError} 403
   */
  session(userId: string | null): Session {
    const id = userId ?? this.#senderId;
    if (!this.isInterestedInUser(id)) throw forbidden(`Application service cannot masquerade as this user (${id}).`);
    const user = this.#world.users.get(id);
    if (user) return { token: this.registration.as_token, user, device: '', appservice: this };
    if (userId !== null && id !== this.#senderId) throw forbidden(`Application service has not registered this user (${id})`);
    return {
      token: this.registration.as_token,
      user: this.#world.addUser(this.registration.sender_localpart, ''),
      device: '',
      appservice: this,
    };
  }

  /** @throws {MatrixError} 400 */
  register(localpart: string): User {
    const id = `@${localpart}:${this.#world.serverName}`;
    if (!this.isInterestedInUser(id))
      throw new MatrixError(400, 'M_EXCLUSIVE', 'Invalid user localpart for this application service.');
    if (this.#world.users.has(id)) throw new MatrixError(400, 'M_USER_IN_USE', 'User ID already taken.');
    return this.#world.addUser(localpart, '');
  }

  /** An event happened; it is sent if it is any of its business. */
  hear(room: Room, event: RoomEvent): void {
    if (!this.#isInterested(room, event)) return;
    this.#newest.push(event);
    this.#begin();
  }

  /** Who types in a room has changed. */
  hearTyping(room: Room): void {
    if (!this.registration.receive_ephemeral || !room.joined.some((user) => this.isInterestedInUser(user))) return;
    this.#newestEphemeral.push({ type: 'm.typing', room_id: room.id, content: { user_ids: [...room.typing.keys()] } });
    this.#begin();
  }

  /** Asks it something. @returns its status; undefined when it can't be reached */
  async ask(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ readonly status: number; readonly body: unknown } | undefined> {
    const { url, hs_token } = this.registration;
    try {
      const response = await fetch(`${url}/_matrix/app/v1/${path}`, {
        method,
        headers: { authorization: `Bearer ${hs_token}`, 'content-type': 'application/json' },
        signal: this.#ending.signal,
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      return { status: response.status, body: await response.json().catch(() => undefined) };
    } catch {
      return undefined;
    }
  }

  /** What is waiting is tried at once: it was reached. */
  retry(): void {
    this.#cutPause();
  }

  /** Resolves when nothing waits for it any more. */
  async settled(timeout?: number): Promise<void> {
    await this.#changed.until(
      () => this.#newest.length + this.#waiting.length === 0 && this.#sending === undefined,
      'an appservice that has taken everything',
      timeout,
    );
  }

  /** Sends nothing more, for good. */
  end(): void {
    this.#ending.abort();
    this.#cutPause();
  }

  #isInterested(room: Room, { sender, type, stateKey }: RoomEvent): boolean {
    const isOurs = (user: string) => this.isInterestedInUser(user);
    if (isOurs(sender) || (type === 'm.room.member' && stateKey !== undefined && isOurs(stateKey))) return true;
    if (matches(this.registration.namespaces.rooms, room.id) || room.joined.some(isOurs)) return true;
    return [...this.#world.aliases].some(([alias, { roomId }]) => roomId === room.id && this.isInterestedInAlias(alias));
  }

  #begin(): void {
    this.#sending ??= this.#send();
  }

  async #send(): Promise<void> {
    // What happens in one go is one transaction.
    await new Promise(setImmediate);
    while (!this.#ending.signal.aborted && (this.#waiting.length > 0 || this.#newest.length + this.#newestEphemeral.length > 0)) {
      if (this.#waiting.length === 0) {
        const events = this.#newest.splice(0, MAX_EVENTS);
        this.#waiting.push({ id: ++this.#transactions, events, ephemeral: this.#newestEphemeral.splice(0) });
      }
      const [next] = this.#waiting;
      if (!next) break;
      const { id, events, ephemeral } = next;
      for (const { type, stateKey } of events) if (type === 'm.room.member') await this.#askFor(stateKey ?? '');
      const body = {
        events: events.map((event) => this.#written(event)),
        ...(this.registration.receive_ephemeral && { ephemeral }),
      };
      const answer = await this.ask('PUT', `transactions/${id}`, body);
      if (answer?.status === 200) {
        this.#waiting.shift();
        this.#pause = FIRST_PAUSE;
      } else await this.#wait();
      this.#changed.notify();
    }
    this.#sending = undefined;
    this.#changed.notify();
  }

  /** Whom a member event names may be somebody whom it has not made yet: it is asked before it is told. */
  async #askFor(userId: string): Promise<void> {
    const isUnknown = matches(this.registration.namespaces.users, userId) && !this.#world.users.has(userId);
    if (isUnknown && userId.endsWith(`:${this.#world.serverName}`)) await this.ask('GET', `users/${encodeURIComponent(userId)}`);
  }

  #written(event: RoomEvent): object {
    const viewer = { user: this.#senderId, device: '', now: this.#world.clock.now() };
    return { ...clientEvent(event, viewer), room_id: event.roomId, user_id: event.sender };
  }

  async #wait(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, this.#pause);
      this.#cutPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#pause = Math.min(this.#pause * 2, MAX_PAUSE);
  }
}

/** As Python's `re.match`: from the beginning, and not to the end. */
function matches(namespaces: readonly Namespace[] = [], id: string): boolean {
  return namespaces.some(({ regex }) => new RegExp(`^(?:${regex})`).test(id));
}
