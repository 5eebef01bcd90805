import { describe, expect, it, test } from 'vitest';
import { toDrafts, toReplacement } from '../../../bridges/matrix/content.ts';
import { bridgeMark, type RoomEvent, readSaid, type Said, toAuthor, toMessage, toQuote } from '../../../bridges/matrix/event.ts';
import { type AdapterId, eventId, type Message, type Place, type RoomRef, type ServerId } from '../../../src/event.ts';
import { literal } from '../../../src/text/tree.ts';

const place: Place = { kind: 'room', adapter: 'matrix' as AdapterId, room: '#lobby:hs' as RoomRef };

function event(content: Record<string, unknown>, changes: Partial<RoomEvent> = {}): RoomEvent {
  return { type: 'm.room.message', event_id: '$1', sender: '@al:hs', origin_server_ts: 5, content, ...changes };
}

describe('what a Matrix event says', () => {
  const plain: Said = { body: literal('hi'), attachments: [], emote: false };
  const html = { format: 'org.matrix.custom.html' };
  const reply = { 'm.relates_to': { 'm.in_reply_to': { event_id: '$0' } } };

  test.each<[name: string, content: Record<string, unknown>, said: Said | undefined]>([
    ['a text', { msgtype: 'm.text', body: 'hi' }, plain],
    ['a text with markup is taken literally', { msgtype: 'm.text', body: '<b>' }, { ...plain, body: literal('<b>') }],
    ['HTML', { msgtype: 'm.text', body: 'x', ...html, formatted_body: '<p>hi</p>' }, plain],
    ['empty HTML', { msgtype: 'm.text', body: 'hi', ...html, formatted_body: '<p></p>' }, plain],
    ['HTML of another format', { msgtype: 'm.text', body: 'hi', format: 'x', formatted_body: '<b>x</b>' }, plain],
    ['HTML that is no text', { msgtype: 'm.text', body: 'hi', ...html, formatted_body: { a: 1 } }, plain],
    ['an emote', { msgtype: 'm.emote', body: 'hi' }, { ...plain, emote: true }],
    ['a reply', { msgtype: 'm.text', body: 'hi', ...reply }, { ...plain, inReplyTo: '$0' }],
    [
      'a reply with a copy of what it answers',
      { msgtype: 'm.text', body: '> <@bo:hs> one\n> two\n\nhi', ...reply },
      { ...plain, inReplyTo: '$0' },
    ],
    [
      'a reply that itself begins with a quote',
      { msgtype: 'm.text', body: '> quoted\n\nhi', ...reply },
      { ...plain, body: literal('> quoted\n\nhi'), inReplyTo: '$0' },
    ],
    [
      'a quote that is no reply',
      { msgtype: 'm.text', body: '> <@bo:hs> one\n\nhi' },
      { ...plain, body: literal('> <@bo:hs> one\n\nhi') },
    ],
    [
      'a message in a thread, which is no reply',
      {
        msgtype: 'm.text',
        body: 'hi',
        'm.relates_to': { rel_type: 'm.thread', event_id: '$r', is_falling_back: true, 'm.in_reply_to': { event_id: '$0' } },
      },
      { ...plain, threadRoot: '$r' },
    ],
    [
      'an answer in a thread',
      {
        msgtype: 'm.text',
        body: 'hi',
        'm.relates_to': { rel_type: 'm.thread', event_id: '$r', 'm.in_reply_to': { event_id: '$0' } },
      },
      { ...plain, threadRoot: '$r', inReplyTo: '$0' },
    ],
    [
      'a picture',
      { msgtype: 'm.image', body: 'cat.png', url: 'mxc://hs/1', info: { mimetype: 'image/png', size: 9 } },
      { ...plain, body: [], attachments: [{ name: 'cat.png', mimeType: 'image/png', size: 9, mxc: 'mxc://hs/1' }] },
    ],
    [
      'a picture with a caption',
      { msgtype: 'm.image', body: 'hi', filename: 'cat.png', url: 'mxc://hs/1' },
      { ...plain, attachments: [{ name: 'cat.png', mxc: 'mxc://hs/1' }] },
    ],
    [
      'a hidden picture with its size',
      {
        msgtype: 'm.image',
        body: 'a',
        url: 'mxc://hs/1',
        info: { w: 3.2, h: 4 },
        'page.codeberg.everypizza.msc4193.spoiler': true,
      },
      { ...plain, body: [], attachments: [{ name: 'a', mxc: 'mxc://hs/1', width: 3, height: 4, spoiler: true }] },
    ],
    [
      'a video with a picture out of it',
      { msgtype: 'm.video', body: 'a', url: 'mxc://hs/1', info: { mimetype: 'video/mp4', thumbnail_url: 'mxc://hs/2' } },
      { ...plain, body: [], attachments: [{ name: 'a', mxc: 'mxc://hs/1', stillMxc: 'mxc://hs/2', mimeType: 'video/mp4' }] },
    ],
    [
      'a video with an address for its picture that is none',
      { msgtype: 'm.video', body: 'a', url: 'mxc://hs/1', info: { mimetype: 'video/mp4', thumbnail_url: 'http://127.0.0.1/' } },
      { ...plain, body: [], attachments: [{ name: 'a', mxc: 'mxc://hs/1', mimeType: 'video/mp4' }] },
    ],
    [
      'a voice message',
      { msgtype: 'm.audio', body: 'a', url: 'mxc://hs/1', info: { duration: 1_500 }, 'org.matrix.msc3245.voice': {} },
      { ...plain, body: [], attachments: [{ name: 'a', mxc: 'mxc://hs/1', duration: 1_500, kind: 'voice' }] },
    ],
    [
      'a file with an address that is none',
      { msgtype: 'm.file', body: 'a', url: 'mxc://hs/../../admin', info: {} },
      { ...plain, body: [], attachments: [{ name: 'a' }] },
    ],
    [
      'an encrypted file',
      { msgtype: 'm.file', body: 'a', file: { url: 'mxc://hs/1' } },
      { ...plain, body: [], attachments: [{ name: 'a' }] },
    ],
    [
      'a file with nonsense about it',
      { msgtype: 'm.file', body: 'a', info: { mimetype: 3, size: -1 } },
      {
        ...plain,
        body: [],
        attachments: [{ name: 'a' }],
      },
    ],
    ['a notice', { msgtype: 'm.notice', body: 'hi' }, undefined],
    ['an edit', { msgtype: 'm.text', body: '* hi', 'm.relates_to': { rel_type: 'm.replace', event_id: '$0' } }, undefined],
    ['a message of a bridge', { msgtype: 'm.text', body: 'hi', [bridgeMark]: { server_id: 'x' } }, undefined],
    ['a message with a broken mark of a bridge', { msgtype: 'm.text', body: 'hi', [bridgeMark]: null }, undefined],
    ['a redacted message', {}, undefined],
    ['an unknown kind', { msgtype: 'm.poll', body: 'hi' }, undefined],
    ['no kind', { body: 'hi' }, undefined],
    ['a body that is no text', { msgtype: 'm.text', body: ['hi'] }, undefined],
    ['a relation that is none', { msgtype: 'm.text', body: 'hi', 'm.relates_to': 'x' }, plain],
  ])('%s', (_, content, said) => {
    expect(readSaid(event(content))).toEqual(said);
  });

  it('a sticker is an attachment', () => {
    const sticker = event({ body: 'wave', url: 'mxc://hs/1', info: { mimetype: 'image/png' } }, { type: 'm.sticker' });
    expect(readSaid(sticker)?.attachments).toEqual([{ name: 'wave', mimeType: 'image/png', kind: 'sticker', mxc: 'mxc://hs/1' }]);
  });

  it('state is not said, whatever it looks like', () => {
    expect(readSaid(event({ msgtype: 'm.text', body: 'hi' }, { state_key: '' }))).toBeUndefined();
  });

  it('becomes a message', () => {
    const message = toMessage(event({}), plain, {
      place,
      author: toAuthor('@al:hs', 'Al'),
      replyTo: { author: 'Bo', text: 'x' },
    });
    expect(message).toEqual({
      kind: 'message',
      id: 'matrix/#lobby:hs/$1',
      at: 5,
      place,
      tag: 'Matrix',
      author: { id: '@al:hs', name: 'Al', link: 'https://matrix.to/#/@al:hs' },
      body: literal('hi'),
      attachments: [],
      replyTo: { author: 'Bo', text: 'x' },
    });
  });

  it('is quoted in short', () => {
    const quote = toQuote(event({ msgtype: 'm.text', body: 'word '.repeat(200) }), 'Al', '@bot:hs');
    expect(quote.author).toBe('Al');
    expect(quote.text.length).toBeLessThan(210);
    expect(quote.text).toMatch(/^word .*word…$/);
  });

  it('is quoted by who spoke, when the bridge spoke for them', () => {
    const content = { ...shown(said({ body: literal('hi: there') }))[0] };
    const own = event(content, { sender: '@bot:hs' });
    expect(toQuote(own, 'Bridge', '@bot:hs')).toEqual({ author: 'Alice (alpha)', text: 'hi: there' });
    expect(toQuote({ ...own, sender: '@liar:hs' }, 'Liar', '@bot:hs').author).toBe('Liar');
    const file = { ...own, content: { ...own.content, msgtype: 'm.image', body: 'Alice (alpha)', filename: 'cat.png' } };
    expect(toQuote(file, 'Bridge', '@bot:hs')).toEqual({ author: 'Alice (alpha)', text: 'cat.png' });
  });
});

