import { expect, it } from 'vitest';
import { type DiscordPoll, pollOf, pollResultOf } from '../../../../bridges/discord/incoming/poll.ts';
import { outline } from '../markdown/outline.ts';

type Answer = DiscordPoll['answers'] extends ReadonlyMap<number, infer A> ? A : never;
const answer = (text: string | null, emoji: Answer['emoji'] = null): Answer => ({ text, emoji });
const bomb = { id: null, name: '\u{1F4A3}', animated: null };
const blob = { id: '41771983423143937', name: 'blob', animated: true };

it.each<[string, string | null, Answer[], boolean, string]>([
  ['answers', 'Which map?', [answer('dust'), answer('nuke')], false, 'poll: Which map?<ol><li>dust</li><li>nuke</li></ol>'],
  ['several answers', 'Who?', [answer('I')], true, 'poll: Who? (several answers)<ol><li>I</li></ol>'],
  ['an emoji', 'Boom?', [answer('yes', bomb)], false, 'poll: Boom?<ol><li>\u{1F4A3} yes</li></ol>'],
  ['a custom emoji', 'Q', [answer('yes', blob)], false, 'poll: Q<ol><li><emoji blob> yes</li></ol>'],
  ['nothing but an emoji', 'Q', [answer(null, bomb)], false, 'poll: Q<ol><li>\u{1F4A3}</li></ol>'],
  ['no markup in them', '**Q**', [answer('||a||')], false, 'poll: **Q**<ol><li>||a||</li></ol>'],
  ['what is not told', null, [answer(null)], false, 'poll: <ol><li></li></ol>'],
])('reads a poll with %s', (_what, text, answers, allowMultiselect, wanted) => {
  const poll = { question: { text }, answers: new Map(answers.entries()), allowMultiselect };
  expect(outline(pollOf(poll))).toBe(wanted);
});

it.each<[string, Record<string, string>, string]>([
  [
    'a winner',
    { poll_question_text: 'Map?', victor_answer_votes: '5', total_votes: '8', victor_answer_id: '1', victor_answer_text: 'dust' },
    'poll ended: Map? – dust won with 5 of 8 votes',
  ],
  [
    'a single vote',
    { poll_question_text: 'Map?', victor_answer_votes: '1', total_votes: '1', victor_answer_text: 'dust' },
    'poll ended: Map? – dust won with 1 of 1 vote',
  ],
  [
    'an emoji that won',
    { poll_question_text: 'Map?', victor_answer_votes: '2', total_votes: '3', victor_answer_emoji_name: '\u{1F4A3}' },
    'poll ended: Map? – \u{1F4A3} won with 2 of 3 votes',
  ],
  [
    'a draw',
    { poll_question_text: 'Map?', victor_answer_votes: '4', total_votes: '8' },
    'poll ended: Map? – a draw, with 4 of 8 votes each',
  ],
  ['no votes', { poll_question_text: 'Map?', victor_answer_votes: '0', total_votes: '0' }, 'poll ended: Map? – nobody voted'],
  ['nothing told', {}, 'poll ended:  – nobody voted'],
])('tells the result with %s', (_what, told, wanted) => {
  const fields = Object.entries(told).map(([name, value]) => ({ name, value }));
  expect(outline(pollResultOf(fields))).toBe(wanted);
});
