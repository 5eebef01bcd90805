/**
 * What hostile players and Matrix users try. Each attack is looked at twice: at what Discord's interface received, and at what Discord's
 * clients make of it.
 */
import { describe, expect, it } from 'vitest';
import { parseMarkdown } from '../../../bridges/discord/markdown/parse.ts';
import { renderLiteral } from '../../../bridges/discord/markdown/render.ts';
import { printOf } from '../../../bridges/discord/notices.ts';
import { contentsOf } from '../../../bridges/discord/outgoing.ts';
import { parseHtml } from '../../../bridges/matrix/parse-html.ts';
import { type AdapterId, type Message, numberedId, type Place, type RoomRef, type ServerId } from '../../../src/event.ts';
import { joinedText, mapText } from '../../../src/notices/wording.ts';
import { join } from '../../../src/outbox/join.ts';
import { sanitizeName } from '../../../src/text/names.ts';
import { skeleton } from '../../../src/text/skeleton.ts';
import { literal, type RichText, type TextNode } from '../../../src/text/tree.ts';
import type { SeenMessage } from '../../doubles/discord/seen.ts';
import { shelved } from '../../support/media.ts';
import { words } from '../../support/words.ts';
import { hostileNames, hostileTexts } from './attack-texts.ts';
import { outline } from './markdown/outline.ts';
import { connected, edit, type Scene, says, scene, send } from './setup.ts';

const gap = '\u200b';
const matrix: Place = { kind: 'room', adapter: 'matrix' as AdapterId, room: '!games:example' as RoomRef };
const fromMatrix = { place: matrix, tag: 'Matrix', author: { id: '@m:example', name: 'Mallory' } };
/** All that is tried, so many texts at a time: a bot sends no more than 50 requests a second. */
function aims(portion: number): (readonly [aim: string, texts: readonly string[]])[] {
  return [...Object.entries(hostileTexts), ['to be another by name', hostileNames] as const].flatMap(([aim, texts]) =>
    Array.from({ length: Math.ceil(texts.length / portion) }, (_, part) => {
      return [`${aim}, ${part + 1}`, texts.slice(part * portion, (part + 1) * portion)] as const;
    }),
  );
}

const allTexts = aims(1).map(([aim, [text = '']]) => [aim, text] as const);

/** A guild whose bot may ping anybody, with people and a role to be pinged. */
async function target(make: () => Promise<Scene> = scene) {
  const made = await make();
  const { guild, alice, general } = made;
  const role = guild.addRole('Mods', { mentionable: true });
  const mod = guild.addMember('mod', { roles: [role] });
  guild.addMember('wonder', { displayName: 'Wonderland' });
  guild.setPermissions(guild.roleOf(made.bot), ['ManageWebhooks', 'MentionEveryone', 'Administrator']);
  const armed = (text: string) => text.replaceAll('USER', alice.id).replaceAll('ROLE', role.id).replaceAll('CHANNEL', general.id);
  /** The messages that something adds to the channel. */
  const added = async (act: () => Promise<unknown>): Promise<readonly SeenMessage[]> => {
    const before = general.messages.length;
    await act();
    return general.messages.slice(before);
  };
  return { ...made, mod, armed, added };
}
type Target = Awaited<ReturnType<typeof target>>;

/** Nobody was pinged, and nobody could have been: neither by what Discord was allowed nor by what it would find. */
function nobodyPinged({ discord, general, alice, mod }: Target): void {
  expect(discord.violations).toEqual([]);
  expect([...alice.pings, ...mod.pings]).toEqual([]);
  for (const { content, pings } of general.messages) {
    expect(pings).toEqual({ everyone: false, users: [], roles: [] });
    expect(content).not.toMatch(/@(everyone|here)|<@[!&]?\d/);
  }
  for (const { route, method, body } of discord.requests) {
    if (method === 'DELETE' || !route.includes('/webhooks/:webhook/:token')) continue;
    expect(body).toMatchObject({ allowed_mentions: { parse: [], users: [] } });
  }
}

