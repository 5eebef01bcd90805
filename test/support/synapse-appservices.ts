/** A Synapse that knows many appservices, one for each test, for a file of tests. */
import { type AppserviceKeys, appserviceKeys, registrationFor } from './appservice-keys.ts';
import { OwnSynapse } from './own-synapse.ts';
import { registerOnSynapse } from './synapse.ts';

/** @param count how many tests there are at most */
export async function synapseWithAppservices(count: number) {
  const unused = await Promise.all(Array.from({ length: count }, () => appserviceKeys('hs.test')));
  const synapse = await OwnSynapse.start(unused.map(registrationFor));
  return {
    synapse,
    url: synapse.url,
    account: (name: string) => registerOnSynapse(synapse.url, synapse.secret, name),
    appservice: async (): Promise<AppserviceKeys> => {
      const keys = unused.pop();
      if (!keys) throw new Error('there are more tests than appservices');
      return keys;
    },
  };
}
