/** Whoever pretends to be the homeserver, or sends what no homeserver would. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { Memory } from '../../../src/adapter.ts';
import type { TestRoom, TestUser } from '../../doubles/matrix/index.ts';
import { testMemory } from '../../support/host.ts';
import type { AppserviceStage } from './appservice-stage.ts';
import { openAppserviceLobby } from './lobby.ts';
import { heard, said, send } from './stage.ts';

let stage: AppserviceStage;
let carol: TestUser;
let room: TestRoom;
beforeEach(async () => {
  const lobby = await openAppserviceLobby();
  ({ stage, carol, room } = lobby);
  return lobby.close;
});

/** Asks the bridge something, by default with the token that the homeserver has. */
async function ask(method: string, path: string, body?: unknown, token = String(stage.keys['hs_token'])) {
  const response = await fetch(`${stage.keys.url}/_matrix/app/v1/${path}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: response.status, errcode: ((await response.json()) as { errcode?: string }).errcode };
}

let events = 0;
const messageOf = (text: string, changes: Record<string, unknown> = {}) => ({
  type: 'm.room.message',
  event_id: `$forged-${++events}`,
  room_id: room.id,
  sender: carol.id,
  origin_server_ts: Date.now(),
  content: { msgtype: 'm.text', body: text },
  ...changes,
});
const put = (id: string, ...all: unknown[]) => ask('PUT', `transactions/${id}`, { events: all });

describe('who may send', () => {
  test.each(['', 'wrong', 'x'.repeat(10_000)])('a wrong token (%#) is refused, and nothing is read', async (token) => {
    const bridge = await stage.started([room.id]);
    for (const path of ['transactions/1', 'ping', 'users/@a:hs.test', 'rooms/%23a:hs.test', 'nonsense']) {
      const method = path.startsWith('transactions') ? 'PUT' : path === 'ping' ? 'POST' : 'GET';
      const body = method === 'GET' ? undefined : { events: [messageOf('forged')] };
      expect(await ask(method, path, body, token)).toEqual({ status: 403, errcode: 'M_FORBIDDEN' });
    }
    room.says(carol, 'real');
    await bridge.host.waitForMessage('real');
    expect(heard(bridge)).toEqual(['real']);
  });

  test('the token of the bridge itself is not that of the homeserver', async () => {
    await stage.started([room.id]);
    expect(await ask('PUT', 'transactions/1', { events: [] }, String(stage.keys['as_token']))).toMatchObject({ status: 403 });
  });

  test('an older homeserver shows its token in the address', async () => {
    const bridge = await stage.started([room.id]);
    const address = `${stage.keys.url}/_matrix/app/v1/transactions/1?access_token=${stage.keys['hs_token']}`;
    const response = await fetch(address, { method: 'PUT', body: JSON.stringify({ events: [messageOf('hi')] }) });
    expect(response.status).toBe(200);
    expect(heard(bridge)).toEqual(['hi']);
    expect(bridge.host.lines.all.join()).not.toContain(stage.keys['hs_token']);
  });
});

describe('what is sent', () => {
  test('the same transaction again, and the same events in another one, are taken once', async () => {
    const memory = testMemory();
    const bridge = await stage.started([room.id], { memory });
    const [one, two] = [messageOf('one'), messageOf('two')];
    for (let n = 0; n < 3; n++) expect(await put('1', one, two)).toMatchObject({ status: 200 });
    expect(await put('2', two, messageOf('three'))).toMatchObject({ status: 200 });
    expect(heard(bridge)).toEqual(['one', 'two', 'three']);
    await bridge.stop();
    const again = await stage.started([room.id], { memory });
    expect(await put('2', two)).toMatchObject({ status: 200 });
    expect(heard(again)).toEqual([]);
  });

  test('a command that was begun before a kill, and is told again after it, is not carried out again', async () => {
    const memory = testMemory();
    const given: string[] = [];
    const players = { name: 'players', description: 'p', rank: 'everybody' as const, options: [] };
    const run = async ({ command }: { command: string }) => [{ type: 'text' as const, text: `done ${given.push(command)}` }];
    const commands = { all: [players], run, complete: async () => [] };
    // Killed before it was written down which events are done with.
    const killed: Memory = {
      ...memory,
      set: async (key, value) => (key.startsWith('appservice/') ? undefined : memory.set(key, value)),
    };
    const before = await stage.started([room.id], { commands, memory: killed });
    const command = messageOf('!players');
    await put('1', command);
    await room.waitFor('done 1');
    await before.stop();
    const after = await stage.started([room.id], { commands, memory });
    expect(await put('1', command, messageOf('after'))).toMatchObject({ status: 200 });
    await put('2', messageOf('!players'));
    await room.waitFor('done 2');
    expect(given).toHaveLength(2);
    expect(heard(after)).toEqual(['after']);
  });

  test('a homeserver that counts anew, as Synapse on SQLite does after a restart, loses nothing', async () => {
    const bridge = await stage.started([room.id]);
    await put('1', messageOf('one'));
    await put('1', messageOf('two'));
    expect(heard(bridge)).toEqual(['one', 'two']);
  });

  test('a homeserver that counts anew while something is still being taken loses nothing', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const bridge = await stage.started([room.id], { onMessage: () => held });
    const all = [put('1', messageOf('one')), put('1', messageOf('two'))];
    release();
    expect((await Promise.all(all)).map(({ status }) => status)).toEqual([200, 200]);
    expect(heard(bridge).sort()).toEqual(['one', 'two']);
  });

  test('the same at the same time is handed over once, and in order', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const bridge = await stage.started([room.id], { onMessage: () => held });
    const [one, two, three] = [messageOf('one'), messageOf('two'), messageOf('three')];
    const all = [put('1', one, two), put('1', one, two), put('2', three)];
    release();
    expect((await Promise.all(all)).map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(heard(bridge)).toEqual(['one', 'two', 'three']);
  });

  test.each<[string, unknown, number]>([
    ['no JSON', '{"events": [', 400],
    ['no transaction', [], 400],
    ['no list', { events: {} }, 400],
    ['nothing', { events: [] }, 200],
    ['events that are none', { events: [null, 1, 'x', {}, { type: 5 }, { type: 'm.room.message', event_id: 1 }] }, 200],
    ['ephemeral things that are none', { events: [], ephemeral: [null, { type: 'm.typing' }, 7] }, 200],
  ])('%s', async (_, body, status) => {
    const bridge = await stage.started([room.id]);
    expect(await ask('PUT', 'transactions/1', body)).toMatchObject({ status });
    await put('2', messageOf('end'));
    expect(heard(bridge)).toEqual(['end']);
  });

  test('bodies of 64 KiB and more, a hundred of them in one transaction', async () => {
    const bridge = await stage.started([room.id]);
    const long = 'x'.repeat(70_000);
    const all = Array.from({ length: 100 }, (_, n) => messageOf(`${n} ${long}`));
    expect(await put('1', ...all)).toMatchObject({ status: 200 });
    expect(heard(bridge).map((text) => Number.parseInt(text, 10))).toEqual(all.map((_, n) => n));
  });

  test('HTML bombs, unknown kinds, forged relations and dates beyond all calendars hold up nothing', async () => {
    const bridge = await stage.started([room.id]);
    const html = { msgtype: 'm.text', body: 'x', format: 'org.matrix.custom.html', formatted_body: '<b>'.repeat(20_000) };
    await put(
      '1',
      messageOf('', { content: html }),
      messageOf('', { content: { msgtype: 'm.nonsense', body: 'n' } }),
      messageOf('', { origin_server_ts: 1e300 }),
      messageOf('y', {
        content: { msgtype: 'm.text', body: 'y', 'm.relates_to': { rel_type: 'm.replace', event_id: '../../x' } },
      }),
      messageOf('z', { content: { msgtype: 'm.text', body: 'z', 'm.relates_to': { 'm.in_reply_to': { event_id: '$none' } } } }),
      messageOf('', { type: 'm.room.member', state_key: carol.id, content: { membership: { __proto__: 1 } } }),
      messageOf('last'),
    );
    expect(heard(bridge)).toEqual(['x', 'z', 'last']);
  });

  test('what our own ghosts and the bridge say does not come back, whoever writes their names', async () => {
    const bridge = await stage.started([room.id]);
    const ghost = stage.ghost('alpha', '7');
    await put('1', messageOf('ghost', { sender: ghost }), messageOf('bot', { sender: stage.botId }), messageOf('carol'));
    expect(heard(bridge)).toEqual(['carol']);
    // Somebody whose name only looks like one of ours is not one of ours.
    const stranger = ghost.replace(':hs.test', ':evil.example');
    await put('2', messageOf('stranger', { sender: stranger }));
    expect(heard(bridge)).toEqual(['carol', 'stranger']);
  });

  test('of what was missed, all in one moment, no more is heard than is to be', async () => {
    const memory = testMemory();
    await (await stage.started([room.id], { memory })).stop();
    for (let n = 1; n <= 8; n++) room.says(carol, `missed ${n}`);
    const bridge = await stage.started([room.id], { memory, config: { catch_up_messages: 3 } });
    await bridge.host.waitForMessage('missed 8');
    expect(heard(bridge)).toEqual(['missed 6', 'missed 7', 'missed 8']);
  });

  test('rooms that are not mapped are not heard', async () => {
    const bridge = await stage.started([room.id]);
    await put('1', messageOf('elsewhere', { room_id: '!other:hs.test' }), messageOf('here'));
    expect(heard(bridge)).toEqual(['here']);
  });

  test('a storm of redactions ends, and what is said after it is heard', async () => {
    const bridge = await stage.started([room.id]);
    const said = room.says(carol, 'soon gone');
    await bridge.host.waitForMessage('soon gone');
    room.redacts(carol, said);
    const storm = Array.from({ length: 99 }, (_, n) =>
      messageOf('', { type: 'm.room.redaction', redacts: n % 2 === 0 ? said : `$unknown-${n}`, content: {} }),
    );
    expect(await put('storm', ...storm, messageOf('after'))).toMatchObject({ status: 200 });
    expect(heard(bridge).at(-1)).toBe('after');
    expect(new Set(bridge.host.removals.all.map(({ target }) => target))).toEqual(new Set([`matrix/${room.id}/${said}`]));
  });
});

describe('players who want to be somebody else', () => {
  test.each([
    ['the bot', '../bot', '7'],
    ['another server', 'alpha_7:hs.test', '7'],
    ['a Discord user', '.discord', '42'],
    ['somebody of another case', 'ALPHA', '7'],
  ])('%s: the ghost is one that nobody else has', async (_, server, id) => {
    const bridge = await stage.started([room.id]);
    await send(bridge, room.id, said('hi', { place: { kind: 'server', server: server as never }, author: { id, name: 'Eve' } }));
    const { sender } = await room.waitFor('hi');
    expect(sender).toMatch(new RegExp(`^@${stage.prefix}[a-z0-9=-]+_[a-z0-9=-]+:hs\\.test$`));
    const others = [stage.botId, stage.ghost('alpha', '7'), stage.ghost('.discord', '42'), carol.id];
    expect(others).not.toContain(sender);
  });
});
