import { NotConnectedError, type RefusedError } from './errors.ts';
import { Groups } from './groups.ts';
import { MAX_QUEUED_PACKETS } from './limits.ts';
import type { KeptPacket, Note } from './persistence.ts';
import { Queue } from './queue.ts';

/** A packet on its way to the broker. */
interface Packet {
  readonly seq: number;
  readonly topic: string;
  readonly payload: string;
  readonly retain: boolean;
  packetId: number | undefined;
  released: boolean;
  /** Whether it is in the store already. */
  noted: boolean;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** The connection that packets go out by. */
export interface Sender {
  /** How many may be on their way at once. */
  readonly window: number;
  /** Sends a packet, again if it has an id; else it is given one before this returns, unless the connection is ending. */
  send(packet: { topic: string; payload: string; retain: boolean; packetId: number | undefined }): void;
  /** Sends PUBREL for a packet that was received by the broker before this connection. */
  release(packetId: number): void;
  /** The broker refused a packet. */
  refused(topic: string, error: RefusedError): void;
}

/** How outgoing packets are made. */
export interface OutgoingPacketsOptions {
  readonly note: Note;
  /** Whether packets outlive a connection. */
  readonly durable: boolean;
  /** The server that hears a topic, if what is said there is lost when nobody says it again. */
  readonly addressee: (topic: string) => string | undefined;
  /** Whether a server is there, and knows who speaks. */
  readonly hears: (server: string) => boolean;
}

/**
 * What goes out at QoS 2, in order, over as many connections as it takes: a packet keeps its id until the broker has taken it for
 * good, or has lost the session. A packet that the announcement of a new connection makes pointless is dropped then.
 */
export class OutgoingPackets {
  readonly #options: OutgoingPacketsOptions;
  /** On their way by this connection, or the one before, by packet id. */
  readonly #sent = new Map<number, Packet>();
  /** To be sent, in order; those that were sent before have an id. */
  #waiting = new Queue<Packet>();
  /** Not sent before their server is back. */
  readonly #held = new Groups<Packet>();
  /** Reason codes of refused packets, by packet id. */
  readonly #refused = new Map<number, RefusedError>();
  /** Ids of those that this connection had only to release. */
  readonly #releasing = new Set<number>();
  #sender: Sender | undefined;
  #flowing = false;
  /** The one that is about to be given an id. */
  #sending: Packet | undefined;
  #lastSeq = 0;
  /** Who waits for nothing to be on its way. */
  readonly #settled: (() => void)[] = [];

  constructor(options: OutgoingPacketsOptions) {
    this.#options = options;
  }

  /** Goes on with what an earlier process left. */
  restore(packets: readonly KeptPacket[]): void {
    for (const kept of packets) {
      const packet: Packet = { ...kept, noted: true, resolve: () => {}, reject: () => {} };
      this.#lastSeq = Math.max(this.#lastSeq, kept.seq);
      if (packet.packetId === undefined) this.#waiting.push(packet);
      else this.#sent.set(packet.packetId, packet);
    }
  }

