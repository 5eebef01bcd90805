/** The stories that reach Matrix, where the bridge is an appservice there: on a Synapse that this file starts for itself. */
import { afterAll, beforeAll, describe, test } from 'vitest';
import { ghostStories, matrixStories } from '../stories/matrix.ts';
import { standIns } from '../stories/stand-ins.ts';
import type { Site } from '../stories/world.ts';
import { hasOwnSynapse } from '../support/own-synapse.ts';
import { synapseWithAppservices } from '../support/synapse-appservices.ts';

/** More than there are bridges in all stories. */
const appservices = 200;

if (hasOwnSynapse) {
  describe('as an appservice, on Synapse', () => {
    let homeserver: Awaited<ReturnType<typeof synapseWithAppservices>>;
    beforeAll(async () => {
      homeserver = await synapseWithAppservices(appservices);
    });
    afterAll(() => homeserver?.synapse.stop());

    const realServers = async (): Promise<Site> => {
      const { broker, close } = await standIns();
      const { url, account, appservice } = homeserver;
      return { broker, matrix: { url, account, appservice, violations: () => [] }, close };
    };
    matrixStories(realServers, 20);
    ghostStories(realServers);
  });
} else {
  test.skip('the stories of an appservice need SYNAPSE_PYTHON');
}