function said(changes: Partial<Message> = {}): Message {
  const server: Place = { kind: 'server', server: 'alpha' as ServerId };
  return {
    kind: 'message',
    id: eventId(server, '1'),
    at: 0,
    place: server,
    tag: 'alpha',
    author: { id: '1', name: 'Alice' },
    body: literal('hello'),
    attachments: [],
    ...changes,
  };
}

function shown(message: Message, nameTemplate = '{name} ({server})') {
  return toDrafts(message, { nameTemplate, serverId: 'bridge' }).map(({ content }) => content);
}

describe('how a message is shown on Matrix', () => {
  test('an answer to what stands in the room is a native one: it names nobody in words, and pings a person only', () => {
    const replyTo = { author: 'Bo', text: 'x' };
    const [toShown] = shown(said({ replyTo: { ...replyTo, here: { nativeId: '$shown' } } }));
    expect(toShown).toMatchObject({
      body: 'Alice (alpha): hello',
      'm.relates_to': { 'm.in_reply_to': { event_id: '$shown' } },
      'm.mentions': {},
    });
    const [toPerson] = shown(said({ replyTo: { ...replyTo, here: { nativeId: '$said', by: '@bo:example.org' } } }));
    expect(toPerson).toMatchObject({
      'm.relates_to': { 'm.in_reply_to': { event_id: '$said' } },
      'm.mentions': { user_ids: ['@bo:example.org'] },
    });
  });

  test.each<[name: string, message: Message, body: string, html: string]>([
    ['a text', said(), 'Alice (alpha): hello', '<strong>Alice</strong> (alpha): hello'],
    ['an emote', said({ emote: true }), '* Alice (alpha) hello', '* <strong>Alice</strong> (alpha) hello'],
    [
      'markup in text, name and server',
      said({ author: { id: '1', name: '<b>{server}' }, tag: '<i>', body: literal('<script>&') }),
      '<b>{server} (<i>): <script>&',
      '<strong>&lt;b&gt;{server}</strong> (&lt;i&gt;): &lt;script&gt;&amp;',
    ],
    [
      'a reply',
      said({ replyTo: { author: 'Bo', text: 'a\nb' } }),
      '> Bo: a / b\nAlice (alpha): hello',
      '<blockquote><strong>Bo</strong>: a / b</blockquote><strong>Alice</strong> (alpha): hello',
    ],
    [
      'attachments',
      said({ attachments: [{ name: 'a.png', url: 'https://a.test/a.png' }, { name: 'b<.txt' }] }),
      'Alice (alpha): hello\na.png (https://a.test/a.png)\n[b<.txt]',
      '<strong>Alice</strong> (alpha): hello<br><a href="https://a.test/a.png">a.png</a><br>[b&lt;.txt]',
    ],
    [
      'nothing but a hidden attachment',
      said({ body: [], attachments: [{ name: 'a', url: 'https://a.test', spoiler: true }] }),
      'Alice (alpha): [spoiler]',
      '<strong>Alice</strong> (alpha): <span data-mx-spoiler><a href="https://a.test">a</a></span>',
    ],
    [
      'half a character',
      said({ body: literal('a\ud800b') }),
      'Alice (alpha): a\ufffdb',
      '<strong>Alice</strong> (alpha): a\ufffdb',
    ],
  ])('%s', (_, message, body, html) => {
    expect(shown(message)).toEqual([
      {
        msgtype: 'm.text',
        body,
        format: 'org.matrix.custom.html',
        formatted_body: html,
        'm.mentions': {},
        [bridgeMark]: { server_id: 'bridge', label: expect.any(String), id: expect.stringMatching(/^[\w-]{43}$/) },
      },
    ]);
  });

  it('with a template of its own', () => {
    expect(shown(said(), '[{server}] {name}')[0]?.formatted_body).toBe('[alpha] <strong>Alice</strong>: hello');
  });

  it('a message that says nothing is not shown', () => {
    expect(shown(said({ body: [] }))).toEqual([]);
  });

  it('pings nobody, not even with a mention of everybody', () => {
    const [content] = shown(said({ body: [{ type: 'mention', of: 'everyone', name: 'room' }] }));
    expect(content?.['m.mentions']).toEqual({});
  });

  it('in parts that a homeserver takes, each under the name, the quote in the first', () => {
    const words = '<&"\'>ü '.repeat(15_000);
    const contents = shown(said({ body: literal(words), replyTo: { author: 'Bo', text: 'x' } }));
    expect(contents.length).toBeGreaterThan(10);
    for (const content of contents) {
      expect(Buffer.byteLength(JSON.stringify(toReplacement(content, '$'.padEnd(44, 'x'))))).toBeLessThan(62_000);
      expect(content.body).toContain('Alice (alpha): ');
    }
    expect(contents.filter(({ formatted_body }) => formatted_body.includes('<blockquote>'))).toHaveLength(1);
    const all = contents.map(({ body }) => body.slice(body.indexOf('alpha): ') + 8)).join(' ');
    expect(all.replaceAll(' ', '')).toBe(words.replaceAll(' ', ''));
  });
});
