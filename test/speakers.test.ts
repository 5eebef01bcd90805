import { beforeEach, describe, expect, test } from 'vitest';
import { CrossChat } from '../src/crosschat/index.ts';
import type { AdapterId, Author } from '../src/event.ts';
import { Speakers } from '../src/speakers.ts';
import { TestClock } from './support/clock.ts';

const discord = 'discord' as AdapterId;
const matrix = 'matrix' as AdapterId;
const MINUTE = 60_000;

let clock: TestClock;
let chat: CrossChat;
let speakers: Speakers;
beforeEach(() => {
  clock = new TestClock();
  chat = new CrossChat({ serverId: 'bridge', urls: ['mqtt://127.0.0.1:1'], allowAnonymous: true });
  speakers = new Speakers({ state: chat.state, clock, idle: 30 * MINUTE });
});

const author = (id: string, name: string, looks: Partial<Author> = {}): Author => ({ id, name, ...looks });
/** Who is visible to the network: `id name`. */
const visible = () => [...chat.state.me().users.values()].map(({ id, name }) => `${id} ${name}`);

describe('who speaks', () => {
  test('is one user, in however many rooms, and by id, not by name', async () => {
    await speakers.speaking(discord, 'discord', author('1', 'Bob'));
    await speakers.speaking(discord, 'discord', author('1', 'Bob'));
    await speakers.speaking(discord, 'discord', author('2', 'Bob'));
    await speakers.speaking(matrix, 'matrix', author('1', 'Bob'));
    expect(visible()).toEqual(['1 Bob', '2 Bob', '3 Bob']);
  });

  test('has the name and looks of now', async () => {
    await speakers.speaking(discord, 'discord', author('1', 'Bob', { avatar: 'https://a.example/1.png', color: '#ff0000' }));
    await speakers.speaking(discord, 'discord', author('1', 'Bobby', { color: '#00ff00' }));
    expect(visible()).toEqual(['1 Bobby']);
    expect(chat.state.me().getUser(1)?.extra).toEqual({ platform: 'discord', color: '#00ff00' });
  });

  test('is never nameless', async () => {
    await speakers.speaking(discord, 'discord', author('1', '\u200b\u202e'));
    expect(visible()).toEqual(['1 Somebody']);
  });

  test('is announced anew after being removed by hand, under another id', async () => {
    await speakers.speaking(discord, 'discord', author('1', 'Bob'));
    await chat.state.delUser(1);
    expect(await speakers.speaking(discord, 'discord', author('1', 'Bob'))).toBe(2);
    expect(visible()).toEqual(['2 Bob']);
  });
});

describe('who is silent', () => {
  test('is gone when their time is over, each in their own', async () => {
    await speakers.speaking(discord, 'discord', author('1', 'Bob'));
    await clock.advance(20 * MINUTE);
    await speakers.speaking(discord, 'discord', author('2', 'Dave'));
    await clock.advance(10 * MINUTE);
    expect(visible()).toEqual(['2 Dave']);
    await clock.advance(20 * MINUTE);
    expect(visible()).toEqual([]);
    expect(clock.next).toBeUndefined();
  });

  test('stays by speaking again', async () => {
    await speakers.speaking(discord, 'discord', author('1', 'Bob'));
    await clock.advance(29 * MINUTE);
    await speakers.speaking(discord, 'discord', author('1', 'Bob'));
    await clock.advance(29 * MINUTE);
    expect(visible()).toEqual(['1 Bob']);
  });
});

test('news of who never spoke is no news', async () => {
  await speakers.changed(discord, 'discord', author('1', 'Bob'));
  await speakers.left(discord, '1');
  expect(visible()).toEqual([]);
});

test('who left is gone, and comes back with another id', async () => {
  await speakers.speaking(discord, 'discord', author('1', 'Bob'));
  await speakers.left(discord, '1');
  expect(visible()).toEqual([]);
  await speakers.speaking(discord, 'discord', author('1', 'Bob'));
  expect(visible()).toEqual(['2 Bob']);
});
