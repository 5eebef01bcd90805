/** What no second try can help: each is told with the place, the reason and what to do. */
import { expect, it } from 'vitest';
import { TestClock } from '../../support/clock.ts';
import { connected, failure, restarted, type Scene, says, send } from './setup.ts';

const execute = 'POST /webhooks/:webhook/:token';
const contents = ({ general }: Scene) => general.messages.map(({ content }) => content);
/** Fills three messages. */
const long = Array.from({ length: 850 }, (_, n) => `word${n}`).join(' ');

it('a webhook that is deleted in the middle of a long message is replaced', async () => {
  const made = await connected();
  const message = says(long);
  made.discord
    .until(() => made.general.messages.length === 1)
    .then(() => made.general.webhooks.forEach(made.general.deleteWebhook, made.general));
  await send(made, made.general, message);
  expect(contents(made).join(' ')).toBe(long);
  expect(made.general.webhooks.length).toBeGreaterThan(0);
});

it('a webhook that is deleted between two parts, with a crash, is replaced', async () => {
  let made = await connected();
  const message = says(long);
  await send(made, made.general, says('first'));
  made.discord
    .until(() => made.general.messages.length === 2)
    .then(() => made.discord.faults.next(1, { stored: true, answer: 'reset' }, execute));
  expect(await failure(send(made, made.general, message))).toMatchObject({ passing: true });
  for (const webhook of made.general.webhooks) made.general.deleteWebhook(webhook);
  made = await restarted(made);
  await send(made, made.general, message);
  expect(contents(made)).toEqual(['first', ...contents(made).slice(1)]);
  expect(contents(made).slice(1).join(' ')).toBe(long);
});

it('a permission that is taken away in the middle is named, and what is left goes on when it is back', async () => {
  let made = await connected();
  const message = says(long);
  made.discord
    .until(() => made.general.messages.length === 1)
    .then(() => {
      for (const webhook of made.general.webhooks) made.general.deleteWebhook(webhook);
      made.guild.setPermissions(made.guild.roleOf(made.bot), []);
    });
  expect(await failure(send(made, made.general, message))).toMatchObject({
    passing: false,
    message: 'The bot may not write in #general in Guild: give it the permission Manage Webhooks there',
  });
  made.guild.setPermissions(made.guild.roleOf(made.bot), ['ManageWebhooks']);
  made = await restarted(made);
  await send(made, made.general, message);
  expect(contents(made).join(' ')).toBe(long);
});

it('a channel that the bot may no longer see is named', async () => {
  const made = await connected();
  await send(made, made.general, says('one'));
  for (const webhook of made.general.webhooks) made.general.deleteWebhook(webhook);
  made.general.setRule({ of: made.guild.everyone, deny: ['ViewChannel'] });
  expect(await failure(send(made, made.general, says('two')))).toMatchObject({
    passing: false,
    message: expect.stringContaining('#general in Guild any more: give it the permission View Channel there'),
  });
});

it('a channel that was deleted while a message was in doubt is for good', async () => {
  let made = await connected();
  made.discord.faults.next(1, { stored: true, answer: 'reset' }, execute);
  const message = says('hello');
  expect(await failure(send(made, made.general, message))).toMatchObject({ passing: true });
  made.general.delete();
  made = await restarted(made);
  expect(await failure(send(made, made.general, message))).toMatchObject({
    passing: false,
    message: expect.stringContaining('take it out of the configuration'),
  });
});

it('a message that Discord refuses holds up no other', async () => {
  const made = await connected();
  const body = { code: 200_000, message: 'Message was blocked by automatic moderation' };
  made.discord.faults.next(1, { stored: false, answer: { status: 400, body } }, execute);
  const refused = says('bad word');
  expect(await failure(send(made, made.general, refused))).toMatchObject({
    passing: false,
    message: expect.stringContaining('#general in Guild: Discord says: Message was blocked by automatic moderation (200000)'),
  });
  await send(made, made.general, says('hello'));
  expect(contents(made)).toEqual(['hello']);
});

