/** What people on the page say and read. */
import { expect, test } from 'vitest';
import type { CommandInfo, Commands, Invocation } from '../../../src/adapter.ts';
import { type AdapterId, type EventId, eventId, type RoomRef, type ServerId } from '../../../src/event.ts';
import { literal } from '../../../src/text/tree.ts';
import { TestAttempt } from '../../support/attempt.ts';
import { words } from '../../support/host.ts';
import { deliver, fromPlayer, startSite, Visitor, wordsOf } from './visitor.ts';

const MAIN = 'main' as RoomRef;

test('what one says is heard by the others on the page and by the core, and what players say comes in', async () => {
  const site = await startSite();
  const [alice, bob] = [await Visitor.enter(site, 'Alice'), await Visitor.enter(site, 'Bob')];
  const [hers, his] = [await alice.open(), await bob.open()];
  expect(await alice.say('hello')).toEqual({ status: 200 });
  const message = await site.host.waitForMessage('hello');
  expect(message).toMatchObject({ tag: 'Web', author: { name: 'Alice' }, place: { kind: 'room', adapter: 'web', room: 'main' } });
  expect(message.author.id).toMatch(/^guest:[\w-]{12}$/);
  await hers.entry('hello');
  expect(await his.entry('hello')).toMatchObject({ kind: 'message', tag: 'Web', game: false, author: { name: 'Alice' } });
  await deliver(site, fromPlayer('hi Alice'));
  const entry = await his.entry('hi Alice');
  expect(entry).toMatchObject({ tag: 'alpha', game: true, author: { name: 'Gordon', player: { server: 'alpha', user: 7 } } });
  expect(his.lines.all).toEqual(['Alice: hello', 'Gordon: hi Alice']);
});

test('everybody reads the same order, whoever says what at once', async () => {
  const site = await startSite();
  const people = await Promise.all(['Ann', 'Ben', 'Cid', 'Dora'].map((name) => Visitor.enter(site, name)));
  const pages = await Promise.all(people.map((person) => person.open()));
  await Promise.all(people.flatMap((person, at) => [1, 2, 3, 4, 5].map((count) => person.say(`${at} ${count}`))));
  await Promise.all(pages.map((page) => page.lines.waitFor(() => page.lines.all.length === 20)));
  for (const page of pages) expect(page.lines.all).toEqual(pages[0]?.lines.all);
});

test('the same again is not said twice', async () => {
  const site = await startSite();
  const alice = await Visitor.enter(site, 'Alice');
  const nonce = 'the-same-once-more';
  await Promise.all([alice.say('once', { nonce }), alice.say('once', { nonce })]);
  await alice.say('once', { nonce });
  const page = await alice.open();
  await page.waitFor('ready');
  expect(page.lines.all).toEqual(['Alice: once']);
  expect(site.host.messages.all.length).toBe(1);
});

test('what is shown can be edited and taken back, by the one who said it and nobody else', async () => {
  const site = await startSite();
  const [alice, bob] = [await Visitor.enter(site, 'Alice'), await Visitor.enter(site, 'Bob')];
  const page = await bob.open();
  await alice.say('helo');
  const { id } = await page.entry('helo');
  expect(await bob.post('edit', { room: 'main', id, text: 'I am a fool' })).toMatchObject({
    fault: expect.stringContaining('not yours'),
  });
  expect(await bob.post('remove', { room: 'main', id })).toMatchObject({ fault: expect.stringContaining('not yours') });
  await alice.post('edit', { room: 'main', id, text: 'hello' });
  expect(await page.entry('hello')).toMatchObject({ id, edited: true });
  const said = site.host.messages.all[0];
  expect(site.host.edits.all[0]?.message).toMatchObject({ id: said?.id, at: said?.at });
  await alice.post('remove', { room: 'main', id });
  expect(await page.waitFor('entry', ({ kind }) => kind === 'gone')).toMatchObject({ id, body: [] });
  expect(site.host.removals.all[0]).toMatchObject({ target: said?.id });
  expect(await alice.post('edit', { room: 'main', id, text: 'x' })).toMatchObject({ fault: expect.any(String) });
  expect(site.host.edits.all.length).toBe(1);
});

