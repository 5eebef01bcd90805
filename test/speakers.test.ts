import { beforeEach, describe, expect, test } from 'vitest';
import { CrossChat } from '../src/crosschat/index.ts';
import type { AdapterId, Author } from '../src/event.ts';
import { Speakers } from '../src/speakers.ts';
import { sessionOf } from '../src/store/sessions.ts';
import { speakersOf } from '../src/store/speakers.ts';
import type { Store } from '../src/store/store.ts';
import { openTestStore } from './store/open.ts';
import { TestClock } from './support/clock.ts';

const discord = 'discord' as AdapterId;
const matrix = 'matrix' as AdapterId;
const MINUTE = 60_000;

let clock: TestClock;
let chat: CrossChat;
let store: Store;
let speakers: Speakers;

/** A process begins. */
async function begin(): Promise<void> {
  const { database, writer } = store;
  const persistence = sessionOf({ database, writer, server: 'bridge' });
  chat = new CrossChat({ serverId: 'bridge', urls: ['mqtt://127.0.0.1:1'], allowAnonymous: true, persistence, clock });
  speakers = new Speakers({ state: chat.state, clock, idle: 30 * MINUTE, store: speakersOf('bridge', database, writer) });
  await chat.load();
  await speakers.restore();
}

beforeEach(async () => {
  clock = new TestClock();
  ({ store } = await openTestStore());
  await begin();
});

/** Somebody speaks: the id of the user who they are. */
async function speak(adapter: AdapterId, id: string, name: string, looks: Partial<Author> = {}): Promise<number> {
  await speakers.recall(adapter, id);
  return speakers.speaking(adapter, adapter, author(id, name, looks));
}

const author = (id: string, name: string, looks: Partial<Author> = {}): Author => ({ id, name, ...looks });
/** Who is visible to the network: `id name`. */
const visible = () => [...chat.state.me().users.values()].map(({ id, name }) => `${id} ${name}`);

describe('who speaks', () => {
  test('is one user, in however many rooms, and by id, not by name', async () => {
    await speak(discord, '1', 'Bob');
    await speak(discord, '1', 'Bob');
    await speak(discord, '2', 'Bob');
    await speak(matrix, '1', 'Bob');
    expect(visible()).toEqual(['1 Bob', '2 Bob', '3 Bob']);
  });

  test('has the name and looks of now', async () => {
    await speak(discord, '1', 'Bob', { avatar: 'https://a.example/1.png', color: '#ff0000' });
    await speak(discord, '1', 'Bobby', { color: '#00ff00' });
    expect(visible()).toEqual(['1 Bobby']);
    expect(chat.state.me().getUser(1)?.extra).toEqual({ platform: 'discord', color: '#00ff00' });
  });

  test('is never nameless', async () => {
    await speak(discord, '1', '\u200b\u202e');
    expect(visible()).toEqual(['1 Somebody']);
  });

  test('is announced anew after being removed by hand', async () => {
    await speak(discord, '1', 'Bob');
    await chat.state.delUser(1);
    expect(await speak(discord, '1', 'Bob')).toBe(1);
    expect(visible()).toEqual(['1 Bob']);
  });
});

describe('who is silent', () => {
  test('is gone when their time is over, each in their own', async () => {
    await speak(discord, '1', 'Bob');
    await clock.advance(20 * MINUTE);
    await speak(discord, '2', 'Dave');
    await clock.advance(10 * MINUTE);
    expect(visible()).toEqual(['2 Dave']);
    await clock.advance(20 * MINUTE);
    expect(visible()).toEqual([]);
    expect(clock.next).toBeUndefined();
  });

  test('stays by speaking again', async () => {
    await speak(discord, '1', 'Bob');
    await clock.advance(29 * MINUTE);
    await speak(discord, '1', 'Bob');
    await clock.advance(29 * MINUTE);
    expect(visible()).toEqual(['1 Bob']);
  });
});

test('news of who never spoke is no news', async () => {
  speakers.changed(discord, 'discord', author('1', 'Bob'));
  speakers.left(discord, '1');
  expect(visible()).toEqual([]);
});

test('who left is gone, and comes back as the same user', async () => {
  await speak(discord, '1', 'Bob');
  const firstSeen = chat.state.me().getUser(1)?.firstSeen;
  await clock.advance(MINUTE);
  speakers.left(discord, '1');
  expect(visible()).toEqual([]);
  await speak(discord, '2', 'Dave');
  await speak(discord, '1', 'Bob');
  expect(visible()).toEqual(['2 Dave', '1 Bob']);
  expect(chat.state.me().getUser(1)?.firstSeen).toBe(firstSeen);
});

describe('a restart', () => {
  /** The bridge stops, and is started again after so many minutes. */
  async function restart(minutes: number): Promise<void> {
    speakers.close();
    await store.writer.flushed();
    await clock.advance(minutes * MINUTE);
    await begin();
  }

  test('keeps those visible whose time is not over, until it is', async () => {
    await speak(discord, '1', 'Bob', { avatar: 'https://a.example/1.png' });
    await clock.advance(20 * MINUTE);
    await speak(matrix, '@dave:example.org', 'Dave');
    await restart(15);
    expect(visible()).toEqual(['2 Dave']);
    await clock.advance(15 * MINUTE);
    expect(visible()).toEqual([]);
  });

  test('keeps ids for their owners for ever, and name and looks', async () => {
    await speak(discord, '1', 'Bob', { avatar: 'https://a.example/1.png' });
    await speak(discord, '2', 'Dave');
    await restart(60);
    expect(visible()).toEqual([]);
    expect(await speak(discord, '3', 'Eve')).toBe(3);
    await clock.advance(MINUTE);
    expect(await speak(discord, '2', 'David')).toBe(2);
    await restart(1);
    expect(visible()).toEqual(['3 Eve', '2 David']);
    expect(await speak(discord, '1', 'Bob')).toBe(1);
  });

  test('gives nobody the id of somebody who was forgotten', async () => {
    await speak(discord, '1', 'Bob');
    await speak(discord, '2', 'Dave');
    await store.writer.add({ sql: 'DELETE FROM speaker', values: [] });
    await restart(60);
    expect(await speak(discord, '2', 'Dave')).toBe(3);
  });
});
