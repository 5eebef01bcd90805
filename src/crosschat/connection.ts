import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { NotConnectedError, RefusedError } from './errors.ts';
import { MAX_PACKET_BYTES, MAX_QUEUED_PACKETS } from './limits.ts';
import { isEncrypted, type TlsOptions } from './options.ts';

/** MQTT 5, or 3.1.1, which calls itself 4 on the wire. */
export type Version = 5 | 4;

/** Where and how to connect. */
export interface ConnectionOptions {
  readonly url: URL;
  readonly version: Version;
  readonly clientId: string;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly tls: TlsOptions | undefined;
  /** Seconds. */
  readonly keepalive: number;
  /** Published by the broker, retained, when we are cut off. */
  readonly will?: { readonly topic: string; readonly payload: string };
  readonly message: (topic: string, payload: Uint8Array) => void;
  /** The broker refused a packet, and said why: MQTT 5 only. */
  readonly refused: (topic: string, error: RefusedError) => void;
}

/** CONNACK codes by which a broker refuses the version of MQTT: 3.1.1 § 3.2.2.3, 5 § 3.2.2.2. */
const VERSION_REFUSED: ReadonlySet<unknown> = new Set([1, 0x84]);

/** Whether a connection failed because the broker does not speak its version of MQTT. */
export function refusesVersion(error: unknown): boolean {
  return error instanceof Error && 'code' in error && VERSION_REFUSED.has(error.code);
}

/** Another process uses our server id, and came after us. */
export class TakenOverError extends Error {
  override readonly name = 'TakenOverError';
}

/** How a connection ended. */
export interface Ending {
  /** The broker says that somebody else connected with our client id: MQTT 5 only. */
  readonly takenOver: boolean;
  /** What was told about the reason, if anything was. */
  readonly error: Error | undefined;
}

interface Packet {
  readonly topic: string;
  readonly payload: string;
  readonly retain: boolean;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Seconds that a broker keeps an MQTT 5 session of ours, as in the reference implementation. */
const SESSION_EXPIRY = 9;
/** Milliseconds until the broker has to have taken us in. */
const CONNECT_TIMEOUT = 10_000;
/** Packets at once on their way, where an MQTT 5 broker doesn't ask for fewer by its Receive Maximum. */
const MAX_IN_FLIGHT = 500;
/**
 * The same for MQTT 3.1.1, where a broker can't say it: 20 is Mosquitto's `max_inflight_messages`. Mosquitto 2.0.11 was seen to
 * acknowledge packets beyond it and to lose them all the same, when the sender had subscriptions as well.
 */
const MAX_IN_FLIGHT_OLD = 20;
/** https://docs.oasis-open.org/mqtt/mqtt/v5.0/os/mqtt-v5.0-os.html#_Toc3901208 */
const SESSION_TAKEN_OVER = 0x8e;

/** One connection to one address of the broker, for one life: it never reconnects, so nothing is ever sent twice unasked. */
export class Connection {
  readonly version: Version;
  /** Resolves when the connection is gone, or could not be made. Never rejects. */
  readonly closed: Promise<Ending>;
  readonly #client: MqttClient;
  readonly #refused: ConnectionOptions['refused'];
  #waiting: Packet[] = [];
  /** Index of the oldest one in `#waiting`: shifting a long array is slow, 10 s for a hundred thousand. */
  #head = 0;
  readonly #inFlight = new Set<Packet>();
  #window = MAX_IN_FLIGHT_OLD;
  #open = true;
  #takenOver = false;
  #error: Error | undefined;