test('edits and removals from elsewhere change what stands there', async () => {
  const site = await startSite();
  const page = await (await Visitor.enter(site, 'Alice')).open();
  const message = fromPlayer('on');
  const id = await deliver(site, message);
  const edited = { ...message, body: literal('one') };
  await site.chat.edit(MAIN, { kind: 'edit', id: 'e' as EventId, at: 1, place: message.place, message: edited }, [id]);
  expect(await page.entry('one')).toMatchObject({ id, edited: true });
  await site.chat.remove(MAIN, [id]);
  await page.waitFor('entry', (entry) => entry.id === id && entry.kind === 'gone');
  // What is too old to stand there is no fault.
  await site.chat.remove(MAIN, ['long gone']);
  await site.chat.edit(MAIN, { kind: 'edit', id: 'e' as EventId, at: 1, place: message.place, message: edited }, ['long gone']);
});

test('an answer says what it answers, both ways', async () => {
  const site = await startSite();
  const alice = await Visitor.enter(site, 'Alice');
  const page = await alice.open();
  const id = await deliver(site, fromPlayer('who is there?'));
  await alice.say('me', { reply: id });
  const place = { kind: 'room', adapter: site.host.id, room: MAIN } as const;
  expect(site.host.messages.all[0]?.replyTo).toMatchObject({
    author: 'Gordon',
    text: 'who is there?',
    target: eventId(place, id),
  });
  expect((await page.entry('me')).quote).toEqual({ author: 'Gordon', text: 'who is there?', id });
  const mine = (await page.entry('me')).id;
  await deliver(site, fromPlayer('fine', { replyTo: { author: 'Alice', text: 'me', here: { nativeId: mine } } }));
  expect((await page.entry('fine')).quote).toEqual({ author: 'Alice', text: 'me', id: mine });
});

test('reactions are counted: one each on the page, one for all who are elsewhere', async () => {
  const site = await startSite();
  const [alice, bob] = [await Visitor.enter(site, 'Alice'), await Visitor.enter(site, 'Bob')];
  const page = await alice.open();
  const id = await deliver(site, fromPlayer('nice?'));
  const react = (who: Visitor, emoji: string, on = true) => who.post('react', { room: 'main', id, emoji, on });
  await react(alice, '👍');
  await react(alice, '👍');
  await react(bob, '👍');
  const cause = 'x' as EventId;
  expect(await site.chat.react(MAIN, { message: id, emoji: { name: '👍' }, isOn: true, cause })).toBe(true);
  const own = { name: 'blob', url: 'https://cdn.example/1.png' };
  expect(await site.chat.react(MAIN, { message: id, emoji: own, isOn: true, cause })).toBe(false);
  await page.waitFor('entry', ({ reactions }) => reactions?.[0]?.by.length === 3);
  await react(alice, '👍', false);
  await react(bob, '👍', false);
  await site.chat.react(MAIN, { message: id, emoji: { name: '👍' }, isOn: false, cause });
  await page.waitFor('entry', ({ reactions }) => reactions?.length === 0);
  expect(site.host.reactions.all.map(({ kind }) => kind)).toEqual([
    'reaction',
    'reaction',
    'reaction',
    'reaction-removal',
    'reaction-removal',
  ]);
  expect(await react(alice, 'not an emoji')).toMatchObject({ status: 400 });
});

test('notices stand in small print, and the deliveries of one message are one entry', async () => {
  const site = await startSite();
  const page = await (await Visitor.enter(site, 'Alice')).open();
  const { place } = fromPlayer('');
  await site.chat.notify(MAIN, {
    kind: 'notice',
    id: 'n' as EventId,
    at: 1,
    place,
    tag: 'alpha',
    body: literal('→ Gordon joined'),
  });
  expect(await page.entry('→ Gordon joined')).toMatchObject({ kind: 'notice', tag: 'alpha' });
  const message = fromPlayer('once');
  // The bridge was killed before it could note that it stood there.
  expect(await deliver(site, message)).toBe(await deliver(site, message));
  await deliver(site, fromPlayer('twice'));
  await page.entry('twice');
  expect(page.lines.all.slice(1)).toEqual(['Gordon: once', 'Gordon: twice']);
});

