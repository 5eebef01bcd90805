/** Appservice mode on real Synapses, which this file starts for itself. */
import { afterAll, describe, it } from 'vitest';
import { AppserviceStage } from '../bridges/matrix/appservice-stage.ts';
import { appserviceStories } from '../bridges/matrix/appservice-stories.ts';
import { encryptedStories } from '../bridges/matrix/encrypted-stories.ts';
import { ghostStories } from '../bridges/matrix/ghost-stories.ts';
import { restrictedStories } from '../bridges/matrix/restricted-stories.ts';
import { roomStories } from '../bridges/matrix/room-stories.ts';
import { unmappedStories } from '../bridges/matrix/unmapped-stories.ts';
import { appserviceConformance } from '../doubles/matrix/conformance/appservice.ts';
import { hasOwnSynapse } from '../support/own-synapse.ts';
import { Synapses } from '../support/synapse-appservices.ts';

describe.skipIf(!hasOwnSynapse)('on Synapse', () => {
  const synapses = new Synapses();
  afterAll(() => synapses.stop());

  const site = async () => ({ ...(await synapses.next()), hasRoomSummaries: true, close: () => Promise.resolve() });
  appserviceStories(site);
  ghostStories(site);
  const open = async () => {
    const stage = await AppserviceStage.open(await site());
    return { stage, botId: stage.botId };
  };
  restrictedStories(open);
  unmappedStories(open);
  encryptedStories(open);
  roomStories(open);
  appserviceConformance('Synapse', site);
});

describe.skipIf(hasOwnSynapse)('on Synapse', () => {
  it.skip('needs SYNAPSE_PYTHON');
});
