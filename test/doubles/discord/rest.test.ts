/** The stand-in's REST interface, driven by an unmodified discord.js and by bare requests. */
import { AttachmentBuilder } from 'discord.js';
import { beforeEach, describe, expect, it } from 'vitest';
import type { PermissionName } from './permissions.ts';
import {
  alice,
  ask,
  bot,
  botMember,
  channel,
  clock,
  discord,
  guild,
  playground,
  ready,
  readyChannel,
  refusal,
  restart,
  send,
} from './playground.ts';

playground();

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
    await clock.advance(121_000);
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

describe('waiting', () => {
  it('tells what there was instead', async () => {
    alice.says(channel, 'something else');
    await expect(channel.waitFor('this', 10)).rejects.toThrow(
      'waited 10 ms in vain for "this" in #general. There is: ["Alice: something else"]',
    );
  });
});

it('keeps of a text what Discord keeps', async () => {
  const { body } = await send({ content: ' \n a\u202eb\u0007c\r\n\td \n' });
  expect(body.content).toBe('abc\n\td');
});

it('gives each edit a time of its own', async () => {
  const message = alice.says(channel, 'one');
  const times = new Set<string>();
  for (const text of ['two', 'three', 'four']) {
    alice.edits(message, text);
    times.add((await ask('GET', `/channels/${channel.id}/messages/${message.id}`)).body.edited_timestamp);
  }
  expect(times.size).toBe(3);
});
