/** One Matrix account that speaks for everybody, in the configured rooms. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { type Adapter, AdapterError, type AdapterHost, type Attempt, DeliveryError, type Finding } from '../../src/adapter.ts';
import type { Message, RoomRef } from '../../src/event.ts';
import type { MatrixConfig } from './config.ts';
import { toContents } from './content.ts';
import { describe, Homeserver, isForbidden, isPassing, isTokenRefused, retryAfter, routeSdkLog } from './homeserver.ts';
import { Inbox } from './inbox.ts';
import { closedTwin, Rooms } from './rooms.ts';
import * as sentences from './sentences.ts';
import { Sync } from './sync.ts';
import { visit } from './visit.ts';

/** The longest pause in milliseconds between two tries to reach the homeserver. */
const maxPause = 60_000;
/** Milliseconds that messages wait for rooms to be joined. */
const visitTime = 5_000;
/** Milliseconds until {@link MatrixAdapter.stop} no longer waits for what still runs. */
const stopTime = 2_500;

const whoAmI = z.object({ user_id: z.string() });
const serverVersions = z.object({ versions: z.array(z.string()) });

/** What there is once we know who we are. */
interface Session {
  readonly userId: string;
  readonly inbox: Inbox;
  readonly sync: Sync;
}

export class MatrixAdapter implements Adapter {
  readonly platform = 'Matrix';
  readonly #config: MatrixConfig;
  readonly #host: AdapterHost;
  readonly #ending = new AbortController();
  readonly #homeserver: Homeserver;
  readonly #rooms: Rooms;
  #session: Session | undefined;
  #running: Promise<void> = Promise.resolve();
  /** The complaint that holds at the moment, so that it is made once. */
  #complaint: string | undefined;
  /** Why nothing will work any more until the operator acts. */
  #refusal: string | undefined;

  constructor(config: MatrixConfig, host: AdapterHost) {
    this.#config = config;
    this.#host = host;
    this.#homeserver = new Homeserver(config.homeserver_url, config.access_token, host.clock, this.#ending.signal);
    this.#rooms = new Rooms(host.rooms, host.log, host.clock);
  }

