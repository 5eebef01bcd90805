/** What goes wrong, and what the program does about it: it says so, works on as far as it can, and ends when it is told to. */
import { randomBytes } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { Program } from './program.ts';
import { standIns } from './stand-ins.ts';

test('with a wrong Discord token, Matrix works all the same', async () => {
  const { settings, room, carol, channel, followed, game: openGame } = await standIns();
  const program = new Program([], { env: { ...settings, DISCORD_TOKEN: 'not.the.token' } });
  const game = await openGame('alpha');
  const gordon = await game.join('Gordon');
  const complaint = JSON.parse(await program.waitFor('Discord refuses the token'));
  expect(complaint).toMatchObject({ level: 'error', adapter: 'discord', msg: expect.stringContaining('DISCORD_TOKEN') });
  await Promise.all([program.waitFor('Connected to the MQTT broker'), program.waitFor('is in it and may speak'), followed()]);

  room.says(carol, 'anybody there?');
  await game.chat.waitFor((line) => line === 'Carol@bridge: anybody there?');
  await gordon.says('me');
  await room.waitFor('Gordon (alpha): me');
  expect(channel.messages).toEqual([]);
  expect((await program.kill('SIGTERM')).code).toBe(0);
});

test('when no adapter can work, it ends with exit code 1', async () => {
  const { settings } = await standIns();
  const env = { ...settings, DISCORD_TOKEN: 'not.the.token', MATRIX_ACCESS_TOKEN: 'syt_not_the_token' };
  const program = new Program([], { env });
  // How long a busy machine takes to load it is left out.
  await program.waitFor('adapter');
  const from = performance.now();
  const { code } = await program.ended;
  expect(code).toBe(1);
  expect(performance.now() - from).toBeLessThan(5_000);
  const out = program.out.all.join('\n');
  expect(out).toContain('Discord refuses the token');
  expect(out).toContain('does not accept the access token');
  expect(JSON.parse(out.split('\n').at(-1) ?? '')).toMatchObject({
    level: 'fatal',
    msg: expect.stringMatching(/^No adapter could be started/),
  });
});

test('of two processes with one server id, the first reports it and stands back, and the second works on', async () => {
  const { settings, room, carol, game: openGame } = await standIns();
  const env = Object.fromEntries(Object.entries(settings).filter(([key]) => !key.startsWith('DISCORD')));
  const game = await openGame('alpha');
  const gordon = await game.join('Gordon');
  const first = new Program([], { env });
  await Promise.all([first.waitFor('Connected to the MQTT broker'), first.waitFor('is in it and may speak')]);
  const second = new Program([], { env });

  const report = JSON.parse(await first.waitFor('took over'));
  expect(report).toMatchObject({ level: 'error', server: 'bridge' });
  await first.waitFor('To run two bridges, give each a SERVER_ID of its own');
  await second.waitFor('is in it and may speak');
  // The first one's look around has thrown it out for a moment, be it before or after it was ready.
  await second.waitFor(() => connections(second).some(({ time }) => time > report.time));
  const settled = connections(second).length;

  room.says(carol, 'which of you?');
  await game.chat.waitFor((line) => line.endsWith('@bridge: which of you?'));
  await gordon.says('the second');
  await room.waitFor('Gordon (alpha): the second');
  expect((await first.kill('SIGTERM')).code).toBe(0);
  // The end of the first one takes nothing from the second.
  room.says(carol, 'still there?');
  await game.chat.waitFor((line) => line.endsWith('@bridge: still there?'));
  expect(game.isOnline('bridge')).toBe(true);

  expect(game.chat.all.map((line) => line.replace(/^.+?: /, ''))).toEqual(['which of you?', 'still there?']);
  expect(room.messages.map(({ body }) => body)).toEqual(['which of you?', 'Gordon (alpha): the second', 'still there?']);
  expect([connections(first).length, connections(second).length]).toEqual([1, settled]);
  expect((await second.kill('SIGTERM')).code).toBe(0);
});

/** The lines with which it says that it is connected. */
function connections({ out }: Program): { time: string }[] {
  return out.all.filter((line) => line.includes('Connected to the MQTT broker')).map((line) => JSON.parse(line));
}

test('SIGTERM ends it in time while nothing that it wants to reach gives an answer', async () => {
  const { url, waitForGuests } = await silentServer();
  const env = {
    MQTT_URL: url.replace('http', 'mqtt'),
    MQTT_ALLOW_ANONYMOUS: 'true',
    DISCORD_TOKEN: 'a.discord.token',
    DISCORD_CHANNEL: '123456789012345678',
    DISCORD_API_URL: url,
    MATRIX_HOMESERVER_URL: url,
    MATRIX_ACCESS_TOKEN: 'syt_token',
    MATRIX_ROOM: '#games:hs.test',
  };
  const program = new Program([], { env });
  await waitForGuests(3);
  const { code, after } = await program.kill('SIGTERM');
  expect(code).toBe(0);
  expect(after).toBeLessThan(5_000);
});

test("what comes on the standard input without a terminal is nobody's business", async () => {
  const program = new Program(['run'], { stdin: 'pipe' });
  program.types(randomBytes(100_000));
  program.types('/exit\n/exit');
  program.stopsTyping();
  await program.waitFor(/"msg":"\[(alpha|beta)\] /);
  expect(program.log.every(({ level }) => level === 'info')).toBe(true);
  expect((await program.kill('SIGTERM')).code).toBe(0);
});

/** A server that takes every connection and never says a word. */
async function silentServer(): Promise<{ url: string; waitForGuests(count: number): Promise<void> }> {
  const guests = new Set<Socket>();
  const server = createServer((socket) => guests.add(socket.on('error', () => {})));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const guest of guests) guest.destroy();
    server.close();
  });
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    waitForGuests: (count) =>
      new Promise((resolve) => {
        const look = () => guests.size >= count && resolve();
        server.on('connection', look);
        look();
      }),
  };
}