test('/me, // and what nobody could see', async () => {
  const site = await startSite();
  const alice = await Visitor.enter(site, 'Alice');
  const page = await alice.open();
  await alice.say('/me waves');
  expect(await page.entry('waves')).toMatchObject({ emote: true });
  await alice.say('//shrug');
  await page.entry('/shrug');
  for (const text of ['', ' \n', '\u200b\u200b', '\u{e0041}'])
    expect(await alice.say(text)).toMatchObject({ fault: 'There is nothing in it that anybody could see.' });
  expect(await alice.say('x'.repeat(2_001))).toMatchObject({ status: 400, fault: 'A message has at most 2,000 characters.' });
  expect(await alice.say('hi', { room: 'elsewhere' })).toMatchObject({ fault: 'This room is not there any more.' });
  expect(site.host.messages.all.map(({ body }) => words(body))).toEqual(['waves', '/shrug']);
});

const kick: CommandInfo = {
  name: 'kick',
  description: 'Throw a player off their server',
  rank: 'moderator',
  options: [{ name: 'player', description: 'Who', required: true }],
};

test('commands are given with the rank that somebody has, and only they see the answer', async () => {
  const given: Invocation[] = [];
  const commands: Commands = {
    all: [kick],
    run: async (invocation) => {
      given.push(invocation);
      return literal('done');
    },
    complete: async () => [],
  };
  const site = await startSite({ commands });
  const [alice, bob] = [await Visitor.enter(site, 'Alice'), await Visitor.enter(site, 'Bob')];
  const page = await bob.open();
  expect(await alice.say('/kick Gordon')).toEqual({ status: 200, answer: literal('done') });
  expect(given[0]).toMatchObject({
    command: 'kick',
    caller: { author: { name: 'Alice' }, rank: 'everybody', isOperator: false },
    room: 'main',
  });
  expect(given[0]?.options.get('player')).toBe('Gordon');
  expect(await alice.say('/kickk Gordon')).toMatchObject({ fault: expect.stringContaining('no such command') });
  const help = await alice.say('/help');
  expect(JSON.stringify(help.answer)).not.toContain('/kick <player>');
  const { id } = given[0]?.caller.author ?? { id: '' };
  const trusted = await startSite({ commands, extras: { trusted: true } });
  await (await Visitor.enter(trusted, 'Operator Olga')).say('/kick Gordon');
  expect(given[1]?.caller).toMatchObject({ rank: 'admin', isOperator: true });
  expect(id).not.toBe(given[1]?.caller.author.id);
  await bob.say('last');
  await page.entry('last');
  expect(page.lines.all).toEqual(['Bob: last']);
});

test('who is barred is told so, and neither the page nor the core hears them', async () => {
  let barred = '';
  const site = await startSite({ whyBarred: (id) => (id === barred ? 'Alice, alpha banned you.' : undefined) });
  const [alice, bob] = [await Visitor.enter(site, 'Alice'), await Visitor.enter(site, 'Bob')];
  const page = await bob.open();
  await alice.say('first');
  const { id } = await page.entry('first');
  barred = site.host.messages.all[0]?.author.id ?? '';
  const why = { fault: 'Alice, alpha banned you.' };
  expect(await alice.say('second')).toMatchObject(why);
  expect(await alice.post('edit', { room: 'main', id, text: 'second' })).toMatchObject(why);
  expect(await alice.post('react', { room: 'main', id, emoji: '👍', on: true })).toMatchObject(why);
  // What they said they may still take back.
  expect((await alice.post('remove', { room: 'main', id })).fault).toBeUndefined();
  // Another name from the same place does not help.
  const again = await new Visitor(site).post('guest', { name: 'Not Alice' });
  expect(again).toMatchObject({ status: 403, ...why });
  await bob.say('bye');
  await page.entry('bye');
  expect(page.lines.all.filter((line) => line.includes('second'))).toEqual([]);
});

