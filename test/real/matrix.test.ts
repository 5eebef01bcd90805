/** The Matrix adapter on a real Synapse. */
import { describe, it } from 'vitest';
import { changeStories } from '../bridges/matrix/change-stories.ts';
import { deliveryStories } from '../bridges/matrix/delivery-stories.ts';
import { mediaStories } from '../bridges/matrix/media-stories.ts';
import { openingStories } from '../bridges/matrix/opening-stories.ts';
import { reactionStories } from '../bridges/matrix/reaction-stories.ts';
import { matrixStories } from '../bridges/matrix/stories.ts';
import { threadStories } from '../bridges/matrix/thread-stories.ts';
import { registerOnSynapse } from '../support/synapse.ts';

const { MATRIX_HOMESERVER_URL: url, MATRIX_REGISTRATION_SECRET: secret } = process.env;

describe('The Matrix adapter on Synapse', () => {
  if (!url || !secret) {
    it.skip('needs MATRIX_HOMESERVER_URL and MATRIX_REGISTRATION_SECRET');
    return;
  }
  const synapse = () =>
    Promise.resolve({
      url,
      hasRoomSummaries: true,
      account: (name: string) => registerOnSynapse(url, secret, name),
      close: () => Promise.resolve(),
    });
  matrixStories(synapse);
  changeStories(synapse);
  mediaStories(synapse);
  deliveryStories(synapse);
  reactionStories(synapse);
  openingStories(synapse);
  threadStories(synapse);
});
