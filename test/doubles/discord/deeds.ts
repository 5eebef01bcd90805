/** What people do with messages besides writing them. */
import {
  type APIEmbed,
  type APIPoll,
  type EmbedType,
  MessageFlags,
  MessageReferenceType,
  MessageType,
  type PollLayoutType,
} from 'discord.js';
import { snapshotShape } from './message-shape.ts';
import { amend, post } from './messages.ts';
import { timestamp } from './shapes.ts';
import type { Channel, Message, User } from './state.ts';
import type { World } from './world.ts';

/** A poll as somebody makes it. An answer is a text, or a text with an emoji before it. */
export interface PollDraft {
  readonly question: string;
  readonly answers: readonly (
    | string
    | { readonly text: string; readonly emoji: { readonly id: string | null; readonly name: string } }
  )[];
  readonly several?: boolean;
}

/** https://discord.com/developers/docs/resources/poll#poll-object */
export function pollShape(world: World, { question, answers, several = false }: PollDraft): APIPoll {
  return {
    question: { text: question },
    answers: answers.map((answer, index) => ({
      answer_id: index + 1,
      poll_media: typeof answer === 'string' ? { text: answer } : { text: answer.text, emoji: answer.emoji },
    })),
    expiry: timestamp(world.clock.now() + 24 * 60 * 60 * 1000),
    allow_multiselect: several,
    layout_type: 1 satisfies PollLayoutType,
    results: { is_finalized: false, answer_counts: [] },
  };
}

/**
 * A poll ends: its message is changed, and another one tells the result. With as many votes for each of the best, nobody wins.
 * @param votes for each of the answers, in order
 */
export function endPoll(world: World, message: Message, votes: readonly number[]): Message {
  const { poll } = message.extras;
  if (!poll || message.author.kind !== 'user') throw new Error('that is no poll');
  const answer_counts = votes.map((count, index) => ({ id: index + 1, count, me_voted: false }));
  amend(world, message, { extras: { ...message.extras, poll: { ...poll, results: { is_finalized: true, answer_counts } } } });
  const most = Math.max(...votes);
  const best = most > 0 && votes.filter((count) => count === most).length === 1 ? poll.answers[votes.indexOf(most)] : undefined;
  const told: [string, string | undefined][] = [
    ['poll_question_text', poll.question.text],
    ['victor_answer_votes', `${most}`],
    ['total_votes', `${votes.reduce((sum, count) => sum + count, 0)}`],
    ['victor_answer_id', best && `${best.answer_id}`],
    ['victor_answer_text', best?.poll_media.text],
    ['victor_answer_emoji_name', best?.poll_media.emoji?.name ?? undefined],
  ];
  const fields = told.flatMap(([name, value]) => (value === undefined ? [] : [{ name, value, inline: false }]));
  const embed: APIEmbed = { type: 'poll_result' as EmbedType, fields };
  const { channel, author } = message;
  const reference = { type: MessageReferenceType.Default, channel_id: channel.id, message_id: message.id };
  return post(world, {
    channel,
    author,
    content: '',
    mentionSource: `<@${author.user.id}>`,
    type: MessageType.PollResult,
    ownEmbeds: [embed],
    extras: { reference },
  });
}

/** @throws {Error} for what Discord lets nobody forward */
export function forward(world: World, user: User, message: Message, channel: Channel): Message {
  const plain = message.type === MessageType.Default || message.type === MessageType.Reply;
  if (!plain || message.extras.poll) throw new Error('nobody can forward that');
  const reference = {
    type: MessageReferenceType.Forward,
    channel_id: message.channel.id,
    message_id: message.id,
    guild_id: message.channel.guild.id,
  };
  const extras = { reference, snapshot: snapshotShape(world, message) };
  return post(world, { channel, author: { kind: 'user', user }, content: '', flags: MessageFlags.HasSnapshot, extras });
}

/** Discord tells in a channel what somebody did. */
export function notice(
  world: World,
  {
    channel,
    user,
    type,
    content = '',
    about,
  }: { channel: Channel; user: User; type: MessageType; content?: string; about?: Channel | Message },
): Message {
  const guild_id = channel.guild.id;
  const place = about && ('channel' in about ? { channel_id: about.channel.id, message_id: about.id } : { channel_id: about.id });
  const reference = place && { type: MessageReferenceType.Default, ...place, guild_id };
  return post(world, { channel, author: { kind: 'user', user }, content, type, ...(reference && { extras: { reference } }) });
}
