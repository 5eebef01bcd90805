/** A TCP proxy that knows where MQTT packets begin and end, and can cut a connection between any two of them. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** The packets by their number on the wire. https://docs.oasis-open.org/mqtt/mqtt/v5.0/os/mqtt-v5.0-os.html#_Toc3901022 */
const TYPES = ['', 'connect', 'connack', 'publish', 'puback', 'pubrec', 'pubrel', 'pubcomp', 'subscribe', 'suback'];

/** A packet that is about to pass. */
export interface Passing {
  readonly from: 'client' | 'broker';
  readonly type: string;
  /** Of a `publish`. */
  readonly topic: string;
  /** Of those that are about a packet of QoS 1 or 2. */
  readonly id: number;
}

export class MqttProxy {
  readonly port: number;
  /** Asked before a packet passes; false cuts the connection instead, for good. */
  lets: (packet: Passing) => boolean = () => true;
  /** Packets that get lost without a trace. */
  loses: (packet: Passing) => boolean = () => false;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.port = port;
  }

  /** Listens on 127.0.0.1, on a free port unless one is given, for connections to the broker at `url`. */
  static async start(url: string, own = 0): Promise<MqttProxy> {
    const { hostname, port } = new URL(url);
    const server = createServer((socket) => proxy.#join(socket, connect(Number(port), hostname)));
    server.listen(own, '127.0.0.1');
    await once(server, 'listening');
    const proxy = new MqttProxy(server, (server.address() as AddressInfo).port);
    return proxy;
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.port}`;
  }

  /** Cuts all connections. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Cuts all connections, and takes no more. */
  close(): void {
    this.#server.close();
    this.cut();
  }

  #join(client: Socket, broker: Socket): void {
    this.#forward(client, broker, 'client');
    this.#forward(broker, client, 'broker');
  }

  #forward(from: Socket, to: Socket, side: Passing['from']): void {
    this.#sockets.add(from);
    let rest: Buffer = Buffer.alloc(0);
    from.on('error', () => {});
    from.on('close', () => {
      this.#sockets.delete(from);
      to.destroy();
    });
    from.on('data', (data: Buffer) => {
      rest = Buffer.concat([rest, data]);
      for (let length = lengthOf(rest); length <= rest.length; length = lengthOf(rest)) {
        const packet = rest.subarray(0, length);
        rest = rest.subarray(length);
        if (from.destroyed) return;
        const passing = { from: side, ...read(packet) };
        if (!this.lets(passing)) return this.close();
        if (this.loses(passing)) continue;
        to.write(packet);
      }
    });
  }
}

/** How long the first packet is; more than there is while it is not whole. */
function lengthOf(bytes: Buffer): number {
  let body = 0;
  for (let index = 1; index < Math.min(bytes.length, 5); index++) {
    const byte = bytes[index] ?? 0;
    body += (byte & 0x7f) * 128 ** (index - 1);
    if (byte < 0x80) return index + 1 + body;
  }
  return Number.POSITIVE_INFINITY;
}

function read(packet: Buffer): Omit<Passing, 'from'> {
  const type = TYPES[(packet[0] ?? 0) >> 4] ?? '';
  let start = 1;
  while ((packet[start] ?? 0) >= 0x80) start++;
  const body = packet.subarray(start + 1);
  const topic = type === 'publish' ? body.toString('utf8', 2, 2 + body.readUInt16BE(0)) : '';
  const at = type === 'publish' ? 2 + body.readUInt16BE(0) : 0;
  return { type, topic, id: body.length >= at + 2 ? body.readUInt16BE(at) : 0 };
}
