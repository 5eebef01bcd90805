/** The same stories on real servers: Mosquitto with its access rules, and Synapse. Their addresses come from the environment. */
import { createHmac } from 'node:crypto';
import { describe } from 'vitest';
import { conversationStories } from '../stories/conversation.ts';
import type { Site } from '../stories/world.ts';

const { MQTT_URL, MQTT_USERS = '', MATRIX_HOMESERVER_URL, MATRIX_REGISTRATION_SECRET } = process.env;
const missing = Object.entries({ MQTT_URL, MATRIX_HOMESERVER_URL, MATRIX_REGISTRATION_SECRET }).flatMap(([name, value]) =>
  value ? [] : [name],
);
const passwords = new Map(MQTT_USERS.split(' ').map((pair) => pair.split(':') as [string, string]));

async function realServers(): Promise<Site> {
  const matrixUrl = MATRIX_HOMESERVER_URL ?? '';
  return {
    broker: {
      url: MQTT_URL ?? '',
      credentials: (username) => {
        const password = passwords.get(username);
        return password === undefined ? undefined : { username, password };
      },
    },
    matrix: { url: matrixUrl, account: (localpart) => register(matrixUrl, localpart), violations: () => [] },
    close: async () => {},
  };
}

/** Makes a user with Synapse's shared secret: https://element-hq.github.io/synapse/latest/admin_api/register_api.html */
async function register(url: string, username: string): Promise<{ id: string; token: string }> {
  const address = `${url}/_synapse/admin/v1/register`;
  const { nonce } = (await (await fetch(address)).json()) as { nonce: string };
  const password = 'a password';
  const mac = createHmac('sha1', MATRIX_REGISTRATION_SECRET ?? '')
    .update([nonce, username, password, 'notadmin'].join('\0'))
    .digest('hex');
  const answer = await fetch(address, { method: 'POST', body: JSON.stringify({ nonce, username, password, mac, admin: false }) });
  const { user_id: id, access_token: token } = (await answer.json()) as { user_id: string; access_token: string };
  return { id, token };
}

describe.skipIf(missing.length > 0)(
  `on real servers${missing.length > 0 ? ` (skipped: ${missing.join(', ')} not set)` : ''}`,
  () => {
    conversationStories(realServers);
  },
);
