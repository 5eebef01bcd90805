/**
 * A stand-in Discord for tests: a REST and gateway server on this machine that an unmodified discord.js works with, and the people,
 * guilds and channels behind it. It checks every request body against Discord's published schemas and is never kinder than Discord.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Clock, systemClock } from '../../../src/clock.ts';
import type { Faults } from './faults.ts';
import { Gateway, type GatewayStep } from './gateway.ts';
import { DiscordGuild } from './places.ts';
import { noRateLimits, type RateLimits } from './rate-limits.ts';
import { Log, type RequestRecord, type Violation } from './record.ts';
import { Rest } from './rest.ts';
import type { Bot, PrivilegedIntent } from './state.ts';
import { World } from './world.ts';

export { DiscordMember } from './members.ts';
export { DiscordChannel, DiscordGuild } from './places.ts';
export { usualRateLimits } from './rate-limits.ts';

export interface DiscordOptions {
  /** Decides ids, limits, expiry and missed heartbeats; the machine's by default. */
  readonly clock?: Clock;
  /** None by default. */
  readonly limits?: RateLimits;
  /** In milliseconds; Discord's by default. */
  readonly heartbeatInterval?: number;
}

export class DiscordDouble {
  /** For `rest.api` of discord.js, which adds `/v10`. */
  readonly url: string;
  readonly gateway: Gateway;
  readonly world: World;
  readonly #server: Server;
  readonly #rest: Rest;
  readonly #violations = new Log<Violation>();
  #bots = 0;

  private constructor(
    server: Server,
    { clock = systemClock, limits = noRateLimits, heartbeatInterval = 41_250 }: DiscordOptions,
  ) {
    const { port } = server.address() as AddressInfo;
    const origin = `http://127.0.0.1:${port}`;
    this.#server = server;
    this.url = `${origin}/api`;
    this.world = new World(origin, clock);
    this.gateway = new Gateway(this.world, origin.replace('http', 'ws'), this.#violations, { heartbeatInterval });
    this.#rest = new Rest(this.world, limits, this.#violations, this.gateway.routes);
    server.on('request', (request, response) => void this.#rest.handle(request, response));
    server.on('upgrade', (request, socket, head) => this.gateway.upgrade(request, socket, head));
  }

  /** Starts it on a free port of 127.0.0.1. */
  static async start(options: DiscordOptions = {}): Promise<DiscordDouble> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new DiscordDouble(server, options);
  }

  /** Registers an application with a bot. {@link DiscordGuild.addBot} invites it. */
  addBot(options: { name?: string; token?: string; privileged?: readonly PrivilegedIntent[] } = {}): Bot {
    const number = ++this.#bots;
    const { name = `bot-${number}`, token = `token-of-bot-${number}`, privileged = [] } = options;
    return this.world.addBot(name, token, privileged);
  }

  addGuild(name = 'Guild'): DiscordGuild {
    return new DiscordGuild(this.world, this.world.addGuild(name));
  }

  /** Faults on order. */
  get faults(): Faults {
    return this.#rest.faults;
  }

  /** Puts other rate limits in force. */
  set limits(limits: RateLimits) {
    this.#rest.limiter.limits = limits;
  }

  /** The latest requests. */
  get requests(): readonly RequestRecord[] {
    return this.#rest.requests.entries;
  }

  /** For `rest.cdn` of discord.js. */
  get cdnUrl(): string {
    return this.url.replace(/\/api$/, '');
  }

  /** The paths of the files that were asked for. */
  get downloads(): readonly string[] {
    return this.#rest.downloads;
  }

  /** Everything that Discord's documentation forbids and that was done all the same. */
  get violations(): readonly Violation[] {
    return this.#violations.entries;
  }

  /** Resolves with what `look` returns as soon as that is neither undefined nor false. @throws {Error} after `timeout` ms */
  until<T>(look: () => T | undefined | false, what = 'a change', timeout?: number): Promise<T> {
    return this.world.changed.until(look, what, timeout);
  }

  /** Waits for a request that was answered, or that is left without answer: one of the latest, or one that comes. */
  waitForRequest(test: (request: RequestRecord) => boolean, timeout?: number): Promise<RequestRecord> {
    return this.until(() => this.requests.find(test), 'a request', timeout);
  }

  /** Waits until a step was taken on the gateway so many times since the start. */
  async waitForGateway(step: GatewayStep['step'], times = 1, timeout?: number): Promise<void> {
    const count = () => this.gateway.steps.filter((taken) => taken.step === step).length;
    await this.until(() => count() >= times, `gateway: ${step}, ${times} times`, timeout);
  }

  /** Closes every connection and the port. */
  async stop(): Promise<void> {
    this.gateway.stop();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }
}
