/** Whatever is said, by whomever: Discord takes it, and it can be read again in order. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { identityOf } from '../../../bridges/discord/identity.ts';
import { parseMarkdown } from '../../../bridges/discord/markdown/parse.ts';
import { contentsOf } from '../../../bridges/discord/outgoing.ts';
import { literal, type RichText, type StyleName, type TextNode } from '../../../src/text/tree.ts';
import { checkBody } from '../../doubles/discord/validation.ts';
import { anyCodePoints } from '../../support/any-text.ts';
import { words } from '../../support/words.ts';
import { hostileNames, hostileTexts } from './attack-texts.ts';
import { says, scene, send } from './setup.ts';

const channel = { id: '100000000000000001', guildId: '100000000000000000' };
const names = { user: () => undefined, role: () => undefined, channel: () => undefined };
const runs = { numRuns: 100, seed: 20_261_121 };

const marks = [
  '*',
  '**',
  '_',
  '__',
  '~~',
  '||',
  '`',
  '``',
  '```',
  '\\',
  '#',
  '# ',
  '>',
  '> ',
  '>>> ',
  '-',
  '- ',
  '-# ',
  '1. ',
  '[',
  '](',
];
const signs = [
  ')',
  '<',
  '>',
  '@everyone',
  '@here',
  '<@1>',
  '<@&1>',
  '<#1>',
  '<t:1>',
  '<:a:1>',
  '¯\\_(ツ)_/¯',
  ' ',
  '\n',
  '\n\n',
  '\t',
];
const odd = [
  '\u200b',
  '\u202e',
  '\u2066',
  '\u0301',
  '\u20e3',
  '\ufe0f',
  '\u200d',
  '\u{1F600}',
  '\u{1F1E6}',
  '한',
  '\ud800',
  '\udc00',
  '\0',
  '\r',
  '\u2028',
];
const pieces = fc.oneof(
  fc.constantFrom(...marks, ...signs),
  fc.constantFrom(...odd),
  fc.constantFrom('https://a.example/b_c ', 'https://a.example/(d)* ', 'https://a.example/<'),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  anyCodePoints(6),
);
/** Any text, short or long. */
const anyText = fc
  .tuple(fc.array(pieces, { maxLength: 60 }), fc.constantFrom(1, 1, 1, 7, 40))
  .map(([some, times]) => some.join('').repeat(times));

const styles: readonly StyleName[] = ['bold', 'italic', 'underline', 'strike', 'spoiler'];
const { tree: anyTree } = fc.letrec<{ tree: RichText; node: TextNode }>((tie) => ({
  tree: fc.array(tie('node'), { maxLength: 5 }),
  node: fc.oneof(
    { maxDepth: 4 },
    fc.record({ type: fc.constant('text' as const), text: anyText }),
    fc.record({ type: fc.constant('code' as const), text: anyText }),
    fc.record({ type: fc.constant('codeBlock' as const), text: anyText, language: fc.constantFrom('js', '```', 'a b', '') }),
    fc.record({ type: fc.constant('mention' as const), name: anyText, of: fc.constantFrom('user', 'role', 'room', 'everyone') }),
    fc.record({ type: fc.constant('emoji' as const), name: anyText }),
    fc.record({ type: fc.constantFrom(...styles), children: tie('tree') }),
    fc.record({ type: fc.constant('quote' as const), children: tie('tree') }),
    fc.record({ type: fc.constant('heading' as const), level: fc.integer({ min: -1, max: 9 }), children: tie('tree') }),
    fc.record({
      type: fc.constant('list' as const),
      ordered: fc.boolean(),
      start: fc.integer({ min: -5, max: 1_000_000_000 }),
      items: fc.array(tie('tree'), { maxLength: 4 }),
    }),
    fc.record({
      type: fc.constant('link' as const),
      href: fc.constantFrom(
        'https://a.example/b_c',
        'https://a.example/)||**`<>',
        'https://u:p@a.example',
        'mailto:a@b.example',
        'x:',
      ),
      children: tie('tree'),
    }),
  ),
}));

