/** The least of an MQTT 5 broker, for one client: it refuses some topics, and gives back what the client retains. */
import { createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** Reason code: not authorized. */
const REFUSED = 0x87;

export interface RefusingBroker {
  readonly url: string;
  /** The topics and payloads that it took, in order. */
  readonly taken: { readonly topic: string; readonly payload: string }[];
  /** Sends the client a packet, at QoS 0. */
  send(topic: string, payload: string): void;
}

/** Starts one. It is gone at the end of the test. */
export async function startRefusingBroker(refuses: (topic: string) => boolean): Promise<RefusingBroker> {
  const taken: { topic: string; payload: string }[] = [];
  const sockets = new Set<Socket>();
  const send = (topic: string, payload: string) => {
    const name = Buffer.from(topic);
    const body = Buffer.concat([
      Buffer.from([name.length >> 8, name.length & 0xff]),
      name,
      Buffer.from([0]),
      Buffer.from(payload),
    ]);
    for (const socket of sockets) socket.write(frame(0x30, body));
  };
  const answer = (socket: Socket, header: number, body: Buffer) => {
    const type = header >> 4;
    if (type === 1) socket.write(frame(0x20, Buffer.from([0, 0, 0])));
    if (type === 6) socket.write(frame(0x70, body.subarray(0, 2)));
    if (type === 8) socket.write(frame(0x90, Buffer.concat([body.subarray(0, 2), Buffer.from([0, 2, 2])])));
    if (type === 12) socket.write(frame(0xd0, Buffer.alloc(0)));
    if (type !== 3) return;
    const end = 2 + body.readUInt16BE(0);
    const topic = body.toString('utf8', 2, end);
    const id = body.subarray(end, end + 2);
    // There are no properties: one byte that says so.
    const payload = body.toString('utf8', end + 3);
    const refused = refuses(topic);
    socket.write(frame(0x50, refused ? Buffer.concat([id, Buffer.from([REFUSED])]) : id));
    if (refused) return;
    taken.push({ topic, payload });
    if (header & 1) send(topic, payload);
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    let rest: Buffer = Buffer.alloc(0);
    socket.on('data', (data: Buffer) => {
      rest = Buffer.concat([rest, data]);
      for (let found = split(rest); found !== undefined; found = split(rest)) {
        rest = found.rest;
        answer(socket, found.header, found.body);
      }
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  return { url: `mqtt://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`, taken, send };
}

function frame(header: number, body: Buffer): Buffer {
  const length = body.length < 0x80 ? [body.length] : [(body.length & 0x7f) | 0x80, body.length >> 7];
  return Buffer.concat([Buffer.from([header, ...length]), body]);
}

/** Takes the first packet off, if it is whole. */
function split(bytes: Buffer): { header: number; body: Buffer; rest: Buffer } | undefined {
  let length = 0;
  for (let index = 1; index < bytes.length; index++) {
    const byte = bytes[index] ?? 0;
    length += (byte & 0x7f) * 128 ** (index - 1);
    if (byte & 0x80) continue;
    const end = index + 1 + length;
    if (bytes.length < end) return undefined;
    return { header: bytes[0] ?? 0, body: bytes.subarray(index + 1, end), rest: bytes.subarray(end) };
  }
  return undefined;
}
