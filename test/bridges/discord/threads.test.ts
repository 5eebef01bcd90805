import { expect, it } from 'vitest';
import type { RoomThread } from '../../../src/adapter.ts';
import { DeliveryError } from '../../../src/adapter.ts';
import type { EventId, Message, RoomRef } from '../../../src/event.ts';
import type { DiscordChannel } from '../../doubles/discord/index.ts';
import { words } from '../../support/host.ts';
import { connected, edit, failure, restarted, type Scene, says, send } from './setup.ts';

/** A thread elsewhere as the core knows it in the channel, and the ids under which it was opened there. */
function elsewhere(nativeId?: string, name = 'Raid'): RoomThread & { readonly ids: string[] } {
  const ids: string[] = [];
  return { nativeId, name, opened: (id) => ids.push(id), ids };
}

const inThread: Partial<Message> = { thread: { id: 'matrix/!r/$root' as EventId, name: 'Raid' } };

/** Sends what was said in a thread. */
function sendTo(made: Scene, thread: RoomThread, message: Message, room: { readonly id: string } = made.general): Promise<void> {
  const attempt = made.deliveries.attempt(message.id, AbortSignal.timeout(20_000));
  return made.adapter.send(room.id as RoomRef, message, attempt, thread);
}

const heard = ({ host }: Scene) => host.messages.all.map(({ body }) => words(body));
const contents = (channel: DiscordChannel | undefined) => channel?.messages.map(({ content }) => content);
const errors = ({ host }: Scene) => host.lines.all.filter((line) => line.includes('"level":50'));

it('hears what is said in threads as part of their channel, with the name of the thread as it is then', async () => {
  const made = await connected();
  const { alice, general, host } = made;
  const message = alice.says(general, 'plan');
  const thread = general.startThread(message, 'Raid', alice);
  alice.says(thread, 'one');
  const place = { kind: 'room', adapter: 'discord', room: general.id };
  const id = `discord/${general.id}/${message.id}`;
  expect(await host.waitForMessage('one')).toMatchObject({ place, thread: { id, name: 'Raid' } });
  thread.rename('Raid at nine');
  alice.says(thread, 'two');
  expect(await host.waitForMessage('two')).toMatchObject({ place, thread: { id, name: 'Raid at nine' } });
  expect(heard(made)).toEqual(['plan', 'one', 'two']);
});

it('tells of edits and deletions in a thread, of that message and no other', async () => {
  const { alice, general, host } = await connected();
  const thread = general.addThread('Raid', alice);
  const said = alice.says(thread, 'one');
  const { id } = await host.waitForMessage('one');
  alice.edits(said, 'two');
  expect(await host.edits.waitFor(() => true)).toMatchObject({ message: { id, thread: { name: 'Raid' } } });
  alice.deletes(said);
  expect(await host.removals.waitFor(() => true)).toMatchObject({ target: id });
});

it('tells of a new thread as what it hangs on, but not where it hangs on a message that was heard', async () => {
  const made = await connected();
  const { alice, general, host } = made;
  const thread = general.addThread('Raid', alice);
  const notice = await host.waitForMessage(({ body }) => words(body).startsWith('started a thread'));
  expect(notice.id).toBe(`discord/${general.id}/${thread.id}`);
  const old = alice.says(general, 'old');
  general.startThread(old, 'Old', alice, { old: true });
  alice.says(general, 'end');
  await host.waitForMessage('end');
  // The core takes an id once.
  const ids = host.messages.all.map(({ id }) => id);
  expect(ids.filter((id) => id === `discord/${general.id}/${old.id}`)).toHaveLength(2);
});

