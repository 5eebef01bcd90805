/** The hooks by which mqtt.js tells of QoS 2 packets. It takes them for stores, and waits for each callback before it goes on. */
import { Readable } from 'node:stream';
import { type IStore, UniqueMessageIdProvider } from 'mqtt';
import type { Gate } from './gate.ts';
import type { IncomingPackets } from './incoming-packets.ts';
import type { OutgoingPackets } from './outgoing-packets.ts';

/** Told of PUBLISH before it sends PUBREC, and of PUBREL before it sends PUBCOMP. */
export function incomingStore(packets: IncomingPackets, gate: Gate): IStore {
  const store: IStore = {
    put(packet, done) {
      gate.pass(() => {
        if (packet.cmd === 'publish') packets.published(packet);
        gate.touch();
        done();
      });
      return store;
    },
    // It was worked on long ago, so that nobody looks at what is found. That it is found makes mqtt.js call `del`.
    get({ messageId = 0 }, done) {
      gate.pass(() => done(undefined, { cmd: 'publish', qos: 2, dup: false, retain: false, topic: '', payload: '', messageId }));
      return store;
    },
    del({ messageId }, done) {
      if (messageId !== undefined) packets.released(messageId);
      gate.touch();
      done();
      return store;
    },
    createStream: () => stream([]),
    close: (done) => done(),
  };
  return store;
}

/** Packet ids, of which the next one can be chosen. */
export class PacketIds extends UniqueMessageIdProvider {
  /** The next id to be given out: one that is registered. */
  next: number | undefined;

  override allocate(): number {
    const { next } = this;
    this.next = undefined;
    return next ?? super.allocate();
  }
}

/** Told of PUBLISH and PUBREL before they are sent, and when the broker is done with a packet. */
export function outgoingStore(packets: OutgoingPackets, ids: PacketIds, gate: Gate): IStore {
  const store: IStore = {
    put(packet, done) {
      if (packet.messageId !== undefined) {
        if (packet.cmd === 'publish') packets.assigned(packet.messageId);
        else packets.received(packet.messageId);
      }
      gate.touch();
      gate.pass(done);
      return store;
    },
    get: (_packet, done) => {
      done(new Error('Nobody asks for it.'));
      return store;
    },
    del({ messageId }, done) {
      if (messageId !== undefined) packets.completed(messageId);
      done();
      return store;
    },
    /** What a resumed session has to send again, one by one, before anything else. */
    createStream() {
      const begun = packets.finish();
      for (const id of begun.taken) ids.register(id);
      return stream(
        begun.packets.map(({ packetId: messageId, released, topic, payload, retain }) =>
          released ? { cmd: 'pubrel', messageId } : { cmd: 'publish', qos: 2, dup: true, topic, payload, retain, messageId },
        ),
      );
    },
    close: (done) => done(),
  };
  return store;
}

function stream(packets: readonly object[]): ReturnType<IStore['createStream']> {
  const left = [...packets];
  return new Readable({
    objectMode: true,
    read() {
      this.push(left.shift() ?? null);
    },
  }) as ReturnType<IStore['createStream']>;
}
