import { PassThrough } from 'node:stream';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { consoleModule } from '../../../bridges/console/index.ts';
import { openTerminal, type Terminal } from '../../../bridges/console/terminal.ts';
import type { Adapter, Commands, Invocation } from '../../../src/adapter.ts';
import { type Broker, startBroker } from '../../../src/broker.ts';
import { CrossChat, type CrossChatUser } from '../../../src/crosschat/index.ts';
import type { Edit, EventId, Message, RoomRef, ServerId } from '../../../src/event.ts';
import { literal } from '../../../src/text/tree.ts';
import { TestAttempt } from '../../support/attempt.ts';
import { TestClock } from '../../support/clock.ts';
import { type TestHost, testHost } from '../../support/host.ts';
import { Screen } from './screen.ts';

const HOSTILE = '\u001b[2J\u001b]0;owned\u0007Eve\r\n12:00 [alpha] Bob: fake\u202E';

let broker: Broker;
let chat: CrossChat;
let alpha: CrossChat;
let alice: CrossChatUser;
let clock: TestClock;
let host: TestHost;
let screen: Screen;
let input: PassThrough;
let terminal: Terminal;
let adapter: Adapter;

beforeEach(async () => {
  broker = await startBroker({ port: 0, log: pino({ level: 'silent' }) });
  chat = peer('bridge');
  alpha = peer('alpha');
  chat.start();
  alpha.start();
  await Promise.all([chat.whenReady(), alpha.whenReady()]);
  alice = await alpha.state.addUser('Alice', { steamid64: '76561190000000001' });
  clock = new TestClock(new Date(2026, 10, 21, 9, 5).getTime());
  screen = new Screen();
  input = new PassThrough();
  terminal = openTerminal(input, screen.output);
});

afterEach(async () => {
  await adapter.stop();
  terminal.close();
  await Promise.all([chat.stop(), alpha.stop()]);
  await broker.stop();
});

function peer(serverId: string): CrossChat {
  return new CrossChat({ serverId, urls: [broker.url], allowAnonymous: true });
}

async function open(
  options: {
    config?: object;
    rooms?: string[];
    terminal?: Terminal | undefined;
    health?: () => string[];
    commands?: Commands;
  } = {},
): Promise<void> {
  const module = consoleModule('terminal' in options ? options.terminal : terminal);
  host = testHost({
    id: 'console',
    rooms: options.rooms ?? ['main'],
    chat,
    clock,
    ...(options.health && { health: options.health }),
    ...(options.commands && { commands: options.commands }),
  });
  adapter = module.create(module.schema.parse({ name: 'Olga', ...options.config }), host);
  await adapter.start();
}

function type(line: string): void {
  input.write(`${line}\n`);
}

function said(text: string, extra: Partial<Message> = {}): Message {
  return {
    kind: 'message',
    id: 'server/alpha/1' as EventId,
    at: clock.now(),
    place: { kind: 'server', server: 'alpha' as ServerId },
    tag: 'alpha',
    author: { id: '1', name: 'Alice' },
    body: literal(text),
    attachments: [],
    ...extra,
  };
}

function editOf(message: Message, text: string): Edit {
  const id = `${message.id}/edit` as EventId;
  return { kind: 'edit', id, at: clock.now(), place: message.place, message: { ...message, body: literal(text) } };
}

/** The next event of this name at a peer. */
function next<Name extends 'say' | 'pm' | 'aowl' | 'user'>(at: CrossChat, name: Name): Promise<unknown> {
  return new Promise((resolve) => at.once(name as 'say', resolve));
}

