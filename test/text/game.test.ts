import { describe, expect, it } from 'vitest';
import type { AdapterId, EventId, Message, RoomRef } from '../../src/event.ts';
import { forGame, onOneLine } from '../../src/text/game.ts';
import { literal } from '../../src/text/tree.ts';
import { cpuTime } from '../support/cpu-time.ts';

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
    ['in a thread', { thread: { id: 't' as EventId, name: 'Raid\n tonight' } }, ['[Raid / tonight] hello']],
    ['in a thread without a name', { thread: { id: 't' as EventId } }, ['[thread] hello']],
    [
      'in a thread with a hostile name',
      { thread: { id: 't' as EventId, name: `\u202e@everyone ${'x'.repeat(5_000)}` }, emote: true },
      ['[@everyone…] * hello'],
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
    [
      'all that is known of files',
      {
        body: [],
        attachments: [
          { name: 'cat.png', mimeType: 'image/png', size: 1_234_567, description: 'a cat\nasleep' },
          { name: 'voice-message.ogg', mimeType: 'audio/ogg', size: 9_000, duration: 65_400, kind: 'voice' },
          { name: 'Wave', mimeType: 'image/png', kind: 'sticker' },
        ],
      },
      ['[image cat.png, 1.2 MB: a cat / asleep] [voice message, 1:05] [sticker Wave]'],
    ],
    [
      'nothing of what a spoiler hides',
      { body: [], attachments: [{ name: 'a.png', mimeType: 'image/png', size: 999, description: 'he dies', spoiler: true }] },
      ['[spoiler image a.png, 999 B]'],
    ],
    [
      'few of many files',
      { attachments: ['a', 'b', 'c', 'd', 'e'].map((name) => ({ name, size: 2_000 })) },
      ['hello [file a, 2 kB] [file b, 2 kB] [file c, 2 kB] [2 more files]'],
    ],
    ['nothing', { body: literal(' \n\u200E '), emote: true, replyTo: { author: 'Bob', text: 'x' } }, []],
  ])('shows %s', (_what, extra, wanted) => {
    expect(forGame(message(extra), 400)).toEqual(wanted);
  });

  it('cuts what is too long into lines', () => {
    expect(forGame(message({ body: literal('one two three four') }), 10)).toEqual(['one two', 'three four']);
  });

  describe('a long text', () => {
    const lines = (count: number, text = 'line') => Array.from({ length: count }, (_, n) => `${text} ${n}`).join('\n');
    const cut = (text: string, more: Partial<Message> = {}) => forGame(message({ body: literal(text), ...more }), 500);

    it.each<[string, string, string]>([
      ['8 lines are whole', lines(8), lines(8).replaceAll('\n', ' / ')],
      ['empty lines are none', lines(8).replaceAll('\n', '\n\n \n'), lines(8).replaceAll('\n', ' / ')],
      ['a 9th line is cut', lines(9), `${lines(8).replaceAll('\n', ' / ')}… (6 more characters on 1 more line)`],
      ['and so are 60', lines(60), `${lines(8).replaceAll('\n', ' / ')}… (362 more characters on 52 more lines)`],
    ])('%s', (_what, text, wanted) => {
      expect(cut(text)).toEqual([wanted]);
    });

    it('takes a bounded number of lines, says how much is missing, and keeps its files', () => {
      const attachments = [{ name: 'a.txt', url: `https://cdn.example/${'x'.repeat(300)}` }];
      const shown = cut('word '.repeat(400), { attachments });
      expect(shown.length).toBeLessThanOrEqual(4);
      const whole = shown.join(' ');
      expect(whole).toMatch(/word… \(1,1\d\d more characters\) \[file a\.txt\] https:\/\/cdn\.example\/x{300}$/);
    });

    it('is looked at in no time, however long it is', () => {
      const start = cpuTime();
      expect(cut('x\n'.repeat(1_000_000))).toHaveLength(1);
      expect(cut('x'.repeat(2_000_000)).length).toBeLessThan(4);
      expect(cpuTime() - start).toBeLessThan(3_000);
    });

    it('is whole on one line for the operator', () => {
      expect(onOneLine(message({ body: literal(lines(60)) }))).toBe(lines(60).replaceAll('\n', ' / '));
    });
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
