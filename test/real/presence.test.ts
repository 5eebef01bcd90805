/** Who is to be seen, on a broker that speaks MQTT 5, where a restart of the bridge is seen by nobody. */
import { test } from 'vitest';
import { presenceHolds } from '../presence/property.ts';
import { newFolder } from '../store/open.ts';
import { hasMosquitto, startMosquitto } from '../torture/broker.ts';

test.skipIf(!hasMosquitto)(
  'whatever happens, everybody sees the same people, and those who are there',
  async () => {
    await presenceHolds(async () => {
      const broker = await startMosquitto(newFolder());
      return { url: `mqtt://127.0.0.1:${broker.port}`, close: () => broker.close() };
    }, 20);
  },
  120_000,
);
