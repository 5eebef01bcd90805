/** Several rooms on one account, and what one of them may do to the others. */
import { beforeEach, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import type { RoomRef } from '../../../src/event.ts';
import type { MatrixDouble, TestRoom, TestUser } from '../../doubles/matrix/index.ts';
import { TestClock } from '../../support/clock.ts';
import { testMemory, words } from '../../support/host.ts';
import { openLobby } from './lobby.ts';
import { type Stage, said, send } from './stage.ts';

let matrix: MatrixDouble;
let stage: Stage;
let carol: TestUser;
let room: TestRoom;
beforeEach(async () => {
  const lobby = await openLobby('lobby');
  ({ matrix, stage, carol, room } = lobby);
  return lobby.close;
});

test('a room that takes long to join holds up no other', async () => {
  const slow = matrix.addRoom({ creator: carol });
  matrix.fail({ how: 'hang', path: new RegExp(`/join/${encodeURIComponent(slow.id)}$`) });
  const clock = new TestClock();
  const bridge = stage.bridge([slow.id, room.id], { clock });
  const starting = bridge.adapter.start();
  await matrix.waitForRequest(({ path }) => path.includes('/join/'));
  await bridge.host.lines.waitFor((line) => line.includes(`${room.id}: `) && line.includes('may speak'));
  await clock.advance(5_000);
  await starting;
  room.says(carol, 'hi');
  await bridge.host.waitForMessage('hi');
  await expect(send(bridge, slow.id, said('x'))).rejects.toMatchObject({ passing: true });
  await bridge.adapter.stop();
  expect(bridge.host.lines.all.filter((line) => line.includes(slow.id))).toEqual([]);
});

test('one room under two names is one room: nothing said there comes back to it', async () => {
  const alias = `#lobby:${matrix.serverName}`;
  const bridge = await stage.started([alias, room.id]);
  const line = await bridge.host.lines.waitFor((one) => one.includes('is the same room as'));
  expect(JSON.parse(line).msg).toContain(`${room.id}: it is the same room as ${alias}`);
  room.says(carol, 'hi');
  await bridge.host.waitForMessage('hi');
  room.says(carol, 'end');
  await bridge.host.waitForMessage('end');
  expect(bridge.host.messages.all.map(({ place, body }) => [place, words(body)])).toEqual([
    [{ kind: 'room', adapter: 'matrix', room: alias }, 'hi'],
    [{ kind: 'room', adapter: 'matrix', room: alias }, 'end'],
  ]);
  await expect(send(bridge, room.id, said('x'))).rejects.toMatchObject({ passing: false });
  await send(bridge, alias, said('y'));
  expect(bridge.adapter.nativeRoomId?.(alias as RoomRef)).toBe(room.id);
  const findings = [];
  for await (const { ok, text } of bridge.adapter.check()) if (!text.includes('settings')) findings.push(ok);
  expect(findings).toEqual([true, true, true, false]);
});

test('who has taken off their name is called by their id', async () => {
  const memory = testMemory();
  const dave = matrix.addUser('dave', { displayName: 'Dave' });
  const before = await stage.started([room.id], { memory });
  dave.joins(room);
  await before.adapter.stop();
  room.says(dave, 'one');
  dave.renames('');
  room.says(dave, 'two');
  const after = await stage.started([room.id], { memory });
  await after.host.waitForMessage('two');
  expect(after.host.messages.all.map(({ author }) => author.name)).toEqual(['Dave', 'dave']);
});

test('pauses grow, and vary from bridge to bridge', async () => {
  const pauses: number[] = [];
  const clock = {
    now: () => systemClock.now(),
    after: (ms: number, action: () => void) => {
      if (ms < 20_000) pauses.push(ms);
      return systemClock.after(ms < 20_000 ? 0 : ms, action);
    },
  };
  await matrix.down();
  const bridge = await stage.started([room.id], { clock, random: () => 0.5 });
  await bridge.host.lines.waitFor(() => pauses.length >= 1);
  await expect.poll(() => pauses.length).toBeGreaterThan(3);
  await bridge.adapter.stop();
  expect(pauses.slice(0, 4)).toEqual([750, 1_500, 3_000, 6_000]);
});