  async start(): Promise<void> {
    routeSdkLog(this.#host.log);
    this.#running = this.#run(await this.#attempt());
  }

  async stop(): Promise<void> {
    this.#ending.abort();
    await new Promise<void>((resolve) => {
      const cancel = this.#host.clock.after(stopTime, resolve);
      void this.#running.then(() => {
        cancel();
        resolve();
      });
    });
  }

  /** A try again sends nothing twice: the homeserver knows a transaction id that it has seen. */
  async send(ref: RoomRef, message: Message, { signal }: Attempt): Promise<void> {
    const room = this.#rooms.get(ref);
    if (this.#refusal !== undefined) throw new DeliveryError(this.#refusal, { passing: false });
    if (room?.id === undefined || room.state !== 'open') {
      throw new DeliveryError(room?.text ?? sentences.notConnected(ref), { passing: room?.state !== 'closed' });
    }
    const contents = toContents(message, { nameTemplate: this.#config.name_template, serverId: this.#host.chat.state.ownId });
    for (const [part, content] of contents.entries()) {
      const path = `/_matrix/client/v3/rooms/${encodeURIComponent(room.id)}/send/m.room.message/${transactionId(message, part)}`;
      try {
        await this.#homeserver.call('PUT', path, { body: content, signal });
      } catch (fault) {
        throw this.#deliveryError(ref, fault);
      }
    }
  }

  nativeRoomId(ref: RoomRef): string | undefined {
    return this.#rooms.get(ref)?.id;
  }

  async *check(): AsyncGenerator<Finding> {
    const { homeserver_url: url, access_token: token } = this.#config;
    const ending = new AbortController();
    const homeserver = new Homeserver(url, token, this.#host.clock, ending.signal);
    try {
      const { versions } = serverVersions.parse(await homeserver.getServerVersions());
      yield { ok: true, text: sentences.answers(url, versions) };
      const { user_id: userId } = whoAmI.parse(await homeserver.getWhoAmI());
      yield { ok: true, text: sentences.loggedIn(userId) };
      const joined = new Set(await homeserver.getJoinedRooms());
      const names = new Map<string, RoomRef>();
      for (const ref of this.#host.rooms) {
        const report = await visit(ref, { homeserver, userId, joined, mayJoin: false, identified: () => {} });
        const first = report.id === undefined ? undefined : names.get(report.id);
        if (report.id !== undefined && first === undefined) names.set(report.id, ref);
        yield first === undefined ? report : closedTwin(ref, first);
      }
    } catch (fault) {
      const sentence = isTokenRefused(fault) ? sentences.tokenRefused : sentences.unreachable;
      yield { ok: false, text: sentence(url, describe(fault)) };
    } finally {
      ending.abort();
    }
  }

  /** @param fault what the attempt before has failed with, if it has */
  async #run(fault: unknown): Promise<void> {
    let failures = 0;
    let last = fault;
    while (!this.#ending.signal.aborted) {
      failures = last === undefined ? 0 : failures + 1;
      if (failures > 0) await this.#pause(this.#backOff(failures, retryAfter(last)));
      try {
        last = await this.#attempt();
      } catch (refusal) {
        this.#refusal = describe(refusal);
        this.#host.log.error(this.#refusal);
        return;
      }
    }
  }

  /**
   * Logs in and joins the rooms where that is still to be done, and takes the next events.
   * @returns what it has failed with, if trying again can help
   * @throws {AdapterError} if it can't
   */
  async #attempt(): Promise<unknown> {
    const { homeserver_url: url } = this.#config;
    try {
      this.#session ??= await this.#logIn();
      await this.#visitRooms(this.#session);
      await this.#session.sync.next(this.#session.inbox);
    } catch (fault) {
      if (this.#ending.signal.aborted) return fault;
      if (isTokenRefused(fault)) throw new AdapterError(sentences.tokenRefused(url, describe(fault)));
      const complaint = sentences.interrupted(url, describe(fault));
      if (complaint !== this.#complaint) this.#host.log.warn(complaint);
      this.#complaint = complaint;
      return fault;
    }
    if (this.#complaint !== undefined) this.#host.log.info(sentences.resumed(url));
    this.#complaint = undefined;
    return undefined;
  }

  async #logIn(): Promise<Session> {
    const { user_id: userId } = whoAmI.parse(await this.#homeserver.getWhoAmI());
    const { memory, clock, log } = this.#host;
    log.info(sentences.loggedIn(userId));
    const account = { homeserver: this.#homeserver, userId };
    return {
      userId,
      inbox: new Inbox({ ...account, host: this.#host, rooms: this.#rooms, ended: this.#ending.signal }),
      sync: new Sync({ ...account, memory, clock, log }),
    };
  }

  /** Looks at the rooms where that is due, and waits for a while only: a room that takes long holds up no other. */
  async #visitRooms({ userId }: Session): Promise<void> {
    const due = this.#rooms.due();
    if (due.length === 0) return;
    const joined = new Set(await this.#homeserver.getJoinedRooms());
    const identified = (ref: RoomRef, id: string) => this.#rooms.identify(ref, id);
    const visitor = { homeserver: this.#homeserver, userId, joined, mayJoin: true, identified };
    const visits = due.map(async (ref) => {
      this.#rooms.begin(ref);
      const report = await visit(ref, visitor);
      if (!this.#ending.signal.aborted) this.#rooms.note(ref, report);
    });
    await Promise.race([Promise.all(visits), this.#pause(visitTime)]);
  }

  /** As long as the homeserver asked for; else twice as long with every failure, varied so that not everybody comes back at once. */
  #backOff(failures: number, asked: number | undefined): number {
    return Math.min(asked ?? 500 * 2 ** failures * (0.5 + this.#host.random() / 2), maxPause);
  }

  /** Waits, unless the adapter is stopped. */
  #pause(ms: number): Promise<void> {
    const { signal } = this.#ending;
    return new Promise((resolve) => {
      const end = () => {
        cancel();
        signal.removeEventListener('abort', end);
        resolve();
      };
      const cancel = this.#host.clock.after(ms, end);
      signal.addEventListener('abort', end);
    });
  }

  #deliveryError(ref: RoomRef, fault: unknown): DeliveryError {
    const reason = describe(fault);
    const wait = retryAfter(fault);
    if (isPassing(fault)) {
      return new DeliveryError(sentences.notSent(ref, reason), {
        passing: true,
        ...(wait !== undefined && { retryAfter: wait }),
      });
    }
    const sentence = isForbidden(fault)
      ? sentences.mayNotSpeak(ref, this.#session?.userId ?? '', reason)
      : sentences.notSent(ref, reason);
    return new DeliveryError(sentence, { passing: false });
  }
}

/** The same for every try to send this part of this message; one room has one sender of it. */
function transactionId(message: Message, part: number): string {
  return createHash('sha256').update(`${message.id} ${part}`).digest('base64url');
}
