/** The Matrix adapter on a real Synapse. */
import { describe, it } from 'vitest';
import { matrixStories } from '../bridges/matrix/stories.ts';
import { registerOnSynapse } from '../support/synapse.ts';

const { MATRIX_HOMESERVER_URL: url, MATRIX_REGISTRATION_SECRET: secret } = process.env;

describe('The Matrix adapter on Synapse', () => {
  if (!url || !secret) {
    it.skip('needs MATRIX_HOMESERVER_URL and MATRIX_REGISTRATION_SECRET');
    return;
  }
  matrixStories(() =>
    Promise.resolve({
      url,
      hasRoomSummaries: true,
      account: (name) => registerOnSynapse(url, secret, name),
      close: () => Promise.resolve(),
    }),
  );
});
