/** The stand-in Discord, driven by an unmodified discord.js and, where that is too polite, by bare requests. */
import {
  AttachmentBuilder,
  Client,
  type ClientOptions,
  DiscordAPIError,
  Events,
  GatewayIntentBits,
  type Message,
  type TextChannel,
  WebhookClient,
} from 'discord.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { Clock } from '../../src/clock.ts';
import { type DiscordChannel, DiscordDouble, type DiscordGuild, type DiscordMember, usualRateLimits } from './discord/index.ts';
import type { PermissionName } from './discord/permissions.ts';
import type { Bot } from './discord/state.ts';

const INTENTS = [
  GatewayIntentBits.Guilds,
  GatewayIntentBits.GuildMembers,
  GatewayIntentBits.GuildMessages,
  GatewayIntentBits.GuildWebhooks,
  GatewayIntentBits.MessageContent,
];

let discord: DiscordDouble;
let guild: DiscordGuild;
let channel: DiscordChannel;
let alice: DiscordMember;
let bot: Bot;
let botMember: DiscordMember;
const clients: Client[] = [];
/** A clock that stands still until it is moved. */
let now = Date.UTC(2026, 0, 2);
const clock: Clock = { now: () => now, after: () => () => undefined };

async function begin(options: Parameters<typeof DiscordDouble.start>[0] = {}): Promise<void> {
  discord = await DiscordDouble.start(options);
  guild = discord.addGuild('Playground');
  channel = guild.addTextChannel('general');
  alice = guild.addMember('alice', { displayName: 'Alice' });
  bot = discord.addBot({ name: 'bridge', privileged: ['GuildMembers', 'MessageContent'] });
  botMember = guild.addBot(bot, ['ManageWebhooks']);
}

async function restart(options: Parameters<typeof DiscordDouble.start>[0]): Promise<void> {
  await discord.stop();
  await begin(options);
}

beforeEach(() => begin());

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.destroy()));
  await discord.stop();
});

function newClient(options: Partial<ClientOptions> = {}): Client {
  const buildIdentifyThrottler = () => Promise.resolve({ waitForIdentify: () => Promise.resolve() });
  const client = new Client({
    intents: INTENTS,
    rest: { api: discord.url, retries: 0 },
    ws: { buildIdentifyThrottler },
    ...options,
  });
  client.on(Events.Error, () => undefined);
  clients.push(client);
  return client;
}

async function ready(options: Partial<ClientOptions> = {}): Promise<Client<true>> {
  const client = newClient(options);
  const done = new Promise<Client<true>>((resolve) => client.once(Events.ClientReady, resolve));
  await client.login(bot.token);
  return done;
}

async function readyChannel(): Promise<TextChannel> {
  const client = await ready();
  return (await client.channels.fetch(channel.id)) as TextChannel;
}

/** The next messages that a client hears. */
function hears(client: Client, count: number): Promise<Message[]> {
  const heard: Message[] = [];
  return new Promise((resolve) => {
    client.on(Events.MessageCreate, (message) => {
      heard.push(message);
      if (heard.length === count) resolve(heard);
    });
  });
}

