import { beforeEach, describe, expect, test } from 'vitest';
import { type Clock, systemClock } from '../../../src/clock.ts';
import type { MatrixDouble, TestRoom, TestUser } from '../../doubles/matrix/index.ts';
import { TestAttempt } from '../../support/attempt.ts';
import { testMemory } from '../../support/host.ts';
import { openDouble } from './double.ts';
import { openLobby } from './lobby.ts';
import { type Bridge, heard, type Stage, said, send } from './stage.ts';
import { matrixStories } from './stories.ts';

matrixStories(async () => (await openDouble()).site);

describe('when the homeserver has troubles', () => {
  let matrix: MatrixDouble;
  let stage: Stage;
  let carol: TestUser;
  let room: TestRoom;
  beforeEach(async () => {
    const lobby = await openLobby();
    ({ matrix, stage, carol, room } = lobby);
    return lobby.close;
  });

  const sending = /\/send\/m\.room\.message\//;
  const syncing = /\/sync$/;

  describe('sending', () => {
    test('too much at once: it is to be tried again when the homeserver says', async () => {
      const bridge = await stage.started([room.id]);
      matrix.fail({ how: 'answer', status: 429, errcode: 'M_LIMIT_EXCEEDED', retryAfter: 1_234, path: sending });
      const message = said('hi');
      await expect(send(bridge, room.id, message)).rejects.toMatchObject({ passing: true, retryAfter: 1_234 });
      await send(bridge, room.id, message);
      expect(room.messages.map(({ body }) => body)).toEqual(['Alice (alpha): hi']);
    });

    test.each([
      ['a fault of the homeserver', { how: 'answer', status: 500, errcode: 'M_UNKNOWN' }, true],
      ['a proxy without its homeserver', { how: 'answer', status: 502, errcode: '' }, true],
      ['a connection that is cut', { how: 'drop' }, true],
      ['a refusal', { how: 'answer', status: 400, errcode: 'M_BAD_JSON' }, false],
    ] as const)('%s', async (_, failure, passing) => {
      const bridge = await stage.started([room.id]);
      matrix.fail({ ...failure, path: sending });
      await expect(send(bridge, room.id, said('hi'))).rejects.toMatchObject({ name: 'DeliveryError', passing });
    });

    test('an answer that never comes after the message was stored: tried again, it is there once', async () => {
      const bridge = await stage.started([room.id]);
      matrix.fail({ how: 'hang after', path: sending });
      const message = said('hi');
      const giveUp = new AbortController();
      const attempt = send(bridge, room.id, message, new TestAttempt(giveUp.signal));
      await room.waitFor('Alice (alpha): hi');
      giveUp.abort();
      await expect(attempt).rejects.toMatchObject({ passing: true });
      await send(bridge, room.id, message);
      expect(room.messages).toHaveLength(1);
    });

    test('half of a long message: tried again, each part is there once and in order', async () => {
      const bridge = await stage.started([room.id]);
      const text = Array.from({ length: 15_000 }, (_, n) => `w${n}`).join(' ');
      const message = said(text);
      const attempt = send(bridge, room.id, message);
      await room.waitUntil(({ messages }) => messages.length > 0);
      matrix.fail({ how: 'drop', path: sending });
      await attempt.catch(() => undefined);
      await send(bridge, room.id, message);
      expect(room.messages.map(({ body }) => body.slice('Alice (alpha): '.length)).join(' ')).toBe(text);
    });
  });

  describe('following', () => {
    test('away and back: what was said meanwhile comes once and in order', async () => {
      const bridge = await stage.started([room.id]);
      room.says(carol, 'one');
      await bridge.host.waitForMessage('one');
      await matrix.down();
      room.says(carol, 'two');
      room.says(carol, 'three');
      await expect(send(bridge, room.id, said('x'))).rejects.toMatchObject({ passing: true });
      await matrix.up();
      room.says(carol, 'four');
      await bridge.host.waitForMessage('four');
      expect(heard(bridge)).toEqual(['one', 'two', 'three', 'four']);
      const complaints = bridge.host.lines.all.filter((line) => line.includes('nothing comes through'));
      expect(complaints).toHaveLength(1);
      await bridge.host.lines.waitFor((line) => line.includes('followed again'));
    });

    test('not there at the start: it starts, and connects when it can', async () => {
      await matrix.down();
      const bridge = await stage.started([room.id]);
      await expect(send(bridge, room.id, said('x'))).rejects.toMatchObject({ passing: true });
      await matrix.up();
      await bridge.host.lines.waitFor((line) => line.includes('may speak'));
      await send(bridge, room.id, said('hi'));
      expect(room.messages).toHaveLength(1);
    });

    test('syncs and look-ups that fail in every way', async () => {
      matrix.fail({ how: 'answer', status: 502, errcode: '', path: /messages$/ });
      const memory = testMemory();
      const before = await stage.started([room.id], { memory });
      await before.adapter.stop();
      const texts = Array.from({ length: 250 }, (_, n) => `number ${n}`);
      for (const text of texts) room.says(carol, text);
      matrix.fail({ how: 'drop', path: syncing });
      const after = await stage.started([room.id], { memory });
      await after.host.waitForMessage('number 249');
      expect(heard(after)).toEqual(texts);
    });

    test('the core takes a message only at the second try: nothing is lost, doubled or out of order', async () => {
      const memory = testMemory();
      let refusals = 1;
      const onMessage = () => {
        if (refusals-- > 0) throw new Error('the disk is full');
      };
      await (await stage.started([room.id], { memory })).adapter.stop();
      const bridge = await stage.started([room.id], { memory, onMessage });
      for (const text of ['one', 'two', 'three']) room.says(carol, text);
      await bridge.host.waitForMessage('three');
      expect(heard(bridge)).toEqual(['one', 'two', 'three']);
    });

    test('stopped in the middle of what it catches up on, it goes on from there', async () => {
      const memory = testMemory();
      await (await stage.started([room.id], { memory })).adapter.stop();
      for (const text of ['one', 'two', 'three']) room.says(carol, text);
      let stopped: Promise<void> | undefined;
      const first: Bridge = stage.bridge([room.id], {
        memory,
        onMessage: () => {
          stopped ??= first.adapter.stop();
        },
      });
      await first.adapter.start();
      await stopped;
      const second = await stage.started([room.id], { memory });
      await second.host.waitForMessage('three');
      expect([...heard(first), ...heard(second)]).toEqual(['one', 'two', 'three']);
    });

    test.each(['{', '{"user":1}', 'null', '{"user":"@other:hs.test","since":"s1","rooms":{}}'])(
      'a memory of %s',
      async (value) => {
        const memory = testMemory();
        await memory.set('sync', value);
        const bridge = await stage.started([room.id], { memory });
        room.says(carol, 'hi');
        await bridge.host.waitForMessage('hi');
      },
    );

    test('malformed and hostile events hold up nothing', async () => {
      const bridge = await stage.started([room.id]);
      room.sends(carol, 'm.room.message', {
        msgtype: 'm.text',
        body: 'x',
        format: 'org.matrix.custom.html',
        formatted_body: '<div>'.repeat(10_000),
      });
      room.sends(carol, 'm.room.message', {
        msgtype: 'm.text',
        body: 'y',
        'm.relates_to': { 'm.in_reply_to': { event_id: '../../x?' } },
      });
      room.sends(carol, 'm.room.message', { __proto__: { a: 1 }, msgtype: 'm.nonsense', body: 'z' });
      carol.renames('<b>\u202eevil\u0000</b>');
      room.says(carol, 'last');
      await bridge.host.waitForMessage('last');
      expect(heard(bridge)).toEqual(['x', 'y', 'last']);
    });
  });

  describe('the account', () => {
    test('a token that is withdrawn: said once, and nothing is tried any more', async () => {
      const bridge = await stage.started([room.id]);
      const before = matrix.requests.length;
      matrix.fail({ how: 'answer', status: 401, errcode: 'M_UNKNOWN_TOKEN', path: syncing });
      await matrix.restart();
      await bridge.host.lines.waitFor((line) => line.includes('access_token'));
      await expect(send(bridge, room.id, said('x'))).rejects.toMatchObject({ passing: false });
      expect(matrix.requests.slice(before).filter(({ path }) => path.includes('/send/'))).toEqual([]);
    });

    test('the token is in no line of the log and in no error, whatever fails', async () => {
      const bridge = await stage.started([room.id]);
      matrix.fail({ how: 'drop', path: sending });
      const failure = await send(bridge, room.id, said('x')).catch((error: unknown) => error);
      await matrix.down();
      await bridge.host.lines.waitFor((line) => line.includes('nothing comes through'));
      expect(bridge.adapter.connection).toMatchObject({ lost: expect.stringContaining('nothing comes through'), made: 1 });
      const all = `${JSON.stringify(failure)}${String(failure)}${bridge.host.lines.all.join('\n')}`;
      expect(all).not.toContain(stage.bot.token);
    });

    test('stops at once, though a poll is running', async () => {
      // No time comes after which it would no longer wait.
      const after: Clock['after'] = (ms, action) => (ms >= 1_000 ? () => {} : systemClock.after(ms, action));
      const bridge = await stage.started([room.id], { clock: { now: systemClock.now, after } });
      await bridge.adapter.stop();
      await bridge.adapter.stop();
    });

    test('stops in the middle of its start, and complains of nothing', async () => {
      matrix.fail({ how: 'hang', path: /\/join\// });
      const { adapter, host } = stage.bridge([room.id]);
      const starting = adapter.start();
      await matrix.waitForRequest(({ path }) => path.includes('/join/'));
      await Promise.all([adapter.stop(), starting]);
      expect(host.lines.all.filter((line) => JSON.parse(line).level > 30)).toEqual([]);
    });

    test('stops though it has never started', async () => {
      await stage.bridge([room.id]).adapter.stop();
    });

    test('a homeserver that is not there', async () => {
      await matrix.down();
      const found = [];
      for await (const finding of stage.bridge([room.id]).adapter.check()) found.push(finding);
      expect(found).toEqual([{ ok: false, text: expect.stringMatching(/can't be reached \(.*ECONNREFUSED.*homeserver_url/) }]);
    });
  });
});
