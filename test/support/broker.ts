import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import type { Aedes, AedesOptions } from 'aedes';
import { createAedes } from '../../src/aedes.ts';

/** An MQTT 3.1.1 broker on 127.0.0.1 that can go away and come back. */
export interface TestBroker {
  /** `mqtt://127.0.0.1:<port>`, the same for the broker's whole life. */
  readonly url: string;
  readonly port: number;
  /** The broker itself; another one after `stop({ forget: true })`. */
  readonly aedes: Aedes;
  /** Listens again, on the same port. */
  start(): Promise<void>;
  /**
   * Cuts every connection and stops listening, as when the network fails: the broker publishes the Last Wills, and keeps its
   * retained messages. With `forget` it dies instead: no wills, and nothing is kept.
   */
  stop(options?: { forget?: boolean }): Promise<void>;
  /** Ends it for good. */
  close(): Promise<void>;
}

/** Starts a broker. Takes aedes' own options, for example `authenticate` and `authorizeSubscribe`, and a TLS context. */
export async function startBroker(options: AedesOptions & { tls?: TlsOptions } = {}): Promise<TestBroker> {
  const { tls, ...aedesOptions } = options;
  const sockets = new Set<Socket>();
  let aedes = await createAedes(aedesOptions);
  let server: Server | undefined;
  let port = 0;

  const accept = (socket: Socket): void => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    aedes.handle(socket);
  };

  async function start(): Promise<void> {
    const listening = tls === undefined ? createServer(accept) : createTlsServer(tls, accept);
    await new Promise<void>((resolve, reject) => {
      listening.once('error', reject).listen(port, '127.0.0.1', resolve);
    });
    server = listening;
    const address = listening.address();
    if (typeof address === 'object' && address !== null) port = address.port;
  }

  async function stop({ forget = false }: { forget?: boolean } = {}): Promise<void> {
    const listening = server;
    server = undefined;
    if (forget) {
      await new Promise<void>((resolve) => aedes.close(resolve));
      aedes = await createAedes(aedesOptions);
    }
    const closed = new Promise<void>((resolve) => {
      if (listening === undefined) resolve();
      else listening.close(() => resolve());
    });
    for (const socket of sockets) socket.destroy();
    await closed;
  }

  await start();
  return {
    url: `${tls === undefined ? 'mqtt' : 'mqtts'}://127.0.0.1:${port}`,
    port,
    get aedes() {
      return aedes;
    },
    start,
    stop,
    async close() {
      await stop();
      await new Promise<void>((resolve) => aedes.close(resolve));
    },
  };
}
