/** Appservice mode on a real Synapse, which this file starts for itself. */
import { afterAll, beforeAll, describe, it } from 'vitest';
import { AppserviceStage } from '../bridges/matrix/appservice-stage.ts';
import { appserviceStories } from '../bridges/matrix/appservice-stories.ts';
import { restrictedStories } from '../bridges/matrix/restricted-stories.ts';
import { unmappedStories } from '../bridges/matrix/unmapped-stories.ts';
import { appserviceConformance } from '../doubles/matrix/conformance/appservice.ts';
import { hasOwnSynapse } from '../support/own-synapse.ts';
import { synapseWithAppservices } from '../support/synapse-appservices.ts';

/** More than there are stories: each has an appservice of its own. */
const appservices = 60;

describe.skipIf(!hasOwnSynapse)('on Synapse', () => {
  let homeserver: Awaited<ReturnType<typeof synapseWithAppservices>>;
  beforeAll(async () => {
    homeserver = await synapseWithAppservices(appservices);
  });
  afterAll(() => homeserver?.synapse.stop());

  const site = () => Promise.resolve({ ...homeserver, hasRoomSummaries: true, close: () => Promise.resolve() });
  appserviceStories(site);
  const open = async () => {
    const stage = await AppserviceStage.open(await site());
    return { stage, botId: stage.botId };
  };
  restrictedStories(open);
  unmappedStories(open);
  appserviceConformance('Synapse', site);
});

describe.skipIf(hasOwnSynapse)('on Synapse', () => {
  it.skip('needs SYNAPSE_PYTHON');
});
