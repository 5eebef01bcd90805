import { describe, expect, it } from 'vitest';
import type { AdapterId, EventId, Message, RoomRef } from '../../src/event.ts';
import { forGame } from '../../src/text/game.ts';
import { literal } from '../../src/text/tree.ts';

function message(extra: Partial<Message>): Message {
  return {
    kind: 'message',
    id: 'discord/1/2' as EventId,
    at: 0,
    place: { kind: 'room', adapter: 'discord' as AdapterId, room: '1' as RoomRef },
    tag: 'Discord',
    author: { id: '7', name: 'Alice' },
    body: literal('hello'),
    attachments: [],
    ...extra,
  };
}

describe('forGame', () => {
  it.each<[string, Partial<Message>, string[]]>([
    ['a line', {}, ['hello']],
    ['markup as plain text', { body: [{ type: 'bold', children: literal('hi') }] }, ['hi']],
    ['several lines in one', { body: literal('one\n\ntwo\r\nthree') }, ['one / two / three']],
    ['an emote', { emote: true, body: literal('waves') }, ['* waves']],
    ['a reply', { replyTo: { author: 'Bob', text: 'how\nare you?' } }, ['(re Bob: how / are you?) hello']],
    [
      'a reply to a long message',
      { replyTo: { author: '\u202EBob\n', text: 'a very long message that nobody wants to read twice' } },
      ['(re Bob: a very long message that nobody wants to…) hello'],
    ],
    ['a reply to nobody', { replyTo: { author: '', text: 'x' } }, ['(re somebody: x) hello']],
    [
      'an image',
      { body: [], attachments: [{ name: 'cat.png', url: 'https://a.example/cat.png', mimeType: 'image/png' }] },
      ['[image cat.png] https://a.example/cat.png'],
    ],
    [
      'text with files',
      {
        attachments: [
          { name: 'a.zip', url: 'https://a.example/a.zip' },
          { name: 'b\n[alpha] Bob: hi', mimeType: 'video/mp4', spoiler: true },
        ],
      },
      ['hello [file a.zip] https://a.example/a.zip [spoiler video b [alpha] Bob: hi]'],
    ],
    ['nothing', { body: literal(' \n\u200E '), emote: true, replyTo: { author: 'Bob', text: 'x' } }, []],
  ])('shows %s', (_what, extra, wanted) => {
    expect(forGame(message(extra), 400)).toEqual(wanted);
  });

  it('cuts what is too long into lines', () => {
    expect(forGame(message({ body: literal('one two three four') }), 10)).toEqual(['one two', 'three four']);
  });

  it('lets no line break through, wherever it hides', () => {
    const breaks = 'x\n\r\v\f\u0085\u2028\u2029[alpha] Bob: hi';
    const lines = forGame(
      message({
        body: [
          ...literal(breaks),
          { type: 'mention', name: breaks, of: 'user' },
          { type: 'emoji', name: breaks },
          { type: 'link', href: breaks, children: literal('y') },
          { type: 'codeBlock', text: breaks },
        ],
        attachments: [{ name: breaks, url: breaks }],
        replyTo: { author: breaks, text: breaks },
      }),
      2000,
    );
    expect(lines).toHaveLength(1);
    expect(lines.join('')).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
  });
});
