/** Threads of the stand-in, as an unmodified discord.js and the published schemas see them. */

import { ChannelType, Events, MessageFlags, MessageType, type TextChannel, WebhookClient } from 'discord.js';
import { ThreadResponseSchema } from 'discord-api-spec/zod';
import { describe, expect, it } from 'vitest';
import { safeParse } from 'zod/v4/core';
import { alice, ask, bot, channel, discord, guild, hears, playground, ready, refusal } from './playground.ts';

playground();

/** What does not fit the published schema, which knows times in UTC only as `Z`. */
const faults = (body: unknown) => {
  const inUtc: unknown = JSON.parse(JSON.stringify(body).replaceAll('+00:00"', 'Z"'));
  return safeParse(ThreadResponseSchema, inUtc).error?.issues ?? [];
};

describe('threads', () => {
  it('are as the published schema says', async () => {
    const message = alice.says(channel, 'plan');
    const started = await ask('POST', `/channels/${channel.id}/messages/${message.id}/threads`, { name: 'Raid' });
    expect(started.body).toMatchObject({ id: message.id, type: ChannelType.PublicThread, parent_id: channel.id, name: 'Raid' });
    expect(faults(started.body)).toEqual([]);
    const own = await ask('POST', `/channels/${channel.id}/threads`, { name: 'Own', type: ChannelType.PublicThread });
    expect(faults(own.body)).toEqual([]);
    expect(own.body.id).not.toBe(message.id);
    expect(discord.violations).toEqual([]);
  });

  it('come, change and go over the gateway', async () => {
    const client = await ready();
    const next = <T>(event: string) => new Promise<T>((resolve) => client.once(event, (...all) => resolve(all as T)));
    const created = next<[{ id: string; parentId: string; name: string }]>(Events.ThreadCreate);
    const message = alice.says(channel, 'plan');
    const updated = next<[unknown, { flags: { has(flag: number): boolean } }]>(Events.MessageUpdate);
    const thread = channel.startThread(message, 'Raid', alice);
    expect((await created)[0]).toMatchObject({ id: message.id, parentId: channel.id, name: 'Raid' });
    expect((await updated)[1].flags.has(MessageFlags.HasThread)).toBe(true);
    for (const [change, expected] of [
      [() => thread.rename('Raid at nine'), { name: 'Raid at nine', archived: false }],
      [() => thread.archive(), { archived: true, locked: false }],
      [() => alice.says(thread, 'here'), { archived: false }],
      [() => thread.lock(), { archived: true, locked: true }],
    ] as const) {
      const told = next<[unknown, unknown]>(Events.ThreadUpdate);
      change();
      expect((await told)[1]).toMatchObject(expected);
    }
    const deleted = next<[{ id: string }]>(Events.ThreadDelete);
    thread.delete();
    expect((await deleted)[0]).toMatchObject({ id: message.id });
  });

  it('begin with what points to their message, and are told of in the channel only where they hang on none, or on an old one', async () => {
    const client = await ready();
    const heard = hears(client, 5);
    const [fresh, old] = [alice.says(channel, 'fresh'), alice.says(channel, 'old')];
    channel.startThread(fresh, 'Fresh', alice);
    channel.startThread(old, 'Old', alice, { old: true });
    const messages = await heard;
    expect(messages.map(({ type }) => type)).toEqual([
      MessageType.Default,
      MessageType.Default,
      MessageType.ThreadStarterMessage,
      MessageType.ThreadCreated,
      MessageType.ThreadStarterMessage,
    ]);
    expect(messages[2]).toMatchObject({ channelId: fresh.id, reference: { channelId: channel.id, messageId: fresh.id } });
    expect(messages[3]).toMatchObject({ channelId: channel.id, content: 'Old', reference: { channelId: old.id } });
  });

  it('are in the guild while they are open, and are listed when they are closed', async () => {
    const [open, closed] = [channel.addThread('open', alice), channel.addThread('closed', alice)];
    closed.archive();
    const client = await ready();
    expect([client.channels.cache.has(open.id), client.channels.cache.has(closed.id)]).toEqual([true, false]);
    const text = (await client.channels.fetch(channel.id)) as TextChannel;
    const { threads, hasMore } = await text.threads.fetchArchived({ type: 'public', limit: 10 });
    expect([[...threads.keys()], hasMore]).toEqual([[closed.id], false]);
    expect((await ask('GET', `/guilds/${guild.id}/threads/active`)).body.threads).toMatchObject([{ id: open.id }]);
  });

  it('that are closed take what is written and nothing else; those that are locked take nothing', async () => {
    const thread = channel.addThread('thread', alice);
    const { id, state } = channel.addWebhook('hook', alice);
    const webhook = new WebhookClient({ id, token: state.token }, { rest: { api: discord.url } });
    const say = (content: string) => webhook.send({ content, threadId: thread.id });
    const said = await say('one');
    thread.archive();
    const edit = () => webhook.editMessage(said.id, { content: '1', threadId: thread.id });
    expect(await refusal(edit())).toEqual({ status: 400, code: 50083 });
    await say('two');
    await edit();
    expect(thread.messages.map(({ content }) => content)).toEqual(['1', 'two']);
    thread.lock();
    expect(await refusal(say('three'))).toEqual({ status: 400, code: 160005 });
    const open = () => ask('PATCH', `/channels/${thread.id}`, { archived: false });
    expect((await open()).body.code).toBe(50013);
    guild.setPermissions(guild.roleOf(bot), ['ManageThreads']);
    expect((await open()).status).toBe(200);
    webhook.destroy();
  });

  it('are started once from a message, by whoever may', async () => {
    const message = alice.says(channel, 'plan');
    const start = (name: string) => ask('POST', `/channels/${channel.id}/messages/${message.id}/threads`, { name });
    expect((await start('')).body.code).toBe(50035);
    expect((await start('x'.repeat(101))).body.code).toBe(50035);
    channel.setRule({ of: guild.everyone, deny: ['CreatePublicThreads'] });
    expect((await start('Raid')).body.code).toBe(50013);
    channel.setRule({ of: guild.everyone });
    expect((await start('Raid')).status).toBe(200);
    expect((await start('Raid')).body.code).toBe(160004);
    alice.deletes(message);
    expect((await start('Raid')).body.code).toBe(10008);
  });

  it('that are private are seen by who made them and by moderators', async () => {
    const secret = channel.addPrivateThread('secret', alice);
    expect((await ask('GET', `/channels/${secret.id}`)).body.code).toBe(50001);
    guild.setPermissions(guild.roleOf(bot), ['ManageThreads']);
    expect((await ask('GET', `/channels/${secret.id}`)).body).toMatchObject({ type: ChannelType.PrivateThread });
  });

  it('are all that is in a forum', async () => {
    const forum = guild.addForum('help');
    const client = await ready();
    const heard = hears(client, 1);
    const post = forum.addPost('Lost key', 'who has it?', alice);
    expect((await heard)[0]).toMatchObject({ id: post.id, channelId: post.id, content: 'who has it?' });
    expect(client.channels.cache.get(forum.id)?.type).toBe(ChannelType.GuildForum);
    const { id, state } = forum.addWebhook('hook', alice);
    const webhook = new WebhookClient({ id, token: state.token }, { rest: { api: discord.url } });
    expect(await refusal(webhook.send('x'))).toEqual({ status: 400, code: 220001 });
    await webhook.send({ content: 'me', threadId: post.id });
    expect(post.messages.map(({ content }) => content)).toEqual(['who has it?', 'me']);
    webhook.destroy();
  });
});
