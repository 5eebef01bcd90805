/** Appservice mode on a real Synapse, which this file starts for itself. */
import { afterAll, beforeAll, describe, it } from 'vitest';
import { type AppserviceKeys, appserviceKeys, registrationFor } from '../bridges/matrix/appservice-stage.ts';
import { appserviceStories } from '../bridges/matrix/appservice-stories.ts';
import { hasOwnSynapse, OwnSynapse } from '../support/own-synapse.ts';
import { registerOnSynapse } from '../support/synapse.ts';

/** More than there are stories: each has an appservice of its own. */
const appservices = 60;

describe.skipIf(!hasOwnSynapse)('on Synapse', () => {
  let synapse: OwnSynapse;
  let unused: AppserviceKeys[];
  beforeAll(async () => {
    unused = await Promise.all(Array.from({ length: appservices }, () => appserviceKeys('hs.test')));
    synapse = await OwnSynapse.start(unused.map(registrationFor));
  }, 90_000);
  afterAll(() => synapse?.stop());

  appserviceStories(() =>
    Promise.resolve({
      url: synapse.url,
      hasRoomSummaries: true,
      account: (name: string) => registerOnSynapse(synapse.url, synapse.secret, name),
      appservice: () => {
        const keys = unused.pop();
        return keys ? Promise.resolve(keys) : Promise.reject(new Error('there are more stories than appservices'));
      },
      close: () => Promise.resolve(),
    }),
  );
});

describe.skipIf(hasOwnSynapse)('on Synapse', () => {
  it.skip('needs SYNAPSE_PYTHON');
});