test('a whisper is for one pair of eyes, on all pages that they open', async () => {
  const site = await startSite();
  const [alice, bob] = [await Visitor.enter(site, 'Alice'), await Visitor.enter(site, 'Bob')];
  const [hers, his] = [await alice.open(), await bob.open()];
  await alice.say('hello');
  const { author } = await site.host.waitForMessage('hello');
  const from = { kind: 'player', server: 'alpha' as ServerId, number: 7, author: { id: '7', name: 'Gordon' } } as const;
  const to = { kind: 'user', adapter: site.host.id, author } as const;
  const one = new TestAttempt();
  const whisper = {
    kind: 'whisper',
    id: 'w1' as EventId,
    at: 1,
    from,
    to,
    tag: 'alpha',
    body: literal('psst'),
    attachments: [],
  } as const;
  await site.chat.whisper(author.id, whisper, one);
  await site.chat.whisper(author.id, whisper, new TestAttempt());
  expect(one.shown.length).toBe(1);
  const heard = await hers.waitFor('whisper');
  expect(heard).toMatchObject({ mine: false, tag: 'alpha', with: { name: 'Gordon', player: { server: 'alpha', user: 7 } } });
  const second = await alice.open();
  await second.waitFor('ready');
  expect(second.heard.all.filter(({ name }) => name === 'whisper').length).toBe(1);
  await bob.say('nothing');
  await his.entry('nothing');
  expect(his.heard.all.filter(({ name }) => name === 'whisper')).toEqual([]);
  expect(await alice.post('whisper', { to: { server: 'alpha', user: 99 }, text: 'hi', nonce: 'whisper-1' })).toMatchObject({
    fault: 'They are not there any more.',
  });
  // Who signed out never opens a page again on which it would stand.
  await alice.post('leave', {});
  const late = site.chat.whisper(author.id, { ...whisper, id: 'w2' as EventId }, new TestAttempt());
  await expect(late).rejects.toMatchObject({ message: 'is not signed in any more', passing: false });
});

test('the others see who types and who is there', async () => {
  const site = await startSite();
  const [alice, bob] = [await Visitor.enter(site, 'Alice'), await Visitor.enter(site, 'Bob')];
  const his = await bob.open();
  await alice.open();
  await his.waitFor('people', ({ people }) => people.map(({ name }) => name).join() === 'Bob,Alice');
  await alice.post('typing', { room: 'main' });
  expect(await his.waitFor('typing')).toMatchObject({ room: 'main', person: { name: 'Alice' } });
});

test('what is said earlier can be asked for, page by page', async () => {
  const site = await startSite();
  const alice = await Visitor.enter(site, 'Alice');
  for (let count = 1; count <= 130; count++) await deliver(site, fromPlayer(`line ${count}`));
  const page = await alice.open();
  await page.waitFor('ready');
  expect(page.lines.all[0]).toBe('Gordon: line 31');
  const first = await page.entry('line 31');
  const earlier = await alice.fetch(`earlier?room=main&before=${first.place}`);
  const entries = (await earlier.json()) as { body: { type: 'text'; text: string }[] }[];
  expect(entries.map(wordsOf).slice(0, 2)).toEqual(['line 1', 'line 2']);
  expect(entries.length).toBe(30);
  expect((await new Visitor(site).fetch('earlier?room=main&before=5')).status).toBe(401);
});

test('who types is seen on the other pages; elsewhere, and from elsewhere, only where that is wanted', async () => {
  const place = { kind: 'room', adapter: 'discord' as AdapterId, room: '1' as RoomRef } as const;
  const typing = { place, author: { id: '7', name: 'Bob' }, until: Date.now() + 10_000 };
  for (const isOn of [true, false]) {
    const site = await startSite({ config: { guests: true, typing: isOn } });
    const [alice, page] = [await Visitor.enter(site, 'Alice'), await (await Visitor.enter(site, 'Carol')).open()];
    site.chat.typing(MAIN, typing);
    site.chat.typing(MAIN, { ...typing, until: 0 });
    await alice.post('typing', { room: 'main' });
    await page.waitFor('typing', ({ person }) => person.name === 'Alice');
    const heard = page.heard.all.filter(({ name }) => name === 'typing').map(({ data }) => data);
    expect(heard).toHaveLength(isOn ? 3 : 1);
    if (isOn) expect(heard[1]).toMatchObject({ person: { name: 'Bob' }, lasting: 0 });
    expect(site.host.signs.all).toHaveLength(isOn ? 1 : 0);
  }
});
