/** Every command, for every kind of user and every way in on Matrix: exactly the allowed ones act. */
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { builtIns } from '../../bridges/index.ts';
import type { CommandInfo } from '../../src/adapter.ts';
import { Bridge } from '../../src/bridge.ts';
import { startBroker } from '../../src/broker.ts';
import { systemClock } from '../../src/clock.ts';
import { parseConfig } from '../../src/config.ts';
import { MatrixDouble, type TestRoom, type TestUser } from '../doubles/matrix/index.ts';
import { newFolder } from '../store/open.ts';
import { GameServer } from '../support/game-server.ts';
import { allCommands, guarded, isRefused, type Need, needOf, typed } from './table.ts';

/** What each kind of user may, beside what takes nothing. */
const MAY: Readonly<Record<string, readonly Need[]>> = {
  nobody: [],
  moderator: ['to kick', 'to ban'],
  listed: ['to kick', 'to ban'],
  admin: ['to kick', 'to ban', 'to manage'],
  operator: ['to kick', 'to ban', 'to manage', 'to run the bridge'],
  named: ['to be named'],
};

interface Scene {
  readonly matrix: MatrixDouble;
  readonly room: TestRoom;
  readonly alpha: GameServer;
  readonly commands: readonly CommandInfo[];
  readonly people: readonly (readonly [kind: string, user: TestUser])[];
}

async function open(settings: (ids: Readonly<Record<string, string>>) => Record<string, unknown> = () => ({})): Promise<Scene> {
  const broker = await startBroker({ port: 0, log: pino({ level: 'silent' }) });
  onTestFinished(() => broker.stop());
  const matrix = await MatrixDouble.start();
  onTestFinished(async () => {
    await matrix.stop();
    expect(matrix.violations).toEqual([]);
  });
  const users = Object.keys(MAY).map((kind) => [kind, matrix.addUser(kind, { displayName: kind })] as const);
  const ids = Object.fromEntries(users.map(([kind, { id }]) => [kind, id]));
  const bot = matrix.addUser('bridge');
  const creator = matrix.addUser('creator');
  const room = matrix.addRoom({ creator, members: [bot, ...users.map(([, user]) => user)] });
  const levels = { [ids['moderator'] ?? '']: 50, [ids['admin'] ?? '']: 100 };
  room.sets(creator, 'm.room.power_levels', { ...room.state('m.room.power_levels'), users: levels });
  const own = {
    moderators: [ids['listed']],
    admins: [ids['operator']],
    permissions: { lua: [ids['named']] },
    allow_remote_lua: true,
    ...settings(ids),
  };
  const raw = {
    mqtt: { url: broker.url, allow_anonymous: true },
    data_dir: newFolder(),
    adapters: { matrix: { homeserver_url: matrix.url, access_token: bot.token, ...own } },
    channels: [{ name: 'main', rooms: { matrix: room.id } }],
  };
  const config = await parseConfig({ raw, variables: new Map(), file: undefined }, builtIns(undefined));
  const common = { log: pino({ level: 'silent' }), clock: systemClock, random: Math.random };
  const bridge = new Bridge({ ...common, config, shutdown: () => {} });
  onTestFinished(() => bridge.stop());
  await bridge.start();
  await bridge.ready(AbortSignal.timeout(20_000));
  const alpha = await GameServer.start({ url: broker.url, id: 'alpha' });
  onTestFinished(() => alpha.stop());
  await alpha.presence.waitFor((change) => change === 'online bridge');
  return { matrix, room, alpha, commands: await allCommands(), people: users };
}

/** What is answered to an event. */
async function answerTo(room: TestRoom, eventId: string): Promise<string> {
  const isAnswer = ({ content }: { content: Readonly<Record<string, unknown>> }) => {
    const relation = content['m.relates_to'] as { 'm.in_reply_to'?: { event_id?: string } } | undefined;
    return content['msgtype'] === 'm.notice' && relation?.['m.in_reply_to']?.event_id === eventId;
  };
  const { content } = await room.waitFor((message) => isAnswer(message), 20_000);
  return String(content['body']);
}

const relates = (eventId: string) => ({ 'm.relates_to': { 'm.in_reply_to': { event_id: eventId } } });

test.each([
  ['a message', (all: readonly CommandInfo[]) => all, (room: TestRoom, user: TestUser, body: string) => room.says(user, body)],
  [
    'a reply',
    guarded,
    (room: TestRoom, user: TestUser, body: string) => room.says(user, { body, ...relates(room.says(user, 'something')) }),
  ],
])('%s', async (_way, which, says) => {
  const { room, commands, people } = await open();
  const trials = people.map(async ([kind, user]) => {
    const acts: string[] = [];
    for (const command of which(commands)) {
      const answer = await answerTo(room, says(room, user, typed(command)));
      if (!isRefused(answer)) acts.push(command.name);
    }
    return { kind, acts };
  });
  for (const { kind, acts } of await Promise.all(trials)) {
    const allowed = which(commands).filter((command) => ['nothing', ...(MAY[kind] ?? [])].includes(needOf(command)));
    expect([kind, acts]).toEqual([kind, allowed.map(({ name }) => name)]);
  }
});

test.each([
  ['an edited message', (room: TestRoom, user: TestUser, body: string) => void room.edits(user, room.says(user, 'hello'), body)],
  ['a notice', (room: TestRoom, user: TestUser, body: string) => void room.says(user, { msgtype: 'm.notice', body })],
  ['an emote', (room: TestRoom, user: TestUser, body: string) => void room.says(user, { msgtype: 'm.emote', body })],
  [
    'a reaction',
    (room: TestRoom, user: TestUser, key: string) => {
      const event_id = room.says(user, 'hello');
      room.sends(user, 'm.reaction', { 'm.relates_to': { rel_type: 'm.annotation', event_id, key } });
    },
  ],
])('%s gives no command', async (_way, does) => {
  const { room, alpha, commands, people } = await open();
  for (const [, user] of people) for (const command of guarded(commands)) does(room, user, typed(command));
  const [, operator] = people.find(([kind]) => kind === 'operator') ?? [];
  if (!operator) throw new Error('nobody runs the bridge');
  // Nothing was done, and nothing was refused.
  expect(await answerTo(room, room.says(operator, '!bridge audit'))).toBe('Nothing is noted yet.');
  expect(alpha.packets.all.filter((packet) => packet.includes('/ooc/'))).toEqual([]);
});

test('those who are named for a command may give it, by id or by power, and nobody else but those who run the bridge', async () => {
  const { room, people } = await open((ids) => ({ permissions: { kick: [ids['nobody'], 100], bans: [] } }));
  const may = async (line: string) => {
    const acts: string[] = [];
    for (const [kind, user] of people) if (!isRefused(await answerTo(room, room.says(user, line)))) acts.push(kind);
    return acts;
  };
  expect(await may('!kick 76561197960287930')).toEqual(['nobody', 'admin', 'operator']);
  expect(await may('!bans')).toEqual(['operator']);
  expect(await may('!unban 76561197960287930')).toEqual(['moderator', 'listed', 'admin', 'operator']);
});

test('without allow_remote_lua, what looks like the command is chat', async () => {
  const { room, alpha, people } = await open(() => ({ allow_remote_lua: false }));
  const [, named] = people.find(([kind]) => kind === 'named') ?? [];
  if (!named) throw new Error('nobody is named');
  room.says(named, '!lua alpha print(1)');
  await alpha.chat.waitFor((line) => line.endsWith(': !lua alpha print(1)'));
});