/** The texts that show something, each of which Discord takes. */
function sendable(body: RichText, more = {}): string[] {
  const message = says('', { body, ...more });
  const { username, avatar_url } = identityOf(message, '{name} [{server}]', { bot: 'Relay', resembles: () => undefined });
  return contentsOf(message, channel).map(({ text, users, flags }) => {
    const mentions = { allowed_mentions: { parse: [], users } };
    checkBody('executeWebhook', { username, avatar_url, content: text, ...mentions, ...(flags !== undefined && { flags }) });
    checkBody('editWebhookMessage', { content: text, ...mentions });
    expect(text.length).toBeLessThanOrEqual(2_000);
    expect(text.replace(/[\s\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, '')).not.toBe('');
    expect(text).not.toMatch(/\p{Cs}/u);
    expect(text).not.toMatch(/@(everyone|here)|<@[!&]?\d/);
    return text;
  });
}

/** What can be read in texts, one after the other, without blanks and what can't be seen. */
function read(texts: readonly string[]): string {
  return letters(texts.map((text) => words(parseMarkdown(text, names))).join(''));
}

function letters(text: string): string {
  const decoded = text.replace(/(?:%[0-9A-F]{2})+/g, (bytes) => decodeURIComponent(bytes));
  return decoded.replace(/[\s\p{C}\p{Z}\u0085]/gu, '');
}

describe('any text', () => {
  it('is taken by Discord, and can be read again in order', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(read(sendable(literal(text)))).toBe(letters(text));
      }),
      runs,
    );
  });

  it('is cut between letters as people see them, wherever that can be', () => {
    const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
    const composed = [
      '\u{1F468}\u200d\u{1F469}\u200d\u{1F467}',
      '\u{1F1E9}\u{1F1EA}',
      'e\u0301\u0323',
      '각',
      'नि',
      '\u{1F44D}\u{1F3FD}',
      'x',
      '*',
      '漢',
    ];
    const text = fc
      .array(fc.constantFrom(...composed), { minLength: 1, maxLength: 9 })
      .chain((some) => fc.integer({ min: 0, max: 900 }).map((times) => some.join('').repeat(times)));
    fc.assert(
      fc.property(text, (said) => {
        const parts = sendable(literal(said)).map((part) => words(parseMarkdown(part, names)));
        expect(parts.join('')).toBe(said);
        const edges = new Set(Array.from(graphemes.segment(said), ({ index }) => index));
        let at = 0;
        for (const part of parts) {
          expect(edges).toContain(at);
          at += part.length;
        }
      }),
      { ...runs, numRuns: 40 },
    );
  });
});

describe('any tree', () => {
  it('is taken by Discord', () => {
    fc.assert(
      fc.property(anyTree, anyText, fc.boolean(), (body, text, emote) => {
        const attachments = [{ name: text, description: text, url: 'https://files.example/a' }];
        sendable(body, { emote, replyTo: { author: text, text }, attachments, author: { id: '1', name: text } });
      }),
      { ...runs, numRuns: 40 },
    );
  });

  it('can be read again in order', () => {
    const whole = (text: string) => text.replace(/\p{Cs}/gu, '');
    const onlyLetters = (text: string) => text.replace(/[^\p{L}]/gu, '');
    /** Without what is written otherwise: addresses, languages, and halves of characters, which two nodes could make a whole of. */
    const plain = (tree: RichText): RichText =>
      tree.map((node): TextNode => {
        if (node.type === 'link') return { ...node, href: 'https://a.example/', children: literal('here') };
        if (node.type === 'codeBlock') return { type: 'codeBlock', text: whole(node.text) };
        if ('text' in node) return { ...node, text: whole(node.text) };
        if ('name' in node) return { ...node, name: whole(node.name) };
        if (node.type === 'list') return { ...node, items: node.items.map(plain) };
        return 'children' in node ? { ...node, children: plain(node.children) } : node;
      });
    fc.assert(
      fc.property(anyTree.map(plain), (tree) => {
        expect(onlyLetters(read(sendable(tree)))).toBe(onlyLetters(letters(words(tree))));
      }),
      { ...runs, numRuns: 40 },
    );
  });
});

it('any name, of anybody, anywhere, is taken by Discord', () => {
  const template = fc.constantFrom(
    '{name} [{server}]',
    '{name}',
    '{server}{name}',
    '{platform}/{name}',
    `{name}${'x'.repeat(70)}`,
    'disc{name}ord',
  );
  const name = fc.oneof(anyText, fc.constantFrom(...hostileNames));
  fc.assert(
    fc.property(name, name, template, fc.constantFrom(true, false, undefined), (called, tag, shape, resembled) => {
      const speaker = { ...says(''), author: { id: '1', name: called, avatar: called }, tag };
      const { username, avatar_url } = identityOf(speaker, shape, { bot: 'Relay', resembles: () => resembled });
      checkBody('executeWebhook', { username, avatar_url, content: 'x' });
      expect([...username].length).toBeLessThanOrEqual(80);
      expect(username).not.toMatch(/[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e]|\s{2}/u);
    }),
    { ...runs, numRuns: 400 },
  );
});

it('what Discord takes on paper, it takes', async () => {
  const made = await scene();
  const texts = fc.sample(anyText, { numRuns: 25, seed: runs.seed });
  for (const text of [...texts, ...Object.values(hostileTexts).map(([first = '']) => first)]) {
    const parts = contentsOf(says(text), channel).length;
    if (parts > 0 && parts < 3) await send(made, made.general, says(text, { author: { id: '1', name: text } }));
  }
  expect(made.general.messages.length).toBeGreaterThan(15);
  expect(made.discord.violations).toEqual([]);
});
