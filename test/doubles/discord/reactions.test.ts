/** Reactions are written as Discord's published schemas want them, and an unmodified discord.js works with them. */
import { Events, GatewayIntentBits, Partials } from 'discord.js';
import { MessageReactionResponseSchema } from 'discord-api-spec/zod';
import { expect, it } from 'vitest';
import { safeParse } from 'zod/v4/core';
import { alice, ask, bot, botMember, channel, discord, guild, playground, ready, readyChannel, refusal } from './playground.ts';

playground();

const pathOf = (message: { readonly id: string }, emoji: string, rest = '/@me') =>
  `/channels/${channel.id}/messages/${message.id}/reactions/${encodeURIComponent(emoji)}${rest}`;

it('tells sessions with the intent of each reaction and of its end, and others of none', async () => {
  const intents = [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMessages];
  const deaf = await ready({ intents, partials: [Partials.Message, Partials.Reaction] });
  const seenByDeaf: string[] = [];
  deaf.on(Events.MessageReactionAdd, ({ emoji }) => seenByDeaf.push(`${emoji.name}`));
  const client = await ready({
    intents: [...intents, GatewayIntentBits.GuildMessageReactions],
    partials: [Partials.Message, Partials.Reaction, Partials.User],
  });
  const told: string[] = [];
  const done = new Promise<void>((resolve) => {
    client
      .on(Events.MessageReactionAdd, ({ emoji }, user) => told.push(`+${emoji.id ?? emoji.name} ${user.id}`))
      .on(Events.MessageReactionRemove, ({ emoji }, user) => told.push(`-${emoji.id ?? emoji.name} ${user.id}`))
      .on(Events.MessageReactionRemoveEmoji, ({ emoji }) => told.push(`no ${emoji.id ?? emoji.name}`))
      .on(Events.MessageReactionRemoveAll, () => {
        told.push('none');
        resolve();
      });
  });
  const wave = guild.addEmoji('wave');
  const message = alice.says(channel, 'hello');
  alice.reacts(message, '👍');
  alice.reacts(message, '👍');
  alice.reacts(message, wave);
  expect(channel.messages.at(-1)?.reactions).toEqual(['👍 Alice', ':wave: Alice']);
  alice.unreacts(message, '👍');
  alice.clearsReactions(message, wave);
  alice.reacts(message, '👎');
  alice.clearsReactions(message);
  await done;
  expect(told).toEqual([
    `+👍 ${alice.id}`,
    `+${wave.id} ${alice.id}`,
    `-👍 ${alice.id}`,
    `no ${wave.id}`,
    `+👎 ${alice.id}`,
    'none',
  ]);
  expect(seenByDeaf).toEqual([]);
});

it('lets discord.js react, list and take back', async () => {
  const text = await readyChannel();
  const { id } = alice.says(channel, 'hello');
  alice.reacts({ id }, '👍');
  const message = await text.messages.fetch(id);
  await message.react('👍');
  await message.react('❤️');
  const answer = await ask('GET', `/channels/${channel.id}/messages/${id}`);
  for (const reaction of answer.body.reactions) expect(safeParse(MessageReactionResponseSchema, reaction).error).toBeUndefined();
  expect(answer.body.reactions).toMatchObject([
    { count: 2, me: true, emoji: { id: null, name: '👍' } },
    { count: 1, me: true, emoji: { id: null, name: '❤️' } },
  ]);
  expect((await ask('GET', pathOf({ id }, '👍', ''))).body).toMatchObject([{ id: alice.id }, { id: bot.user.id }]);
  await message.reactions.cache.get('👍')?.users.remove();
  expect(channel.messages[0]?.reactions).toEqual(['👍 Alice', '❤️ bridge']);
});

it('refuses what is no emoji, or nothing that is there', async () => {
  const text = await readyChannel();
  const message = await text.messages.fetch(alice.says(channel, 'hello').id);
  const codes = ['LGTM', '👍\ufe0f', '❤', '', 'wave:123'].map(async (emoji) => {
    const { status, body } = await ask('PUT', pathOf(message, emoji));
    return `${status} ${body.code ?? ''}`;
  });
  expect(await Promise.all(codes)).toEqual(['404 10014', '404 10014', '404 10014', '404 0', '404 10014']);
  expect(await refusal(message.reactions.resolve('👍')?.users.remove() ?? text.messages.react('1', '👍'))).toMatchObject({
    code: 10008,
  });
  expect((await ask('DELETE', pathOf(message, '👍'))).body).toMatchObject({ code: 10014 });
  expect((await ask('DELETE', pathOf(message, '👍', `/${alice.id}`))).body).toMatchObject({ code: 50013 });
});

it('knows who may react: with an emoji that is there, whoever reads; with another guild’s, who may use those', async () => {
  const message = alice.says(channel, 'hello');
  alice.reacts(message, '👍');
  channel.setRule({ of: botMember, deny: ['AddReactions'] });
  expect((await ask('PUT', pathOf(message, '👍'))).status).toBe(204);
  expect((await ask('PUT', pathOf(message, '👎'))).body).toMatchObject({ code: 50013 });
  channel.setRule({ of: botMember, deny: ['UseExternalEmojis'] });
  const elsewhere = discord.addGuild('Elsewhere');
  const theirs = elsewhere.addEmoji('theirs');
  expect((await ask('PUT', pathOf(message, `theirs:${theirs.id}`))).body).toMatchObject({ code: 10014 });
  elsewhere.addBot(bot);
  expect((await ask('PUT', pathOf(message, `theirs:${theirs.id}`))).body).toMatchObject({ code: 50013 });
  channel.setRule({ of: botMember, allow: ['UseExternalEmojis'] });
  expect((await ask('PUT', pathOf(message, `theirs:${theirs.id}`))).status).toBe(204);
  for (let n = 0; n < 18; n++) alice.reacts(message, guild.addEmoji(`emoji${n}`));
  expect((await ask('PUT', pathOf(message, '👎'))).body).toMatchObject({ code: 30010 });
});
