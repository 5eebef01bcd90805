import { expect, it } from 'vitest';
import type { DiscordChannel, DiscordGuild } from '../../doubles/discord/index.ts';
import { outline } from './markdown/outline.ts';
import { connected, letIdentifyAgain, says, send } from './setup.ts';

it('hears what people say, with their names and looks', async () => {
  const { guild, general, host } = await connected();
  const red = guild.addRole('Red', { color: 0xff0000 });
  const blue = guild.addRole('Blue', { color: 0x0000ff });
  const bob = guild.addMember('bob', { displayName: 'Bob', nick: 'Bobby', avatar: 'abcdef', roles: [red, blue] });
  const { id } = bob.says(general, 'hello **you**');
  const message = await host.waitForMessage('hello you');
  expect(message).toMatchObject({
    kind: 'message',
    id: `discord/${general.id}/${id}`,
    place: { kind: 'room', adapter: 'discord', room: general.id },
    tag: 'Discord',
    author: { id: bob.id, name: 'Bobby', color: '#0000ff', link: `https://discord.com/users/${bob.id}` },
    attachments: [],
  });
  expect(message.author.avatar).toMatch(/^https:\/\/cdn\.discordapp\.com\/avatars\/\d+\/abcdef\.png/);
  expect(outline(message.body)).toBe('hello <b>you</b>');
  expect(message.replyTo).toBeUndefined();
});

it('gives names to what is mentioned', async () => {
  const { guild, general, alice, host } = await connected();
  const mods = guild.addRole('Mods', { mentionable: true });
  const bob = guild.addMember('bob', { nick: 'Bobby' });
  alice.says(general, `${bob.mention} <@&${mods.id}> <#${general.id}> @everyone \`${bob.mention}\``);
  const { body } = await host.messages.waitFor(() => true);
  expect(outline(body)).toBe(
    `<at user>Bobby</at> <at role>Mods</at> <at room>general</at> <at everyone>everyone</at> <code>${bob.mention}</code>`,
  );
});

it('tells which message is answered', async () => {
  const { general, guild, alice, host } = await connected();
  const bob = guild.addMember('bob');
  const first = bob.says(general, 'is **anybody**\nhere?');
  alice.says(general, 'yes', { replyTo: first });
  const target = `discord/${general.id}/${first.id}`;
  expect((await host.waitForMessage('yes')).replyTo).toEqual({ author: 'bob', by: bob.id, text: 'is anybody / here?', target });
});

it('takes attachments along', async () => {
  const { general, alice, host } = await connected();
  const content = new TextEncoder().encode('picture');
  alice.says(general, '', { attachments: [{ filename: 'SPOILER_cat.png', contentType: 'image/png', content }] });
  const { body, attachments } = await host.messages.waitFor(() => true);
  expect(body).toEqual([]);
  expect(attachments).toMatchObject([{ name: 'cat.png', mimeType: 'image/png', size: 7, spoiler: true }]);
  expect(await (await fetch(attachments[0]?.url ?? '')).text()).toBe('picture');
});

it('ignores bots, webhooks and channels that are not mapped', async () => {
  const { discord, guild, general, alice, host } = await connected();
  const other = guild.addBot(discord.addBot({ name: 'other' }));
  other.says(general, 'from a bot');
  general.addWebhook('Alice', alice).says('from a webhook', { name: 'Alice' });
  alice.says(guild.addTextChannel('elsewhere'), 'from elsewhere');
  alice.says(general, 'from Alice');
  await host.waitForMessage('from Alice');
  expect(host.messages.all).toHaveLength(1);
});

it('hears two channels, and knows which is which', async () => {
  const { general, alice, host } = await connected({
    rooms: (first, there) => [first.id, there.addTextChannel('second').id],
  });
  const second = host.rooms[1] ?? '';
  alice.says({ id: second }, 'two');
  alice.says(general, 'one');
  expect((await host.waitForMessage('two')).place).toMatchObject({ room: second });
  expect((await host.waitForMessage('one')).place).toMatchObject({ room: general.id });
});

it('says what was not taken, and why, when the core does not take it', async () => {
  const onMessage = () => Promise.reject(new Error('no space left'));
  const { general, alice, host } = await connected({ options: { onMessage } });
  const { id } = alice.says(general, 'hello');
  const line = await host.lines.waitFor((one) => one.includes('was not taken'));
  expect(line).toContain(id);
  expect(line).toContain('no space left');
});

it('misses nothing when the connection breaks, and keeps the order', async () => {
  const { discord, general, alice, host } = await connected();
  alice.says(general, 'before');
  await host.waitForMessage('before');
  discord.gateway.drop();
  alice.says(general, 'meanwhile 1');
  alice.says(general, 'meanwhile 2');
  await discord.waitForGateway('resumed');
  alice.says(general, 'after');
  await host.waitForMessage('after');
  expect(host.messages.all.map(({ body }) => outline(body))).toEqual(['before', 'meanwhile 1', 'meanwhile 2', 'after']);
  expect(host.lines.all.filter((line) => line.includes('connecting again'))).toHaveLength(1);
});

