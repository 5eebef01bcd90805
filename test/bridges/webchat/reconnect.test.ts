/** Pages that lose their connection, and bridges that start anew. */
import { expect, test } from 'vitest';
import { MAX_ENTRIES } from '../../../bridges/webchat/room-log.ts';
import type { Memory } from '../../../src/adapter.ts';
import type { RoomRef } from '../../../src/event.ts';
import { literal } from '../../../src/text/tree.ts';
import { settle, TestClock } from '../../support/clock.ts';
import { testMemory } from '../../support/host.ts';
import { deliver, fromPlayer, startSite, Visitor } from './visitor.ts';

const MAIN = 'main' as RoomRef;

test('a page that comes back is told what it missed and nothing else, in order', async () => {
  const site = await startSite();
  const alice = await Visitor.enter(site, 'Alice');
  const page = await alice.open();
  const message = fromPlayer('one');
  const id = await deliver(site, message);
  await deliver(site, fromPlayer('two'));
  await page.entry('two');
  page.close();
  await page.ended;
  await deliver(site, fromPlayer('three'));
  const edited = { ...message, body: literal('ONE') };
  await site.chat.edit(MAIN, { kind: 'edit', id: message.id, at: 1, place: message.place, message: edited }, [id]);
  await deliver(site, fromPlayer('four'));
  const back = await alice.open(page.last);
  await back.waitFor('ready');
  expect(await back.waitFor('hello')).toMatchObject({ fresh: false });
  expect(back.lines.all).toEqual(['Gordon: three', 'Gordon: ONE', 'Gordon: four']);
  const again = await alice.open(back.last);
  await again.waitFor('ready');
  expect(again.lines.all).toEqual([]);
});

test('nothing falls between what is missed and what comes, while everybody talks', async () => {
  const site = await startSite();
  const alice = await Visitor.enter(site, 'Alice');
  let talking = true;
  const talk = (async () => {
    for (let count = 1; talking; count++) {
      await deliver(site, fromPlayer(`line ${count}`));
      await settle();
    }
  })();
  const seen: string[] = [];
  let last = '';
  for (let turn = 0; turn < 8; turn++) {
    const page = await alice.open(last);
    await page.lines.waitFor(() => page.lines.all.length > 20);
    page.close();
    await page.ended;
    last = page.last;
    seen.push(...page.lines.all);
  }
  talking = false;
  await talk;
  const numbers = seen.map((line) => Number(line.split(' ').at(-1)));
  expect(numbers).toEqual(numbers.map((_, at) => (numbers[0] ?? 0) + at));
});

test('a bridge that starts anew knows who was signed in, and what was said', async () => {
  const memory = testMemory();
  const before = await startSite({ memory });
  const alice = await Visitor.enter(before, 'Alice');
  const page = await alice.open();
  await alice.say('before');
  await page.entry('before');
  await before.stop();
  // The page is told by the end of its stream.
  await page.ended;
  const after = await startSite({ memory });
  const again = new Visitor(after);
  again.cookie = alice.cookie;
  await deliver(after, fromPlayer('after'));
  const back = await again.open(page.last);
  await back.waitFor('ready');
  expect(back.lines.all).toEqual(['Gordon: after']);
  expect((await again.welcome()).me).toMatchObject({ kind: 'guest', person: { name: 'Alice' } });
  // Her own message is still hers.
  const fresh = await again.open();
  const { id } = await fresh.entry('before');
  expect((await again.post('edit', { room: 'main', id, text: 'then' })).fault).toBeUndefined();
});

test('a page that knows another history begins anew', async () => {
  const before = await startSite();
  const alice = await Visitor.enter(before, 'Alice');
  const page = await alice.open();
  await alice.say('old');
  await page.entry('old');
  const after = await startSite();
  await deliver(after, fromPlayer('new'));
  const bob = await Visitor.enter(after, 'Bob');
  for (const last of [page.last, 'nonsense', `${page.last}999999`, "x'; --.5"]) {
    const back = await bob.open(last);
    await back.waitFor('ready');
    expect(await back.waitFor('hello')).toMatchObject({ fresh: true });
    expect(back.lines.all).toEqual(['Gordon: new']);
    back.close();
    await back.ended;
  }
});

