/** On the embedded broker: MQTT 3.1.1, where a restart is seen by everybody. On Mosquitto, it is in `test/real/presence.test.ts`. */
import { pino } from 'pino';
import { test } from 'vitest';
import { startBroker } from '../../src/broker.ts';
import { presenceHolds } from './property.ts';

test('whatever happens, everybody sees the same people, and those who are there', async () => {
  await presenceHolds(async () => {
    const { url, stop } = await startBroker({ port: 0, log: pino({ level: 'silent' }) });
    return { url, mixesUp: true, close: stop };
  }, 4);
});
