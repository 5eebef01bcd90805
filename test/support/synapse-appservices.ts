/** A Synapse that knows many appservices, one for each test, for a file of tests. */
import { type AppserviceKeys, appserviceKeys, registrationFor } from './appservice-keys.ts';
import { OwnSynapse } from './own-synapse.ts';
import { registerOnSynapse } from './synapse.ts';

/** @param count how many tests there are at most */
export async function synapseWithAppservices(count: number) {
  const unused = await Promise.all(Array.from({ length: count }, () => appserviceKeys('hs.test')));
  const special = { ...(await appserviceKeys('hs.test')), double_puppeting: true };
  const synapse = await OwnSynapse.start([...unused, special].map(registrationFor));
  return {
    synapse,
    url: synapse.url,
    account: (name: string) => registerOnSynapse(synapse.url, synapse.secret, name),
    /** @param more given where people are to be shown as themselves: there is one such appservice */
    appservice: async (more?: Readonly<Record<string, unknown>>): Promise<AppserviceKeys> => {
      const keys = more ? special : unused.pop();
      if (!keys) throw new Error('there are more tests than appservices');
      return keys;
    },
  };
}