it('leaves private threads to those who were let in, and all threads where it is told to', async () => {
  const permissions = ['ManageWebhooks', 'ManageThreads'] as const;
  const made = await connected({ permissions });
  made.alice.says(made.general.addPrivateThread('secret', made.alice), 'a secret');
  made.alice.says(made.general, 'end');
  await made.host.waitForMessage('end');
  expect(heard(made)).toEqual(['end']);

  const without = await connected({ config: () => ({ threads: 'ignore' }) });
  without.alice.says(without.general.addThread('Raid', without.alice), 'in a thread');
  without.alice.says(without.general, 'end');
  await without.host.waitForMessage('end');
  expect(heard(without)).toEqual(['started a thread: Raid', 'end']);
  await sendTo(without, elsewhere(undefined, 'Raid'), says('hello', inThread));
  expect(contents(without.general)?.at(-1)).toBe('> **Thread**: Raid\nhello');
});

it('hears a thread that is a room of its own only there', async () => {
  let own: DiscordChannel | undefined;
  const made = await connected({
    rooms: (general, guild) => {
      own = general.addThread('own', guild.addMember('bob'));
      return [general.id, own.id];
    },
  });
  made.alice.says(own ?? { id: '' }, 'here');
  const message = await made.host.waitForMessage('here');
  expect(message.place).toMatchObject({ room: own?.id });
  expect(message.thread).toBeUndefined();
  await send(made, own ?? { id: '' }, says('hello'));
  made.alice.says(made.general, 'end');
  await made.host.waitForMessage('end');
  expect(heard(made)).toEqual(['here', 'end']);
});

it('hears posts of a forum that are rooms, and says of the forum itself what to do', async () => {
  let post: DiscordChannel | undefined;
  const made = await connected({
    rooms: (_, guild) => {
      const forum = guild.addForum('help');
      post = forum.addPost('Lost key', 'who has it?', guild.addMember('bob'));
      return [post.id, forum.id];
    },
  });
  made.alice.says(post ?? { id: '' }, 'not me');
  await made.host.waitForMessage('not me');
  await send(made, post ?? { id: '' }, says('I do'));
  expect(contents(post)).toEqual(['who has it?', 'not me', 'I do']);
  const findings: string[] = [];
  for await (const { ok, text } of made.adapter.check()) if (!ok) findings.push(text);
  expect(findings).toEqual(['Discord channel #help in Guild is a forum: name one of its posts instead']);
});

it('starts a thread from the message that it hangs on, once, and writes there from then on', async () => {
  const made = await connected();
  const root = made.alice.says(made.general, 'plan');
  const known = elsewhere(root.id);
  await sendTo(made, known, says('one', inThread));
  await sendTo(made, known, says('two', inThread));
  expect(contents(made.general.thread(root))).toEqual(['', 'one', 'two']);
  expect(contents(made.general)).toEqual(['plan']);
  expect(made.general.thread(root)?.state.name).toBe('Raid');
  expect(new Set(known.ids)).toEqual(new Set([root.id]));
  // Nothing of that comes back.
  made.alice.says(root, 'mine');
  await made.host.waitForMessage('mine');
  expect(heard(made)).toEqual(['plan', 'mine']);
  expect(made.discord.violations).toEqual([]);
});

it('uses the thread that somebody started from the message meanwhile', async () => {
  const made = await connected();
  const root = made.alice.says(made.general, 'plan');
  const thread = made.general.startThread(root, 'By Alice', made.alice);
  await sendTo(made, elsewhere(root.id), says('one', inThread));
  expect(contents(thread)).toEqual(['', 'one']);
});

it('starts a thread that hangs on nothing where the channel shows nothing to hang it on', async () => {
  const made = await connected();
  const known = elsewhere(undefined, 'Raid');
  await sendTo(made, known, says('one', inThread));
  const [thread] = made.general.threads;
  expect(contents(thread)).toEqual(['one']);
  expect(known.ids).toEqual([thread?.id]);
});

