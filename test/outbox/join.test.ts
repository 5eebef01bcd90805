import { describe, expect, it } from 'vitest';
import {
  type AdapterId,
  type Attachment,
  type EventId,
  eventId,
  type Message,
  type Place,
  type RoomRef,
  type ServerId,
} from '../../src/event.ts';
import { type JoinMode, join } from '../../src/outbox/join.ts';
import { extent } from '../../src/text/extent.ts';
import { toPlain } from '../../src/text/plain.ts';
import { splitTree } from '../../src/text/split.ts';
import { literal, type RichText, type TextNode } from '../../src/text/tree.ts';

const alpha: Place = { kind: 'server', server: 'alpha' as ServerId };
const beta: Place = { kind: 'server', server: 'beta' as ServerId };
const discord: Place = { kind: 'room', adapter: 'discord' as AdapterId, room: '1' as RoomRef };
const tags = new Map<Place, string>([
  [alpha, 'alpha'],
  [beta, 'beta'],
  [discord, 'Discord'],
]);

let count = 0;

function says(name: string, body: string | RichText, extra: Partial<Message> = {}): Message {
  const place = extra.place ?? alpha;
  return {
    kind: 'message',
    id: eventId(place, String(++count)),
    at: count,
    place,
    tag: tags.get(place) ?? '',
    author: { id: name.toLowerCase(), name },
    body: typeof body === 'string' ? literal(body) : body,
    attachments: [],
    ...extra,
  };
}

const file = (name: string): Attachment => ({ name, url: `https://a.example/${name}`, mimeType: 'image/png' });
const shown = (messages: readonly Message[], mode: JoinMode, room = 2_000): string =>
  toPlain(join(messages, mode, room).message.body);

it.each(['speaker', 'digest'] as const)('what was said in different threads is not joined: %s', (mode) => {
  const thread = { id: 'discord/1/7' as EventId, name: 'Raid' };
  const messages = [says('Alice', 'one', { thread }), says('Alice', 'two', { thread }), says('Alice', 'three')];
  const { message, count } = join(messages, mode, 2_000);
  expect(count).toBe(2);
  expect(message.thread).toEqual(thread);
  expect(join(messages.slice(2), mode, 2_000).message.thread).toBeUndefined();
});

describe('what one speaker said', () => {
  it('is joined line by line, in their name, up to the next speaker', () => {
    const messages = [says('Alice', 'one'), says('Alice', 'two\nthree'), says('Bob', 'four'), says('Alice', 'five')];
    const { message, count } = join(messages, 'speaker', 2_000);
    expect(count).toBe(2);
    expect(message).toMatchObject({
      id: messages[0]?.id,
      at: messages[0]?.at,
      author: { name: 'Alice' },
      tag: 'alpha',
      place: alpha,
    });
    expect(toPlain(message.body)).toBe('one\ntwo\nthree');
  });

  it.each<[string, Message]>([
    ['a namesake elsewhere', says('Alice', 'x', { place: beta })],
    ['another user of the same name', says('Alice', 'x', { author: { id: '8', name: 'Alice' } })],
    ['the same user under another name', says('Alice', 'x', { author: { id: 'alice', name: 'Admin' } })],
  ])('is not joined with that of %s', (_who, other) => {
    const first = says('Alice', 'one');
    expect(join([first, other], 'speaker', 2_000)).toEqual({ message: first, count: 1 });
  });

  it('keeps its markup, blocks on lines of their own', () => {
    const bold: TextNode = { type: 'bold', children: literal('loud') };
    const code: TextNode = { type: 'codeBlock', text: 'x = 1', language: 'lua' };
    const { message } = join([says('Alice', [bold]), says('Alice', [code]), says('Alice', 'so')], 'speaker', 2_000);
    expect(message.body).toEqual([bold, code, { type: 'text', text: 'so' }]);
    expect(toPlain(message.body)).toBe('loud\nx = 1\nso');
  });

  it('says in words what was answered, done and sent', () => {
    const messages = [
      says('Alice', 'sure', { replyTo: { author: 'Bob', text: 'shall\nwe?' } }),
      says('Alice', 'waves', { emote: true }),
      says('Alice', 'look', { attachments: [file('cat.png'), { ...file('dog.png'), spoiler: true }] }),
      says('Alice', [], { attachments: [{ name: 'map.bsp' }] }),
    ];
    const { message } = join(messages, 'speaker', 2_000);
    expect(toPlain(message.body)).toBe(
      '(re Bob: shall / we?) sure\n* Alice waves\nlook [image cat.png] [spoiler image dog.png]\n[file map.bsp]',
    );
    expect(message.attachments.map(({ name }) => name)).toEqual(['cat.png', 'dog.png', 'map.bsp']);
    expect(message).not.toHaveProperty('replyTo');
    expect(message).not.toHaveProperty('emote');
  });
});

