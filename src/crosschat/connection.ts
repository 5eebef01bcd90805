import { Socket } from 'node:net';
import mqtt, { type IClientOptions, type IConnackPacket, type MqttClient, type Packet } from 'mqtt';
import { NotConnectedError, RefusedError } from './errors.ts';
import { Gate } from './gate.ts';
import type { IncomingPackets } from './incoming-packets.ts';
import { MAX_PACKET_BYTES } from './limits.ts';
import { isEncrypted, type TlsOptions } from './options.ts';
import type { OutgoingPackets } from './outgoing-packets.ts';
import { incomingStore, outgoingStore, PacketIds } from './packet-stores.ts';

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
  /**
   * Published by the broker, retained, when we are cut off: at QoS 2 like all that we say, since at QoS 1 a receiver may be handed it
   * before the last lines, and has then forgotten who says them. https://docs.oasis-open.org/mqtt/mqtt/v3.1.1/os/mqtt-v3.1.1-os.html#_Toc398718105
   */
  readonly will?: { readonly topic: string; readonly payload: string };
  /** Whether the broker is to forget what it holds for our client id; in MQTT 3.1.1, also after this connection. */
  readonly clean: boolean;
  /** Whether the session is to outlive the connection, where the broker speaks MQTT 5. */
  readonly durable: boolean;
  /** Whether a session that the broker holds may be another process's, of which nothing is known. */
  readonly inherited?: boolean;
  readonly incoming: IncomingPackets;
  readonly outgoing: OutgoingPackets;
  /** When what was noted so far is kept, as in {@link Persistence}. */
  readonly kept: () => Promise<void> | undefined;
  /**
   * The broker has taken us in, with or without a session of ours. What it sends comes after this.
   * @param willDelay milliseconds that it waits, should we be cut off, before it publishes our Last Will
   */
  readonly began?: (sessionPresent: boolean, willDelay: number) => void;
  /** Something came from the broker. */
  readonly heard?: () => void;
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

/**
 * Seconds that an MQTT 5 broker keeps our session after a connection: as long as an operator may need to get a broken machine or
 * network going. Later, what waits there for us is old news, and we announce ourselves anew.
 */
const SESSION_EXPIRY = 3_600;
/** Seconds before an MQTT 5 broker tells the others that we are gone: a restart takes less, and then they notice nothing. */
const WILL_DELAY = 60;
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
/** The broker has forgotten a packet that we release once more: it is done with it. */
const UNKNOWN_PACKET = 0x92;

/** One connection to one address of the broker, for one life: it never reconnects. */
export class Connection {
  readonly version: Version;
  /** Resolves when the connection is gone, or could not be made. Never rejects. */
  readonly closed: Promise<Ending>;
  readonly #options: ConnectionOptions;
  readonly #client: MqttClient;
  readonly #gate: Gate;
  readonly #ids = new PacketIds();
  /** Ids of packets that were released beside mqtt.js. */
  readonly #released = new Set<number>();
  #takenOver = false;
  #error: Error | undefined;

