/** The whole thing: a broker, Discord and Matrix, joined by a process that knows nothing but its `.env`. */
import { expect, test } from 'vitest';
import { newFolder, Program } from './program.ts';
import { type StandIns, standIns, writeEnv } from './stand-ins.ts';

async function connected(program: Program): Promise<void> {
  await Promise.all(
    ['Connected to the MQTT broker', 'Connected to Discord', 'is in it and may speak'].map((words) => program.waitFor(words)),
  );
}

/** What the bridge said in the Matrix room. */
function saidByBridge({ room, carol }: StandIns): string[] {
  return room.messages.filter(({ sender }) => sender !== carol.id).map(({ body }) => body);
}

test('.env alone: each is heard by the others; killed and started again, it misses and repeats nothing said on Matrix', async () => {
  const all = await standIns();
  const { settings, channel, room, alice, carol, matrix, discord } = all;
  const folder = newFolder();
  writeEnv(folder, settings);
  const first = new Program([], { folder });
  const game = await all.game('alpha');
  const gordon = await game.join('Gordon');
  await connected(first);
  await game.presence.waitFor((change) => change === 'online bridge');

  await gordon.says('from the game');
  const seen = await channel.waitFor('from the game');
  expect(seen.author).toBe('Gordon [alpha]');
  await room.waitFor('Gordon (alpha): from the game');

  alice.says(channel, 'from **Discord**');
  await game.chat.waitFor((line) => line === 'Alice@bridge: from Discord');
  await room.waitFor('Alice (Discord): from Discord');

  const saidAt = Date.now();
  room.says(carol, 'from Matrix');
  await game.chat.waitFor((line) => line === 'Carol@bridge: from Matrix');
  expect((await channel.waitFor('from Matrix')).author).toBe('Carol [Matrix]');
  expect(game.namesOn('bridge')).toEqual(['Alice', 'Carol']);

  // It asks for more only when it has noted what it was told.
  await matrix.waitForRequest(({ path, status, at }) => path.endsWith('/sync') && status === undefined && at >= saidAt);
  await first.kill('SIGKILL');
  await game.presence.waitFor((change) => change === 'offline bridge');

  room.says(carol, 'while you were away');
  const second = new Program([], { folder });
  await connected(second);
  await game.chat.waitFor((line) => line.endsWith('@bridge: while you were away'));
  await channel.waitFor('while you were away');
  room.says(carol, 'welcome back');
  await game.chat.waitFor((line) => line === 'Carol@bridge: welcome back');
  await channel.waitFor('welcome back');
  await gordon.says('hi again');
  await room.waitFor('Gordon (alpha): hi again');
  await channel.waitFor('hi again');

  // Everybody heard everything once, in order, and nobody heard themselves.
  expect(game.chat.all.map((line) => line.replace(/^.+?: /, ''))).toEqual([
    'from Discord',
    'from Matrix',
    'while you were away',
    'welcome back',
  ]);
  expect(channel.messages.filter(({ isApp }) => isApp).map(({ content }) => content)).toEqual([
    'from the game',
    'from Matrix',
    'while you were away',
    'welcome back',
    'hi again',
  ]);
  expect(saidByBridge(all)).toEqual([
    'Gordon (alpha): from the game',
    'Alice (Discord): from Discord',
    'Gordon (alpha): hi again',
  ]);
  expect([...discord.violations, ...matrix.violations]).toEqual([]);
  expect((await second.kill('SIGTERM')).code).toBe(0);
  await game.presence.waitFor((change) => change === 'offline bridge');
});
