/** The embedded MQTT broker, for a bridge that is tried out without one. It can be reached from this machine only. */
import type { EventEmitter } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { AedesOptions } from 'aedes';
import type { Logger } from 'pino';
import { createAedes } from './aedes.ts';
import { limitPacketSize } from './packet-size.ts';

const HOST = '127.0.0.1';
/** Registered for MQTT without TLS. */
const PREFERRED_PORT = 1883;

/** What one client, or all of them together, may take up. A client that goes beyond is disconnected or refused. */
const LIMITS = {
  connections: 500,
  /** Bytes of one MQTT packet. */
  packet: 512 * 1024,
  /** Packets that a client may send before its CONNECT is answered. */
  queue: 100,
  subscriptionsPerClient: 100,
  retainedTopics: 20_000,
  /** Bytes of all retained topics and payloads. */
  retained: 32 * 1024 * 1024,
};

/** Milliseconds for a client to send its CONNECT, and to read what waits for it. */
const TIMEOUTS = { connect: 10_000, drain: 5_000 };

export interface BrokerOptions {
  /** The port to listen on if it is free (0 for any free one); by default 1883. */
  readonly port?: number;
  readonly log: Logger;
}

export interface Broker {
  /** Where it listens: `mqtt://127.0.0.1:PORT`. */
  readonly url: string;
  /** Disconnects everybody and frees the port. Within 1 s; never throws. */
  stop(): Promise<void>;
}

/**
 * Starts an MQTT 3.1.1 broker on 127.0.0.1, on another free port if the wanted one is taken. It keeps retained messages in memory
 * and no sessions: a client that comes back starts anew.
 * @throws the system's error if it can't listen on any port
 */
export async function startBroker({ port = PREFERRED_PORT, log }: BrokerOptions): Promise<Broker> {
  const aedes = await createAedes({
    queueLimit: LIMITS.queue,
    connectTimeout: TIMEOUTS.connect,
    drainTimeout: TIMEOUTS.drain,
    ...admission(),
  });
  aedes.on('clientError', (client, error) => log.debug({ client: client.id, err: error }, 'A client of the broker failed.'));
  aedes.on('connectionError', (_client, error) => log.debug({ err: error }, 'A connection to the broker failed.'));
  // Its types leave the event out; unheard it would end the process.
  const events: EventEmitter = aedes;
  events.on('error', (error: Error) => log.error({ err: error }, 'The embedded broker failed at something.'));

  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.setNoDelay(true);
    aedes.handle(socket);
    limitPacketSize(socket, LIMITS.packet);
  });
  server.maxConnections = LIMITS.connections;
  const bound = await listen(server, port).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE' && error.code !== 'EACCES') throw error;
    log.info({ port }, `Port ${port} can't be used (${error.code}); the embedded broker takes another one.`);
    return listen(server, 0);
  });
  server.on('error', (error) => log.error({ err: error }, 'The embedded broker failed to accept a connection.'));

  return {
    url: `mqtt://${HOST}:${bound}`,
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => aedes.close(resolve));
      await closed;
    },
  };
}

/** Listens and resolves with the port. */
function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, HOST, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(address !== null && typeof address === 'object' ? address.port : port);
    });
  });
}

/** Who may do what: everybody everything, up to the limits. */
function admission(): Pick<AedesOptions, 'preConnect' | 'authorizePublish' | 'authorizeSubscribe'> {
  const retained = new Map<string, number>();
  let retainedBytes = 0;
  return {
    preConnect(_client, packet, done) {
      // Messages kept for absent clients would grow without bound.
      packet.clean = true;
      done(null, true);
    },
    authorizePublish(_client, { topic, payload, retain }, done) {
      if (topic.startsWith('$')) return done(new Error('Topics that begin with $ are reserved.'));
      if (!retain) return done();
      const before = retained.get(topic) ?? 0;
      const after = payload.length === 0 ? 0 : topic.length + payload.length;
      if (before === 0 && after > 0 && retained.size >= LIMITS.retainedTopics)
        return done(new Error('There are too many retained topics.'));
      if (retainedBytes - before + after > LIMITS.retained) return done(new Error('There is too much retained.'));
      retainedBytes += after - before;
      if (after === 0) retained.delete(topic);
      else retained.set(topic, after);
      done();
    },
    authorizeSubscribe(client, subscription, done) {
      const full = Object.keys(subscriptionsOf(client)).length >= LIMITS.subscriptionsPerClient;
      done(null, full ? null : subscription);
    },
  };
}

/** A client's present subscriptions by filter; aedes' types leave them out. */
function subscriptionsOf(client: object): object {
  return 'subscriptions' in client && typeof client.subscriptions === 'object' ? (client.subscriptions ?? {}) : {};
}