  constructor(options: ConnectionOptions) {
    this.version = options.version;
    this.#refused = options.refused;
    this.#client = mqtt.connect(clientOptions(options));
    this.#client.on('message', options.message);
    this.#client.on('error', (error) => {
      this.#error ??= error;
    });
    this.#client.on('disconnect', (packet) => {
      const code = packet.reasonCode ?? 0;
      this.#takenOver = code === SESSION_TAKEN_OVER;
      this.#error ??= new RefusedError(`it disconnected us with reason code ${code}`, code);
    });
    this.closed = new Promise((resolve) => {
      this.#client.once('close', () => {
        this.#end();
        resolve({ takenOver: this.#takenOver, error: this.#error });
      });
    });
  }

  /** Waits until the broker has taken us in. Rejects like {@link whileOpen}. */
  async opened(): Promise<void> {
    const connected = new Promise<void>((resolve) => {
      this.#client.once('connect', (connack) => {
        if (this.version === 5) this.#window = Math.min(MAX_IN_FLIGHT, connack.properties?.receiveMaximum ?? MAX_IN_FLIGHT);
        resolve();
      });
    });
    await this.whileOpen(connected);
  }

  /** Waits for something as long as the connection lasts. Rejects with the reason of its end, a {@link TakenOverError} for one. */
  async whileOpen<Value>(promise: Promise<Value>): Promise<Value> {
    return Promise.race([promise, this.#ending()]);
  }

  async #ending(): Promise<never> {
    const { takenOver, error } = await this.closed;
    if (takenOver) throw new TakenOverError();
    throw error ?? new NotConnectedError('it closed the connection');
  }

  /** Subscribes at QoS 2. Rejects when the broker refuses any of the topics. */
  async subscribe(topics: readonly string[]): Promise<void> {
    const subscribed = new Promise<void>((resolve, reject) => {
      this.#client.subscribe([...topics], { qos: 2 }, (error, granted = []) => {
        const refused = granted.find(({ qos }) => qos >= 0x80);
        if (error === null && refused === undefined) resolve();
        else reject(new Error(`it does not let us read ${topics.join(' and ')}: check its access rules`, { cause: error }));
      });
    });
    await this.whileOpen(subscribed);
  }

  /**
   * Publishes at QoS 2, in the order of the calls. Resolves when the broker has taken the packet.
   * Rejects with a {@link NotConnectedError} when the connection ends before, and with a {@link RefusedError}.
   */
  publish(topic: string, payload: string, retain: boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      if (!this.#open) {
        reject(new NotConnectedError());
        return;
      }
      if (this.#waiting.length - this.#head >= MAX_QUEUED_PACKETS) {
        reject(new Error('Too many packets wait for the broker.'));
        return;
      }
      const packet = { topic, payload, retain, resolve, reject };
      if (this.#inFlight.size < this.#window && this.#waiting.length === 0) this.#send(packet);
      else this.#waiting.push(packet);
    });
  }

  #send(packet: Packet): void {
    this.#inFlight.add(packet);
    this.#client.publish(packet.topic, packet.payload, packet.retain ? RETAINED : PASSING, (error) => this.#sent(packet, error));
  }

  #sent(packet: Packet, error: Error | null | undefined): void {
    if (!this.#inFlight.delete(packet)) return;
    if (error === null || error === undefined) packet.resolve();
    else this.#fail(packet, error);
    const next = this.#open && this.#inFlight.size < this.#window ? this.#takeOldest() : undefined;
    if (next !== undefined) this.#send(next);
  }

  #takeOldest(): Packet | undefined {
    const oldest = this.#waiting[this.#head];
    if (oldest === undefined) return undefined;
    this.#head += 1;
    if (this.#head * 2 >= this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#head);
      this.#head = 0;
    }
    return oldest;
  }

  #fail(packet: Packet, error: Error): void {
    const code = 'code' in error && typeof error.code === 'number' ? error.code : undefined;
    if (code === undefined) {
      packet.reject(new NotConnectedError(undefined, { cause: error }));
      return;
    }
    const refused = new RefusedError(error.message, code, { cause: error });
    packet.reject(refused);
    this.#refused(packet.topic, refused);
  }

  /** Disconnects in good order: the broker does not publish our Last Will. Never rejects. */
  async close(): Promise<void> {
    this.#client.end();
    await this.closed;
  }

  /** Cuts the connection. */
  abort(): void {
    this.#client.end(true);
    // Once asked to end in good order, mqtt.js does not let itself be hurried.
    this.#client.stream.destroy();
  }

  #end(): void {
    this.#open = false;
    const lost = [...this.#inFlight, ...this.#waiting.slice(this.#head)];
    this.#inFlight.clear();
    this.#waiting = [];
    this.#head = 0;
    for (const packet of lost)
      packet.reject(new NotConnectedError('The connection broke before the broker had taken the packet.'));
    this.#client.end(true);
  }
}

const RETAINED = { qos: 2, retain: true } as const;
const PASSING = { qos: 2, retain: false } as const;

function clientOptions(options: ConnectionOptions): IClientOptions {
  const { url, version, username, password, will } = options;
  const web = url.protocol === 'ws:' || url.protocol === 'wss:';
  return {
    protocol: url.protocol.slice(0, -1) as 'mqtt' | 'mqtts' | 'ws' | 'wss',
    hostname: web ? url.hostname : url.hostname.replace(/^\[(.*)\]$/, '$1'),
    ...(url.port === '' ? {} : { port: Number(url.port) }),
    ...(web ? { path: `${url.pathname}${url.search}` } : {}),
    ...(username === undefined || password === undefined ? {} : { username, password }),
    ...(isEncrypted(url) ? tlsOptions(options.tls ?? {}) : {}),
    clientId: options.clientId,
    protocolVersion: version,
    clean: true,
    keepalive: options.keepalive,
    reconnectPeriod: 0,
    connectTimeout: CONNECT_TIMEOUT,
    ...(will === undefined ? {} : { will: { topic: will.topic, payload: Buffer.from(will.payload), qos: 1, retain: true } }),
    ...(version === 5 ? { properties: { sessionExpiryInterval: SESSION_EXPIRY, maximumPacketSize: MAX_PACKET_BYTES } } : {}),
  };
}

function tlsOptions({ verify = true, ...tls }: TlsOptions): IClientOptions {
  return { ...tls, rejectUnauthorized: verify, ...(tls.ciphers === undefined ? {} : { wsOptions: { ciphers: tls.ciphers } }) };
}
