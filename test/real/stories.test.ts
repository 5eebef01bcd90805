/** The same stories on real servers: Mosquitto with its access rules, and Synapse. Their addresses come from the environment. */
import { describe, test } from 'vitest';
import { accountStories } from '../stories/accounts.ts';
import { commandStories } from '../stories/commands.ts';
import { brokerStories, conversationStories } from '../stories/conversation.ts';
import { editStories } from '../stories/edits.ts';
import { mediaStories } from '../stories/media.ts';
import { noticeBrokerStories, noticeStories } from '../stories/notices.ts';
import { presenceStories } from '../stories/presence.ts';
import { reactionStories } from '../stories/reactions.ts';
import { replyStories } from '../stories/replies.ts';
import { threadStories } from '../stories/threads.ts';
import { typingStories } from '../stories/typing.ts';
import { whisperStories } from '../stories/whispers.ts';
import type { Site } from '../stories/world.ts';
import { realBroker } from '../support/real-broker.ts';
import { registerOnSynapse } from '../support/synapse.ts';

const { MQTT_URL, MQTT_USERS, MATRIX_HOMESERVER_URL, MATRIX_REGISTRATION_SECRET } = process.env;

async function realServers(): Promise<Site> {
  const broker = await realBroker(MQTT_URL ?? '', MQTT_USERS ?? '');
  return {
    broker,
    matrix: {
      url: MATRIX_HOMESERVER_URL ?? '',
      account: (localpart) => registerOnSynapse(MATRIX_HOMESERVER_URL ?? '', MATRIX_REGISTRATION_SECRET ?? '', localpart),
      violations: () => [],
    },
    close: () => broker.stop(),
  };
}

if (MQTT_URL && MQTT_USERS && MATRIX_HOMESERVER_URL && MATRIX_REGISTRATION_SECRET) {
  describe('on Mosquitto and Synapse', () => {
    conversationStories(realServers);
    mediaStories(realServers);
    commandStories(realServers);
    accountStories(realServers);
    brokerStories(realServers);
    threadStories(realServers, 20);
    editStories(realServers);
    replyStories(realServers);
    reactionStories(realServers);
    typingStories(realServers);
    presenceStories(realServers);
    noticeStories(realServers);
    noticeBrokerStories(realServers);
    whisperStories(realServers);
  });
} else {
  test.skip('the conversation stories need MQTT_URL, MQTT_USERS, MATRIX_HOMESERVER_URL and MATRIX_REGISTRATION_SECRET');
}
