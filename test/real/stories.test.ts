/** The same stories on real servers: Mosquitto with its access rules, and Synapse. Their addresses come from the environment. */
import { describe, test } from 'vitest';
import { brokerStories } from '../stories/conversation.ts';
import { matrixStories } from '../stories/matrix.ts';
import { noticeBrokerStories } from '../stories/notices.ts';
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
    matrixStories(realServers, 20);
    brokerStories(realServers);
    noticeBrokerStories(realServers);
  });
} else {
  test.skip('the conversation stories need MQTT_URL, MQTT_USERS, MATRIX_HOMESERVER_URL and MATRIX_REGISTRATION_SECRET');
}