/** What Discord's clients make of messages, in one piece. */
function shown(messages: readonly SeenMessage[]): RichText {
  return treeOf(messages.map(({ content }) => content));
}

function treeOf(contents: readonly string[]): RichText {
  const names = { user: () => 'PINGED', role: () => 'PINGED', channel: () => 'RESOLVED' };
  return contents.flatMap((content) => parseMarkdown(content, names));
}

/** What a reader sees of a text, however it was kept harmless. */
function visible(text: string): string {
  const decoded = text.replace(/%40|%60|%7C|%2A|%5F|%7E|%E2%80%8F|%E2%81%A[69]/g, decodeURIComponent);
  const lines = decoded.replace(/\r\n?|[\v\f\u0085\u2028\u2029]/g, '\n');
  return lines
    .replace(/[\p{Cs}\u200b\u202a-\u202e\u2066-\u2069]/gu, '')
    .replace(/<(<https?:[^\s<>]*>)>/g, '$1')
    .trim();
}

/** Every node of a tree. */
function nodesOf(tree: RichText): TextNode[] {
  return tree.flatMap((node) => {
    if ('children' in node) return [node, ...nodesOf(node.children)];
    return node.type === 'list' ? [node, ...node.items.flatMap(nodesOf)] : [node];
  });
}

/** Whatever a player typed is text, links that show where they lead, and code for links that don't; nothing else. */
function onlyText(tree: RichText, typed: string): void {
  for (const node of nodesOf(tree)) {
    if (node.type === 'link') {
      expect(visible(node.href), typed).toBe(visible(words(node.children)));
      expect(new URL(node.href).username, typed).toBe('');
    } else if (node.type === 'code') expect(new URL(node.text).username, typed).not.toBe('');
    else expect(node.type, typed).toBe('text');
  }
}

/** What Discord's clients make of a message, in one piece. */
function reading(message: Message): RichText {
  return treeOf(contentsOf(message, { id: '100000000000000001', guildId: '100000000000000000' }).map(({ text }) => text));
}

describe('a text is shown as it was typed', () => {
  it.each(allTexts)('%s: %j', (_, text) => {
    const typed = reading(says(text));
    onlyText(typed, text);
    expect(visible(words(typed))).toBe(visible(text));
  });
});

describe('nobody is pinged, by whatever stands wherever', () => {
  it.each(aims(8))('%s', async (_, texts) => {
    const made = await target();
    const { general, armed, added } = made;
    for (const text of texts.map(armed)) {
      const attachments = [{ name: text, description: text, url: 'https://files.example/a.png' }];
      const hostile = says(text, { author: { id: '1', name: text }, replyTo: { author: text, text }, attachments });
      const messages = await added(() => send(made, general, hostile));
      expect(visible(outline(shown(messages)))).toBe(visible(outline(reading(hostile))));
      // An edit that becomes an attack.
      const gone = shelved('nowhere', { name: text, description: text });
      const message = says('hello', { ...fromMatrix, attachments: [gone] });
      await send(made, general, message);
      await edit(made, general, message, text);
    }
    nobodyPinged(made);
  });
});

/** What leaves a line a line. */
const inLine = new Set<TextNode['type']>(['text', 'bold', 'link', 'code', 'spoiler']);

describe('what stands around a text stays what it is', () => {
  it.each(allTexts)('an answered message: %s: %j', (_, text) => {
    const tree = reading(says('hello', { replyTo: { author: text, text } }));
    // One line in a quote, and what is said behind it.
    expect(tree).toMatchObject([{ type: 'quote' }, { type: 'text', text: 'hello' }]);
    const [, ...quoted] = nodesOf(tree.slice(0, 1));
    expect(quoted.filter(({ type }) => !inLine.has(type))).toEqual([]);
    expect(words(tree.slice(0, 1))).not.toContain('\n');
  });

  it.each(allTexts)('a file: %s: %j', (_, text) => {
    const url = 'https://files.example/a.png';
    for (const more of [{ url }, { spoiler: true }]) {
      const tree = reading(says('hello', { attachments: [{ ...more, name: text, description: text }] }));
      const lines = words(tree).split('\n');
      expect([lines.length, lines[0]]).toEqual([2, 'hello']);
      expect(lines[1]).toMatch(/^\u{1F4CE} /u);
      for (const node of nodesOf(tree)) {
        expect(inLine).toContain(node.type);
        if (node.type === 'link' && node.href !== url) expect(visible(node.href)).toBe(visible(words(node.children)));
      }
    }
  });
});

