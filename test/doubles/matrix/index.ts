/**
 * A stand-in for a Matrix homeserver: a real HTTP server on 127.0.0.1 that clients work with unchanged, for tests.
 * It answers as Synapse 1.163 does; `conformance.ts` holds it to that. It speaks the client-server API of
 * https://spec.matrix.org/v1.13/client-server-api/ as far as the bridge needs it: no federation, no encryption, room version 12.
 */
import { type Clock, systemClock } from '../../../src/clock.ts';
import { invite, join } from './actions.ts';
import { Appservice, type Registration } from './appservice.ts';
import { createRoom } from './create-room.ts';
import type { Content } from './event.ts';
import { type Fault, Faults, type Rate, RateLimit } from './faults.ts';
import type { Homeserver } from './homeserver.ts';
import { MediaStore } from './media.ts';
import { idOf, TestRoom, TestUser, type UserLike } from './people.ts';
import { Router } from './router.ts';
import { accountRoutes } from './routes/account.ts';
import { appserviceRoutes } from './routes/appservice.ts';
import { directoryRoutes } from './routes/directory.ts';
import { eventRoutes } from './routes/events.ts';
import { mediaRoutes } from './routes/media.ts';
import { profileRoutes } from './routes/profile.ts';
import { relationRoutes } from './routes/relations.ts';
import { roomRoutes } from './routes/rooms.ts';
import { summaryRoutes } from './routes/summary.ts';
import { syncRoutes } from './routes/sync.ts';
import { HttpServer, type SeenRequest, type Violation } from './server.ts';
import { Transactions } from './transactions.ts';
import { World } from './world.ts';

export type { Appservice, Registration } from './appservice.ts';
export type { Fault, Rate } from './faults.ts';
export { TestRoom, TestUser } from './people.ts';
export type { SeenRequest, Violation } from './server.ts';

export interface MatrixDoubleOptions {
  /** What stands after the colon in ids: `hs.test` by default. */
  readonly serverName?: string;
  readonly clock?: Clock;
  /** How large an upload may be, in bytes: 50 MiB by default. */
  readonly uploadLimit?: number;
}

export interface RoomOptions {
  /** Who makes it and stands above all power levels. */
  readonly creator: UserLike;
  /** Before the colon. */
  readonly alias?: string;
  readonly name?: string;
  /** Who is in it besides the creator. */
  readonly members?: readonly UserLike[];
  /** A room that everybody may join, by default. */
  readonly preset?: 'public_chat' | 'private_chat';
  /** Replaces what `m.room.power_levels` holds by default, key by key. */
  readonly powerLevels?: Content;
}

/**
 * One homeserver, from {@link start} to {@link stop}. What a test does to it takes effect at once; what clients do is seen through
 * {@link TestRoom}, {@link requests} and {@link violations}.
 */
export class MatrixDouble {
  readonly #world: World;
  readonly #server: HttpServer;
  readonly #faults: Faults;
  readonly #rate: RateLimit;
  readonly #transactions: Transactions;

  private constructor(world: World, server: HttpServer, faults: Faults, rate: RateLimit, transactions: Transactions) {
    this.#world = world;
    this.#server = server;
    this.#faults = faults;
    this.#rate = rate;
    this.#transactions = transactions;
  }

  /** Makes a homeserver without users and rooms, and starts it. */
  static async start(options: MatrixDoubleOptions = {}): Promise<MatrixDouble> {
    const world = new World(options.serverName ?? 'hs.test', options.clock ?? systemClock);
    const faults = new Faults();
    // As with `rate_limited: false` in their registrations.
    const rate = new RateLimit(world.clock, (user) => world.appservices.some((one) => one.isInterestedInUser(user)));
    const transactions = new Transactions();
    const router = new Router();
    const server = new HttpServer(world, router, faults);
    const homeserver: Homeserver = {
      world,
      media: new MediaStore(options.uploadLimit ?? 50 * 1024 * 1024),
      rate,
      transactions,
      url: () => server.url,
      violation: (call, text) => server.violation(call, text),
    };
    const parts = [
      accountRoutes,
      appserviceRoutes,
      profileRoutes,
      directoryRoutes,
      roomRoutes,
      summaryRoutes,
      eventRoutes,
      relationRoutes,
      mediaRoutes,
      syncRoutes,
    ];
    for (const addRoutes of parts) addRoutes(router, homeserver);
    await server.listen();
    return new MatrixDouble(world, server, faults, rate, transactions);
  }