it('what a webhook says that an admin has moved to another channel is not for the readers there', async () => {
  const made = await connected();
  const { general, guild } = made;
  const [other, forum] = [guild.addTextChannel('other'), guild.addForum('forum')];
  await send(made, general, says('one'));
  for (const webhook of general.webhooks) general.moveWebhook(webhook, other);
  await send(made, general, says('two'));
  for (const webhook of general.webhooks) general.moveWebhook(webhook, forum);
  await send(made, general, says('three'));
  expect(contents(made)).toEqual(['one', 'two', 'three']);
  expect(other.messages).toEqual([]);
  expect(made.host.lines.all.filter((line) => line.includes('was moved to another channel'))).toHaveLength(1);
});

it('a thread is written to although the webhook of its channel was moved', async () => {
  const made = await connected({ rooms: (general, guild) => [general.addThread('side', guild.addMember('bob')).id] });
  const { general, guild, host } = made;
  const [room = ''] = host.rooms;
  await send(made, { id: room }, says('one'));
  const other = guild.addTextChannel('other');
  for (const webhook of general.webhooks) general.moveWebhook(webhook, other);
  await send(made, { id: room }, says('two'));
  const [thread] = general.threads;
  expect(thread?.messages.map(({ content }) => content)).toEqual(['one', 'two']);
});

it('a name that Discord refuses does no harm to a message whose webhook was deleted', async () => {
  const made = await connected();
  await send(made, made.general, says('one'));
  for (const webhook of made.general.webhooks) made.general.deleteWebhook(webhook);
  const refused = { code: 'USERNAME_INVALID_CONTAINS', message: 'Username cannot contain "gordon"' };
  const body = { code: 50_035, message: 'Invalid Form Body', errors: { username: { _errors: [refused] } } };
  made.discord
    .until(() => made.general.webhooks.length > 0, 'another webhook')
    .then(() => made.discord.faults.next(1, { stored: false, answer: { status: 400, body } }, execute));
  await send(made, made.general, says('two'));
  expect(made.general.messages.map(({ author, content }) => `${author}: ${content}`)).toEqual([
    'Gordon [alpha]: one',
    'Somebody: two',
  ]);
});

it('what stands in the way in a room is told as its fault, until somebody mends it or gives the room up', async () => {
  const clock = new TestClock(Date.now());
  const made = await connected({ permissions: [], options: { clock } });
  const { adapter, discord, general, guild, host } = made;
  const [room] = host.rooms;
  const fault = () => room && adapter.roomFault?.(room);
  const becomes = async (fits: (sentence: string | undefined) => boolean) => {
    while (!fits(fault())) await clock.advance(1_000);
  };
  expect(fault()).toContain('#general in Guild: the bot lacks Manage Webhooks');
  const looks = () => discord.requests.filter(({ route }) => route === 'GET /channels/:channel').length;
  const before = looks();
  await clock.advance(59_000);
  expect(looks()).toBe(before);

  guild.setPermissions(guild.roleOf(made.bot), ['ManageWebhooks']);
  await becomes((sentence) => sentence === undefined);
  await host.lines.waitFor((line) => line.includes('#general in Guild: the bot can read and write'));
  await send(made, general, says('one'));
  for (const webhook of general.webhooks) general.deleteWebhook(webhook);
  guild.setPermissions(guild.roleOf(made.bot), []);
  expect(await failure(send(made, general, says('two')))).toMatchObject({ passing: false });
  expect(fault()).toBe('The bot may not write in #general in Guild: give it the permission Manage Webhooks there');

  guild.setPermissions(guild.roleOf(made.bot), ['ManageWebhooks']);
  await send(made, general, says('three'));
  expect(fault()).toBeUndefined();
  general.delete();
  await failure(send(made, general, says('four')));
  expect(fault()).toContain('take it out of the configuration');
  await becomes((sentence) => sentence?.startsWith(`There is no Discord channel ${general.id}`) === true);
  if (room) adapter.close?.(room);
  expect(fault()).toBeUndefined();
});
