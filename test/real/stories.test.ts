/** The same stories on real servers: Mosquitto with its access rules, and Synapse. Their addresses come from the environment. */
import { describe, test } from 'vitest';
import { commandStories } from '../stories/commands.ts';
import { brokerStories, conversationStories } from '../stories/conversation.ts';
import { editStories } from '../stories/edits.ts';
import { mediaStories } from '../stories/media.ts';
import { noticeBrokerStories, noticeStories } from '../stories/notices.ts';
import { reactionStories } from '../stories/reactions.ts';
import { replyStories } from '../stories/replies.ts';
import { threadStories } from '../stories/threads.ts';
import type { Site } from '../stories/world.ts';
import { TcpProxy } from '../support/proxy.ts';
import { registerOnSynapse } from '../support/synapse.ts';

const { MQTT_URL, MQTT_USERS, MATRIX_HOMESERVER_URL, MATRIX_REGISTRATION_SECRET } = process.env;

/** The broker stands behind a proxy, so that a story can take it away. */
async function realServers(): Promise<Site> {
  const { hostname, port } = new URL(MQTT_URL ?? '');
  const passwords = new Map(MQTT_USERS?.split(' ').map((pair) => pair.split(':') as [string, string]));
  const proxy = await TcpProxy.start({ host: hostname, port: Number(port || 1883) });
  return {
    broker: {
      url: `mqtt://127.0.0.1:${proxy.port}`,
      credentials: (username) => {
        const password = passwords.get(username);
        return password === undefined ? undefined : { username, password };
      },
      stop: () => proxy.cut(),
      start: () => proxy.open(),
    },
    matrix: {
      url: MATRIX_HOMESERVER_URL ?? '',
      account: (localpart) => registerOnSynapse(MATRIX_HOMESERVER_URL ?? '', MATRIX_REGISTRATION_SECRET ?? '', localpart),
      violations: () => [],
    },
    close: () => proxy.cut(),
  };
}

if (MQTT_URL && MQTT_USERS && MATRIX_HOMESERVER_URL && MATRIX_REGISTRATION_SECRET) {
  describe('on Mosquitto and Synapse', () => {
    conversationStories(realServers);
    mediaStories(realServers);
    commandStories(realServers);
    brokerStories(realServers);
    threadStories(realServers, 20);
    editStories(realServers);
    replyStories(realServers);
    reactionStories(realServers);
    noticeStories(realServers);
    noticeBrokerStories(realServers);
  });
} else {
  test.skip('the conversation stories need MQTT_URL, MQTT_USERS, MATRIX_HOMESERVER_URL and MATRIX_REGISTRATION_SECRET');
}
