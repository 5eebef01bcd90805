import { describe, expect, it, test } from 'vitest';
import { bridgeMark, type RoomEvent, readSaid } from '../../../bridges/matrix/event.ts';
import { toPlain } from '../../../src/text/plain.ts';

function said(type: string, content: Record<string, unknown>): string | undefined {
  const event: RoomEvent = { type, event_id: '$1', sender: '@al:hs', origin_server_ts: 5, content };
  const read = readSaid(event);
  return read && toPlain(read.body);
}

describe('a place in words', () => {
  const place = (content: object) => said('m.room.message', { msgtype: 'm.location', body: 'the pub', ...content });
  const map = (at: string) => `https://www.openstreetmap.org/?mlat=${at.replace('/', '&mlon=')}#map=15/${at}`;

  test.each([
    ['with a map', { geo_uri: 'geo:51.5008,-0.1247;u=35' }, `location: the pub (${map('51.5008/-0.1247')})`],
    ['with a height', { geo_uri: 'geo:-51,0.5,10' }, `location: the pub (${map('-51/0.5')})`],
    ['described', { 'org.matrix.msc3488.location': { description: 'home' } }, 'location: home'],
    ['nowhere', { geo_uri: 'geo:here' }, 'location: the pub'],
    ['with something in it', { geo_uri: 'geo:1,2"><script>' }, 'location: the pub'],
    ['that is no text', { geo_uri: 7 }, 'location: the pub'],
    ['without a name', { body: '', geo_uri: 'geo:1,2' }, `location: somewhere (${map('1/2')})`],
  ])('%s', (_, content, expected) => expect(place(content)).toBe(expected));
});

describe('a poll in words', () => {
  it('in the terms of the accepted proposal', () => {
    const poll = {
      question: { 'm.text': [{ body: 'Map?' }] },
      answers: [
        { 'm.id': '1', 'm.text': [{ body: 'dust' }] },
        { 'm.id': '2', 'm.text': [{ body: 'aztec' }] },
      ],
    };
    expect(said('m.poll.start', { 'm.poll': poll })).toBe('poll: Map?\n1. dust\n2. aztec');
  });

  const answers = [{ id: '1', 'org.matrix.msc1767.text': 'yes' }];
  const unstable = { question: { 'org.matrix.msc1767.text': 'Play?', body: 'x' }, answers, max_selections: 2 };

  it('and as clients have sent it until then', () => {
    const content = { 'org.matrix.msc3381.poll.start': unstable };
    expect(said('org.matrix.msc3381.poll.start', content)).toBe('poll: Play? (several answers)\n1. yes');
  });

  test.each<[string, string, Record<string, unknown>]>([
    ['under another type', 'm.room.message', { 'm.poll': unstable }],
    ['without a question', 'm.poll.start', { 'm.poll': { answers } }],
    ['with too many answers', 'm.poll.start', { 'm.poll': { ...unstable, answers: Array(101).fill(answers[0]) } }],
    ['of a bridge', 'm.poll.start', { 'm.poll': unstable, [bridgeMark]: {} }],
    ['that is none', 'm.poll.start', { 'm.poll': 'x', body: 'x', msgtype: 'm.text' }],
  ])('not %s', (_, type, content) => expect(said(type, content)).toBeUndefined());
});

test.each<[string, string, Record<string, unknown>, string]>([
  ['in the terms of the accepted proposal', 'm.poll.end', { 'm.text': [{ body: 'dust won' }], 'm.poll.results': {} }, 'dust won'],
  ['without words', 'm.poll.end', { 'm.text': 7, body: '' }, 'The poll has ended.'],
])('the end of a poll %s', (_, type, content, expected) => expect(said(type, content)).toBe(expected));
