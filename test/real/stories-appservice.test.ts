/** The stories that reach Matrix, where the bridge is an appservice there: on Synapses that this file starts for itself. */
import { afterAll, describe, test } from 'vitest';
import { ghostStories, matrixStories } from '../stories/matrix.ts';
import { standIns } from '../stories/stand-ins.ts';
import type { Site } from '../stories/world.ts';
import { hasOwnSynapse } from '../support/own-synapse.ts';
import { Synapses } from '../support/synapse-appservices.ts';

if (hasOwnSynapse) {
  describe('as an appservice, on Synapse', () => {
    const synapses = new Synapses();
    afterAll(() => synapses.stop());

    const realServers = async (): Promise<Site> => {
      const { url, account, appservice } = await synapses.next();
      const { broker, close } = await standIns();
      return { broker, matrix: { url, account, appservice, violations: () => [] }, close };
    };
    matrixStories(realServers, 20);
    ghostStories(realServers);
  });
} else {
  test.skip('the stories of an appservice need SYNAPSE_PYTHON');
}
