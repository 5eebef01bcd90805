/** The stand-in's webhooks, limits and faults. */
import { WebhookClient } from 'discord.js';
import { describe, expect, it } from 'vitest';
import { usualRateLimits } from './index.ts';
import {
  alice,
  ask,
  bot,
  channel,
  clock,
  discord,
  guild,
  hears,
  playground,
  ready,
  readyChannel,
  refusal,
  restart,
  send,
} from './playground.ts';

playground();

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
    await clock.advance(500);
    const refused = await say(5);
    expect(refused).toMatchObject({
      status: 429,
      body: { message: 'You are being rate limited.', retry_after: 1.5, global: false },
    });
    expect(refused.headers.get('retry-after')).toBe('2');
    expect(refused.headers.get('x-ratelimit-scope')).toBe('user');
    for (let round = 0; round < 5; round++) {
      await clock.advance(2_000);
      for (let n = 0; n < 5; n++) expect((await say(n)).status).toBe(204);
    }
    await clock.advance(2_000);
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
