import type { Note } from './persistence.ts';

/** A QoS 2 packet that came in. */
export interface IncomingPacket {
  readonly messageId?: number | undefined;
  readonly topic: string;
  readonly payload: string | Uint8Array;
}

/**
 * What comes in, each packet once: a packet is worked on when it is published, and its id is kept until the broker releases it, so
 * that it is known when it comes again. Method B of MQTT 5 § 4.3.3.
 * https://docs.oasis-open.org/mqtt/mqtt/v5.0/os/mqtt-v5.0-os.html#_Toc3901237
 */
export class IncomingPackets {
  /** How many packets came in so far. */
  count = 0;
  readonly #receive: (topic: string, payload: string | Uint8Array) => void;
  readonly #note: Note;
  readonly #known = new Set<number>();

  constructor(receive: (topic: string, payload: string | Uint8Array) => void, note: Note) {
    this.#receive = receive;
    this.#note = note;
  }

  /** Goes on with what an earlier process has worked on. */
  restore(packetIds: readonly number[]): void {
    for (const packetId of packetIds) this.#known.add(packetId);
  }

  /** The broker holds no session of ours: ids mean other packets from now on. */
  forget(): void {
    if (this.#known.size === 0) return;
    this.#known.clear();
    this.#note({ kind: 'nothingReceived' });
  }

  /** A packet was published to us; without an id, it comes but once. */
  published({ messageId, topic, payload }: IncomingPacket): void {
    if (messageId !== undefined) {
      if (this.#known.has(messageId)) return;
      this.#known.add(messageId);
      this.#note({ kind: 'received', packetId: messageId });
    }
    this.count += 1;
    this.#receive(topic, payload);
  }

  /** The broker will not send this packet again. */
  released(packetId: number): void {
    if (this.#known.delete(packetId)) this.#note({ kind: 'completed', packetId });
  }
}