describe('the console', () => {
  it('shows what is said, with time, server and name', async () => {
    await open();
    await adapter.send('main' as RoomRef, said('hello\nthere'), new TestAttempt());
    expect(screen.rows).toContain('09:05 [alpha] Alice: hello / there');
  });

  it('shows the channel where there are several', async () => {
    await open({ rooms: ['main', 'staff'] });
    await adapter.send('staff' as RoomRef, said('hello'), new TestAttempt());
    expect(screen.rows).toContain('09:05 #staff [alpha] Alice: hello');
  });

  it('says what is typed, under the name of the operator', async () => {
    await open();
    type('hello all');
    const message = await host.waitForMessage('hello all');
    expect(message).toMatchObject({ place: { kind: 'room', adapter: 'console', room: 'main' }, author: { name: 'Olga' } });
    type('//help is a word');
    await host.waitForMessage('/help is a word');
    expect(new Set(host.messages.all.map(({ id }) => id)).size).toBe(2);
  });

  it('talks in another channel', async () => {
    await open({ rooms: ['main', 'staff'] });
    type('/channel');
    await screen.waitFor(/^\* main/);
    type('/channel nowhere');
    await screen.waitFor(/There is no channel nowhere; there are main, staff/);
    type('/channel staff');
    type('secret');
    expect(await host.waitForMessage('secret')).toMatchObject({ place: { room: 'staff' } });
  });

  it('tells who comes and goes', async () => {
    await open();
    const bob = await alpha.state.addUser('Bob');
    await screen.waitFor(/^09:05 \* Bob joined alpha$/);
    await alpha.state.delUser(bob.id);
    await screen.waitFor(/^09:05 \* Bob left alpha$/);
    await alpha.state.setState('map', 'gm_construct');
    await screen.waitFor(/\* alpha is on gm_construct$/);
    await alpha.stop();
    await screen.waitFor(/\* alpha is offline$/);
    alpha.start();
    await screen.waitFor(/\* alpha is online$/);
    await alpha.whenReady();
    await alpha.state.sendOoc('bridge', 'shutdown', 'changing map');
    await screen.waitFor(/\* alpha goes down \(changing map\)$/);
    expect(screen.rows.filter((row) => row.includes('Alice joined'))).toEqual([]);
  });

  it('shows whispers to our users', async () => {
    await open();
    const own = await chat.state.addUser('Dora');
    await alpha.state.pm(alice.id, 'bridge', own.id, 'psst');
    await screen.waitFor(/^09:05 \* Alice on alpha whispers to Dora: psst$/);
  });

  it('shows again what was edited, and says what was taken back', async () => {
    await open();
    const first = said('helo');
    const shown = new TestAttempt();
    await adapter.send('main' as RoomRef, first, shown);
    expect(shown.shown).toHaveLength(1);
    const edit = editOf(first, 'hello');
    await adapter.edit?.('main' as RoomRef, edit, shown.shown, new TestAttempt());
    expect(screen.rows).toContain('09:05 [alpha] Alice (edited): hello');
    await adapter.remove?.('main' as RoomRef, shown.shown, new AbortController().signal);
    expect(screen.rows).toContain('09:05 * taken back: [alpha] Alice (edited): hello');
    await adapter.remove?.('main' as RoomRef, ['of last week'], new AbortController().signal);
    expect(screen.rows).toContain('09:05 * a message from before was taken back');
  });

  it('shows a message once, also when it is tried again after a crash', async () => {
    await open();
    const attempt = new TestAttempt();
    await adapter.send('main' as RoomRef, said('hello'), attempt);
    await adapter.send('main' as RoomRef, said('hello'), attempt);
    expect(screen.rows.filter((row) => row.endsWith('hello'))).toHaveLength(1);
  });

  it('lets nobody command the terminal or fake a line', async () => {
    await open();
    await adapter.send('main' as RoomRef, said(HOSTILE, { author: { id: '1', name: HOSTILE }, tag: HOSTILE }), new TestAttempt());
    const eve = await alpha.state.addUser(HOSTILE);
    await screen.waitFor(/Eve.* joined alpha/);
    const own = await chat.state.addUser('Dora');
    await alpha.state.pm(eve.id, 'bridge', own.id, HOSTILE);
    await screen.waitFor(/whispers to Dora/);
    await alpha.state.setState('map', HOSTILE);
    await screen.waitFor(/alpha is on/);
    type('/status full');
    await screen.waitFor(/map = /);
    type(`/nonsense${HOSTILE}`);
    await screen.waitFor(/There is no command/);
    expect(screen.raw).not.toMatch(/(?!\n)[\p{Cc}\u202E]/u);
    expect(screen.rows.filter((row) => row.startsWith('12:00'))).toEqual([]);
  });
});