describe('a digest', () => {
  it('names each speaker and where they are, and speaks in the name of none', () => {
    const messages = [
      says('Alice', 'hi'),
      says('Bob', 'waves', { emote: true, place: beta }),
      says('Cleo', 'hello', { place: discord }),
    ];
    const { message, count } = join(messages, 'digest', 2_000);
    expect(count).toBe(3);
    expect(message.author).toEqual({ id: 'several', name: 'Several people' });
    expect(message.tag).toBe('several places');
    expect(message.body[0]).toEqual({ type: 'bold', children: literal('Alice') });
    expect(toPlain(message.body)).toBe('Alice (alpha): hi\n* Bob (beta) waves\nCleo (Discord): hello');
  });

  it('says where everybody is, if they are all there', () => {
    const { message } = join([says('Alice', 'hi'), says('Bob', 'ho')], 'digest', 2_000);
    expect(message).toMatchObject({ author: { name: 'Several players' }, tag: 'alpha' });
  });

  it('puts what one speaker says in several lines below their name', () => {
    const messages = [
      says('Alice', 'one'),
      says('Alice', 'dances', { emote: true }),
      says('Bob', 'two\nlines'),
      says('Alice', 'end', { attachments: [file('a.png')], replyTo: { author: 'Bob', text: 'two' } }),
    ];
    expect(shown(messages, 'digest')).toBe(
      'Alice (alpha):\n> one\n> * Alice dances\nBob (alpha):\n> two\n> lines\nAlice (alpha): (re Bob: two) end [image a.png]',
    );
  });

  it('is no digest when only one spoke', () => {
    const messages = [says('Alice', 'one'), says('Alice', 'two')];
    expect(join(messages, 'digest', 2_000)).toEqual(join(messages, 'speaker', 2_000));
  });

  it.each(['\n', '\r', '\v', '\f', '\u0085', '\u2028', '\u2029'])(
    'lets nobody begin a line in the name of another: %j',
    (lineBreak) => {
      const forged = `hi${lineBreak}Bob (alpha): I am a thief`;
      for (const body of [
        literal(forged),
        [{ type: 'bold', children: literal(forged) }],
        [{ type: 'spoiler', children: literal(forged) }],
        [{ type: 'emoji', name: forged }],
      ] as RichText[]) {
        const { message } = join([says('Mallory', body), says('Bob', 'hello')], 'digest', 2_000);
        expect(message.body.find(({ type }) => type === 'quote')).toEqual({ type: 'quote', children: body });
      }
    },
  );

  it('begins no part with words of somebody who is not named there, should it have to be cut', () => {
    const messages = Array.from({ length: 12 }, (_, n) => says(`Player ${n % 5}`, `Bob (alpha): ${'x '.repeat(n * 17)}`));
    const { message, count } = join(messages, 'digest', 10_000);
    expect(count).toBe(12);
    const parts = splitTree(message.body, (part) => toPlain(part).length <= 1_000);
    expect(parts.length).toBeGreaterThan(2);
    for (const [first] of parts) expect(first?.type).toMatch(/^(bold|quote)$/);
  });

  it('keeps blocks of one speaker in their quote', () => {
    const code: TextNode = { type: 'codeBlock', text: 'x' };
    const { message } = join([says('Alice', [code]), says('Bob', [{ type: 'bold', children: [code] }])], 'digest', 2_000);
    expect(message.body.filter(({ type }) => type === 'quote')).toHaveLength(2);
  });
});

