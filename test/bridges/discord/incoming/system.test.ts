import { MessageReferenceType, MessageType } from 'discord.js';
import { expect, it } from 'vitest';
import { noticeIn } from '../../../../bridges/discord/incoming/system.ts';
import { outline } from '../markdown/outline.ts';

const reference = { channelId: '7', guildId: '1', messageId: undefined, type: MessageReferenceType.Default };

it.each<[MessageType, string, string, string]>([
  [MessageType.UserJoin, '', 'joins', 'joined the Discord server'],
  [MessageType.GuildBoost, '', 'boosts', 'boosted the Discord server'],
  [MessageType.GuildBoost, '1', 'boosts', 'boosted the Discord server'],
  [MessageType.GuildBoost, '3', 'boosts', 'boosted the Discord server 3 times'],
  [MessageType.GuildBoost, '@everyone', 'boosts', 'boosted the Discord server'],
  [MessageType.GuildBoostTier1, '', 'boosts', 'boosted the Discord server, now on level 1'],
  [MessageType.GuildBoostTier3, '2', 'boosts', 'boosted the Discord server 2 times, now on level 3'],
  [MessageType.ChannelPinnedMessage, '', 'pins', 'pinned a message'],
  [MessageType.ThreadCreated, '**Raid**', 'threads', 'started a thread: <a https://discord.com/channels/1/7>**Raid**</a>'],
])('reads a notice of type %i with "%s"', (type, content, kind, wanted) => {
  const notice = noticeIn({ type, content, guildId: '1', reference });
  expect(notice?.kind).toBe(kind);
  expect(outline(notice?.words ?? [])).toBe(wanted);
});

it.each([
  MessageType.Default,
  MessageType.Reply,
  MessageType.PollResult,
  MessageType.ChannelFollowAdd,
  MessageType.AutoModerationAction,
  MessageType.StageStart,
  999 as MessageType,
])('takes type %i for no notice', (type) => {
  expect(noticeIn({ type, content: 'x', guildId: '1', reference: null })).toBeUndefined();
});