describe('its commands', () => {
  it('are listed', async () => {
    await open();
    type('/help');
    await screen.waitFor(/^\/exit /);
    for (const name of ['status', 'health', 'reload', 'add', 'del', 'say', 'pm', 'sendlua', 'aowl_kick', 'aowl_slap_user']) {
      expect(screen.rows.some((row) => row.startsWith(`/${name} `))).toBe(true);
    }
  });

  it('show the network', async () => {
    await open();
    type('/status');
    await screen.waitFor(/^alpha: online, 1 user/);
    await screen.waitFor(/#1 Alice/);
    type('/status full');
    await screen.waitFor(/steamid64: "76561190000000001"/);
  });

  it('show what is wrong with the bridge, also when the network is away', async () => {
    await chat.stop();
    const faults: string[] = [];
    await open({ health: () => faults });
    type('/health');
    await screen.waitFor(/^All is well\.$/);
    faults.push('Discord room 1 is down since 12:00 UTC (no\nanswer); 5 wait.', `The database can't be written: ${HOSTILE}`);
    type('/health');
    await screen.waitFor(/^Discord room 1 is down since 12:00 UTC \(no \/ answer\); 5 wait\.$/);
    await screen.waitFor(/^The database can't be written: /);
    expect(screen.raw).not.toMatch(/(?!\n)[\p{Cc}\u202E]/u);
  });

  it('let the bridge read its configuration anew, as whoever runs it', async () => {
    const asked: Invocation[] = [];
    const run = async (invocation: Invocation) => {
      asked.push(invocation);
      return literal('The configuration is as it was.');
    };
    await open({ commands: { all: [], run, complete: async () => [] } });
    type('/reload');
    await screen.waitFor(/^The configuration is as it was\.$/);
    expect(asked).toMatchObject([{ command: 'bridge reload', caller: { rank: 'admin', isOperator: true } }]);
  });

  it('add a user, let it speak and whisper, and remove it, in the order typed', async () => {
    await open();
    const heard = next(alpha, 'say');
    const whispered = next(alpha, 'pm');
    type('/add  Dora \n/say 1 hello  there\n/pm 1 alpha 1 psst');
    expect(await heard).toMatchObject({ text: 'hello  there', user: { name: 'Dora' } });
    expect(await whispered).toMatchObject({ text: 'psst', toUserId: alice.id, from: { name: 'Dora' } });
    await screen.waitFor(/^Dora is user 1 now\.$/);
    await screen.waitFor(/^Said to 1 server\.$/);
    await screen.waitFor(/^Whispered to Alice on alpha\.$/);
    type('/del 1');
    await screen.waitFor(/^Dora is gone\.$/);
    type('/del 1');
    await screen.waitFor(/^There is no user 1 here/);
    type('/say 1 again');
    await screen.waitFor(/^There is no user 1 here; \/add makes one\.$/);
  });

  it('kick, ban and slap', async () => {
    await open();
    const asked: unknown[] = [];
    const all = new Promise<void>((resolve) => {
      alpha.on('aowl', ({ action, target, reason }) => asked.push({ action, target, reason }) === 3 && resolve());
    });
    type('/aowl_kick 76561190000000001');
    type('/aowl_ban 76561190000000001 being  rude');
    type('/aowl_slap_user alpha 7 for fun');
    await all;
    expect(asked).toEqual([
      { action: 'kick', target: { steamid64: '76561190000000001' }, reason: '' },
      { action: 'ban', target: { steamid64: '76561190000000001' }, reason: 'being  rude' },
      { action: 'slap', target: { serverId: 'alpha', userId: 7 }, reason: 'for fun' },
    ]);
  });

  it.each([
    ['/aowl_kick Bob', /Use it like this: \/aowl_kick <steamid64> \[reason\]/],
    ['/say hello', /Use it like this: \/say <userid> <message>/],
    ['/pm 1 alpha', /Use it like this: \/pm <from_user_id> <server_id> <to_user_id> <message>/],
    ['/add \u200B', /Use it like this: \/add <name>/],
    ['/status please', /Use it like this: \/status \[full\]/],
    ['/stauts', /There is no command \/stauts; did you mean \/status\?/],
    ['/pm 1 nowhere 1 hi', /There is no user 1 here/],
    ['/', /There is no command \/ /],
  ])('explain themselves when %j is typed', async (line, wanted) => {
    await open();
    type(line);
    await screen.waitFor(wanted);
    expect(host.messages.all).toEqual([]);
  });

  it('say when something did not work', async () => {
    await open();
    type('/add Dora\n/pm 1 nowhere 1 hi');
    await screen.waitFor(/^That did not work: .*nowhere/);
  });

  it('wait for the network, but not for ever', async () => {
    await chat.stop();
    await open();
    type('/status');
    await clock.advance(6_000);
    await screen.waitFor(/^That did not work: \/status needs the network, and the broker can't be reached\.$/);
    type('/status');
    chat.start();
    await screen.waitFor(/^bridge: online/);
  });

  it('end the bridge', async () => {
    await open();
    type('/exit');
    await host.shutdowns.waitFor(() => true);
  });
});

describe('remote Lua', () => {
  /** The game server's side: raw, since our own library never hands out Lua. */
  async function luaSent(line: string): Promise<Record<string, unknown>> {
    const { connectAsync } = await import('mqtt');
    const client = await connectAsync(broker.url, { protocolVersion: 4 });
    await client.subscribeAsync('crosschat/m/bridge/alpha/ooc/lua', { qos: 2 });
    const sent = new Promise<Record<string, unknown>>((resolve) =>
      client.once('message', (_topic, payload) => resolve(JSON.parse(payload.toString()) as Record<string, unknown>)),
    );
    type(line);
    await screen.waitFor(/\[y\/N\]/);
    type('y');
    const payload = await sent;
    await client.endAsync();
    return payload;
  }

  it('is refused unless allowed', async () => {
    await open();
    type('/sendlua alpha print(1)');
    await screen.waitFor(/Remote Lua is switched off.*allow_remote_lua/);
    expect(screen.raw).not.toContain('[y/N]');
  });

  it('asks first', async () => {
    await open({ config: { allow_remote_lua: true } });
    type('/sendlua alpha print(1)');
    await screen.waitFor(/^Run this on alpha, with all its rights\? print\(1\) \[y\/N\]$/);
    type('');
    await screen.waitFor(/^Nothing was sent\.$/);
    expect(host.messages.all).toEqual([]);
  });

  it('is sent, and its answer shown on one line', async () => {
    await open({ config: { allow_remote_lua: true } });
    expect(await luaSent('/sendlua alpha print("hi")  -- x')).toMatchObject({ id: 1, code: 'print("hi")  -- x' });
    await screen.waitFor(/^Sent to alpha as Lua 1\.$/);
    await alpha.state.sendOoc('bridge', 'lua_reply', { id: 99, result: 'never asked' });
    await alpha.state.sendOoc('bridge', 'lua_reply', { id: 1, result: `hi\n${HOSTILE}` });
    const answer = await screen.waitFor(/alpha answers Lua 1/);
    expect(answer).toMatch(/^09:05 alpha answers Lua 1: hi \/ /);
    expect(screen.raw).not.toContain('never asked');
    await clock.advance(60_000);
    expect(screen.raw).not.toContain('did not answer');
  });

  it('says when no answer came', async () => {
    await open({ config: { allow_remote_lua: true } });
    await luaSent('/sendlua alpha while true do end');
    await screen.waitFor(/^Sent to alpha/);
    await clock.advance(30_000);
    await screen.waitFor(/alpha did not answer Lua 1 within 30 s/);
  });

  it('knows which servers there are', async () => {
    await open({ config: { allow_remote_lua: true } });
    type('/sendlua omega print(1)');
    await screen.waitFor(/^There is no server omega online\.$/);
  });
});

describe('without a terminal', () => {
  const logged = () => JSON.parse(host.lines.all.at(-1) ?? '{}') as Record<string, unknown>;

  it('logs the beginning of a long message, and how much more there was', async () => {
    await open({ terminal: undefined });
    await adapter.send('main' as RoomRef, said('1234 '.repeat(1_000)), new TestAttempt());
    expect(logged()['msg']).toMatch(/^\[alpha\] Alice: (1234 ){199}1234… \(4,000 more characters\)$/);
  });

  it('logs edits and removals', async () => {
    await open({ terminal: undefined });
    const attempt = new TestAttempt();
    await adapter.send('main' as RoomRef, said('helo'), attempt);
    await adapter.edit?.('main' as RoomRef, editOf(said('helo'), 'hello'), attempt.shown, new TestAttempt());
    expect(logged()).toMatchObject({ server: 'alpha', name: 'Alice', msg: '[alpha] Alice (edited): hello' });
    await adapter.remove?.('main' as RoomRef, attempt.shown, new AbortController().signal);
    expect(logged()['msg']).toBe('* taken back: [alpha] Alice (edited): hello');
  });

  it('logs each message as one line', async () => {
    await open({ terminal: undefined });
    await adapter.send('main' as RoomRef, said(`hello\n${HOSTILE}`), new TestAttempt());
    expect(logged()).toMatchObject({ server: 'alpha', name: 'Alice' });
    expect(logged()['msg']).toMatch(/^\[alpha\] Alice: hello \/ /);
    expect(String(logged()['msg'])).not.toMatch(/\p{Cc}/u);
  });
});

describe('its configuration', () => {
  it('has a name to speak as and no remote Lua, unless given', async () => {
    await open();
    const { schema } = consoleModule(undefined);
    expect(schema.parse({})).toMatchObject({ name: expect.stringMatching(/\S/), allow_remote_lua: false });
    expect(schema.safeParse({ name: '\u200B' }).error?.issues[0]?.message).toBe('must be a name that can be seen');
    expect(schema.safeParse({ allow_remote_lua: 'yes' }).success).toBe(false);
    expect(schema.safeParse({ nmae: 'x' }).success).toBe(false);
  });
});