describe('what the bridge itself says of somebody stays one line', () => {
  it.each(allTexts)('a notice: %s: %j', (_, text) => {
    const place: Place = { kind: 'server', server: 'alpha' as ServerId };
    for (const body of [joinedText([{ name: text }], 1, 'alpha'), mapText('alpha', text, 3)]) {
      const { identity, content } = printOf({ kind: 'notice', id: numberedId(1), at: 0, place, tag: 'alpha', body });
      expect([identity.username, content.users, content.text.startsWith('-# ')]).toEqual(['alpha', [], true]);
      const tree = treeOf([content.text]);
      expect(words(tree)).not.toContain('\n');
      expect(nodesOf(tree).filter(({ type }) => !inLine.has(type))).toEqual([]);
    }
  });

  it.each(allTexts)('a name in a status or an answer: %s: %j', (_, text) => {
    const markdown = renderLiteral(text);
    expect(markdown).not.toMatch(/@(everyone|here)|<@[!&]?\d/);
    onlyText(treeOf([markdown]), text);
    expect(words(treeOf([markdown]))).not.toContain('\n');
  });
});

describe('nobody appears as somebody else', () => {
  const members = ['Alice', 'alice', 'Wonderland', 'wonder', 'bridge', 'mod'];
  const official = ['Discord', 'Clyde', 'System', 'Server', 'Admin', 'Mods', 'everyone', 'here'];
  const own = ['Bridge', 'Several players', 'Several people'];

  const templates = ['{name} [{server}]', '{name}', '{platform}: {name}'];
  const names = [hostileNames.slice(0, 20), hostileNames.slice(20), [...members, ...official, ...own]];

  it.each(templates.flatMap((template) => names.map((some) => [template, some] as const)))(
    'by the template %j',
    async (template, some) => {
      const made = await target(() => connected({ template }));
      for (const name of some.map(made.armed)) {
        const [message] = await made.added(() => send(made, made.general, says('hello', { author: { id: '1', name } })));
        const { author = '', isApp } = message ?? {};
        expect(isApp).toBe(true);
        expect([...author].length, author).toBeGreaterThan(0);
        expect([...author].length, author).toBeLessThanOrEqual(80);
        expect(author).not.toMatch(/[\n\r\u200b\u202a-\u202e\u2066-\u2069]|discord|clyde|```/i);
        for (const other of [...members, ...official, ...own]) expect(skeleton(author), other).not.toBe(skeleton(other));
      }
      nobodyPinged(made);
    },
  );
});

describe('in a message of several, nobody speaks for another', () => {
  const mallory = { id: '666', name: 'Mallory' };
  const bob = { id: '2', name: 'Bob' };

  /** Who seems to say each line that stands by itself: the name in bold that it begins with. */
  function speakersOf(tree: RichText): string[] {
    const lines: TextNode[][] = [[]];
    for (const node of tree) {
      if (node.type === 'quote') lines.push([]);
      else if (node.type !== 'text') lines.at(-1)?.push(node);
      else {
        const [first = [], ...others] = node.text.split('\n').map(literal);
        lines.at(-1)?.push(...first);
        lines.push(...others.map((line) => [...line]));
      }
    }
    return lines
      .filter((line) => line.length > 0)
      .map(([first, second]) => {
        const name = first?.type === 'text' && first.text === '* ' ? second : first;
        return name?.type === 'bold' ? words([name]) : JSON.stringify(first);
      });
  }

  it.each(allTexts)('%s: %j', (_, text) => {
    for (const emote of [false, true]) {
      const said = [
        says('one', { author: bob }),
        says(text, { author: mallory, emote }),
        says('two', { author: bob }),
        says('three', { author: mallory, replyTo: { author: text, text } }),
        says('four', { author: bob, attachments: [{ name: text, description: text }] }),
      ];
      const { message } = join(said, 'digest', 20_000);
      expect(message.author.name).toBe('Several players');
      // Each part of it by itself, as people see it.
      const parts = contentsOf(message, { id: '1', guildId: '2' });
      const speakers = parts.flatMap((part) => speakersOf(treeOf([part.text])));
      expect(speakers.filter((speaker) => speaker.includes('\u{1F4CE}'))).toHaveLength(1);
      expect(speakers.slice(0, -1)).toEqual(['Bob', 'Mallory', 'Bob', 'Mallory', 'Bob']);
    }
  });

  it.each(hostileNames)('by the name %j', (name) => {
    const blocks = new Set<TextNode['type']>(['quote', 'heading', 'list', 'codeBlock', 'mention', 'emoji', 'spoiler']);
    // As the hub hands it on.
    const author = { id: '666', name: sanitizeName(name) || 'Somebody' };
    const said = [says('one', { author: bob }), says('two', { author }), says('three', { author: bob, emote: true })];
    const digest = reading(join(said, 'digest', 1_900).message);
    expect(speakersOf(digest)).toHaveLength(3);
    const own = reading(join([says('one', { author }), says('two', { author, emote: true })], 'speaker', 1_900).message);
    expect([...nodesOf(digest), ...nodesOf(own)].filter(({ type }) => blocks.has(type))).toEqual([]);
  });
});

describe('a Matrix user’s markup stays inside what it is', () => {
  const evil = '<a https://evil.example/>https://evil.example/</a>';
  const link = (text: string, href = 'https://evil.example') => `<a href="${href}">${text}</a>`;

  const cases: readonly (readonly [what: string, html: string, expected: string])[] = [
    ['a mention that is named so', link('@everyone', 'https://matrix.to/#/@everyone:x'), `@${gap}everyone`],
    ['a whole room', '@room @everyone', `@room @${gap}everyone`],
    ['a mention of a member', '<b>&lt;@1&gt;</b>', `<b><@${gap}1></b>`],
    ['an address as words', link('https://good.example'), `<a https://good.example>https://good.example</a> (${evil})`],
    ['a domain as words', link('good.example'), `good.example (${evil})`],
    ['a domain with a path as words', link('www.good.example/login'), `www.good.example/login (${evil})`],
    ['a domain in bold', link('<b>good.example</b>'), `<b>good.example</b> (${evil})`],
    ['a domain in code', link('<code>good.example</code>'), `<code>good.example</code> (${evil})`],
    ['a broken address', link('https:/&#8203;/good.example'), `https:/${gap}/good.example (${evil})`],
    ['wide letters', link('ｇｏｏｄ．example'), `ｇｏｏｄ．example (${evil})`],
    ['other slashes', link('https:∕∕good.example'), `https:∕∕good.example (${evil})`],
    ['its own domain', link('good.example', 'https://good.example/a'), '<a https://good.example/a>good.example</a>'],
    ['a user in the address', link('click', 'https://good.example@evil.example/'), '<a https://evil.example/>click</a>'],
    ['a user in a bare address', link('https://a.example@evil.example/', 'https://a.example@evil.example/'), evil],
    ['javascript', link('click', 'javascript:alert(1)'), 'click'],
    ['data', link('click', 'data:text/html,x'), 'click'],
    ['brackets in words', link('] (evil) ['), '<a https://evil.example/>] (evil) [</a>'],
    ['a masked link in words', link('](https://a.example) ['), `](<a https://a.example>https://a.example</a>) [ (${evil})`],
    ['parentheses in an address', link('x', 'https://a.example/)**b**('), '<a https://a.example/%29%2A%2Ab%2A%2A%28>x</a>'],
    ['a heading in a link', link('<h1>x</h1>'), '<a https://evil.example/>x</a>'],
    ['back-ticks in code', '<code>`** @everyone **`</code>', `<code>\`** @${gap}everyone **\`</code>`],
    ['more back-ticks in code', '<code>a` b`` c``` d</code>', `<code>a\` b\`${gap}\` c\`${gap}\`${gap}\` d</code>`],
    ['three back-ticks in code', '<code>```\n**x**</code>', '<code>```\n**x**</code>'],
    ['a fence in a code block', '<pre><code>```\n**Admin:** hi</code></pre>', `<pre>\`${gap}\`\`\n**Admin:** hi</pre>`],
    ['a fence in the language', '<pre><code class="language-js```">x</code></pre>', '<pre js>x</pre>'],
    ['a line break in the language', '<pre><code class="language-js\n**x**">y</code></pre>', '<pre js>y</pre>'],
    ['lines in a quote', '<blockquote>a<br><br>**Admin:** b</blockquote>c', '<q>a\n\n**Admin:** b</q>c'],
    ['odd line breaks in a quote', '<blockquote>a&#13;b&#8232;c&#11;d</blockquote>e', '<q>a b\nc\nd</q>e'],
    ['odd line breaks in code', '<blockquote><pre>a&#8232;b&#13;c</pre></blockquote>d', '<q><pre>a\nb\nc</pre></q>d'],
    ['a quote in a quote', '<blockquote>a<blockquote>b</blockquote>c</blockquote>d', '<q>a\n> b\nc</q>d'],
    ['a code block in a quote', '<blockquote><pre>a\n\nb</pre></blockquote>c', '<q><pre>a\n\nb</pre></q>c'],
    ['bars in a spoiler', '<span data-mx-spoiler>a || b</span>', '<spoiler>a || b</spoiler>'],
    ['bars in code in a spoiler', '<span data-mx-spoiler>a <code>||</code></span>', `<spoiler>a <code>|${gap}|</code></spoiler>`],
    [
      'bars in a link in a spoiler',
      `<span data-mx-spoiler>${link('a', 'https://a.example/||')}</span>`,
      '<spoiler><a https://a.example/%7C%7C>a</a></spoiler>',
    ],
    ['a line break in a heading', '<h1>a<br>b</h1>c', '<h1>a b</h1>c'],
    ['an odd line break in a heading', '<h1>a&#8232;b</h1>c', '<h1>a b</h1>c'],
    ['a heading in a list', '<ul><li><h1>a</h1></li><li>b<br># c</li></ul>', '<ul><li>a</li><li>b\n# c</li></ul>'],
    ['marks in bold', '<b>a** b</b> c', '<b>a** b</b> c'],
    ['subtext', '-# small', '-# small'],
    ['a heading by its sign', '# a', '# a'],
    ['a sum', '1. a', '1. a'],
    ['an emoji', '<img data-mx-emoticon alt=":&lt;@1&gt;:" src="mxc://a/b">', `:<@${gap}1>:`],
    ['a mention’s name', link('**Admin** @here', 'https://matrix.to/#/@a:b'), `@**Admin** @${gap}here`],
    ['HTML as text', '&lt;b&gt;&lt;script&gt;', '<b><script>'],
    ['the other direction', '\u202eabc', 'abc'],
  ];

  it.each(cases)('%s', (_, html, expected) => {
    expect(outline(reading(says('', { ...fromMatrix, body: parseHtml(html) })))).toBe(expected);
  });

  it('as Discord receives it, too', async () => {
    const made = await target();
    for (const [what, html, expected] of cases.slice(0, 40)) {
      const messages = await made.added(() => send(made, made.general, says('', { ...fromMatrix, body: parseHtml(html) })));
      expect(outline(shown(messages)), what).toBe(expected);
      expect(messages.map(({ author }) => author)).toEqual(['Mallory [Matrix]']);
    }
    nobodyPinged(made);
  });
});
