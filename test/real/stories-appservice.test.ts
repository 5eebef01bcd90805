/** The stories that reach Matrix, where the bridge is an appservice there: on Mosquitto, and on a Synapse that this file starts for itself. */
import { afterAll, beforeAll, describe, test } from 'vitest';
import { commandStories } from '../stories/commands.ts';
import { conversationStories } from '../stories/conversation.ts';
import { editStories } from '../stories/edits.ts';
import { mediaStories } from '../stories/media.ts';
import { noticeStories } from '../stories/notices.ts';
import { reactionStories } from '../stories/reactions.ts';
import { replyStories } from '../stories/replies.ts';
import { threadStories } from '../stories/threads.ts';
import type { Site } from '../stories/world.ts';
import { hasOwnSynapse } from '../support/own-synapse.ts';
import { realBroker } from '../support/real-broker.ts';
import { synapseWithAppservices } from '../support/synapse-appservices.ts';

const { MQTT_URL, MQTT_USERS } = process.env;

/** More than there are bridges in all stories. */
const appservices = 150;

if (MQTT_URL && MQTT_USERS && hasOwnSynapse) {
  describe('as an appservice, on Mosquitto and Synapse', () => {
    let homeserver: Awaited<ReturnType<typeof synapseWithAppservices>>;
    beforeAll(async () => {
      homeserver = await synapseWithAppservices(appservices);
    }, 120_000);
    afterAll(() => homeserver?.synapse.stop());

    const realServers = async (): Promise<Site> => {
      const broker = await realBroker(MQTT_URL, MQTT_USERS);
      const { url, account, appservice } = homeserver;
      return { broker, matrix: { url, account, appservice, violations: () => [] }, close: () => broker.stop() };
    };
    conversationStories(realServers);
    mediaStories(realServers);
    commandStories(realServers);
    threadStories(realServers, 20);
    editStories(realServers);
    replyStories(realServers);
    reactionStories(realServers);
    noticeStories(realServers);
  });
} else {
  test.skip('the stories of an appservice need MQTT_URL, MQTT_USERS and SYNAPSE_PYTHON');
}