  /**
   * Publishes in the order of the calls. Resolves when the broker has taken the packet, be it by a later connection.
   * Rejects with a {@link NotConnectedError} when it was given up, and with a {@link RefusedError}.
   */
  publish(topic: string, payload: string, retain: boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#sender === undefined && !this.#options.durable) {
        reject(new NotConnectedError());
        return;
      }
      if (this.#waiting.length + this.#held.count >= MAX_QUEUED_PACKETS) {
        reject(new Error('Too many packets wait for the broker.'));
        return;
      }
      const packet = this.#packet(topic, payload, retain, { resolve, reject });
      this.#waiting.push(packet);
      this.#flow();
      if (!packet.noted) this.#noteNew(packet);
    });
  }

  /** Keeps something said for a server that is about to be {@link back}, or will be {@link gone}. Nobody is told what became of it. */
  hold(server: string, topic: string, payload: string): void {
    if (this.#waiting.length + this.#held.count >= MAX_QUEUED_PACKETS) return;
    const packet = this.#packet(topic, payload, false, { resolve: () => {}, reject: () => {} });
    this.#held.add(server, packet);
    this.#noteNew(packet);
  }

  #packet(topic: string, payload: string, retain: boolean, settle: Pick<Packet, 'resolve' | 'reject'>): Packet {
    this.#lastSeq += 1;
    return { seq: this.#lastSeq, topic, payload, retain, packetId: undefined, released: false, noted: false, ...settle };
  }

  /** A connection is there. Nothing but what it has to {@link finish} goes out before {@link resume} or {@link announce}. */
  attach(sender: Sender): void {
    this.#sender = sender;
  }

  /** The connection is gone. */
  detach(): void {
    this.#sender = undefined;
    this.#flowing = false;
    this.#refused.clear();
    this.#releasing.clear();
    if (this.#options.durable) return;
    const error = new NotConnectedError('The connection broke before the broker had taken the packet.');
    for (const packet of this.#all()) packet.reject(error);
    this.#clear();
  }

  /** The broker holds no session of ours: what it has not taken for good has to be sent as new. */
  sessionLost(): void {
    const unsent = [...this.#onTheirWay(), ...this.#waiting.drain()];
    this.#sent.clear();
    for (const packet of unsent) this.#waiting.push(packet);
    for (const packet of this.#all()) {
      if (packet.packetId === undefined) continue;
      this.#options.note({ kind: 'sentAs', seq: packet.seq, packetId: undefined });
      packet.packetId = undefined;
      packet.released = false;
    }
  }

  /**
   * What the broker, which holds a session of ours, may or may not have, in the order in which it was sent. What was said, and may not
   * have been passed on, is not among it: whoever hears it has to know first who speaks. It waits, and its ids are taken.
   */
  finish(): { packets: Packet[]; taken: number[] } {
    const packets: Packet[] = [];
    const said: Packet[] = [];
    for (const packet of this.#onTheirWay()) {
      if (this.#options.addressee(packet.topic) === undefined) packets.push(packet);
      else said.push(packet);
    }
    for (const packet of [...said, ...this.#waiting.drain()]) this.#waiting.push(packet);
    for (const { packetId } of said) if (packetId !== undefined) this.#sent.delete(packetId);
    const taken: number[] = [];
    for (const { packetId } of [...this.#waiting, ...this.#held]) if (packetId !== undefined) taken.push(packetId);
    return { packets, taken };
  }

  #onTheirWay(): Packet[] {
    return [...this.#sent.values()].sort((a, b) => a.seq - b.seq);
  }

  /** The others did not notice that we were away: everything goes on as it was, but for retained packets, which may be outdated. */
  resume(): void {
    for (const packet of this.#waiting.drain()) {
      const server = this.#options.addressee(packet.topic);
      if (packet.retain) this.#drop(packet, 'It may be outdated.');
      else if (server === undefined || this.#options.hears(server)) this.#waiting.push(packet);
      else this.#held.add(server, packet);
    }
    this.#flowing = true;
    this.#flow();
  }

  /**
   * We are about to tell the others anew who we are and who is here: what waits and says no more than that is dropped; what was said
   * waits until those it is for are {@link back}.
   */
  announce(): void {
    for (const packet of this.#waiting.drain()) {
      const server = this.#options.addressee(packet.topic);
      if (server === undefined) this.#drop(packet, 'The announcement after it says the same.');
      else this.#held.add(server, packet);
    }
    this.#flowing = true;
  }

  /** The servers for which something is held. */
  awaited(): Iterable<string> {
    return this.#held.keys();
  }

  /** A server is there: what was held for it goes out. */
  back(server: string): void {
    for (const packet of this.#held.take(server)) this.#waiting.push(packet);
    this.#flow();
  }

  /** A server did not come back. */
  gone(server: string): void {
    for (const packet of this.#held.take(server)) {
      if (packet.packetId === undefined) this.#drop(packet, 'The server did not come back.');
      // Its id is in use until the broker is done with it.
      else this.#waiting.push(packet);
    }
    this.#flow();
  }

  /** Lets nobody wait any more. Packets stay, for whoever goes on with them. */
  giveUp(): void {
    const error = new NotConnectedError('It was stopped before the broker had taken the packet.');
    for (const packet of this.#all()) packet.reject(error);
  }

  /** Resolves when nothing is on its way. */
  async settled(): Promise<void> {
    while (this.#sent.size > 0) {
      await new Promise<void>((resolve) => {
        this.#settled.push(resolve);
      });
    }
  }

  /** The packet that is being sent was given its id. */
  assigned(packetId: number): void {
    const packet = this.#sending;
    if (packet === undefined) return;
    this.#sending = undefined;
    this.#sent.set(packetId, packet);
    if (packet.packetId === packetId) return;
    packet.packetId = packetId;
    if (packet.noted) this.#options.note({ kind: 'sentAs', seq: packet.seq, packetId });
    else this.#noteNew(packet);
  }

  /** The broker has got the packet, and waits for us to release it. */
  received(packetId: number): void {
    const packet = this.#sent.get(packetId);
    if (packet === undefined || packet.released) return;
    packet.released = true;
    this.#options.note({ kind: 'released', seq: packet.seq });
  }

  /** The broker refuses the packet; {@link completed} follows. */
  refused(packetId: number, error: RefusedError): void {
    this.#refused.set(packetId, error);
  }

  /** The broker is done with the packet. */
  completed(packetId: number): void {
    const packet = this.#sent.get(packetId);
    const refused = this.#refused.get(packetId);
    this.#refused.delete(packetId);
    if (packet === undefined) return;
    this.#sent.delete(packetId);
    this.#releasing.delete(packetId);
    this.#options.note({ kind: 'done', seq: packet.seq });
    if (refused === undefined) packet.resolve();
    else {
      packet.reject(refused);
      this.#sender?.refused(packet.topic, refused);
    }
    this.#flow();
    if (this.#sent.size === 0) for (const resolve of this.#settled.splice(0)) resolve();
  }

  #flow(): void {
    const sender = this.#sender;
    while (sender !== undefined && this.#flowing && this.#sent.size < sender.window) {
      const packet = this.#waiting.shift();
      if (packet === undefined) return;
      if (packet.released && packet.packetId !== undefined) {
        // The broker passes packets on as they are released: those that were sent before it have to be done.
        if (this.#sent.size > this.#releasing.size) {
          this.#waiting.unshift(packet);
          return;
        }
        this.#sent.set(packet.packetId, packet);
        this.#releasing.add(packet.packetId);
        sender.release(packet.packetId);
        continue;
      }
      this.#sending = packet;
      sender.send(packet);
      if (this.#sending === undefined) continue;
      this.#sending = undefined;
      this.#flowing = false;
      this.#waiting.unshift(packet);
    }
  }

  #noteNew(packet: Packet): void {
    packet.noted = true;
    const { seq, topic, payload, retain, packetId, released } = packet;
    this.#options.note({ kind: 'sent', packet: { seq, topic, payload, retain, packetId, released } });
  }

  #drop(packet: Packet, why: string): void {
    this.#options.note({ kind: 'done', seq: packet.seq });
    packet.reject(new NotConnectedError(why));
  }

  *#all(): Generator<Packet> {
    yield* this.#sent.values();
    yield* this.#waiting;
    yield* this.#held;
  }

  #clear(): void {
    this.#sent.clear();
    this.#waiting = new Queue();
    this.#held.clear();
  }
}