  constructor(options: ConnectionOptions) {
    this.version = options.version;
    this.#options = options;
    const { incoming, outgoing } = options;
    const stream = { cork: () => this.#client.stream.cork(), uncork: () => this.#client.stream.uncork() };
    this.#gate = new Gate(stream, options.kept);
    this.#client = mqtt.connect({
      ...clientOptions(options),
      incomingStore: incomingStore(incoming, this.#gate),
      outgoingStore: outgoingStore(outgoing, this.#ids, this.#gate),
      messageIdProvider: this.#ids,
    });
    // Acknowledgements are small, and each waits for the one before: 40 ms a piece, were they saved up.
    if (this.#client.stream instanceof Socket) this.#client.stream.setNoDelay(true);
    // Packets of QoS 2 have come by the store already.
    this.#client.handleMessage = ({ qos, topic, payload }, done) => {
      if (qos === 2) return done();
      this.#gate.pass(() => {
        incoming.published({ topic, payload });
        this.#gate.touch();
        done();
      });
    };
    this.#client.on('packetreceive', (packet) => this.#look(packet));
    this.#client.on('error', (error) => {
      this.#error ??= error;
      // What speaks no MQTT may keep the line open, and mqtt.js would wait for it all the time that a broker has.
      if (!this.#client.connected) this.#client.stream.destroy();
    });
    this.#client.on('disconnect', (packet) => {
      const code = packet.reasonCode ?? 0;
      this.#takenOver = code === SESSION_TAKEN_OVER;
      this.#error ??= new RefusedError(`it disconnected us with reason code ${code}`, code);
    });
    this.closed = new Promise((resolve) => {
      this.#client.once('close', () => {
        this.#gate.shut();
        outgoing.detach();
        this.#client.end(true);
        resolve({ takenOver: this.#takenOver, error: this.#error });
      });
    });
  }

  /** Looks at packets before mqtt.js works on them. */
  #look(packet: Packet): void {
    this.#options.heard?.();
    if (packet.cmd === 'connack') this.#begin(packet);
    if ((packet.cmd !== 'pubrec' && packet.cmd !== 'pubcomp') || packet.messageId === undefined) return;
    if (packet.cmd === 'pubcomp' && this.#released.delete(packet.messageId)) {
      this.#options.outgoing.completed(packet.messageId);
      this.#ids.deallocate(packet.messageId);
      return;
    }
    const code = packet.reasonCode ?? 0;
    if (code < 0x80 || code === UNKNOWN_PACKET) return;
    const why = packet.properties?.reasonString ?? `reason code ${code}`;
    this.#options.outgoing.refused(packet.messageId, new RefusedError(why, code));
  }

  #begin({ returnCode = 0, reasonCode = returnCode, sessionPresent, properties }: IConnackPacket): void {
    if (reasonCode !== 0) return;
    const { incoming, outgoing, began, refused } = this.#options;
    if (!sessionPresent) {
      incoming.forget();
      outgoing.sessionLost();
    } else if (this.#options.inherited === true) this.#client.stream.write(releaseAll());
    const window = this.version === 5 ? Math.min(MAX_IN_FLIGHT, properties?.receiveMaximum ?? MAX_IN_FLIGHT) : MAX_IN_FLIGHT_OLD;
    outgoing.attach({
      window,
      refused,
      send: ({ topic, payload, retain, packetId }) => {
        this.#ids.next = packetId;
        // How it went is told by the store.
        this.#client.publish(topic, payload, { qos: 2, retain, dup: packetId !== undefined }, () => {});
      },
      // Nothing that mqtt.js offers does it, nor does it look at the answer.
      release: (packetId) => {
        this.#released.add(packetId);
        this.#client.stream.write(Buffer.from([0x62, 2, packetId >> 8, packetId & 0xff]));
      },
    });
    began?.(sessionPresent, 1000 * willDelay(this.#options, properties?.sessionExpiryInterval));
    this.#gate.touch();
  }

  /** Waits until the broker has taken us in, and what a kept session left unfinished. Rejects like {@link whileOpen}. */
  async opened(): Promise<void> {
    const connected = new Promise<void>((resolve) => {
      this.#client.once('connect', () => resolve());
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

  /** What was handed over for sending goes out when what was noted along with it is kept. */
  touch(): void {
    this.#gate.touch();
  }

  /** Disconnects in good order: the broker does not publish our Last Will. Takes as long as anything is on its way. Never rejects. */
  async close(): Promise<void> {
    await Promise.race([this.#settled(), this.closed]);
    this.#gate.shut();
    this.#client.end();
    await this.closed;
  }

  async #settled(): Promise<void> {
    await this.#options.outgoing.settled();
    await this.#gate.opened();
  }

  /** Cuts the connection. */
  abort(): void {
    this.#client.end(true);
    // Once asked to end in good order, mqtt.js does not let itself be hurried.
    this.#client.stream.destroy();
  }
}

/**
 * PUBREL for each packet id that the other process can have used: the lowest ids first, as many as may be on their way, and a few for
 * subscriptions. What it left half-sent goes on, and its ids don't get in the way of ours; for others, PUBREL means nothing.
 */
function releaseAll(): Buffer {
  const packets = Buffer.alloc(4 * (MAX_IN_FLIGHT + 20));
  for (let id = 1; id <= packets.length / 4; id++) packets.writeUInt32BE(0x62020000 + id, 4 * (id - 1));
  return packets;
}

function clientOptions(options: ConnectionOptions): IClientOptions {
  const { url, version, username, password, will } = options;
  const delay = willDelay(options) > 0 ? { properties: { willDelayInterval: WILL_DELAY } } : {};
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
    clean: options.clean,
    keepalive: options.keepalive,
    reconnectPeriod: 0,
    connectTimeout: CONNECT_TIMEOUT,
    ...(will === undefined ? {} : { will: { ...will, payload: Buffer.from(will.payload), qos: 2, retain: true, ...delay } }),
    ...(version === 5
      ? { properties: { sessionExpiryInterval: options.durable ? SESSION_EXPIRY : 0, maximumPacketSize: MAX_PACKET_BYTES } }
      : {}),
  };
}

/**
 * Seconds. A Last Will waits no longer than the session lasts.
 * @param expiry how long the broker keeps our session, where it says so
 */
function willDelay({ version, durable }: ConnectionOptions, expiry = SESSION_EXPIRY): number {
  return version === 5 && durable ? Math.min(WILL_DELAY, expiry) : 0;
}

function tlsOptions({ verify = true, ...tls }: TlsOptions): IClientOptions {
  return { ...tls, rejectUnauthorized: verify, ...(tls.ciphers === undefined ? {} : { wsOptions: { ciphers: tls.ciphers } }) };
}
