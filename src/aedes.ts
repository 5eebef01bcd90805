/**
 * Aedes with its faults mended, but for one: to a client that comes back to a kept session it sends new packets among the old ones, and
 * some of them twice.
 */
import { Aedes, type AedesOptions } from 'aedes';

/** What of aedes' persistence is mended. */
interface Persistence {
  storeRetained(packet: object): PromiseLike<void>;
  outgoingUpdate(client: object, packet: { cmd: string; messageId?: number }): Promise<void>;
}

/** Makes a broker, as aedes does. */
export async function createAedes(options: AedesOptions): Promise<Aedes> {
  const aedes = await Aedes.createBroker(options);
  const { persistence } = aedes as unknown as { persistence: Persistence };
  keepOrder(persistence);
  keepReleases(persistence);
  readAll(aedes);
  return aedes;
}

/**
 * Makes storing a retained message take no time, as it does in memory anyway. Aedes would wait a moment for it, let the messages that
 * follow overtake it, and then drop it, since to a receiver a message that is older than the last one counts as a duplicate.
 */
function keepOrder(persistence: Persistence): void {
  const store = persistence.storeRetained.bind(persistence);
  persistence.storeRetained = (packet) => {
    void store(packet);
    // biome-ignore lint/suspicious/noThenProperty: only a thenable can go on at once, a promise never does
    return { then: (resolve) => Promise.resolve(resolve?.()) as never };
  };
}

/**
 * Lets a client with a kept session release its packets. Aedes takes all releases of one client for the same one, and would publish
 * again what was released; and it does not keep the retained messages that it sends at a subscription, and would cut off who
 * acknowledges one.
 */
function keepReleases(persistence: Persistence): void {
  const update = persistence.outgoingUpdate.bind(persistence);
  persistence.outgoingUpdate = (client, packet) => {
    if (packet.cmd !== 'pubrel') return update(client, packet);
    return update(client, Object.assign(packet, { brokerId: 'pubrel', brokerCounter: packet.messageId })).catch(() => {});
  };
}

/**
 * Lets it read all that a client has sent. Each time that something came it reads once, which since Node 26 gives one piece of several:
 * what is in pieces, as a packet from a WebSocket is, would never be complete. https://nodejs.org/api/stream.html#readablereadsize
 */
function readAll(aedes: Aedes): void {
  const handle = aedes.handle.bind(aedes);
  aedes.handle = (stream, request) => {
    const read = stream.read.bind(stream);
    // Node itself asks for a number of bytes, or for nothing in particular: aedes for null.
    stream.read = (size?: number | null) => {
      if (size !== null) return read(size);
      const pieces: Buffer[] = [];
      for (let piece = read(); piece !== null; piece = read()) pieces.push(piece);
      return pieces.length > 1 ? Buffer.concat(pieces) : (pieces[0] ?? null);
    };
    return handle(stream, request);
  };
}
