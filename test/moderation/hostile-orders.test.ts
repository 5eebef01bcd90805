/** What a game server that means harm can make of orders: fill the audit log, and get rid of bans that others made. */
import { beforeEach, expect, test } from 'vitest';
import { Town } from '../commands/town.ts';
import type { GameServer } from '../support/game-server.ts';
import { idOf, order, Square } from './square.ts';

let square: Square;
let alpha: GameServer;

beforeEach(async () => {
  square = await Square.open();
  alpha = await square.game('alpha');
});

async function speaks(name: string, text = 'hello'): Promise<void> {
  await square.here.says('one', name, text);
  await alpha.chat.waitFor((line) => line === `${name}@bridge: ${text}`);
}

const about = (name: string, more: Record<string, unknown> = {}) => ({
  server_id: 'bridge',
  user_id: idOf(alpha, 'bridge', name),
  ...more,
});

/** Bans by servers come after what they sent before: all of it was worked on. */
async function settled(): Promise<void> {
  await speaks('Witness', `seen ${square.clock.now()} ${alpha.chat.all.length}`);
}

test('what comes to nothing again and again is noted once, and then how often', async () => {
  await square.bridge({ moderation: { servers: ['beta'] } });
  const beta = await square.game('beta');
  await expect.poll(() => beta.isOnline('bridge'), { interval: 5 }).toBe(true);
  for (const name of ['Alice', 'Bob']) await speaks(name);
  for (let n = 0; n < 12; n++) await order(alpha, 'ban', 'bridge', about(n % 2 === 0 ? 'Alice' : 'Bob', { reason: `no ${n}` }));
  const target = about('Alice');
  await order(beta, 'kick', 'bridge', target);
  await alpha.presence.waitFor((change) => change === '-Alice@bridge');
  for (let n = 0; n < 5; n++) await order(beta, 'kick', 'bridge', target);
  await settled();
  const refused = 'this server may not moderate our people';
  const first = [
    `server alpha: ban refused Alice (Alice, here): no 0; ${refused}`,
    'server beta: kick Alice (Alice, here): no reason given; not carried for 1 min',
    'server beta: kick refused Alice (Alice, here): no reason given; they are not on the network now',
  ];
  await expect.poll(() => square.audit()).toEqual(first);
  await square.clock.leap(60_000);
  await expect
    .poll(() => square.audit())
    .toEqual([
      ...first,
      `server alpha: ban refused 11 more times within a minute: no 0; ${refused}`,
      'server beta: kick refused 4 more times within a minute: no reason given; they are not on the network now',
    ]);
});

test('who comes under many names fills it no faster', async () => {
  await square.bridge({ moderation: { servers: ['nobody'] } });
  await speaks('Alice');
  const target = about('Alice');
  for (let n = 0; n < 60; n++) await alpha.publish(`m/many-${n}/bridge/ooc/aowl_ban`, JSON.stringify(target));
  await settled();
  await expect.poll(async () => (await square.audit()).length).toBe(30);
  await square.clock.leap(60_000);
  await expect.poll(async () => (await square.audit()).slice(30)).toEqual(['many others: refused 30 within a minute: ']);
});

test('a ban that others made gets no shorter by one of a server, only longer, and stays theirs', async () => {
  await square.bridge();
  await speaks('Alice');
  const target = about('Alice', { reason: 'mine', extra: { duration: 1 } });
  square.here.standings = new Map([['Mona', 1]]);
  expect(await square.gives('Mona', 'ban', { player: 'Alice', reason: 'spam', duration: '1h' })).toContain('not carried');
  await order(alpha, 'ban', 'bridge', target);
  await settled();
  await square.clock.leap(60_000);
  await square.here.says('one', 'Alice', 'free?');
  await order(alpha, 'ban', 'bridge', { ...target, extra: { duration: 7_200 } });
  await settled();
  expect(await square.gives('Mona', 'bans')).toContain('spam');
  await square.clock.leap(3_600_000);
  await square.here.says('one', 'Alice', 'free now?');
  await order(alpha, 'ban', 'bridge', target);
  await settled();
  await square.here.says('one', 'Alice', 'and now?');
  await settled();
  expect(alpha.chat.all.filter((line) => line.startsWith('Alice'))).toEqual(['Alice@bridge: hello']);
  // Who made it may lift it.
  expect(await square.gives('Mona', 'unban', { who: 'Alice' })).toContain('Lifted the ban of Alice');
  await speaks('Alice', 'free at last');
});

test('a ban that the server made itself it may make shorter', async () => {
  await square.bridge();
  await speaks('Alice');
  const target = about('Alice');
  await order(alpha, 'ban', 'bridge', target);
  await alpha.presence.waitFor((change) => change === '-Alice@bridge');
  await order(alpha, 'ban', 'bridge', { ...target, extra: { duration: 60 } });
  await settled();
  await square.clock.leap(61_000);
  await speaks('Alice', 'back');
});

test('nothing is done on the platform that can not be written to the audit log', async () => {
  const town = await Town.open();
  const game = await town.game('alpha');
  town.platform.sanctionResult = 'timed out';
  await town.platform.says('one', 'Alice', 'hello');
  await game.chat.waitFor((line) => line.endsWith(': hello'));
  const target = { server_id: 'bridge', user_id: idOf(game, 'bridge', 'Alice') };
  await town.fillDisk();
  await order(game, 'ban', 'bridge', target);
  await town.lines.waitFor((line) => line.includes('ban on Platform: it was not done, since it could not be written'));
  // It holds on the network all the same.
  await game.presence.waitFor((change) => change === '-Alice@bridge');
  expect(town.platform.sanctions.all).toEqual([]);
});

test('a kick makes no end of a ban, whatever the banned want carried', async () => {
  await square.bridge();
  await speaks('Alice');
  const target = about('Alice');
  await order(alpha, 'ban', 'bridge', target);
  await alpha.presence.waitFor((change) => change === '-Alice@bridge');
  await square.gives('Alice', 'privacy', { set: 'on' });
  await order(alpha, 'kick', 'bridge', target);
  await square.gives('Alice', 'privacy', { set: 'off' });
  await settled();
  await square.clock.leap(120_000);
  await square.here.says('one', 'Alice', 'free?');
  await settled();
  expect(alpha.chat.all.filter((line) => line.startsWith('Alice'))).toEqual(['Alice@bridge: hello']);
});
