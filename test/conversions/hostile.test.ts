/** What is made to hurt whoever reads it: as large as an event may be, and as deep. */
import { describe, expect, it } from 'vitest';
import { contentsOf } from '../../bridges/discord/outgoing.ts';
import { toDrafts } from '../../bridges/matrix/content.ts';
import { parseHtml } from '../../bridges/matrix/parse-html.ts';
import { forGame } from '../../src/text/game.ts';
import { forbidden } from './allowed.ts';
import { says } from './says.ts';

const channel = { id: '100000000000000001', guildId: '100000000000000000' };
const size = 64 * 1_024;
/** Everything that can be had of a text in one event. */
const fill = (before: string, unit: string) => before + unit.repeat((size - before.length) / unit.length);

describe('64 KiB of it', () => {
  it.each([
    ['words', fill('', 'word ')],
    ['signs that are escaped', fill('', '*')],
    ['a hundred quotes around lines', fill('<blockquote>'.repeat(100), 'a<br>')],
    ['lists in lists', fill('', '<ul><li>a')],
    ['styles around items', fill(`${'<b><i>'.repeat(20)}<ul>`, '<li>a')],
    ['crossing styles and quotes', fill('', '<b><blockquote>a</b></blockquote>')],
    ['a spoiler around styles', fill('<span data-mx-spoiler>', 'a <b>b</b> ')],
    ['code of back-ticks', fill('<pre><code>', '```\n')],
    ['rows', fill('<table>', '<tr><td>a<td>b')],
    ['tables in tables', fill('', '<table><tr><td>a')],
    ['unclosed links', fill('', '<a href="https://a.test/b">c')],
    ['marks on one letter', fill('a', '\u0301')],
    ['line breaks', fill('a', '<br>')],
  ])('%s', (_, html) => {
    const started = process.cpuUsage();
    const said = says(parseHtml(html));
    const texts = contentsOf(said, channel);
    const events = toDrafts(said, { nameTemplate: '{name}', serverId: 'a' });
    forGame(said, 200);
    const { user, system } = process.cpuUsage(started);
    expect((user + system) / 1_000).toBeLessThan(8_000);
    expect(Math.max(...texts.map(({ text }) => text.length))).toBeLessThanOrEqual(2_000);
    // No more than as many signs of escape would make of it, or thereabouts.
    expect(texts.length).toBeLessThan(150);
    expect(events.length).toBeLessThan(30);
    expect(events.flatMap(({ content }) => forbidden(content.formatted_body))).toEqual([]);
  });
});
