/** What a bridge tells of itself by HTTP, to those who look after it. */
import { expect, test } from 'vitest';
import type { StatusReport } from '../../src/monitoring/status-report.ts';
import { watched } from './setup.ts';

const TOKEN = 'a-token-for-the-monitoring';
const JSON_PLEASE = { accept: 'application/json' };

test('a bridge that has all its connections is ready; without one it says in sentences what is missing, and lives on', async () => {
  const seen = await watched();
  expect(await seen.ask('/healthz')).toEqual({ status: 200, text: 'ok\n' });
  expect(await seen.ask('/readyz')).toEqual({ status: 200, text: 'ready\n' });

  seen.lost = 'The connection to Platform was lost; connecting again.';
  await seen.broker.stop();
  await expect.poll(async () => (await seen.ask('/readyz')).text.split('\n').length).toBe(3);
  expect(await seen.ask('/readyz')).toEqual({
    status: 503,
    text: [
      'The bridge is not on the network as bridge: it has no connection to the MQTT broker.',
      'The connection to Platform was lost; connecting again.',
      '',
    ].join('\n'),
  });
  expect((await seen.ask('/healthz')).status).toBe(200);
  expect(await seen.metric('crosschat_ready')).toBe(0);
  expect(await seen.metric('crosschat_connection_up{connection="mqtt/bridge"}')).toBe(0);
  expect(await seen.metric('crosschat_connection_up{connection="store"}')).toBe(1);

  seen.lost = undefined;
  await seen.broker.start();
  await expect.poll(async () => (await seen.ask('/readyz')).status).toBe(200);
  expect(await seen.metric('crosschat_connections_made_total{connection="mqtt/bridge"}')).toBe(2);
  expect(await seen.metric('crosschat_connections_made_total{connection="adapter/platform"}')).toBe(3);
});

test('its state as JSON: connections, rooms, lines, servers, players, dead letters', async () => {
  const seen = await watched();
  const gordon = await seen.game.join('Gordon');
  await seen.platform.says('one', 'Alice', 'hello');
  await seen.game.chat.waitFor((line) => line.endsWith('hello'));
  seen.platform.refuses = (text) => text === 'never';
  await gordon.says('never');
  const report = async () => JSON.parse((await seen.ask('/readyz', JSON_PLEASE)).text) as StatusReport;
  await expect.poll(async () => (await report()).deadLetters).toBe(2);
  const state = await report();
  expect(state).toMatchObject({
    ready: true,
    reasons: [],
    role: 'active',
    channels: [{ name: 'main', paused: false, servers: ['*'], rooms: ['room/platform/one', 'room/platform/two'] }],
    network: { servers: { alpha: 1 }, players: 1 },
  });
  expect(state.connections.map(({ name }) => name)).toEqual(['store', 'mqtt/bridge', 'adapter/platform']);
  expect(state.queues['room/platform/one']).toMatchObject({ state: 'up', waiting: 0, fault: { reason: 'refused' } });
  expect(state.network.speakers).toBeGreaterThan(0);
});

test('what is carried is counted by source, destination and outcome, with the time that it took', async () => {
  const seen = await watched();
  const gordon = await seen.game.join('Gordon');
  await gordon.says('to both rooms');
  await seen.platform.says('one', 'Alice', 'to the other room and the game');
  await seen.game.chat.waitFor((line) => line.endsWith('the game'));
  await expect.poll(() => seen.platform.in('two')).toHaveLength(2);
  seen.platform.refuses = (text) => text === 'never';
  await gordon.says('never');
  const deliveries = (labels: string) => seen.metric(`crosschat_deliveries_total{${labels}}`);
  await expect.poll(() => deliveries('source="network",destination="room/platform/two",outcome="dead"')).toBe(1);
  expect(await deliveries('source="network",destination="room/platform/two",outcome="shown"')).toBe(1);
  expect(await deliveries('source="platform",destination="network/bridge",outcome="shown"')).toBe(1);
  expect(await seen.metric('crosschat_events_total{source="network",kind="message"}')).toBe(2);
  expect(await seen.metric('crosschat_events_total{source="platform",kind="message"}')).toBe(1);
  expect(await seen.metric('crosschat_delivery_seconds_count{to="platform"}')).toBe(3);
  expect(await seen.metric('crosschat_delivery_seconds_count{to="network"}')).toBe(1);
  expect(await seen.metric('crosschat_players')).toBe(1);
  expect(await seen.metric('crosschat_dead_letters')).toBe(2);
});

