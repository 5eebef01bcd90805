/** Every kind of message is written as Discord's published schemas want it, and an unmodified discord.js understands it. */
import { ComponentType, EmbedType, Events, type Message, MessageFlags, MessageReferenceType, MessageType } from 'discord.js';
import { MessageResponseSchema } from 'discord-api-spec/zod';
import { expect, it } from 'vitest';
import { safeParse } from 'zod/v4/core';
import { alice, ask, botMember, channel, guild, hears, playground, ready } from './playground.ts';
import type { SeenMessage } from './seen.ts';

playground();

const content = new TextEncoder().encode('sound');
const voice = { filename: 'voice-message.ogg', contentType: 'audio/ogg', content, seconds: 7.4 };
const poll = { question: 'Which map?', answers: ['dust', { text: 'nuke', emoji: { id: null, name: '\u{1F4A3}' } }] };
const sticker = { id: '1', name: 'Wave', format_type: 1 };
const text = { type: ComponentType.TextDisplay, id: 1, content: 'built' };

const kinds: [string, () => SeenMessage, (message: Message) => unknown][] = [
  ['a text', () => alice.says(channel, 'hello'), ({ content: said }) => expect(said).toBe('hello')],
  [
    'a reply',
    () => alice.says(channel, 'yes', { replyTo: alice.says(channel, 'sure?') }),
    ({ type }) => expect(type).toBe(MessageType.Reply),
  ],
  [
    'a voice message',
    () => alice.says(channel, '', { attachments: [voice] }),
    ({ flags, attachments }) => {
      expect(flags.has(MessageFlags.IsVoiceMessage)).toBe(true);
      expect(attachments.first()?.duration).toBe(7.4);
    },
  ],
  [
    'a sticker',
    () => alice.says(channel, '', { stickers: [sticker] }),
    ({ stickers }) => expect(stickers.first()?.url).toMatch(/\/stickers\/1\.png$/),
  ],
  ['a poll', () => alice.says(channel, '', { poll }), (message) => expect(message.poll?.answers.get(2)?.text).toBe('nuke')],
  [
    "a poll's result",
    () => alice.endsPoll(alice.says(channel, '', { poll }), [2, 1]),
    ({ type, embeds }) => {
      expect(type).toBe(MessageType.PollResult);
      expect(embeds[0]?.fields).toContainEqual({ name: 'victor_answer_text', value: 'dust', inline: false });
    },
  ],
  [
    'a forward',
    () => alice.forwards(alice.says(guild.addTextChannel('other'), 'original'), channel),
    ({ reference, messageSnapshots }) => {
      expect(reference?.type).toBe(MessageReferenceType.Forward);
      expect(messageSnapshots.first()).toMatchObject({ content: 'original' });
    },
  ],
  ['a pin', () => alice.pins(alice.says(channel, 'rules')), ({ type }) => expect(type).toBe(MessageType.ChannelPinnedMessage)],
  ['a boost', () => alice.does(channel, MessageType.GuildBoost, '3'), (message) => expect(message.content).toBe('3')],
  [
    'an embed',
    () => botMember.says(channel, '', { embeds: [{ title: 'News', fields: [{ name: 'a', value: 'b', inline: false }] }] }),
    ({ embeds }) => expect(embeds[0]?.data.type).toBe(EmbedType.Rich),
  ],
  [
    'components',
    () => botMember.says(channel, '', { components: [text] }),
    ({ components }) => expect(components[0]?.toJSON()).toMatchObject({ content: 'built' }),
  ],
  [
    'an answer to a command',
    () => botMember.says(channel, 'pong', { commandOf: alice }),
    ({ interactionMetadata, webhookId, applicationId }) => {
      expect(interactionMetadata?.user.id).toBe(alice.id);
      expect(webhookId).toBe(applicationId);
    },
  ],
];

it.each(kinds)('%s', async (_what, make, check) => {
  const client = await ready();
  const heard: Message[] = [];
  client.on(Events.MessageCreate, (message) => heard.push(message));
  const done = new Promise<Message>((resolve) => {
    client.on(Events.MessageCreate, (message) => message.content === 'the end' && resolve(message));
  });
  const { id } = make();
  alice.says(channel, 'the end');
  await done;
  const message = heard.find((one) => one.id === id);
  expect(message).toBeDefined();
  if (message) check(message);
  expect(faultsOf((await ask('GET', `/channels/${channel.id}/messages/${id}`)).body)).toEqual([]);
});

/** The published schemas know times in UTC only, though Discord writes them with an offset, and no forwards, which its pages describe. */
function faultsOf(body: unknown): unknown[] {
  const inUtc = JSON.parse(JSON.stringify(body).replaceAll('000+00:00"', 'Z"'));
  const issues = safeParse(MessageResponseSchema, inUtc).error?.issues ?? [];
  return issues.filter(({ path }) => path.join('.') !== 'message_reference.type');
}

it('a followed channel brings its news under its name, and tells what becomes of them', async () => {
  const client = await ready();
  const news = guild.addTextChannel('news');
  channel.follows(news, alice);
  const first = alice.says(news, 'version 2 is out');
  const copied = hears(client, 2);
  news.publish(first);
  const copy = (await copied)[1];
  expect(copy?.author.username).toBe('Playground #news');
  expect(copy?.flags.has(MessageFlags.IsCrosspost)).toBe(true);
  expect(copy?.reference?.messageId).toBe(first.id);
  news.publishChange(first, 'version 2.1 is out');
  await channel.waitFor('2.1');
  news.publishChange(first, null);
  await channel.waitFor('Original Message Deleted');
});

it('the answer that a bot thought about is no edit', async () => {
  const client = await ready();
  const begun = botMember.says(channel, '', { commandOf: alice, thinks: true });
  const updated = new Promise<Message>((resolve) => client.on(Events.MessageUpdate, (_, message) => resolve(message as Message)));
  botMember.edits(begun, 'pong');
  const message = await updated;
  expect(message.content).toBe('pong');
  expect(message.editedTimestamp).toBeNull();
  expect(message.flags.has(MessageFlags.Loading)).toBe(false);
});
