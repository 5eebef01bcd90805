/** What several bridges on one network do to each other's people, on Synapse, with a broker that lets in any server. */
import { describe, test } from 'vitest';
import { moderationStories } from '../stories/moderation.ts';
import { networkStories } from '../stories/presence.ts';
import { embeddedBroker } from '../stories/stand-ins.ts';
import type { Site } from '../stories/world.ts';
import { registerOnSynapse } from '../support/synapse.ts';

const { MATRIX_HOMESERVER_URL: url, MATRIX_REGISTRATION_SECRET: secret } = process.env;

describe('Several bridges on Synapse', () => {
  if (!url || !secret) {
    test.skip('needs MATRIX_HOMESERVER_URL and MATRIX_REGISTRATION_SECRET');
    return;
  }
  const synapse = async (): Promise<Site> => {
    const broker = await embeddedBroker();
    const account = (localpart: string) => registerOnSynapse(url, secret, localpart);
    return { broker, matrix: { url, account, violations: () => [] }, close: async () => broker.stop?.() };
  };
  moderationStories(synapse);
  networkStories(synapse);
});
