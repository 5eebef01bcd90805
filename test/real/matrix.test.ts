/** The Matrix adapter on a real Synapse. */
import { describe, it } from 'vitest';
import { callStories } from '../bridges/matrix/call-stories.ts';
import { changeStories } from '../bridges/matrix/change-stories.ts';
import { deliveryStories } from '../bridges/matrix/delivery-stories.ts';
import { encryptedStories } from '../bridges/matrix/encrypted-stories.ts';
import { hostileStories } from '../bridges/matrix/hostile-stories.ts';
import { mediaStories } from '../bridges/matrix/media-stories.ts';
import { openingStories } from '../bridges/matrix/opening-stories.ts';
import { reactionStories } from '../bridges/matrix/reaction-stories.ts';
import { restrictedStories } from '../bridges/matrix/restricted-stories.ts';
import { roomStories } from '../bridges/matrix/room-stories.ts';
import { sanctionStories } from '../bridges/matrix/sanction-stories.ts';
import { Stage } from '../bridges/matrix/stage.ts';
import { matrixStories } from '../bridges/matrix/stories.ts';
import { threadStories } from '../bridges/matrix/thread-stories.ts';
import { unmappedStories } from '../bridges/matrix/unmapped-stories.ts';
import { registerOnSynapse, type SynapseAccount } from '../support/synapse.ts';

const { MATRIX_HOMESERVER_URL: url, MATRIX_REGISTRATION_SECRET: secret } = process.env;

describe('The Matrix adapter on Synapse', () => {
  if (!url || !secret) {
    it.skip('needs MATRIX_HOMESERVER_URL and MATRIX_REGISTRATION_SECRET');
    return;
  }
  // To make an account takes Synapse about a second: it is lent to one test after the other that wants one of this name.
  const free = new Map<string, SynapseAccount[]>();
  const synapse = () => {
    const lent: { readonly name: string; readonly account: SynapseAccount }[] = [];
    return Promise.resolve({
      url,
      hasRoomSummaries: true,
      async account(localpart: string) {
        const name = localpart.replace(/^h5_[0-9a-f]+_/, '');
        const account = free.get(name)?.pop() ?? (await registerOnSynapse(url, secret, localpart));
        lent.push({ name, account });
        return account;
      },
      async close() {
        for (const { name, account } of lent) {
          await leaveAll(url, account);
          free.set(name, [...(free.get(name) ?? []), account]);
        }
      },
    });
  };
  matrixStories(synapse);
  callStories(synapse);
  changeStories(synapse);
  hostileStories(synapse);
  mediaStories(synapse);
  deliveryStories(synapse);
  reactionStories(synapse);
  openingStories(synapse);
  sanctionStories(synapse);
  threadStories(synapse);
  const open = async () => {
    const stage = await Stage.open(await synapse());
    return { stage, botId: stage.bot.id };
  };
  restrictedStories(open);
  unmappedStories(open);
  encryptedStories(open);
  roomStories(open);
});

/** Whoever is in many rooms makes a homeserver slow: a new name is told to each of them. */
async function leaveAll(url: string, { token }: SynapseAccount): Promise<void> {
  const call = async (method: string, path: string) => {
    const headers = { authorization: `Bearer ${token}` };
    const answer = await fetch(`${url}/_matrix/client/v3/${path}`, { method, headers, ...(method === 'POST' && { body: '{}' }) });
    return (await answer.json()) as { joined_rooms?: string[] };
  };
  const { joined_rooms: rooms = [] } = await call('GET', 'joined_rooms');
  for (const room of rooms) await call('POST', `rooms/${encodeURIComponent(room)}/leave`);
}