it('fetches what was said while Discord had forgotten the connection', async () => {
  const { discord, general, alice, host } = await connected();
  alice.says(general, 'before');
  await host.waitForMessage('before');
  discord.gateway.forgetSessions();
  discord.gateway.drop();
  const meanwhile = Array.from({ length: 1_200 }, (_, n) => `meanwhile ${n}`);
  for (const text of meanwhile) alice.says(general, text);
  letIdentifyAgain();
  await host.waitForMessage('meanwhile 1199');
  alice.says(general, 'after');
  await host.waitForMessage('after');
  expect(host.messages.all.map(({ body }) => outline(body))).toEqual(['before', ...meanwhile, 'after']);
});

it('tells of new names and of people who leave, also of those who never spoke', async () => {
  const { guild, general, alice, host } = await connected();
  const bob = guild.addMember('bob');
  alice.says(general, 'hi');
  await host.waitForMessage('hi');
  alice.setsNick('Ally');
  await host.profiles.waitFor(({ id, name }) => id === alice.id && name === 'Ally');
  alice.setsNick(null);
  alice.renames('Alicia');
  await host.profiles.waitFor(({ id, name }) => id === alice.id && name === 'Alicia');
  bob.leaves();
  alice.leaves();
  await host.departures.waitFor((id) => id === bob.id);
  await host.departures.waitFor((id) => id === alice.id);
});

it('tells of the color of those whose role has another one, or is gone', async () => {
  const { guild, general, host } = await connected();
  const blue = guild.addRole('blue', { color: 0x0000ff });
  const carol = guild.addMember('carol', { roles: [blue] });
  carol.says(general, 'hi');
  expect((await host.waitForMessage('hi')).author.color).toBe('#0000ff');
  guild.setPermissions(blue, ['KickMembers']);
  guild.setColor(blue, 0xff0000);
  const { color } = await host.profiles.waitFor(({ id }) => id === carol.id);
  expect(color).toBe('#ff0000');
  guild.removeRole(blue);
  await host.profiles.waitFor((author) => author.id === carol.id && author.color === undefined);
});

it('tells that somebody left only when they are in no mapped guild any more', async () => {
  let other: DiscordGuild | undefined;
  let there: DiscordChannel | undefined;
  const { general, guild, alice, host } = await connected({
    rooms: (first, _, discord, bot) => {
      other = discord.addGuild('Other');
      other.addBot(bot);
      there = other.addTextChannel('there');
      return [first.id, there.id];
    },
  });
  const twin = other?.addMember(alice);
  twin?.says({ id: there?.id ?? '' }, 'I am here too');
  await host.waitForMessage('I am here too');
  alice.leaves();
  const bob = guild.addMember('bob');
  bob.leaves();
  await host.departures.waitFor((id) => id === bob.id);
  expect(host.departures.all).toEqual([bob.id]);
  twin?.leaves();
  await host.departures.waitFor((id) => id === alice.id);
  expect(general.messages).toEqual([]);
});

it('tells no new names from guilds that are not mapped', async () => {
  let other: DiscordGuild | undefined;
  const { alice, host } = await connected({
    rooms: (first, _, discord, bot) => {
      other = discord.addGuild('Other');
      other.addBot(bot);
      return [first.id];
    },
  });
  other?.addMember(alice).setsNick('Mallory');
  alice.setsNick('Ally');
  await host.profiles.waitFor(({ name }) => name === 'Ally');
  expect(host.profiles.all.map(({ name }) => name)).toEqual(['Ally']);
});

it('says nothing twice: neither edits, nor previews of links, nor deletions are messages', async () => {
  const { general, alice, host } = await connected();
  const first = alice.says(general, 'first https://a.example');
  await host.waitForMessage('first https://a.example');
  general.unfurl(first, { title: 'A', url: 'https://a.example' });
  alice.edits(first, 'edited');
  alice.deletes(first);
  alice.says(general, 'last');
  await host.waitForMessage('last');
  expect(host.messages.all).toHaveLength(2);
});

it('hears and speaks in a thread, and in none but that', async () => {
  let old: DiscordChannel | undefined;
  const made = await connected({
    rooms: (general, guild) => {
      old = general.addThread('old', guild.addMember('bob'));
      return [old.id];
    },
  });
  const thread = { id: old?.id ?? '' };
  made.alice.says(made.general, 'in the channel');
  made.alice.says(made.general.addThread('other', made.alice), 'in another thread');
  made.alice.says(thread, 'in the thread');
  const { place } = await made.host.waitForMessage('in the thread');
  expect(place).toMatchObject({ room: thread.id });
  await send(made, thread, says('hello'));
  expect(old?.messages.map(({ content }) => content)).toEqual(['in the thread', 'hello']);
  expect(made.general.webhooks).toHaveLength(1);
  expect(made.host.messages.all).toHaveLength(1);
  expect(made.discord.violations).toEqual([]);
});
