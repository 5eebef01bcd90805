/** The stand-in's gateway, driven by an unmodified discord.js and, where that is too polite, by bare messages. */
import { Events, GatewayIntentBits } from 'discord.js';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import {
  alice,
  bot,
  botMember,
  channel,
  closeCode,
  discord,
  guild,
  hears,
  identify,
  newClient,
  playground,
  ready,
  restart,
} from './playground.ts';

playground();

describe('the gateway', () => {
  it('shows a bot its guilds, channels and roles, and both sides hear each other', async () => {
    const admins = guild.addRole('admins', { color: 0xff8800 });
    const client = await ready();
    expect(client.user.username).toBe('bridge');
    const shown = client.guilds.cache.get(guild.id);
    expect(shown?.name).toBe('Playground');
    expect(shown?.roles.cache.get(admins.id)?.hexColor).toBe('#ff8800');
    expect(shown?.channels.cache.get(channel.id)?.name).toBe('general');

    const heard = hears(client, 1);
    alice.says(channel, 'hello');
    const [message] = await heard;
    expect(message?.content).toBe('hello');
    expect(message?.member?.displayName).toBe('Alice');
    await message?.reply('hi');
    const answer = await channel.waitFor('hi');
    expect(answer).toMatchObject({ author: 'bridge', isApp: true, replyTo: message?.id, pings: { users: [alice.id] } });
    expect(discord.violations).toEqual([]);
  });

  it('gives everything that a message carries', async () => {
    const red = guild.addRole('red', { color: 0xff0000, mentionable: true });
    const bob = guild.addMember('bob', { nick: 'Bobby', roles: [red], avatar: 'a'.repeat(32) });
    const client = await ready();
    const heard = hears(client, 2);
    const first = alice.says(channel, 'first');
    const png = Buffer.from('89504e470d0a1a0a0000000d49484452000000020000000308060000', 'hex');
    bob.says(channel, `<@${alice.id}> <@&${red.id}> \`<@${bot.user.id}>\``, {
      replyTo: first,
      attachments: [{ filename: 'my cat.png', contentType: 'image/png', content: png }],
    });
    const [, message] = await heard;
    expect(message?.mentions.users.map(({ id }) => id)).toEqual([alice.id]);
    expect(message?.mentions.roles.map(({ id }) => id)).toEqual([red.id]);
    expect(message?.member?.displayHexColor).toBe('#ff0000');
    expect(message?.member?.displayName).toBe('Bobby');
    expect(message?.reference?.messageId).toBe(first.id);
    expect((await message?.fetchReference())?.content).toBe('first');
    const file = message?.attachments.first();
    expect(file).toMatchObject({ name: 'my_cat.png', title: 'my cat', size: png.length, width: 2, height: 3 });
    expect(Buffer.from(await (await fetch(file?.url ?? '')).arrayBuffer())).toEqual(png);
    expect((await fetch((file?.url ?? '').replace('hm=', 'hm=0'))).status).toBe(404);
  });

  it('tells of edits, deletions, previews, new names and departures', async () => {
    const client = await ready();
    const events: string[] = [];
    client.on(Events.MessageUpdate, (_, { content, editedTimestamp }) => events.push(`${content} ${editedTimestamp !== null}`));
    client.on(Events.MessageDelete, ({ id }) => events.push(`deleted ${id === message.id}`));
    client.on(Events.GuildMemberUpdate, (_, member) => events.push(`named ${member.displayName}`));
    client.on(Events.UserUpdate, (_, user) => events.push(`called ${user.displayName}`));
    const left = new Promise((resolve) => client.on(Events.GuildMemberRemove, (member) => resolve(member.id)));
    const message = alice.says(channel, 'see https://example.org');
    channel.unfurl(message, { title: 'Example' });
    alice.edits(message, 'nothing');
    alice.deletes(message);
    alice.renames('Alicia');
    alice.setsNick('Al');
    alice.leaves();
    expect(await left).toBe(alice.id);
    expect(events).toEqual(['see https://example.org false', 'nothing true', 'deleted true', 'called Alicia', 'named Al']);
    expect(channel.messages).toEqual([]);
  });

  it('refuses a wrong token', async () => {
    await expect(newClient().login('wrong')).rejects.toThrow();
    expect(discord.violations).toEqual([]);
    const closed = await identify({ token: 'wrong' });
    expect(closed).toBe(4004);
  });

  it('refuses intents that the portal does not grant, and unknown ones', async () => {
    const { token } = discord.addBot({ privileged: [] });
    const client = newClient();
    await expect(client.login(token)).rejects.toThrow('disallowed intents');
    expect(await identify({ token, intents: GatewayIntentBits.MessageContent })).toBe(4014);
    expect(await identify({ intents: 1 << 30 })).toBe(4013);
    expect(await identify({ properties: undefined })).toBe(4002);
    expect(await identify({ shard: [1, 1] })).toBe(4010);
  });

  it.each([
    ['nonsense', 4002],
    [JSON.stringify({ op: 3, d: {} }), 4003],
    [JSON.stringify({ op: 6, d: { token: 'token-of-bot-1' } }), 4002],
    [JSON.stringify({ op: 1, d: 'x'.repeat(5000) }), 4002],
  ])('closes on %.40s', async (text, code) => {
    const ws = new WebSocket(`${discord.gateway.url}?v=10&encoding=json`);
    ws.on('open', () => ws.send(text));
    expect(await closeCode(ws)).toBe(code);
  });

  it('closes on an old version and on a flood', async () => {
    expect(await closeCode(new WebSocket(`${discord.gateway.url}?v=9&encoding=json`))).toBe(4012);
    const ws = new WebSocket(`${discord.gateway.url}?v=10&encoding=json`);
    ws.on('open', () => {
      for (let n = 0; n <= 120; n++) ws.send(JSON.stringify({ op: 1, d: null }));
    });
    expect(await closeCode(ws)).toBe(4008);
  });

  it('withholds content from a bot without the intent, but not its mentions', async () => {
    const client = await ready({ intents: [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMessages] });
    const heard = hears(client, 3);
    const secret = alice.says(channel, 'secret');
    alice.says(channel, 'why', { replyTo: secret });
    alice.says(channel, `hey ${botMember.mention}`);
    expect((await heard).map(({ content }) => content)).toEqual(['', '', `hey ${botMember.mention}`]);
  });

  it('sends no messages without the messages intent, nor those of hidden channels', async () => {
    const hidden = guild.addTextChannel('hidden', { rules: [{ of: guild.everyone, deny: ['ViewChannel'] }] });
    const deaf = await ready({ intents: [GatewayIntentBits.Guilds] });
    const heardByDeaf: string[] = [];
    deaf.on(Events.MessageCreate, ({ content }) => heardByDeaf.push(content));
    const client = await ready();
    const heard = hears(client, 1);
    const renamed = new Promise((resolve) => deaf.on(Events.ChannelUpdate, resolve));
    alice.says(hidden, 'psst');
    alice.says(channel, 'aloud');
    channel.rename('loud');
    expect((await heard).map(({ content }) => content)).toEqual(['aloud']);
    await renamed;
    expect(heardByDeaf).toEqual([]);
  });

  it('hands over members only as intents allow', async () => {
    const client = await ready({ intents: [GatewayIntentBits.Guilds] });
    const shown = await client.guilds.fetch(guild.id);
    expect([...shown.members.cache.keys()]).toEqual([bot.user.id]);
    const found = await shown.members.fetch({ query: 'ali', limit: 5 });
    expect([...found.keys()]).toEqual([alice.id]);
    await expect(shown.members.fetch({ time: 50 })).rejects.toThrow();
    expect(discord.violations).toMatchObject([{ kind: 'gateway', where: 'request guild members' }]);
    const whole = await (await ready()).guilds.cache.get(guild.id)?.members.fetch();
    expect(whole?.size).toBe(3);
  });

  it.each([
    ['a broken connection', () => discord.gateway.drop()],
    ['a request to reconnect', () => discord.gateway.askToReconnect()],
    ['a close that allows it', () => discord.gateway.close(4000)],
  ])('replays what was missed after %s', async (_, disturb) => {
    const client = await ready();
    const heard = hears(client, 3);
    alice.says(channel, 'one');
    await client.rest.get(`/channels/${channel.id}`);
    disturb();
    alice.says(channel, 'two');
    await discord.waitForGateway('closed');
    alice.says(channel, 'three');
    await discord.waitForGateway('resumed');
    expect((await heard).map(({ content }) => content)).toEqual(['one', 'two', 'three']);
    expect(discord.gateway.steps.filter(({ step }) => step === 'identified')).toHaveLength(1);
  });

  it('is noticed to be frozen by a missing acknowledgement, and catches up', async () => {
    await restart({ heartbeatInterval: 250 });
    const client = await ready();
    const heard = hears(client, 1);
    discord.gateway.freeze();
    alice.says(channel, 'lost?');
    await discord.waitForGateway('resumed');
    expect((await heard)[0]?.content).toBe('lost?');
  });

  it('gives a new session when the old one is lost', async () => {
    const client = await ready();
    discord.gateway.forgetSessions();
    discord.gateway.drop();
    await discord.waitForGateway('identified', 2);
    const heard = hears(client, 1);
    alice.says(channel, 'back');
    expect((await heard)[0]?.content).toBe('back');
  });

  it('drops a bot that stops its heartbeat', async () => {
    await restart({ heartbeatInterval: 20 });
    expect(await closeCode(new WebSocket(`${discord.gateway.url}?v=10&encoding=json`))).toBe(4009);
  });

  it('turns bots away while it is down', async () => {
    discord.gateway.refusing = true;
    const ws = new WebSocket(`${discord.gateway.url}?v=10&encoding=json`);
    await expect(new Promise((_, reject) => ws.on('error', reject))).rejects.toThrow('503');
  });
});