it.each([
  ['a mass ping', '@everyone @here', '@everyone @here'],
  ['five thousand characters', 'x'.repeat(5_000), /^x{60,100}$/],
  ['nothing that can be seen', '\u200b\u202e\n', 'Thread'],
  ['text from right to left', '\u202egnp.exe\u202c \u05e9\u05dc\u05d5\u05dd', /^[^\u202a-\u202e]*\u05e9\u05dc\u05d5\u05dd$/],
  ['half a character', `${'x'.repeat(99)}\u{1f600}\ud83d`, /^x+/],
])('gives a thread a name that Discord takes: %s', async (_, name, shown) => {
  const made = await connected();
  await sendTo(made, elsewhere(undefined, name), says('one', inThread));
  expect(made.general.threads[0]?.state.name).toEqual(typeof shown === 'string' ? shown : expect.stringMatching(shown));
  expect(made.alice.pings).toEqual([]);
  expect(made.discord.violations).toEqual([]);
});

it('edits and takes back what it showed in a thread, also in one that was closed meanwhile and after a restart', async () => {
  const first = await connected();
  const root = first.alice.says(first.general, 'plan');
  const message = says('one', inThread);
  const other = says('two', inThread);
  await sendTo(first, elsewhere(root.id), message);
  await sendTo(first, elsewhere(root.id), other);
  const thread = first.general.thread(root);
  const made = await restarted(first);
  thread?.archive();
  const edit = { kind: 'edit', id: 'e' as EventId, at: 0, place: message.place } as const;
  const changed = { ...message, body: [{ type: 'text', text: `1${' long'.repeat(500)}` }] } as const;
  const attempt = made.deliveries.attempt(`${message.id}/e` as EventId, AbortSignal.timeout(20_000));
  await made.adapter.edit?.(
    made.general.id as RoomRef,
    { ...edit, message: changed },
    made.deliveries.shown(message.id),
    attempt,
    elsewhere(root.id),
  );
  const lines = contents(thread) ?? [];
  expect(lines).toHaveLength(4);
  expect(lines[1]).toMatch(/^1 long/);
  expect(lines[2]).toBe('two');
  expect(lines[3]).toMatch(/long$/);
  thread?.archive();
  await made.adapter.remove?.(made.general.id as RoomRef, made.deliveries.shown(other.id), AbortSignal.timeout(20_000));
  expect(contents(thread)).not.toContain('two');
  // What was in a thread that is gone needs no change.
  thread?.delete();
  await made.adapter.remove?.(made.general.id as RoomRef, made.deliveries.shown(message.id), AbortSignal.timeout(20_000));
  expect(made.discord.violations.filter(({ code }) => code !== 50083)).toEqual([]);
});

it('writes in an archived thread; where that is locked, in the channel, with the name of the thread', async () => {
  const made = await connected();
  const root = made.alice.says(made.general, 'plan');
  const thread = made.general.startThread(root, 'Raid', made.alice);
  thread.archive();
  await sendTo(made, elsewhere(root.id), says('one', inThread));
  expect(contents(thread)).toEqual(['', 'one']);
  expect(thread.state.archived).toBe(false);
  thread.lock();
  await sendTo(made, elsewhere(root.id), says('two', inThread));
  expect(contents(made.general)).toEqual(['plan', '> **Thread**: Raid\ntwo']);
});

it('a thread that only moderators may change is no fault of its channel', async () => {
  const made = await connected();
  const root = made.alice.says(made.general, 'plan');
  const message = says('one', inThread);
  await sendTo(made, elsewhere(root.id), message);
  made.general.thread(root)?.lock();
  expect(await failure(edit(made, made.general, message, 'uno'))).toMatchObject({
    passing: false,
    message: expect.stringContaining('is locked'),
  });
  expect(made.adapter.roomFault?.(made.general.id as RoomRef)).toBeUndefined();
});

