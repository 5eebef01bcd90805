/** The network stories on a real broker with the per-server access rules of crosschat: `MQTT_URL`, `MQTT_USERS` as `name:password …`. */
import { connectAsync } from 'mqtt';
import { beforeAll, describe, expect, test } from 'vitest';
import { CrossChat } from '../../src/crosschat/index.ts';
import { durableStories, invisibleRestarts } from '../crosschat/durable-stories.ts';
import { next } from '../crosschat/events.ts';
import { networkStories } from '../crosschat/stories.ts';

const url = process.env['MQTT_URL'] ?? '';
const passwords = new Map(
  (process.env['MQTT_USERS'] ?? '')
    .split(' ')
    .filter((user) => user.includes(':'))
    .map((user) => [user.slice(0, user.indexOf(':')), user.slice(user.indexOf(':') + 1)] as const),
);

function login(id: string): { username: string; password: string } | undefined {
  const password = passwords.get(id);
  return password === undefined ? undefined : { username: id, password };
}

/** Ends what other tests left on the broker: a session that lasts, and with it a Last Will that is still to come. */
async function sweep(): Promise<void> {
  for (const [clientId, password] of passwords) {
    const client = await connectAsync(url, { protocolVersion: 5, clientId, username: clientId, password, clean: true });
    // Who may only read is refused.
    await client.publishAsync(`crosschat/state/${clientId}/status`, '', { qos: 1, retain: true }).catch(() => {});
    await client.endAsync();
  }
}

if (url === '') {
  test.skip('the crosschat stories need a real broker: set MQTT_URL and MQTT_USERS', () => {});
} else {
  for (const version of [5, 4] as const) {
    const where = `on ${new URL(url).host} over MQTT ${version === 5 ? '5' : '3.1.1'}`;
    describe(where, () => {
      beforeAll(sweep);
      networkStories(() => ({ url, version, login, pinned: true }));
    });
    describe(`${where}, when it is killed`, () => {
      durableStories(() => ({ url, version, login, pinned: true }), true);
      if (version === 5) invisibleRestarts(() => ({ url, version, login, pinned: true }));
    });
  }

  describe.skipIf(passwords.size === 0)('access', () => {
    test('a wrong password is a sentence that names the settings', async () => {
      const chat = new CrossChat({ serverId: 'bridge', urls: [url], username: 'bridge', password: 'wrong' });
      const problem = next(chat, 'problem');
      chat.start();
      expect(await problem).toContain('mqtt.password');
      expect(chat.status).toBe('connecting');
      await chat.stop();
    });

    test('a server id that is not ours to use is a sentence too', async () => {
      const chat = new CrossChat({ serverId: 'beta', urls: [url], ...login('alpha'), protocolVersion: 5 });
      const problem = next(chat, 'problem');
      chat.start();
      expect(await problem).toContain('access rules');
      await chat.stop();
    });
  });
}
