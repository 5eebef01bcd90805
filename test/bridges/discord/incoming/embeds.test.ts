import { type APIEmbed, EmbedType } from 'discord.js';
import { expect, it } from 'vitest';
import { embedsOf } from '../../../../bridges/discord/incoming/embeds.ts';
import { outline } from '../markdown/outline.ts';

const names = { user: () => 'Alice', role: () => undefined, channel: () => undefined };
const rich = (embed: APIEmbed): APIEmbed => ({ type: EmbedType.Rich, ...embed });
const shown = (embeds: APIEmbed[], content = '', byPerson = false) => embedsOf(embeds, content, { names, byPerson });

it.each<[string, APIEmbed, string]>([
  ['a title', { title: 'News' }, '<b>News</b>'],
  ['a title with markup', { title: '*N* <@1>' }, '<b><i>N</i> <at user>Alice</at></b>'],
  ['a title with a link', { title: 'News', url: 'https://n.example' }, '<b><a https://n.example>News</a></b>'],
  ['a description', { description: '# big\n**a** <@1>' }, '<h1>big</h1><b>a</b> <at user>Alice</at>'],
  [
    'fields',
    {
      fields: [
        { name: 'Map', value: 'dust' },
        { name: '*State*', value: '`on`' },
      ],
    },
    '<b>Map</b>: dust\n<b><i>State</i></b>: <code>on</code>',
  ],
  [
    'everything, in order',
    {
      author: { name: 'CI' },
      title: 'Build',
      description: 'ok',
      fields: [{ name: 'Time', value: '3 s' }],
      footer: { text: 'main' },
    },
    'CI\n<b>Build</b>\nok\n<b>Time</b>: 3 s\nmain',
  ],
  ['nothing', {}, ''],
])('writes %s as text', (_what, embed, wanted) => {
  expect(outline(shown([rich(embed)]).body)).toBe(wanted);
});

it('shows the picture of an embed as a file', () => {
  const image = { url: 'https://i.example/a/graph.png?x=1' };
  expect(shown([rich({ image })])).toEqual({ body: [], attachments: [{ name: 'graph.png', url: image.url }] });
  expect(shown([rich({ image: { url: 'https://i.example' } })]).attachments).toMatchObject([{ name: 'image' }]);
  expect(shown([rich({ image: { url: 'attachment://lost' } })]).attachments).toEqual([]);
  expect(shown([rich({ image: { url: 'no address' } })]).attachments).toEqual([]);
});

it.each<[string, APIEmbed, string, boolean]>([
  ['an article', { type: EmbedType.Article, title: 'x' }, 'https://a.example', false],
  ['a video', { type: EmbedType.Video, title: 'x' }, 'https://v.example', false],
  ['an animated picture', { type: EmbedType.GIFV, title: 'x' }, 'https://tenor.example', true],
  ["a poll's result", { type: EmbedType.PollResult, fields: [{ name: 'a', value: 'b' }] }, '', true],
  [
    'a link that Discord shows richly',
    { type: EmbedType.Rich, title: 'x', url: 'https://t.example/1' },
    'https://t.example/1',
    false,
  ],
  [
    'the same, under another address',
    { type: EmbedType.Rich, title: 'x', url: 'https://t.example/1' },
    'https://x.example/1',
    true,
  ],
])('leaves out the preview of %s', (_what, embed, content, byPerson) => {
  expect(shown([embed], content, byPerson)).toEqual({ body: [], attachments: [] });
});

it("keeps a bot's own embed beside a link, and what a person's message shows without one", () => {
  expect(outline(shown([rich({ title: 'x', url: 'https://b.example' })], 'see https://a.example').body)).toContain('x');
  expect(outline(shown([rich({ title: 'x' })], 'look', true).body)).toContain('x');
});