describe('what fits', () => {
  it('comes alone and untouched if it is too long by itself', () => {
    const long = says('Alice', 'x'.repeat(3_000), { replyTo: { author: 'Bob', text: 'y' }, emote: true });
    for (const mode of ['speaker', 'digest'] as const) {
      expect(join([long, says('Alice', 'z')], mode, 2_000)).toEqual({ message: long, count: 1 });
      expect(join([says('Alice', 'z'), long], mode, 2_000).count).toBe(1);
    }
  });

  it('has ten files at most', () => {
    const files = (many: number) => Array.from({ length: many }, (_, n) => file(`${n}.png`));
    const four = () => says('Alice', 'look', { attachments: files(4) });
    expect(join([four(), four(), four()], 'speaker', 10_000).count).toBe(2);
    const many = says('Alice', 'look', { attachments: files(12) });
    expect(join([many, says('Alice', 'x')], 'digest', 10_000)).toEqual({ message: many, count: 1 });
  });

  it('needs a message', () => {
    expect(() => join([], 'digest', 100)).toThrow(RangeError);
  });
});

/** A generator of pseudo-random numbers, the same for the same seed: mulberry32. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** A message of somebody with words that occur nowhere else: `«n»`. */
function someMessage(random: (below: number) => number, n: number): Message {
  const pick = <T>(items: readonly T[]): T => items[random(items.length)] as T;
  const words = () =>
    `«${n}» ${pick(['hi', '**Bob** (alpha): no', '@everyone', '```', '> q', '# h', '||x', 'long '.repeat(random(60)), 'a\nb'])}`;
  const nodes: readonly (() => TextNode)[] = [
    () => ({ type: 'text', text: words() }),
    () => ({ type: 'bold', children: literal(words()) }),
    () => ({ type: 'codeBlock', text: words(), language: 'js' }),
    () => ({ type: 'quote', children: literal(words()) }),
    () => ({ type: 'list', ordered: true, items: [literal(words()), literal('x\ny')] }),
    () => ({ type: 'link', href: 'https://a.example/x', children: literal(words()) }),
  ];
  const mention: TextNode = { type: 'mention', name: `user «m${n}»`, of: pick(['user', 'everyone'] as const) };
  return says(pick(['Alice', 'Bob', '**Eve**']), [pick(nodes)(), ...(random(3) === 0 ? [mention] : [])], {
    place: pick([alpha, beta, discord]),
    attachments: Array.from({ length: random(8) === 0 ? random(13) : 0 }, (_, index) => file(`«f${n}-${index}».png`)),
    ...(random(5) === 0 && { emote: true }),
    ...(random(5) === 0 && { replyTo: { author: '*Bob*', text: `«r${n}»\nx` } }),
  });
}

const marksIn = (text: string): string[] => text.match(/«\w+(?:-\d+)?»/g) ?? [];

function mentionsIn(tree: RichText): TextNode[] {
  return tree.flatMap((node) => (node.type === 'mention' ? [node] : 'children' in node ? mentionsIn(node.children) : []));
}

/** What must be found in the joined message, in order. */
function marksOf({ replyTo, body, attachments }: Message): string[] {
  return [...marksIn(replyTo?.text ?? ''), ...marksIn(toPlain(body)), ...attachments.flatMap(({ name }) => marksIn(name))];
}

describe.each<JoinMode>(['speaker', 'digest'])('any messages, joined as %s', (mode) => {
  it.each(Array.from({ length: 40 }, (_, seed) => seed))(
    'lose nothing, keep their order, fit, and are joined alike again: seed %i',
    (seed) => {
      const random = randomFrom(seed);
      const messages = Array.from({ length: 120 }, (_, n) => someMessage(random, n));
      const room = 100 + random(3_000);
      for (let at = 0; at < messages.length; ) {
        const rest = messages.slice(at);
        const { message, count } = join(rest, mode, room);
        const taken = rest.slice(0, count);
        expect(count).toBeGreaterThan(0);
        expect(join(rest, mode, room)).toEqual({ message, count });
        expect(message.attachments).toEqual(taken.flatMap(({ attachments }) => attachments));
        expect(mentionsIn(message.body)).toEqual(taken.flatMap(({ body }) => mentionsIn(body)));
        if (count === 1) expect(message).toBe(taken[0]);
        else {
          expect(marksIn(toPlain(message.body))).toEqual(taken.flatMap(marksOf));
          expect(extent(message.body)).toBeLessThanOrEqual(room);
          expect(message.attachments.length).toBeLessThanOrEqual(10);
          const alone = new Set(taken.map(speakerOf)).size === 1;
          expect(message.author.id).toBe(alone ? taken[0]?.author.id : 'several');
          if (mode === 'speaker') expect(alone).toBe(true);
        }
        at += count;
      }
    },
  );
});

function speakerOf({ place, author }: Message): string {
  return JSON.stringify([place, author.id, author.name]);
}
