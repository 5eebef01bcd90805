/** The gateway: sessions, and the connections that they are used over. https://discord.com/developers/docs/events/gateway */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type GatewayCloseCodes, GatewayOpcodes } from 'discord.js';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import { Connection } from './connection.ts';
import type { Log, Violation } from './record.ts';
import { ok, type Route } from './router.ts';
import { Session } from './session.ts';
import type { Bot } from './state.ts';
import type { World } from './world.ts';

/** A step of a session's life, for tests to wait for. */
export interface GatewayStep {
  readonly step: 'connected' | 'identified' | 'resumed' | 'closed';
  /** The close code that the bot sent or was sent. */
  readonly code?: number;
}

export interface GatewayOptions {
  /** Milliseconds; Discord's is 41250. */
  readonly heartbeatInterval: number;
}

export class Gateway {
  readonly world: World;
  readonly heartbeatInterval: number;
  readonly sessions = new Map<string, Session>();
  /** What happened so far, from the start. */
  readonly steps: GatewayStep[] = [];
  /** Whether new connections are turned away, as in an outage. */
  refusing = false;
  /** How many connections it recommends; they may be made at the same time. */
  shards = 1;
  readonly #origin: string;
  readonly #violations: Log<Violation>;
  readonly #connections = new Set<Connection>();
  readonly #server = new WebSocketServer({ noServer: true });

  constructor(world: World, origin: string, violations: Log<Violation>, options: GatewayOptions) {
    this.world = world;
    this.heartbeatInterval = options.heartbeatInterval;
    this.#origin = origin;
    this.#violations = violations;
    world.onDispatch((dispatch) => {
      for (const session of this.sessions.values()) session.offer(dispatch);
    });
  }

  /** Where a bot connects first. */
  get url(): string {
    return this.#origin;
  }

  /** Where a bot reconnects: another address, as at Discord. */
  get resumeUrl(): string {
    return `${this.#origin}/resume`;
  }

  readonly routes: readonly Route[] = [
    { auth: 'token', name: 'GET /gateway', handle: () => ok({ url: this.url }) },
    {
      auth: 'bot',
      name: 'GET /gateway/bot',
      handle: () =>
        ok({
          url: this.url,
          shards: this.shards,
          session_start_limit: { total: 1000, remaining: 999, reset_after: 86_400_000, max_concurrency: this.shards },
        }),
    },
  ];

  /** Takes over an HTTP connection that becomes a WebSocket. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const query = new URL(`http://localhost${request.url}`).searchParams;
    if (this.refusing) {
      socket.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n\r\n');
    } else if (query.has('compress')) {
      this.violation('connect', `this stand-in does not compress (${query.get('compress')})`);
      socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
    } else {
      this.#server.handleUpgrade(request, socket, head, (ws) => this.#accept(ws, query));
    }
  }

  #accept(ws: WebSocket, query: URLSearchParams): void {
    const connection = new Connection(this, ws, query);
    this.#connections.add(connection);
    ws.on('message', (data: RawData) => connection.receive(data.toString()));
    ws.on('error', () => ws.terminate());
    ws.on('close', (code) => {
      this.#connections.delete(connection);
      connection.closed(code);
      this.step({ step: 'closed', code });
    });
    this.step({ step: 'connected' });
    connection.open();
  }

  /** Makes a session for a bot that identified. */
  newSession(bot: Bot, intents: number, shard: readonly [number, number]): Session {
    const session = new Session(randomBytes(16).toString('hex'), bot, intents, shard);
    this.sessions.set(session.id, session);
    return session;
  }

  step(step: GatewayStep): void {
    this.steps.push(step);
    this.world.changed.notify();
  }

  violation(where: string, detail: string, code = 0): void {
    this.#violations.add({ kind: 'gateway', where, code, detail });
  }

  /** All connections break without a word, as when a cable is cut. Sessions can be resumed. */
  drop(): void {
    for (const { ws } of this.#connections) ws.terminate();
  }

  /** All connections stay open, but nothing comes through any more: what a client notices only by missing acknowledgements. */
  freeze(): void {
    for (const connection of this.#connections) connection.frozen = true;
  }

  /** All connections stay open, but nobody is at their other end any more: not even a close is answered. */
  vanish(): void {
    for (const { ws } of this.#connections) ws.pause();
  }

  /** Closes all connections with a code. */
  close(code: GatewayCloseCodes | number, reason = ''): void {
    for (const { ws } of this.#connections) ws.close(code, reason);
  }

  /** Asks all to reconnect and resume. */
  askToReconnect(): void {
    for (const connection of this.#connections) connection.send({ op: GatewayOpcodes.Reconnect, d: null });
  }

  /** Tells all that their sessions are invalid; those that can't be resumed are forgotten. */
  invalidate(resumable: boolean): void {
    if (!resumable) this.sessions.clear();
    for (const connection of this.#connections) connection.invalidate(resumable);
  }

  /** Forgets all sessions, so that a resume fails. */
  forgetSessions(): void {
    this.sessions.clear();
  }

  stop(): void {
    this.drop();
    this.#server.close();
  }
}