test('a line that grows, its age, and failed attempts can be seen; a room that is removed leaves no series behind', async () => {
  const seen = await watched();
  const by = { name: 'Olga', id: '7', via: 'platform' };
  await seen.bridge.control?.add('main', { adapter: 'platform', room: 'three' }, by);
  const gordon = await seen.game.join('Gordon');
  await gordon.says('shown');
  await expect.poll(() => seen.platform.in('three')).toHaveLength(1);
  seen.platform.isDown = true;
  await gordon.says('waits');
  await expect.poll(() => seen.metric('crosschat_delivery_failures_total{destination="room/platform/three"}')).toBeGreaterThan(0);
  expect(await seen.metric('crosschat_queue_deliveries{destination="room/platform/three"}')).toBe(1);
  expect(await seen.metric('crosschat_queue_oldest_seconds{destination="room/platform/three"}')).toBeGreaterThan(0);
  expect(await seen.metric('crosschat_destination_up{destination="room/platform/three"}')).toBe(0);
  // Rooms that can't be reached are no missing connection.
  expect((await seen.ask('/readyz')).status).toBe(200);

  await seen.bridge.control?.remove({ adapter: 'platform', room: 'three' }, by);
  const { text } = await seen.ask('/metrics');
  expect(text).toContain('room/platform/two');
  expect(text).not.toContain('room/platform/three');
});

test('what game servers choose is no label: they can not make series without end', async () => {
  const seen = await watched();
  const size = async () => (await seen.ask('/metrics')).text.split('\n').filter((line) => line.startsWith('crosschat_')).length;
  const gordon = await seen.game.join('Gordon');
  await gordon.says('first');
  await expect.poll(() => seen.platform.in('two')).toHaveLength(1);
  const before = await size();
  for (let n = 0; n < 20; n++) await (await seen.game.join(`Player ${n}`)).says(`from ${n}`);
  await expect.poll(() => seen.platform.in('two')).toHaveLength(21);
  expect(await size()).toBe(before);
});

test('without a token, it is for those on this machine and its networks, as far as the proxy tells who asks', async () => {
  const seen = await watched();
  const outside = { 'x-forwarded-for': '8.8.8.8', ...JSON_PLEASE };
  expect((await seen.ask('/metrics', outside)).status).toBe(403);
  expect(await seen.ask('/readyz', outside)).toEqual({ status: 200, text: 'ready\n' });
  expect((await seen.ask('/healthz', outside)).status).toBe(200);
  expect((await seen.ask('/metrics', { 'x-forwarded-for': '192.168.1.5' })).status).toBe(200);
});

test('with a token, it is for whoever brings it, and for nobody else', async () => {
  const seen = await watched({ monitoring_token: TOKEN });
  expect((await seen.ask('/metrics')).status).toBe(403);
  expect((await seen.ask('/metrics', { authorization: `Bearer ${TOKEN}x` })).status).toBe(403);
  expect((await seen.ask('/metrics', { authorization: `Basic ${TOKEN}` })).status).toBe(403);
  const answer = await seen.ask('/metrics', { authorization: `Bearer ${TOKEN}`, 'x-forwarded-for': '8.8.8.8' });
  expect(answer.status).toBe(200);
});

test('where the server is public, nobody sees more than whether it is ready until there is a token', async () => {
  const seen = await watched({ public_url: 'https://bridge.example' });
  expect((await seen.ask('/metrics')).status).toBe(403);
  seen.lost = 'it is gone.';
  expect(await seen.ask('/readyz', JSON_PLEASE)).toEqual({ status: 503, text: 'not ready\n' });
});
