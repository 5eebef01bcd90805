/** Aedes with its faults mended. */
import { Aedes, type AedesOptions } from 'aedes';

/** What of aedes' persistence is mended. */
interface Persistence {
  storeRetained(packet: object): PromiseLike<void>;
  outgoingUpdate(client: object, packet: { cmd: string }): Promise<void>;
}

/** Makes a broker, as aedes does. */
export async function createAedes(options: AedesOptions): Promise<Aedes> {
  const aedes = await Aedes.createBroker(options);
  const { persistence } = aedes as unknown as { persistence: Persistence };
  keepOrder(persistence);
  takeAnyPubrec(persistence);
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
 * Answers every PUBREC with PUBREL. Aedes does not keep the retained messages that it sends at a subscription, and would cut off a
 * client with a kept session for acknowledging one.
 */
function takeAnyPubrec(persistence: Persistence): void {
  const update = persistence.outgoingUpdate.bind(persistence);
  persistence.outgoingUpdate = (client, packet) =>
    packet.cmd === 'pubrel' ? update(client, packet).catch(() => {}) : update(client, packet);
}