/** A request without discord.js. */
async function ask(method: string, path: string, body?: unknown, token = bot.token) {
  const response = await fetch(`${discord.url}/v10${path}`, {
    method,
    headers: { authorization: `Bot ${token}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text,
  };
}

const send = (body: unknown) => ask('POST', `/channels/${channel.id}/messages`, body);

async function refusal(promise: Promise<unknown>): Promise<{ status: number; code: number | string }> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof DiscordAPIError)) throw new Error(`no refusal: ${error}`);
  return { status: error.status, code: error.code };
}

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
    bot = discord.addBot({ privileged: [] });
    guild.addBot(bot);
    const client = newClient();
    await expect(client.login(bot.token)).rejects.toThrow('disallowed intents');
    expect(await identify({ intents: GatewayIntentBits.MessageContent })).toBe(4014);
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

describe('the REST interface', () => {
  it('knows the application and its switches', async () => {
    const client = await ready();
    const application = await client.application.fetch();
    expect(application.flags.toArray()).toEqual(['GatewayGuildMembersLimited', 'GatewayMessageContentLimited']);
    const oauth = await ask('GET', '/oauth2/applications/@me');
    expect(oauth.body.id).toBe(bot.applicationId);
    const loner = discord.addBot();
    expect((await ask('GET', `/guilds/${guild.id}`, undefined, loner.token)).body.code).toBe(10004);
    guild.addBot(loner);
    expect((await ask('GET', `/guilds/${guild.id}/members`, undefined, loner.token)).body.code).toBe(50001);
    expect((await ask('GET', `/guilds/${guild.id}/members?limit=1&after=${alice.id}`)).body).toMatchObject([
      { user: { id: bot.user.id } },
    ]);
  });

  it('answers a wrong token, an unknown route and a wrong method as Discord does', async () => {
    expect(await ask('GET', '/users/@me', undefined, 'wrong')).toMatchObject({
      status: 401,
      body: { message: '401: Unauthorized', code: 0 },
    });
    expect(await ask('GET', '/nowhere')).toMatchObject({ status: 404, body: { message: '404: Not Found', code: 0 } });
    expect(await ask('PUT', '/users/@me')).toMatchObject({ status: 405 });
  });

  it('pages through messages', async () => {
    const ids = Array.from({ length: 9 }, (_, n) => alice.says(channel, `${n}`).id);
    const page = async (query: string) => {
      const { body } = await ask('GET', `/channels/${channel.id}/messages?${query}`);
      return (body as { content: string }[]).map(({ content }) => content).join('');
    };
    expect(await page('limit=3')).toBe('876');
    expect(await page(`limit=3&before=${ids[5]}`)).toBe('432');
    expect(await page(`limit=3&after=${ids[2]}`)).toBe('543');
    expect(await page(`limit=5&around=${ids[4]}`)).toBe('65432');
    expect((await ask('GET', `/channels/${channel.id}/messages?limit=101`)).body.code).toBe(50035);
  });

  it('sends, edits and deletes with files', async () => {
    const target = await readyChannel();
    const message = await target.send({
      content: '  spaced  ',
      files: [new AttachmentBuilder(Buffer.from('text'), { name: 'note.txt', description: 'a note' })],
    });
    expect(message.content).toBe('spaced');
    const [file] = channel.messages[0]?.attachments ?? [];
    expect(file).toMatchObject({ filename: 'note.txt', description: 'a note', size: 4 });
    expect(await (await fetch(file?.url ?? '')).text()).toBe('text');
    await message.edit({ content: 'changed' });
    expect(channel.messages).toMatchObject([{ content: 'changed', edited: true, attachments: [{ filename: 'note.txt' }] }]);
    await message.edit({ attachments: [] });
    expect(channel.messages[0]?.attachments).toEqual([]);
    await message.delete();
    expect(channel.messages).toEqual([]);
    expect(discord.violations).toEqual([]);
  });

  it('sends the same nonce once, when asked to, for a while', async () => {
    await restart({ clock });
    const body = { content: 'once', nonce: 'n1', enforce_nonce: true };
    const [first, second] = [await send(body), await send(body)];
    expect(second.body).toMatchObject({ id: first.body.id, nonce: 'n1' });
    expect((await ask('GET', `/channels/${channel.id}/messages/${first.body.id}`)).body).not.toHaveProperty('nonce');
    now += 121_000;
    await send(body);
    expect(channel.messages).toHaveLength(2);
    expect((await send({ content: 'x', nonce: 'x'.repeat(26) })).body.code).toBe(50035);
  });

  it.each<[string, unknown, number]>([
    ['nothing', {}, 50006],
    ['blanks', { content: ' \n ' }, 50006],
    ['2001 characters', { content: 'x'.repeat(2001) }, 50035],
    ['a number as content', { content: 5 }, 50035],
    ['11 embeds', { embeds: Array.from({ length: 11 }, () => ({ title: 'x' })) }, 50035],
    ['6001 characters of embeds', { embeds: [{ description: 'x'.repeat(4000) }, { description: 'x'.repeat(2001) }] }, 50035],
    ['an embed with a bad address', { embeds: [{ title: 'x', url: 'javascript:alert(1)' }] }, 50035],
    ['parse and a list of users', { content: 'x', allowed_mentions: { parse: ['users'], users: ['1'] } }, 50035],
    ['parse and a list of roles', { content: 'x', allowed_mentions: { parse: ['roles'], roles: ['1'] } }, 50035],
    ['an answer to nothing', { content: 'x', message_reference: { message_id: '1' } }, 50035],
  ])('refuses %s and remembers it', async (_, body, code) => {
    expect(await send(body)).toMatchObject({ status: 400, body: { code } });
    expect(discord.violations).toMatchObject([{ kind: 'body', where: 'POST /channels/:channel/messages', code }]);
    expect(channel.messages).toEqual([]);
  });

  it('counts characters, not UTF-16 units', async () => {
    const hook = await ask('POST', `/channels/${channel.id}/webhooks`, { name: '😀'.repeat(80) });
    expect(hook.status).toBe(200);
    expect((await ask('POST', `/webhooks/${hook.body.id}/${hook.body.token}`, { content: '😀'.repeat(2000) })).status).toBe(204);
    expect((await send({ content: '😀'.repeat(2001) })).status).toBe(400);
  });

  it('names the fields that it refuses', async () => {
    const { body } = await send({ embeds: [{ fields: [{ value: 'x' }] }] });
    expect(body).toMatchObject({
      message: 'Invalid Form Body',
      errors: { embeds: { 0: { fields: { 0: { name: { _errors: [{ code: 'BASE_TYPE_REQUIRED' }] } } } } } },
    });
  });
});

describe('permissions', () => {
  it('come from roles and from the channel', async () => {
    const target = await readyChannel();
    const role = guild.roleOf(bot);
    const deny = (...names: PermissionName[]) => channel.setRule({ of: guild.everyone, deny: names });
    deny('SendMessages');
    expect(await refusal(target.send('x'))).toEqual({ status: 403, code: 50013 });
    channel.setRule({ of: role, allow: ['SendMessages'] });
    await target.send('a role may');
    channel.setRule({ of: botMember, deny: ['SendMessages'] });
    expect(await refusal(target.send('x'))).toEqual({ status: 403, code: 50013 });
    guild.setPermissions(role, ['Administrator']);
    await target.send('an administrator may');
    guild.setPermissions(role, []);
    deny('ViewChannel');
    expect(await refusal(target.client.rest.get(`/channels/${channel.id}`))).toEqual({ status: 403, code: 50001 });
    expect(await refusal(target.client.rest.get('/channels/1'))).toEqual({ status: 404, code: 10003 });
  });

  it('protect files, embeds, history and the messages of others', async () => {
    const target = await readyChannel();
    const others = alice.says(channel, 'mine');
    const message = await target.messages.fetch(others.id);
    expect(await refusal(message.edit('yours'))).toEqual({ status: 403, code: 50005 });
    expect(await refusal(message.delete())).toEqual({ status: 403, code: 50013 });
    channel.setRule({ of: guild.everyone, deny: ['AttachFiles', 'EmbedLinks', 'ReadMessageHistory'] });
    expect(await refusal(target.send({ files: [Buffer.from('x')] }))).toEqual({ status: 403, code: 50013 });
    expect(await refusal(target.send({ embeds: [{ title: 'x' }] }))).toEqual({ status: 403, code: 50013 });
    expect(await refusal(message.reply('x'))).toEqual({ status: 400, code: 160002 });
    expect((await target.messages.fetch({ limit: 5 })).size).toBe(0);
    expect(await refusal(target.messages.fetch('1'))).toEqual({ status: 403, code: 50013 });
  });
});

describe('pings', () => {
  let vips: { id: string };

  beforeEach(() => {
    vips = guild.addRole('vips', { mentionable: true });
    guild.setPermissions(guild.roleOf(bot), ['MentionEveryone']);
  });

  it.each<[string, object, string[]]>([
    ['everything by default', {}, ['everyone', 'user', 'role']],
    ['nothing for an empty list', { allowed_mentions: { parse: [] } }, []],
    ['what is parsed', { allowed_mentions: { parse: ['roles'] } }, ['role']],
    ['everyone alone', { allowed_mentions: { parse: ['everyone'] } }, ['everyone']],
  ])('are %s', async (_, extra, expected) => {
    await send({ content: `@everyone ${alice.mention} <@&${vips.id}>`, ...extra });
    const { everyone, users, roles } = channel.messages[0]?.pings ?? { everyone: false, users: [], roles: [] };
    const pinged = [...(everyone ? ['everyone'] : []), ...users.map(() => 'user'), ...roles.map(() => 'role')];
    expect(pinged).toEqual(expected);
    expect(alice.pings.length > 0).toBe(everyone || users.length > 0);
  });

  it('need the right to ping all, but not for a webhook', async () => {
    guild.setPermissions(guild.roleOf(bot), ['ManageWebhooks']);
    const admins = guild.addRole('admins');
    const text = `@here <@&${admins.id}> <@&${vips.id}>`;
    await send({ content: text });
    channel.addWebhook('hook', alice).says(text);
    expect(channel.messages.map(({ pings }) => pings)).toEqual([
      { everyone: false, users: [], roles: [vips.id] },
      { everyone: true, users: [], roles: [admins.id, vips.id] },
    ]);
  });

  it('do not come from edits', async () => {
    const { body } = await send({ content: 'quiet' });
    await ask('PATCH', `/channels/${channel.id}/messages/${body.id}`, { content: '@everyone' });
    expect(channel.messages).toMatchObject([{ content: '@everyone', pings: { everyone: false } }]);
  });
});

describe('webhooks', () => {
  it('are made, found, used and deleted', async () => {
    const target = await readyChannel();
    const webhook = await target.createWebhook({ name: 'bridge' });
    expect((await target.fetchWebhooks()).get(webhook.id)).toMatchObject({
      applicationId: bot.applicationId,
      token: webhook.token,
    });
    const sent = await webhook.send({ content: 'hi', username: 'Player [alpha]', avatarURL: 'https://example.org/a.png' });
    expect(channel.messages).toMatchObject([
      { author: 'Player [alpha]', avatar: 'https://example.org/a.png', isApp: true, webhookId: webhook.id },
    ]);
    await webhook.editMessage(sent.id, 'hello');
    expect(channel.messages).toMatchObject([{ content: 'hello', edited: true }]);
    expect((await webhook.fetchMessage(sent.id)).content).toBe('hello');
    await webhook.deleteMessage(sent.id);
    await channel.waitUntil((messages) => messages.length === 0);
    await webhook.delete();
    expect(await refusal(webhook.send('gone'))).toEqual({ status: 404, code: 10015 });
    expect(discord.violations).toEqual([]);
  });

  it('come without their token when another application made them', async () => {
    const rival = guild.addBot(discord.addBot({ name: 'rival' }));
    const theirs = channel.addWebhook('theirs', rival);
    const persons = channel.addWebhook('persons', alice);
    const found = await (await readyChannel()).fetchWebhooks();
    expect(found.get(theirs.id)?.token).toBeNull();
    expect(found.get(persons.id)?.token).toBe(persons.state.token);
  });

  it('are heard like anybody, and known by their id', async () => {
    const client = await ready();
    const heard = hears(client, 1);
    const hook = channel.addWebhook('news', alice);
    hook.says('extra', { name: 'Alice' });
    const [message] = await heard;
    expect(message).toMatchObject({
      webhookId: hook.id,
      member: null,
      author: { username: 'Alice', discriminator: '0000', bot: true },
    });
  });

  it.each(['', ' ', 'x'.repeat(81), 'My Discord', 'ClYdE', 'everyone', 'Here'])('refuse the name "%.20s"', async (username) => {
    const { id, state } = channel.addWebhook('hook', alice);
    expect((await ask('POST', `/webhooks/${id}/${state.token}`, { content: 'x', username })).body).toMatchObject({ code: 50035 });
    expect((await ask('POST', `/channels/${channel.id}/webhooks`, { name: username })).body.code).toBe(50035);
  });

  it('are 15 at most, and only for those who may manage them', async () => {
    for (let n = 0; n < 15; n++) channel.addWebhook(`${n}`, alice);
    expect((await ask('POST', `/channels/${channel.id}/webhooks`, { name: 'one more' })).body.code).toBe(30007);
    guild.setPermissions(guild.roleOf(bot), []);
    expect((await ask('GET', `/channels/${channel.id}/webhooks`)).body.code).toBe(50013);
    expect((await ask('GET', `/guilds/${guild.id}/webhooks`)).body.code).toBe(50013);
    const { id, state } = channel.addWebhook('16th, made by hand', alice);
    expect((await ask('GET', `/webhooks/${id}`)).body.code).toBe(50013);
    expect((await ask('GET', `/webhooks/${id}/${state.token}`, undefined, 'none')).body).toMatchObject({ id });
    expect((await ask('GET', `/webhooks/${id}/wrong`)).body.code).toBe(50027);
  });

  it('reach threads of their channel and no others', async () => {
    const thread = channel.addThread('details', alice);
    const elsewhere = guild.addTextChannel('elsewhere').addThread('far', alice);
    const { id, state } = channel.addWebhook('hook', alice);
    const webhook = new WebhookClient({ id, token: state.token }, { rest: { api: discord.url } });
    await webhook.send({ content: 'in here', threadId: thread.id });
    expect(thread.messages).toMatchObject([{ content: 'in here' }]);
    expect(await refusal(webhook.send({ content: 'x', threadId: elsewhere.id }))).toEqual({ status: 404, code: 10003 });
    webhook.destroy();
  });

  it('can edit nobody else’s messages', async () => {
    const { id, state } = channel.addWebhook('hook', alice);
    const other = channel.addWebhook('other', alice).says('theirs');
    const path = `/webhooks/${id}/${state.token}/messages/${other.id}`;
    expect((await ask('PATCH', path, { content: 'x' })).body.code).toBe(10008);
    expect((await ask('DELETE', path)).body.code).toBe(10008);
  });
});

describe('limits and faults', () => {
  it('announce and enforce a bucket, and a hidden one per channel', async () => {
    await restart({ clock, limits: usualRateLimits });
    const { id, state } = channel.addWebhook('hook', alice);
    const say = (n: number) => ask('POST', `/webhooks/${id}/${state.token}`, { content: `${n}` });
    const first = await say(0);
    expect(Object.fromEntries(first.headers)).toMatchObject({
      'x-ratelimit-limit': '5',
      'x-ratelimit-remaining': '4',
      'x-ratelimit-reset-after': '2.000',
    });
    for (let n = 1; n < 5; n++) await say(n);
    now += 500;
    const refused = await say(5);
    expect(refused).toMatchObject({
      status: 429,
      body: { message: 'You are being rate limited.', retry_after: 1.5, global: false },
    });
    expect(refused.headers.get('retry-after')).toBe('2');
    expect(refused.headers.get('x-ratelimit-scope')).toBe('user');
    for (let round = 0; round < 5; round++) {
      now += 2000;
      for (let n = 0; n < 5; n++) expect((await say(n)).status).toBe(204);
    }
    now += 2000;
    const hidden = await say(31);
    expect(hidden.status).toBe(429);
    expect(hidden.headers.get('x-ratelimit-scope')).toBe('shared');
    expect(channel.messages).toHaveLength(30);
    expect(discord.violations.map(({ kind }) => kind)).toEqual(['rate limit', 'rate limit']);
  });

  it('hold discord.js back in time when it reads the headers', async () => {
    const target = await readyChannel();
    discord.limits = {
      global: 50,
      routes: [{ routes: ['POST /channels/:channel/messages'], requests: 2, window: 200, per: 'resource' }],
    };
    await Promise.all(['1', '2', '3', '4', '5'].map((text) => target.send(text)));
    expect(channel.messages.map(({ content }) => content)).toEqual(['1', '2', '3', '4', '5']);
    expect(discord.violations).toEqual([]);
  });

  it('count a bot over all routes, but not its webhooks', async () => {
    await restart({ clock, limits: { routes: [], global: 3 } });
    for (let n = 0; n < 3; n++) await ask('GET', '/users/@me');
    const refused = await ask('GET', '/users/@me');
    expect(refused).toMatchObject({ status: 429, body: { global: true } });
    expect(refused.headers.get('x-ratelimit-global')).toBe('true');
    const { id, state } = channel.addWebhook('hook', alice);
    expect((await ask('POST', `/webhooks/${id}/${state.token}`, { content: 'x' })).status).toBe(204);
  });

  it('fail on order, with and without effect', async () => {
    const route = 'POST /channels/:channel/messages';
    discord.faults.next(1, { stored: false, answer: { status: 502 } }, route);
    discord.faults.next(1, { stored: true, answer: { status: 500 } }, route);
    discord.faults.next(1, { stored: false, answer: { status: 429, retryAfter: 0.3, headers: false } }, route);
    discord.faults.next(1, { stored: false, answer: 'reset' }, route);
    expect((await ask('GET', '/users/@me')).status).toBe(200);
    expect((await send({ content: 'lost' })).status).toBe(502);
    expect((await send({ content: 'stored' })).status).toBe(500);
    const limited = await send({ content: 'lost' });
    expect(limited).toMatchObject({ status: 429, body: { retry_after: 0.3 } });
    expect(limited.headers.has('retry-after')).toBe(false);
    await expect(send({ content: 'lost' })).rejects.toThrow();
    await send({ content: 'fine' });
    expect(channel.messages.map(({ content }) => content)).toEqual(['stored', 'fine']);
    expect(() => discord.faults.next(1, { stored: false, answer: 'hang' }, 'POST /nowhere')).toThrow(RangeError);
  });

  it('leave a stored message without an answer', async () => {
    discord.faults.next(1, { stored: true, answer: 'hang' });
    const controller = new AbortController();
    const body = JSON.stringify({ content: 'unanswered' });
    const headers = { authorization: `Bot ${bot.token}`, 'content-type': 'application/json' };
    const answer = fetch(`${discord.url}/v10/channels/${channel.id}/messages`, {
      method: 'POST',
      headers,
      body,
      signal: controller.signal,
    });
    await channel.waitFor('unanswered');
    expect((await discord.waitForRequest(({ route }) => route === 'POST /channels/:channel/messages')).status).toBe(0);
    controller.abort();
    await expect(answer).rejects.toThrow();
  });

  it('keep no token in the log of requests', async () => {
    const { id, state } = channel.addWebhook('hook', alice);
    await ask('POST', `/webhooks/${id}/${state.token}`, { content: 'x' });
    expect(JSON.stringify(discord.requests)).not.toContain(state.token);
  });
});

describe('waiting', () => {
  it('tells what there was instead', async () => {
    alice.says(channel, 'something else');
    await expect(channel.waitFor('this', 10)).rejects.toThrow(
      'waited 10 ms in vain for "this" in #general. There is: ["Alice: something else"]',
    );
  });
});

function closeCode(ws: WebSocket): Promise<number> {
  return new Promise((resolve) => ws.on('close', resolve));
}

/** Identifies with something other than usual; the close code. */
function identify(changes: object): Promise<number> {
  const ws = new WebSocket(`${discord.gateway.url}?v=10&encoding=json`);
  const properties = { os: 'linux', browser: 'test', device: 'test' };
  ws.on('open', () => ws.send(JSON.stringify({ op: 2, d: { token: bot.token, properties, intents: 1, ...changes } })));
  return closeCode(ws);
}
