/** Synapses that know appservices: an appservice is known from the start on, and each test needs one of its own. */
import { type AppserviceKeys, appserviceKeys, registrationFor } from './appservice-keys.ts';
import { OwnSynapse } from './own-synapse.ts';
import { registerOnSynapse } from './synapse.ts';

/** So many appservices a Synapse knows: it asks each about each event, so with many of them all takes several times as long. */
const EACH = 20;
/** So many a test may need. */
const PER_TEST = 3;

/** One Synapse after the other, for a file of tests. */
export class Synapses {
  #current: Awaited<ReturnType<typeof synapseWithAppservices>> | undefined;

  /** One that knows as many appservices as a test may need which no test has used. Earlier tests are over. */
  async next() {
    if (this.#current === undefined || this.#current.left() < PER_TEST) {
      await this.stop();
      this.#current = await synapseWithAppservices(EACH);
    }
    return this.#current;
  }

  async stop(): Promise<void> {
    await this.#current?.synapse.stop();
    this.#current = undefined;
  }
}

async function synapseWithAppservices(count: number) {
  const unused = await Promise.all(Array.from({ length: count }, () => appserviceKeys('hs.test')));
  const special = { ...(await appserviceKeys('hs.test')), double_puppeting: true };
  const synapse = await OwnSynapse.start([...unused, special].map(registrationFor));
  return {
    synapse,
    url: synapse.url,
    left: () => unused.length,
    account: (name: string) => registerOnSynapse(synapse.url, synapse.secret, name),
    /** @param more given where people are to be shown as themselves: there is one such appservice */
    appservice: async (more?: Readonly<Record<string, unknown>>): Promise<AppserviceKeys> => {
      const keys = more ? special : unused.pop();
      if (!keys) throw new Error(`a test needs more than ${PER_TEST} appservices`);
      return keys;
    },
  };
}
