/** Text on its way between Matrix, Discord, and places that know no markup: what one writes there is what the others read. */
import { describe, expect, it } from 'vitest';
import { parseMarkdown } from '../../bridges/discord/markdown/parse.ts';
import { renderMarkdown } from '../../bridges/discord/markdown/render.ts';
import { parseHtml } from '../../bridges/matrix/parse-html.ts';
import { renderHtml } from '../../bridges/matrix/render-html.ts';
import { forGame } from '../../src/text/game.ts';
import { toPlain } from '../../src/text/plain.ts';
import { discordCases, names } from './discord-cases.ts';
import { gameCases } from './game-cases.ts';
import { matrixCases } from './matrix-cases.ts';
import { says } from './says.ts';
import { seen } from './seen.ts';

const fromDiscord = (markdown: string) => parseMarkdown(markdown, names);

describe.each(Object.entries(matrixCases))('Matrix: %s', (_, cases) => {
  it.each(cases.map((one) => [one[0], one] as const))('%s', (_, [html, markdown, plain, back = html]) => {
    const said = parseHtml(html);
    expect(renderMarkdown(said)).toBe(markdown);
    expect(toPlain(said)).toBe(plain);
    expect(seen(fromDiscord(markdown)), 'to Discord and back').toEqual(seen(parseHtml(back)));
    expect(seen(parseHtml(renderHtml(fromDiscord(markdown)))), 'from there to Matrix again').toEqual(seen(parseHtml(back)));
    expect(seen(parseHtml(renderHtml(said))), 'to another Matrix room').toEqual(seen(said));
  });
});

describe.each(Object.entries(discordCases))('Discord: %s', (_, cases) => {
  it.each(cases.map((one) => [one[0], one] as const))('%s', (_, [markdown, html, plain, back = markdown]) => {
    const said = fromDiscord(markdown);
    expect(renderHtml(said)).toBe(html);
    expect(toPlain(said)).toBe(plain);
    expect(seen(fromDiscord(renderMarkdown(parseHtml(html)))), 'to Matrix and back').toEqual(seen(fromDiscord(back)));
    expect(seen(fromDiscord(renderMarkdown(said))), 'to another Discord channel').toEqual(seen(fromDiscord(back)));
  });
});

describe('in a game', () => {
  it.each(gameCases)('%j', (html, ...lines) => {
    expect(forGame(says(parseHtml(html)), 60)).toEqual(lines);
  });
});
