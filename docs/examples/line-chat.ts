/** A small adapter, whole: it joins rooms of a chat that speaks in lines. docs/writing-an-adapter.md goes through it. */
import { connect, type Socket } from 'node:net';
import { z } from 'zod';
import { type Adapter, type AdapterHost, type AdapterModule, type Attempt, DeliveryError } from '../../src/adapter.ts';
import { eventId, type Message, type RoomRef } from '../../src/event.ts';
import { fileLabel } from '../../src/text/context.ts';
import { toLine } from '../../src/text/line.ts';
import { toPlain } from '../../src/text/plain.ts';
import { literal } from '../../src/text/tree.ts';

// We send `SAY <tag> <room> <text>`, with tabs between, and get `OK <tag> <id>` or `NO <tag> <reason>`. The chat takes each tag once,
// and answers a second one as the first. What others say comes as `MSG <id> <room> <user> <text>`; what we say does not come back.
const schema = z.strictObject({
  host: z.string('must be a host name').min(1, 'must be a host name'),
  port: z.int('must be a port number').min(1, 'must be from 1 to 65535').max(65_535, 'must be from 1 to 65535'),
});

/** Characters. A chat that sends a longer line is hung up on: nobody may fill our memory. */
const MAX_LINE = 65_536;
/** Milliseconds before it is tried again to connect, and up to so many more. */
const PAUSE = 500;

export const lineChat: AdapterModule<z.infer<typeof schema>> = {
  type: 'line-chat',
  schema,
  create: (config, host) => new LineChat(config, host),
};

class LineChat implements Adapter {
  readonly platform = 'Line chat';
  readonly #address: z.infer<typeof schema>;
  readonly #host: AdapterHost;
  /** Those who wait for an answer, by tag. */
  readonly #waiting = new Map<string, { resolve(id: string): void; reject(fault: DeliveryError): void }>();
  #socket: Socket | undefined;
  #made = 0;
  #lost: string | undefined = 'The line chat has not answered yet.';
  #end = () => {};

  constructor(address: z.infer<typeof schema>, host: AdapterHost) {
    this.#address = address;
    this.#host = host;
  }

  get connection() {
    return { lost: this.#lost, made: this.#made };
  }

  start(): Promise<void> {
    return new Promise((resolve) => this.#connect(resolve));
  }

  async stop(): Promise<void> {
    this.#end();
  }

  async send(room: RoomRef, message: Message, attempt: Attempt): Promise<void> {
    if (attempt.shown.length > 0) return;
    this.#connected();
    const files = message.attachments.map((file) => ` ${fileLabel(file)}`).join('');
    const text = toLine(`${message.author.name} [${message.tag}]: ${toPlain(message.body)}${files}`);
    await attempt.begin();
    attempt.signal.throwIfAborted();
    // Made from the event: where it is doubtful whether the last attempt arrived, the chat itself sees that this is the same.
    const tag = encodeURIComponent(`${room} ${message.id}`);
    try {
      const answer = new Promise<string>((resolve, reject) => {
        attempt.signal.addEventListener('abort', () => reject(attempt.signal.reason), { once: true });
        this.#waiting.set(tag, { resolve, reject });
      });
      this.#connected().write(`SAY\t${tag}\t${room}\t${text}\n`);
      attempt.done(await answer);
    } finally {
      this.#waiting.delete(tag);
    }
  }

  async *check() {
    const { host, port } = this.#address;
    const socket = connect(port, host);
    const fault = await new Promise<Error | undefined>((resolve) =>
      socket.once('error', resolve).once('connect', () => resolve(undefined)),
    );
    socket.destroy();
    if (fault)
      yield { ok: false, text: `The line chat ${host}:${port} can't be reached (${fault.message}). Check host and port.` };
    else yield { ok: true, text: `The line chat ${host}:${port} answers.` };
  }

  /** Connects, again and again. @param settled called when it is known whether the first try worked */
  #connect(settled: () => void): void {
    const { host, port } = this.#address;
    const socket = connect(port, host).setEncoding('utf8').setKeepAlive(true, 30_000);
    let rest = '';
    let again = true;
    this.#end = () => {
      again = false;
      socket.destroy();
    };
    socket.on('connect', () => {
      this.#socket = socket;
      this.#made += 1;
      this.#lost = undefined;
      settled();
    });
    socket.on('data', (chunk) => {
      const lines = `${rest}${chunk}`.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.#hear(line);
      if (rest.length > MAX_LINE) socket.destroy(new Error('it sends a line without end'));
    });
    socket.on('error', ({ message }) => this.#host.log.warn(`The line chat ${host}:${port} can't be reached: ${message}`));
    socket.on('close', () => {
      this.#socket = undefined;
      this.#lost = `There is no connection to the line chat ${host}:${port}; it is tried again.`;
      for (const { reject } of this.#waiting.values()) reject(new DeliveryError(this.#lost, { passing: true }));
      settled();
      if (!again) return;
      this.#end = this.#host.clock.after(PAUSE * (1 + this.#host.random()), () => this.#connect(settled));
    });
  }

  /** @throws {DeliveryError} */
  #connected(): Socket {
    if (this.#socket) return this.#socket;
    throw new DeliveryError(this.#lost ?? 'There is no connection to the line chat.', { passing: true });
  }

  #hear(line: string): void {
    const [kind, id = '', second = '', user = '', ...text] = line.split('\t');
    if (kind === 'OK') this.#waiting.get(id)?.resolve(second);
    else if (kind === 'NO')
      this.#waiting.get(id)?.reject(new DeliveryError(`The line chat refuses it: ${toLine(second)}`, { passing: false }));
    else if (kind === 'MSG') this.#say(id, second as RoomRef, user, text.join('\t'));
  }

  #say(nativeId: string, room: RoomRef, user: string, text: string): void {
    const { id: adapter, rooms, clock, log } = this.#host;
    if (!rooms.includes(room)) return;
    const place = { kind: 'room', adapter, room } as const;
    const said = {
      place,
      at: clock.now(),
      tag: 'Line chat',
      author: { id: user, name: user },
      body: literal(text),
      attachments: [],
    };
    this.#host
      .message({ kind: 'message', id: eventId(place, nativeId), ...said })
      .catch((error: unknown) => log.error({ err: error }, 'A line was not taken'));
  }
}
