/** A notice in a Matrix room. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DeliveryError } from '../../../src/adapter.ts';
import { type Notice, numberedId, type Place, type RoomRef, type ServerId } from '../../../src/event.ts';
import { joinedText, offlineText } from '../../../src/notices/wording.ts';
import { asLines } from '../../../src/text/lines.ts';
import { openDouble } from './double.ts';
import { type Person, Stage, said, send } from './stage.ts';

const place: Place = { kind: 'server', server: 'alpha' as ServerId };
const body = asLines([joinedText([{ name: '<b>@room</b>' }], 1, 'alpha'), offlineText('beta')]);
let count = 0;
let stage: Stage;
let carol: Person;
let room: string;
beforeEach(async () => {
  stage = await Stage.open((await openDouble()).site);
  carol = await stage.person('carol');
  room = await carol.client.createRoom({ preset: 'public_chat' });
});
afterEach(() => stage.close());

function notice(): Notice {
  count += 1;
  return { kind: 'notice', id: numberedId(count), at: 0, place, tag: 'alpha', body };
}

test('it is an m.notice that pings nobody, and our own', async () => {
  const bridge = await stage.started([room]);
  await bridge.adapter.notify?.(room as RoomRef, notice(), AbortSignal.timeout(20_000));
  const event = await carol.client.getEvent(room, (await carol.eyes.standing(room))[0]?.id ?? '');
  expect(event.content).toEqual({
    msgtype: 'm.notice',
    body: '→ <b>@room</b> joined alpha\n▼ beta is offline',
    format: 'org.matrix.custom.html',
    formatted_body: '→ <strong>&lt;b&gt;@room&lt;/b&gt;</strong> joined alpha<br>▼ beta is offline',
    'm.mentions': {},
    'dev.crosschat.bridge': { server_id: 'bridge' },
  });
  await carol.client.sendText(room, 'hello');
  await bridge.host.waitForMessage('hello');
  expect(bridge.host.messages.all).toHaveLength(1);
});

test('two are two, and stand among messages', async () => {
  const bridge = await stage.started([room]);
  for (const each of [notice(), notice()]) await bridge.adapter.notify?.(room as RoomRef, each, AbortSignal.timeout(20_000));
  await send(bridge, room, said('hello'));
  expect(await carol.eyes.standing(room)).toHaveLength(3);
});

test('in a room that can’t be joined it is not shown, and that is said', async () => {
  const elsewhere = await carol.client.createRoom({ preset: 'private_chat' });
  const bridge = await stage.started([elsewhere]);
  const told = bridge.adapter.notify?.(elsewhere as RoomRef, notice(), AbortSignal.timeout(20_000));
  await expect(told).rejects.toThrow(DeliveryError);
});
