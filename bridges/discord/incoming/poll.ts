/** Polls, and what came of them. */
import type { APIEmbedField, Poll } from 'discord.js';
import { literal, type RichText } from '../../../src/text/tree.ts';
import { emojiNode } from '../markdown/atoms.ts';

/** https://discord.com/developers/docs/resources/poll#poll-object */
export interface DiscordPoll {
  readonly question: Pick<Poll['question'], 'text'>;
  readonly answers: ReadonlyMap<number, Answer>;
  readonly allowMultiselect: boolean;
}

interface Answer {
  readonly text: string | null;
  readonly emoji: { readonly id: string | null; readonly name: string | null; readonly animated: boolean | null } | null;
}

/** The question, and the answers in a list. */
export function pollOf({ question, answers, allowMultiselect }: DiscordPoll): RichText {
  const several = allowMultiselect ? ' (several answers)' : '';
  const items = [...answers.values()].map(answerOf);
  return [...literal(`poll: ${question.text ?? ''}${several}`), { type: 'list', ordered: true, items }];
}

function answerOf({ text, emoji }: Answer): RichText {
  const words = text ?? '';
  if (emoji?.name == null) return literal(words);
  const gap = words === '' ? '' : ' ';
  if (emoji.id === null) return literal(`${emoji.name}${gap}${words}`);
  return [emojiNode(emoji.name, emoji.id, emoji.animated === true), ...literal(`${gap}${words}`)];
}

/**
 * How a poll ended.
 * @param fields of the embed that tells it: https://discord.com/developers/docs/resources/message#embed-fields-by-embed-type
 */
export function pollResultOf(fields: readonly Pick<APIEmbedField, 'name' | 'value'>[]): RichText {
  const told = new Map(fields.map(({ name, value }) => [name, value]));
  const [votes, all] = [told.get('victor_answer_votes') ?? '0', told.get('total_votes') ?? '0'];
  const winner = [told.get('victor_answer_emoji_name'), told.get('victor_answer_text')].filter(Boolean).join(' ');
  return literal(`poll ended: ${told.get('poll_question_text') ?? ''} – ${outcome(winner, votes, all)}`);
}

function outcome(winner: string, votes: string, all: string): string {
  if (all === '0') return 'nobody voted';
  const share = `${votes} of ${all} ${all === '1' ? 'vote' : 'votes'}`;
  return winner === '' ? `a draw, with ${share} each` : `${winner} won with ${share}`;
}