test('what was not kept when the bridge was killed takes no number that a page has seen', async () => {
  const memory = testMemory();
  const before = await startSite({ memory });
  const alice = await Visitor.enter(before, 'Alice');
  const page = await alice.open();
  await deliver(before, fromPlayer('kept'));
  await page.entry('kept');
  const [history, change = ''] = page.last.split('.');
  const after = await startSite({ memory });
  await deliver(after, fromPlayer('next'));
  const again = new Visitor(after);
  again.cookie = alice.cookie;
  // It saw three more, which the disk never did.
  const back = await again.open(`${history}.${Number(change) + 3}`);
  await back.entry('next');
});

test('only the latest stay', async () => {
  const memory = testMemory();
  const site = await startSite({ memory });
  const old = await deliver(site, fromPlayer('the first'));
  for (let count = 0; count < MAX_ENTRIES; count++) await deliver(site, fromPlayer(`line ${count}`));
  expect(site.chat.logs.get('main')?.get(old)).toBeUndefined();
  const again = await startSite({ memory });
  const log = again.chat.logs.get('main');
  expect(log?.latest(1_000).length).toBe(MAX_ENTRIES);
  expect(log?.latest(1)[0]?.body).toEqual(literal(`line ${MAX_ENTRIES - 1}`));
});

test('a page that takes nothing in is cut off, and the others read on', async () => {
  const site = await startSite();
  const [slow, quick] = [await Visitor.enter(site, 'Slow'), await Visitor.enter(site, 'Quick')];
  // Its body is never read.
  const held = await slow.fetch('events');
  const page = await quick.open();
  const long = 'x'.repeat(8_000);
  for (let count = 0; count < 700; count++) {
    await deliver(site, fromPlayer(`${count} ${long}`));
    if (count % 10 === 0) await page.entry(`${count} ${long}`);
  }
  await page.waitFor('people', ({ people }) => people.length === 1);
  await held.body?.cancel();
});

test('whose page was open when the chat was put in the place of another one is not gone a minute later', async () => {
  const clock = new TestClock();
  const site = await startSite({ clock });
  const alice = await Visitor.enter(site, 'Alice');
  const page = await alice.open();
  await page.waitFor('ready');
  await site.stop();
  await page.ended;
  await clock.advance(120_000);
  expect(site.host.departures.all).toEqual([]);
});

test('who is signed in stays so while the chat still reads from its database who that is', async () => {
  const memory = testMemory();
  const first = await startSite({ memory });
  const alice = await Visitor.enter(first, 'Alice');
  await first.stop();
  let asked = () => {};
  let answer = () => {};
  const isAsked = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const answers = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const slow: Memory = {
    set: (key, value) => memory.set(key, value),
    async get(key) {
      asked();
      await answers;
      return memory.get(key);
    },
  };
  const starting = startSite({ memory: slow, port: Number(new URL(first.url).port) });
  await isAsked;
  const back = new Visitor(first);
  back.cookie = alice.cookie;
  // What connected before may try it once in vain.
  const welcome = await back.fetch('welcome').catch(() => back.fetch('welcome'));
  // A page that is told who is not signed in takes that for the end.
  expect(welcome.status).toBe(503);
  expect((await back.fetch('events')).status).toBe(503);
  expect(await back.say('early')).toMatchObject({ status: 503, fault: 'The chat has not started yet. Try again in a moment.' });
  const eve = new Visitor(first);
  expect(await eve.post('guest', { name: 'Eve' })).toMatchObject({ status: 503 });
  answer();
  await starting;
  expect((await back.welcome()).me?.person.name).toBe('Alice');
  expect(await back.say('late')).toEqual({ status: 200 });
});
