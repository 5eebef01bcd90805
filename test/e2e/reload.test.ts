/** The process reads `.env` anew on SIGHUP: what did not change in it is not interrupted. */
import { expect, test } from 'vitest';
import { newFolder, Program } from './program.ts';
import { standIns, writeEnv } from './stand-ins.ts';

test('who runs the bridge reloads it in a Matrix room, and gets the answer there; or in private, when Matrix itself is started anew', async () => {
  const { settings, discord, matrix, channel, room, alice, carol, followed } = await standIns();
  const folder = newFolder();
  const own = { ...settings, MATRIX_ADMINS: carol.id };
  writeEnv(folder, own);
  const program = new Program([], { folder });
  await Promise.all(['Connected to Discord', 'is in it and may speak'].map((words) => program.waitFor(words)));
  await followed();
  writeEnv(folder, { ...own, FLOOD_USER_PER_MINUTE: '100' });
  room.says(carol, '!bridge reload');
  await room.waitFor('The new configuration holds: flood.user_per_minute has changed.');

  writeEnv(folder, { ...own, FLOOD_USER_PER_MINUTE: '100', MATRIX_MODERATORS: carol.id });
  room.says(carol, '!bridge reload');
  alice.says(channel, 'said meanwhile');
  // The one who asks is not there any more to answer in the room.
  await matrix.waitForRequest(
    ({ path, body }) => path.includes('/send/') && JSON.stringify(body).includes('Matrix (matrix) was started anew.'),
  );
  room.says(carol, 'and again');
  await channel.waitFor('and again');
  await room.waitFor('Alice (Discord): said meanwhile');
  const said = room.messages.map(({ body }) => body);
  expect(said.filter((body) => body.includes('said meanwhile'))).toHaveLength(1);
  expect(discord.gateway.steps.filter(({ step }) => step === 'identified')).toHaveLength(1);
  expect([...discord.violations, ...matrix.violations]).toEqual([]);
});

test('another channel, a bad file, another token: each holds or changes nothing, and all who talk meanwhile are heard once', async () => {
  const { settings, discord, matrix, guild, channel, room, alice, carol, followed, game } = await standIns();
  const folder = newFolder();
  writeEnv(folder, settings);
  const program = new Program([], { folder });
  const alpha = await game('alpha');
  const gordon = await alpha.join('Gordon');
  await Promise.all(['Connected to Discord', 'is in it and may speak'].map((words) => program.waitFor(words)));
  await followed();
  const identified = () => discord.gateway.steps.filter(({ step }) => step === 'identified').length;
  /** Lets it read, and waits for its answer. */
  const hup = async (answer: string) => {
    program.signal('SIGHUP');
    await program.waitFor(answer);
  };

  const second = guild.addTextChannel('more-games');
  writeEnv(folder, { ...settings, DISCORD_CHANNEL: `${channel.id},${second.id}`, LOG_LEVEL: 'debug' });
  alice.says(channel, 'before');
  await hup('The new configuration holds: the channel \\"main\\" has changed; log_level has changed.');
  alice.says(second, 'from the new one');
  await alpha.chat.waitFor((line) => line === 'Alice@bridge: from the new one');
  await channel.waitFor('from the new one');
  await program.waitFor('"level":"debug"');

  writeEnv(folder, { ...settings, DISCORD_CHANNEL: channel.id, FLOOD_USER_PER_MINUTE: 'many' });
  await hup('The configuration was read anew, and nothing has changed. FLOOD_USER_PER_MINUTE');
  await gordon.says('to all of you');
  await Promise.all([second.waitFor('to all of you'), room.waitFor('Gordon (alpha): to all of you')]);
  expect(identified()).toBe(1);

  const token = 'another-token.of-another-bot';
  const other = discord.addBot({ name: 'helper', token, privileged: ['MessageContent', 'GuildMembers'] });
  guild.addBot(other, ['ManageWebhooks']);
  writeEnv(folder, { ...settings, DISCORD_TOKEN: token, IDLE_MINUTES: '5' });
  program.signal('SIGHUP');
  // While its Discord is another one.
  room.says(carol, 'on Matrix');
  await program.waitFor('idle_minutes holds from the next start of the bridge.');
  await channel.waitFor('on Matrix');
  alice.says(channel, 'after');
  await alpha.chat.waitFor((line) => line === 'Alice@bridge: after');
  await room.waitFor('Alice (Discord): after');
  expect(identified()).toBe(2);
  expect(alpha.chat.all.map((line) => line.replace(/^.+?: /, ''))).toEqual(['before', 'from the new one', 'on Matrix', 'after']);
  expect(alpha.presence.all.filter((change) => change.endsWith('line bridge'))).toEqual(['online bridge']);
  expect([...discord.violations, ...matrix.violations]).toEqual([]);
  expect(program.output).not.toContain(token);
  expect((await program.kill('SIGTERM')).code).toBe(0);
});
