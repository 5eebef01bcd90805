/** Which pictures of people the bridge reads itself, and that no address that somebody made up leads it anywhere. */
import { text } from 'node:stream/consumers';
import { describe, expect, it, test } from 'vitest';
import { isCdnPath } from '../../bridges/discord/incoming/cdn-path.ts';
import { mxcParts } from '../../bridges/matrix/files.ts';
import { draw, drawingOf } from '../../src/avatars/letter.ts';
import { letterPath } from '../../src/avatars/letter-route.ts';
import { Pictures } from '../../src/avatars/pictures.ts';
import type { AdapterId, Place, RoomRef, ServerId } from '../../src/event.ts';
import { testMedia } from '../support/media.ts';

const publicUrl = 'https://bridge.example/base';
const signal = new AbortController().signal;

/** Pictures, and what was fetched for them. */
function made(answer: () => Response = () => new Response('steam', { headers: { 'content-type': 'image/jpeg' } })) {
  const fetched: string[] = [];
  const pictures = new Pictures({
    publicUrl,
    fetch: async (url, init) => {
      fetched.push(`${url} ${init?.redirect}`);
      return answer();
    },
  });
  return { pictures, fetched };
}

const hostile = [
  'http://127.0.0.1/admin',
  'http://169.254.169.254/latest/meta-data',
  'http://[::1]/',
  'file:///etc/passwd',
  'https://steamstatic.com.evil.example/a.jpg',
  'https://evil.example/avatars.steamstatic.com/a.jpg',
  'https://avatars.steamstatic.com@127.0.0.1/a.jpg',
  'http://avatars.steamstatic.com/a.jpg',
  'https://avatars.steamstatic.com:8080/a.jpg',
  'https://avatars.steamstatic.com/a.jpg?to=http://127.0.0.1',
  'https://bridge.example/base.evil.example/avatar/1-67.png',
  `${publicUrl}/media/secret`,
  `${publicUrl}/avatar/../metrics`,
  `${publicUrl}/avatar/1-67.png#x`,
];

describe('a picture that the bridge reads', () => {
  it('is one that it draws, without asking anybody', async () => {
    const { pictures, fetched } = made();
    const medium = await pictures.open(`${publicUrl}${letterPath('key', 'Gordon')}`, signal);
    expect(medium?.type).toBe('image/png');
    const chunks: Buffer[] = [];
    for await (const chunk of medium?.stream ?? []) chunks.push(chunk);
    expect(Buffer.concat(chunks)).toEqual(draw(drawingOf('key', 'Gordon')));
    expect(fetched).toEqual([]);
  });

  it('or one of Steam, and is not led elsewhere from there', async () => {
    const { pictures, fetched } = made();
    const url = 'https://avatars.steamstatic.com/abc_full.jpg';
    const medium = await pictures.open(url, signal);
    expect([medium?.type, medium && (await text(medium.stream))]).toEqual(['image/jpeg', 'steam']);
    expect(fetched).toEqual([`${url} error`]);
    const gone = made(() => new Response('', { status: 404 }));
    expect(await gone.pictures.open(url, signal)).toBeUndefined();
    await expect(made(() => new Response('', { status: 500 })).pictures.open(url, signal)).rejects.toThrow('500');
  });

  test.each(hostile)('and never %s', async (url) => {
    const { pictures, fetched } = made();
    expect(await pictures.open(url, signal)).toBeUndefined();
    expect(fetched).toEqual([]);
  });
});

test('who has a picture on a platform is asked for there, and players only for what the bridge reads itself', () => {
  const { pictures } = made();
  const reader = testMedia({}, { pictures }).readerFor('matrix' as AdapterId);
  const room: Place = { kind: 'room', adapter: 'discord' as AdapterId, room: '1' as RoomRef };
  const server: Place = { kind: 'server', server: 'alpha' as ServerId };
  const sourceOf = (avatar: string | undefined, place: Place) =>
    reader.pictureOf({ id: '1', name: 'x', ...(avatar !== undefined && { avatar }) }, place)?.adapter;
  expect(sourceOf('https://cdn.discordapp.com/avatars/1/a.png', room)).toBe('discord');
  expect(sourceOf('https://avatars.steamstatic.com/a.jpg', server)).toBe('*pictures');
  expect(sourceOf('http://127.0.0.1/x', server)).toBeUndefined();
  expect(sourceOf(undefined, room)).toBeUndefined();
});

test.each([
  ['avatars/80351110224678912/8342729096ea3675442027381ff50dfe.png?size=128', true],
  ['guilds/1/users/2/avatars/a_1.gif', true],
  ['embed/avatars/5.png', true],
  ['emojis/1.png', true],
  ['avatars/1/../../x.png', false],
  ['avatars/1/a.png?size=128&x=http://127.0.0.1', false],
  ['https://127.0.0.1/avatars/1/a.png', false],
  ['//127.0.0.1/a.png', false],
  ['channels/1/messages', false],
])('Discord has %s: %s', (path, expected) => expect(isCdnPath(path)).toBe(expected));

test.each([
  'mxc://hs/../../admin',
  'mxc://hs/a/b',
  'mxc://hs/a?x',
  'mxc://user@hs/a',
  'mxc://hs#/a',
  'https://127.0.0.1/a',
  'mxc:///a',
  'mxc://hs/%2e%2e',
])('%s names no file on Matrix', (url) => expect(mxcParts(url)).toBeUndefined());