it('starts a thread again that was deleted, and does without where its message is gone too', async () => {
  const made = await connected();
  const root = made.alice.says(made.general, 'plan');
  const known = elsewhere(root.id);
  await sendTo(made, known, says('one', inThread));
  made.general.thread(root)?.delete();
  await sendTo(made, known, says('two', inThread));
  expect(contents(made.general.thread(root))).toEqual(['', 'two']);
  made.general.thread(root)?.delete();
  made.alice.deletes(root);
  await sendTo(made, known, says('three', inThread));
  await sendTo(made, known, says('four', inThread));
  expect(contents(made.general)).toEqual(['> **Thread**: Raid\nthree', '> **Thread**: Raid\nfour']);
  expect(made.general.threads).toEqual([]);
  expect(errors(made)).toEqual([]);
});

it('says once that it may not start threads, and starts them as soon as it may', async () => {
  let now = Date.now();
  const clock = { now: () => now, after: () => () => {} };
  const made = await connected({ options: { clock } });
  const { guild, general } = made;
  general.setRule({ of: guild.everyone, deny: ['CreatePublicThreads'] });
  const root = made.alice.says(general, 'plan');
  for (const text of ['one', 'two']) await sendTo(made, elsewhere(root.id), says(text, inThread));
  expect(contents(general)).toEqual(['plan', '> **Thread**: Raid\none', '> **Thread**: Raid\ntwo']);
  expect(errors(made)).toMatchObject([
    expect.stringContaining('give it the permissions Create Public Threads and Send Messages'),
  ]);
  expect(made.discord.requests.filter(({ route, status }) => route.endsWith('/threads') && status === 403)).toHaveLength(1);
  general.setRule({ of: guild.everyone });
  now += 3_600_000;
  await sendTo(made, elsewhere(root.id), says('three', inThread));
  expect(contents(general.thread(root))).toEqual(['', 'three']);
});

it('has a thread in no thread', async () => {
  let own: DiscordChannel | undefined;
  const made = await connected({
    rooms: (general, guild) => {
      own = general.addThread('own', guild.addMember('bob'));
      return [own.id];
    },
  });
  await sendTo(made, elsewhere('123456789012345678', 'Raid'), says('one', inThread), own);
  expect(contents(own)).toEqual(['> **Thread**: Raid\none']);
  expect(made.discord.requests.filter(({ route }) => route.endsWith('/threads'))).toEqual([]);
});

it('says of a room that is a thread what is wrong with it: locked, or deleted', async () => {
  let own: DiscordChannel | undefined;
  const made = await connected({
    rooms: (general, guild) => {
      own = general.addThread('own', guild.addMember('bob'));
      return [own.id];
    },
  });
  const room = own ?? { id: '' };
  own?.archive();
  await send(made, room, says('wakes it'));
  expect(contents(own)).toEqual(['wakes it']);
  own?.lock();
  const locked = await failure(send(made, room, says('locked')));
  expect(locked).toBeInstanceOf(DeliveryError);
  expect(locked).toMatchObject({
    passing: false,
    message: 'The thread #own in Guild is locked: only moderators can write in it until one of them unlocks it',
  });
  expect(made.adapter.roomFault?.(room.id as RoomRef)).toContain('is locked');
  own?.delete();
  expect(await failure(send(made, room, says('deleted')))).toMatchObject({
    passing: false,
    message: 'Discord has no channel #own in Guild any more: take it out of the configuration',
  });
});

it('hears after downtime what was said in a room that is a thread, also when it was closed meanwhile', async () => {
  let own: DiscordChannel | undefined;
  const first = await connected({
    rooms: (general, guild) => {
      own = general.addThread('own', guild.addMember('bob'));
      return [own.id];
    },
  });
  const thread = own ?? first.general;
  first.alice.says(thread, 'before');
  await first.host.waitForMessage('before');
  await expect.poll(() => first.host.memory.get(`heard/${thread.id}`)).not.toBe('0');
  await first.adapter.stop();
  first.alice.says(thread, 'meanwhile');
  thread.archive();
  const made = await restarted(first);
  await made.host.waitForMessage('meanwhile');
  first.alice.says(thread, 'after');
  await made.host.waitForMessage('after');
  expect(heard(made).filter((text) => text !== 'before')).toEqual(['meanwhile', 'after']);
});