  /** The homeserver's address, without a slash at the end. It stays the same over a restart. */
  get url(): string {
    return this.#server.url;
  }

  get serverName(): string {
    return this.#world.serverName;
  }

  /** The latest requests, oldest first. */
  get requests(): readonly SeenRequest[] {
    return this.#server.requests;
  }

  /**
   * The first request that fits, past or future: as it arrived, or after its answer, which `status` tells.
   * @param timeout in milliseconds of real time
   */
  waitForRequest(fits: (request: SeenRequest) => boolean, timeout?: number): Promise<SeenRequest> {
    const latest = () => this.requests.slice(-20).map(({ method, path, status }) => `${method} ${path} ${status ?? '…'}`);
    const explain = () => `The latest:\n${latest().join('\n')}`;
    return this.#server.changed.until(() => this.requests.find(fits), 'a request', timeout, explain);
  }

  /** What clients did wrong. A test of a client ends with a look whether this is empty. */
  get violations(): readonly Violation[] {
    return this.#server.violations;
  }

  /** @param localpart what stands between @ and colon; also the display name, where none is given */
  addUser(localpart: string, profile: { readonly displayName?: string; readonly avatar?: string } = {}): TestUser {
    const user = this.#world.addUser(localpart, `${localpart}-password`);
    user.displayName = profile.displayName ?? localpart;
    user.avatar = profile.avatar;
    return new TestUser(this.#world, this.#world.logIn(user));
  }

  addRoom({ creator, alias, name, members = [], preset = 'public_chat', powerLevels }: RoomOptions): TestRoom {
    const room = createRoom(this.#world, idOf(creator), {
      preset,
      ...(alias !== undefined && { room_alias_name: alias }),
      ...(name !== undefined && { name }),
      ...(powerLevels && { power_level_content_override: powerLevels }),
    });
    for (const member of members.map(idOf)) {
      if (preset === 'private_chat') invite(this.#world, room, idOf(creator), member);
      join(this.#world, room, member);
    }
    return new TestRoom(this.#world, room);
  }

  /**
   * A room that is there already, by its id or alias.
   * @throws {Error} when there is none
   */
  room(idOrAlias: string): TestRoom {
    const room = this.#world.rooms.get(idOrAlias.startsWith('#') ? this.#world.resolveAlias(idOrAlias) : idOrAlias);
    if (!room) throw new Error(`There is no room ${idOrAlias}`);
    return new TestRoom(this.#world, room);
  }

  /** Lets an appservice in, as its registration says. What happens from now on is sent to it. */
  addAppservice(registration: Registration): Appservice {
    const appservice = new Appservice(this.#world, registration);
    this.#world.appservices.push(appservice);
    return appservice;
  }

  /** Makes the next requests fail that fit. */
  fail(fault: Fault): void {
    this.#faults.add(fault);
  }

  /** From now on, each user may send, join and invite so fast and no faster; undefined lifts the limit. */
  limitRate(rate: Rate | undefined): void {
    this.#rate.set(rate);
  }

  /** From now on, no request is known as one that was there before: as it is 24 hours later. */
  forgetTransactions(): void {
    this.#transactions.forget();
  }

  /** The server is gone: connections are cut and refused. What it knows stays. */
  down(): Promise<void> {
    return this.#server.close();
  }

  /** After {@link down}: back on the same address. */
  up(): Promise<void> {
    return this.#server.listen();
  }

  async restart(): Promise<void> {
    await this.down();
    await this.up();
  }

  /** For good. */
  stop(): Promise<void> {
    for (const appservice of this.#world.appservices) appservice.end();
    return this.#server.close();
  }
}
