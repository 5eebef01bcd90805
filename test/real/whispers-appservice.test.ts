/** Whispers in private chats with ghosts, on a real Synapse, which this file starts for itself. */
import { pino } from 'pino';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { startBroker } from '../../src/broker.ts';
import { ghostWhisperStories } from '../stories/whispers.ts';
import type { Site } from '../stories/world.ts';
import { hasOwnSynapse } from '../support/own-synapse.ts';
import { synapseWithAppservices } from '../support/synapse-appservices.ts';

describe.skipIf(!hasOwnSynapse)('on Synapse', () => {
  let homeserver: Awaited<ReturnType<typeof synapseWithAppservices>>;
  beforeAll(async () => {
    homeserver = await synapseWithAppservices(4);
  }, 120_000);
  afterAll(() => homeserver?.synapse.stop());

  ghostWhisperStories(async (): Promise<Site> => {
    const broker = await startBroker({ port: 0, log: pino({ level: 'silent' }) });
    const { url, account, appservice } = homeserver;
    return {
      broker: { url: broker.url, credentials: () => undefined },
      matrix: { url, account, appservice: () => appservice(), violations: () => [] },
      close: () => broker.stop(),
    };
  });
});

describe.skipIf(hasOwnSynapse)('on Synapse', () => {
  it.skip('needs SYNAPSE_PYTHON');
});
