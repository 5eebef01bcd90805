/** Notices in words: whatever people and servers are called, and whatever reason they give. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { renderMarkdown } from '../../bridges/discord/markdown/render.ts';
import { renderHtml } from '../../bridges/matrix/render-html.ts';
import { joinedText, leftText, mapText, offlineText, onlineText } from '../../src/notices/wording.ts';
import { textLength } from '../../src/text/tree.ts';
import { anyCodePoints } from '../support/any-text.ts';
import { words } from '../support/words.ts';

const visible = (text: string) => text.replaceAll('\u2060', '');
const left = (name: string, reason?: string) => visible(words(leftText([{ name, reason }], 1, 'alpha')));

test.each([
  ['everybody who goes of their own accord', 'Disconnect by user.', ''],
  ['the same in other words', 'disconnected', ''],
  ['nothing that can be seen', '\u200b\u202e', ''],
  ['a kick', 'Kicked by Barney: too\nloud', ' (Kicked by Barney: too / loud)'],
  ['an address of IPv4', 'banned 203.0.113.7:27005 for spam', ' (banned … for spam)'],
  ['an address of IPv6', 'banned [2001:db8::8a2e:370:7334] for spam', ' (banned … for spam)'],
  ['a time is no address', 'banned until 12:30:00', ' (banned until 12:30:00)'],
])('a reason: %s', (_, reason, shown) => {
  expect(left('Gordon', reason)).toBe(`← Gordon left alpha${shown}`);
});

test('a long reason is cut', () => {
  expect(left('Gordon', 'spam '.repeat(1_000))).toMatch(/^← Gordon left alpha \((spam ){19}spam… ?\)$/);
});

test.each([
  ['**Gordon** <@1>', '→ **\\*\\*Gordon\\*\\* \\<@\u200b1>** joined alpha'],
  ['@everyone', '→ **@\u200beveryone** joined alpha'],
  ['https://evil.example/x', '→ **https:\u2060//evil.\u2060example/x** joined alpha'],
  ['discord.gg/abc', '→ **discord.\u2060gg/abc** joined alpha'],
  ['Gordon left alpha', '→ **Gordon left alpha** joined alpha'],
  ['Gordon\n-# ▼ alpha is offline', '→ **Gordon -# ▼ alpha is offline** joined alpha'],
  ['\u202e\u200b', '→ **somebody** joined alpha'],
  ['||x', '→ **\\|\\|x** joined alpha'],
  ['x'.repeat(300), `→ **${'x'.repeat(40)}…** joined alpha`],
])('a name in Discord: %j', (name, markdown) => {
  expect(renderMarkdown(joinedText([{ name }], 1, 'alpha'))).toBe(markdown);
});

test('a name in Matrix holds no HTML and no address', () => {
  const html = renderHtml(joinedText([{ name: '<b>@room</b> evil.example' }], 1, 'alpha'));
  expect(html).toBe('→ <strong>&lt;b&gt;@room&lt;/b&gt; evil.\u2060example</strong> joined alpha');
});

test('servers and maps are other people’s words as well', () => {
  expect(renderMarkdown(onlineText('*alpha*', 'gm_con_struct', 1))).toBe('▲ \\*alpha\\* is online (gm\\_con\\_struct, 1 player)');
  expect(renderMarkdown(mapText('alpha', 'http://evil.example', 0))).toBe(
    '↻ alpha changed the map to http:\u2060//evil.\u2060example',
  );
  expect(renderMarkdown(offlineText('alpha.example'))).toBe('▼ alpha.\u2060example is offline');
});

test('whatever the names: one line, and not too long', () => {
  const name = anyCodePoints(300);
  fc.assert(
    fc.property(fc.array(name, { minLength: 1, maxLength: 5 }), name, (names, reason) => {
      const text = leftText(
        names.map((one) => ({ name: one, reason })),
        names.length,
        'alpha',
      );
      expect(words(text)).not.toMatch(/[\n\r\u2028\u2029]/);
      expect(textLength(text)).toBeLessThan(600);
      expect(renderMarkdown(text)).not.toMatch(/[\n\r]|@everyone|<@\d/);
    }),
    { numRuns: 30 },
  );
});
