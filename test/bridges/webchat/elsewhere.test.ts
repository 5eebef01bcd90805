/** Game servers that are heard in none of the page's rooms: nobody on the page learns who is there, or gets at them. */
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { builtIns } from '../../../bridges/index.ts';
import { Bridge } from '../../../src/bridge.ts';
import { systemClock } from '../../../src/clock.ts';
import { parseConfig } from '../../../src/config.ts';
import { GameServer } from '../../support/game-server.ts';
import { startPlace } from '../../support/webchat-place.ts';
import { Visitor } from './visitor.ts';

test('a server of another channel is not on the page, and its players are whispered nothing from there', async () => {
  const { broker, alpha, raw } = await startPlace();
  const channels = [{ name: 'main', servers: ['alpha'], rooms: { webchat: 'main' } }];
  const config = await parseConfig({ raw: { ...raw, channels }, variables: new Map(), file: undefined }, builtIns(undefined));
  const common = { log: pino({ level: 'silent' }), clock: systemClock, random: Math.random };
  const bridge = new Bridge({ ...common, config, shutdown: () => {} });
  onTestFinished(() => bridge.stop());
  await bridge.start();
  await bridge.ready(AbortSignal.timeout(20_000));
  const alice = await Visitor.enter({ url: bridge.httpUrl ?? '' }, 'Alice');
  const page = await alice.open();
  const staff = await GameServer.start({ url: broker.url, id: 'staff' });
  onTestFinished(() => staff.stop());
  const boss = await staff.join('Boss');
  const gordon = await alpha.join('Gordon');
  await page.waitFor('server', ({ players }) => players.some(({ name }) => name === 'Gordon'));
  const again = await alice.open();
  const { servers } = await again.waitFor('ready');
  expect(servers.map(({ id }) => id)).toEqual(['alpha']);
  const whisper = (server: string, user: number) =>
    alice.post('whisper', { to: { server, user }, text: 'psst', nonce: crypto.randomUUID() });
  expect(await whisper('staff', boss.id)).toMatchObject({ fault: 'They are not there any more.' });
  expect(await whisper('alpha', gordon.id)).not.toHaveProperty('fault');
  await alpha.packets.waitFor((packet) => packet.includes('/pm/'));
  expect(staff.packets.all.filter((packet) => packet.includes('/pm/'))).toEqual([]);
  expect(JSON.stringify([...page.heard.all, ...again.heard.all])).not.toMatch(/staff|Boss/);
});
