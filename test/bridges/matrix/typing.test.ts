/** Who types in Matrix rooms, and who is seen to type there. */
import { afterEach, expect, test } from 'vitest';
import { matrix as module } from '../../../bridges/matrix/index.ts';
import type { AdapterId, RoomRef } from '../../../src/event.ts';
import type { MatrixDouble, TestRoom, TestUser } from '../../doubles/matrix/index.ts';
import { AppserviceStage, openAppserviceDouble } from './appservice-stage.ts';
import { openDouble } from './double.ts';
import { Stage, said, send } from './stage.ts';

let matrix: MatrixDouble;
let stage: Stage | AppserviceStage;
let carol: TestUser;
let room: TestRoom;
afterEach(async () => {
  await stage.close();
  expect(matrix.violations).toEqual([]);
});

async function openBot() {
  const opened = await openDouble();
  matrix = opened.matrix;
  const bot = await Stage.open(opened.site);
  stage = bot;
  carol = matrix.addUser('carol');
  room = matrix.addRoom({ creator: carol });
  return bot;
}

async function openAppservice() {
  const opened = await openAppserviceDouble();
  matrix = opened.matrix;
  const appservice = await AppserviceStage.open(opened.site);
  stage = appservice;
  carol = matrix.addUser('carol');
  room = matrix.addRoom({ creator: carol });
  return appservice;
}

const puts = () => matrix.requests.filter(({ method, path }) => method === 'PUT' && path.includes('/typing/'));
const typing = (id: string, lasting: number) => ({
  place: { kind: 'room', adapter: 'discord' as AdapterId, room: '1' as RoomRef } as const,
  author: { id, name: id },
  until: Date.now() + lasting,
});
const typists = () => [...room.room.typing.keys()];

test('the bot hears who begins and who stops, but nobody else and not itself', async () => {
  const { host, adapter } = await (await openBot()).started([room.id], { config: { typing: true } });
  carol.types(room);
  await host.signs.waitFor((sign) => sign === `${room.id} ${carol.id}`);
  adapter.typing?.(room.id as RoomRef, typing('bob', 10_000));
  await room.waitUntil(() => typists().length === 2);
  carol.types(room, 0);
  await host.signs.waitFor((sign) => sign === `-${room.id} ${carol.id}`);
  expect(host.signs.all).toHaveLength(2);
});

test('where it is off, nothing is asked for, heard or shown', async () => {
  const { host, adapter } = await (await openBot()).started([room.id]);
  carol.types(room);
  adapter.typing?.(room.id as RoomRef, typing('bob', 10_000));
  room.says(carol, 'the end');
  await host.waitForMessage('the end');
  expect(host.signs.all).toEqual([]);
  expect(puts()).toEqual([]);
  expect(matrix.requests.some(({ query }) => query['filter']?.includes('m.typing'))).toBe(false);
});

test('the bot types as long as anybody does for whom it types, with few requests, and with none after a refusal', async () => {
  const { host, adapter } = await (await openBot()).started([room.id], { config: { typing: true } });
  const show = (...what: Parameters<typeof typing>) => adapter.typing?.(room.id as RoomRef, typing(...what));
  for (let n = 0; n < 200; n++) show(`person-${n % 50}`, 10_000);
  await room.waitUntil(() => typists().length === 1);
  show('person-49', 0);
  show('person-48', 0);
  show('person-47', 10_000);
  for (let n = 0; n < 50; n++) show(`person-${n}`, 0);
  await room.waitUntil(() => typists().length === 0);
  expect(puts().length).toBeLessThan(6);
  const before = puts().length;
  matrix.fail({ how: 'answer', path: /\/typing\//, status: 429, errcode: 'M_LIMIT_EXCEEDED', retryAfter: 60_000 });
  show('person-1', 10_000);
  await host.lines.waitFor((line) => line.includes('could not be shown who types'));
  for (let n = 0; n < 50; n++) show(`person-${n}`, 10_000);
  expect(puts().length).toBe(before + 1);
});

test('as an appservice, whoever is in the room types there, and nobody comes for it', async () => {
  const appservice = await openAppservice();
  const bridge = await appservice.started([room.id], { config: { typing: true } });
  const bob = { ...said('hi'), author: { id: 'bob', name: 'Bob' }, place: typing('bob', 0).place };
  await send(bridge, room.id, bob);
  const before = [...room.joined];
  bridge.adapter.typing?.(room.id as RoomRef, typing('dave', 10_000));
  bridge.adapter.typing?.(room.id as RoomRef, typing('bob', 10_000));
  await room.waitUntil(() => typists().length === 1);
  expect(typists()).toEqual([appservice.ghost('.discord', 'bob')]);
  expect(room.joined).toEqual(before);
  carol.types(room);
  await bridge.host.signs.waitFor((sign) => sign === `${room.id} ${carol.id}`);
  carol.types(room, 0);
  await bridge.host.signs.waitFor((sign) => sign === `-${room.id} ${carol.id}`);
  expect(bridge.host.signs.all).toHaveLength(2);
});

test('the registration asks for it only where it is on', async () => {
  const { keys } = await openAppservice();
  const config = module.schema.parse({ homeserver_url: matrix.url, appservice: keys, typing: true });
  expect(module.registration?.write(config)?.text).toContain('receive_ephemeral: true');
  expect(module.registration?.write({ ...config, typing: false })?.text).not.toContain('ephemeral');
});
