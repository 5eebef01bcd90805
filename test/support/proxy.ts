/** A TCP proxy: what goes through it can be cut, half-closed, held up and slowed down. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { Transform } from 'node:stream';

/** Called with all that goes through: `in` is what the server says, `out` what its client does. Connections count from 1. */
export type Tap = (direction: 'in' | 'out', data: Buffer, connection: number) => void;

export class TcpProxy {
  readonly #target: { readonly host: string; readonly port: number };
  readonly #tap: Tap | undefined;
  readonly #sockets = new Set<Socket>();
  /** The client's sides. */
  readonly #guests = new Set<Socket>();
  #server: Server | undefined;
  #port = 0;
  #connections = 0;
  /** Milliseconds that each piece takes. */
  #delay = 0;
  /** Lets go on what is held up. */
  #held: { readonly until: Promise<void>; readonly end: () => void } | undefined;

  private constructor(target: { host: string; port: number }, tap: Tap | undefined) {
    this.#target = target;
    this.#tap = tap;
  }

  /** Listens on a free port of 127.0.0.1 for connections to `target`. */
  static async start(target: { host: string; port: number }, tap?: Tap): Promise<TcpProxy> {
    const proxy = new TcpProxy(target, tap);
    await proxy.open();
    return proxy;
  }

  /** The same for as long as it lives. */
  get port(): number {
    return this.#port;
  }

  /** Lets connections through, again. */
  async open(): Promise<void> {
    // Each side may end what it says before the other does.
    this.#server = createServer({ allowHalfOpen: true }, (guest) => this.#accept(guest));
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Cuts all connections, and refuses new ones. */
  async cut(): Promise<void> {
    this.release();
    const server = this.#server;
    if (!server?.listening) return;
    this.drop();
    server.close();
    await once(server, 'close');
  }

  /** Cuts all connections; new ones are let through. */
  drop(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** The clients are told that the server ends, while it still hears them. */
  halfClose(): void {
    for (const guest of this.#guests) guest.end();
  }

  /** Nothing comes through any more, in either direction, and nobody is told: until {@link release}. */
  hold(): void {
    if (this.#held) return;
    let end = () => {};
    const until = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.#held = { until, end };
  }

  /** What was held up goes on, in order. */
  release(): void {
    this.#held?.end();
    this.#held = undefined;
  }

  /** From now on each piece of data takes so many milliseconds, one after the other. */
  slow(ms: number): void {
    this.#delay = ms;
  }

  #accept(guest: Socket): void {
    const number = ++this.#connections;
    const onward = connect({ ...this.#target, allowHalfOpen: true });
    this.#guests.add(guest);
    guest.once('close', () => this.#guests.delete(guest));
    for (const [one, other, direction] of [
      [guest, onward, 'out'],
      [onward, guest, 'in'],
    ] as const) {
      this.#sockets.add(one);
      one.on('error', () => {});
      one.on('close', () => {
        this.#sockets.delete(one);
        other.destroy();
      });
      one.pipe(this.#gate(direction, number)).pipe(other);
    }
  }

  #gate(direction: 'in' | 'out', connection: number): Transform {
    return new Transform({
      transform: (data: Buffer, _encoding, done) => {
        void this.#pass().then(() => {
          this.#tap?.(direction, data, connection);
          done(null, data);
        });
      },
    });
  }

  async #pass(): Promise<void> {
    if (this.#delay > 0) await new Promise((resolve) => setTimeout(resolve, this.#delay));
    await this.#held?.until;
  }
}
