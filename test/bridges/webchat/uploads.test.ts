/** Files that are sent from the page: they arrive, and nobody is harmed by them. */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { RoomRef } from '../../../src/event.ts';
import { newFolder } from '../../store/open.ts';
import { TestAttempt } from '../../support/attempt.ts';
import { TestClock } from '../../support/clock.ts';
import { testMemory } from '../../support/host.ts';
import { testMedia } from '../../support/media.ts';
import { type Site, type SiteOptions, startSite, Visitor } from './visitor.ts';

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const EVERYBODY = { guests: true, uploads: { from: 'everybody' } };

/** A web chat that keeps files. */
async function startShelf(options: SiteOptions = {}): Promise<Site & { readonly folder: string }> {
  const folder = options.folder ?? newFolder();
  const media = testMedia();
  const site = await startSite({ config: EVERYBODY, ...options, folder, media });
  media.join(site.host.id, site.chat);
  return { ...site, folder };
}

/** Sends a file as the page does. @returns what it is called, or why it was not taken */
async function upload(visitor: Visitor, bytes: Buffer, size = bytes.length): Promise<{ id?: string; fault?: string }> {
  const { ticket, fault } = await visitor.post('announce', { size });
  if (ticket === undefined) return { ...(fault !== undefined && { fault }) };
  return receive(visitor, ticket, bytes);
}

async function receive(visitor: Visitor, ticket: string, body: Buffer): Promise<{ id?: string; fault?: string }> {
  const headers = { 'content-type': 'application/octet-stream', origin: visitor.site.url };
  const init = { method: 'POST', headers, body, duplex: 'half' } as RequestInit & { headers: Record<string, string> };
  return (await (await visitor.fetch(`upload/${ticket}`, init)).json()) as { id?: string; fault?: string };
}

async function sent(visitor: Visitor, name: string, bytes: Buffer, text = ''): Promise<string> {
  const { id = '' } = await upload(visitor, bytes);
  expect(await visitor.say(text, { files: [{ id, name }] })).toEqual({ status: 200 });
  return id;
}

test('a picture with a caption, a description and its size is heard elsewhere, and seen on the page', async () => {
  const site = await startShelf();
  const visitor = await Visitor.enter(site, 'Robin');
  const page = await visitor.open();
  const { id = '' } = await upload(visitor, PNG);
  const file = { id, name: 'base.png', description: ' My base ', spoiler: true, width: 1, height: 1 };
  await visitor.say('look', { files: [file] });
  const message = await site.host.waitForMessage('look');
  expect(message.attachments).toEqual([
    {
      name: 'base.png',
      media: { adapter: 'web', uri: id },
      mimeType: 'image/png',
      size: PNG.length,
      width: 1,
      height: 1,
      description: 'My base',
      spoiler: true,
    },
  ]);
  const { files } = await page.entry('look');
  const url = `file/${id}/base.png`;
  expect(files).toEqual([{ name: 'base.png', url, shown: true, width: 1, height: 1, description: 'My base', spoiler: true }]);
  const answer = await visitor.fetch(url);
  expect(Buffer.from(await answer.arrayBuffer()).equals(PNG)).toBe(true);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'content-type': 'image/png',
    'x-content-type-options': 'nosniff',
    'content-security-policy': expect.stringMatching(/^sandbox; default-src 'none'/),
    'cross-origin-resource-policy': 'same-origin',
    'cache-control': 'private, max-age=3600',
  });
  const opened = await site.chat.openMedia(id, new AbortController().signal);
  expect([opened?.size, opened?.type]).toEqual([PNG.length, 'image/png']);
  opened?.stream.destroy();
});

test.each([
  ['page.html', '<!doctype html><script>alert(1)</script>'],
  ['picture.png', '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'],
  ['x.svg', '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'],
  ['x.xml', '<?xml version="1.0"?><x/>'],
  ['evil.js', 'alert(1)'],
])('%s can only be stored by a browser, and never run', async (name, content) => {
  const site = await startShelf();
  const visitor = await Visitor.enter(site, 'Robin');
  const id = await sent(visitor, name, Buffer.from(content));
  const answer = await visitor.fetch(`file/${id}/${name}`);
  expect(answer.headers.get('content-type')).toBe('application/octet-stream');
  expect(answer.headers.get('content-disposition')).toMatch(/^attachment;/);
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  expect(answer.headers.get('content-security-policy')).toMatch(/^sandbox; default-src 'none'/);
});

test('a name says what the file is, leads nowhere, and shows what it is', async () => {
  const site = await startShelf();
  const visitor = await Visitor.enter(site, 'Robin');
  for (const name of ['../../etc/passwd', 'cat.html', 'C:\\x\\y.png', 'ab\u202egnp.exe', '']) await sent(visitor, name, PNG);
  await site.host.waitForMessage(({ attachments: [file] }) => file?.name === 'file.png');
  const names = site.host.messages.all.map(({ attachments: [file] }) => file?.name);
  expect(names).toEqual(['passwd.png', 'cat.html.png', 'y.png', 'ab_gnp.exe.png', 'file.png']);
  expect((await readdir(site.folder)).every((name) => /^[\w-]{12}\.[\w-]{22}\.png$/.test(name))).toBe(true);
});

test('a file can be read whose name is as long as can be, in any script', async () => {
  const site = await startShelf();
  const visitor = await Visitor.enter(site, 'Robin');
  const page = await visitor.open();
  const { id = '' } = await upload(visitor, PNG);
  await visitor.say('long', { files: [{ id, name: `${'\u{1f980}'.repeat(120)}.png` }] });
  const { files = [] } = await page.entry('long');
  const answer = await visitor.fetch(files[0]?.url ?? '');
  expect(answer.status).toBe(200);
  expect(Buffer.from(await answer.arrayBuffer()).equals(PNG)).toBe(true);
});

test('who may send files is for the operator to say: by default whoever has an account, and no guest', async () => {
  const site = await startShelf({ config: { guests: true } });
  const visitor = await Visitor.enter(site, 'Robin');
  expect((await visitor.welcome()).uploads).toBeUndefined();
  expect(await upload(visitor, PNG)).toEqual({ fault: 'You may not send files here.' });
  const account = { kind: 'steam' as const, author: { id: 'steam:76561198000000001', name: 'Kim' } };
  expect(site.chat.uploads.allowed(account)).toEqual({ maxBytes: 8_000_000, maxFiles: 4 });
  const open = await startShelf();
  expect((await (await Visitor.enter(open, 'Robin')).welcome()).uploads).toEqual({ maxBytes: 8_000_000, maxFiles: 4 });
});

test('nobody can send, read, attach or discard what is not theirs to, and nobody without a session at all', async () => {
  const site = await startShelf();
  const [robin, kim] = [await Visitor.enter(site, 'Robin'), await Visitor.enter(site, 'Kim')];
  const { id = '' } = await upload(robin, PNG);
  // It was not sent yet: nobody reads it.
  expect((await kim.fetch(`file/${id}/x.png`)).status).toBe(404);
  expect((await kim.say('mine', { files: [{ id, name: 'x.png' }] })).fault).toMatch(/not there any more/);
  await kim.post('discard', { id });
  expect(await robin.say('mine', { files: [{ id, name: 'x.png' }] })).toEqual({ status: 200 });
  expect((await kim.fetch(`file/${id}/x.png`)).status).toBe(200);
  expect((await new Visitor(site).fetch(`file/${id}/x.png`)).status).toBe(401);
  const { ticket = '' } = await robin.post('announce', { size: PNG.length });
  expect(await receive(kim, ticket, PNG)).toEqual({ fault: 'This file was not expected. Try again.' });
  expect(await receive(new Visitor(site), ticket, PNG)).toEqual({ fault: 'You are not signed in any more.' });
  const init = {
    method: 'POST',
    body: PNG,
    headers: { 'content-type': 'application/octet-stream', origin: 'https://evil.example' },
  };
  expect((await robin.fetch(`upload/${ticket}`, init)).status).toBe(403);
  for (const path of ['file/../sessions/x', 'file/..%2f..%2fx/x', `file/${id}`, 'file/a.b.c/x', 'file/%ff/%ff'])
    expect((await robin.fetch(path)).status).toBe(404);
});

test('what is too large, empty, cut short or longer than it was said to be is not kept', async () => {
  const site = await startShelf({ config: { guests: true, uploads: { from: 'everybody', max_mb: 0.0001 } } });
  const visitor = await Visitor.enter(site, 'Robin');
  expect(await upload(visitor, Buffer.alloc(101))).toEqual({ fault: 'A file may have at most 0.0001 MB.' });
  expect(await upload(visitor, Buffer.alloc(0))).toEqual({ fault: 'This file is empty.' });
  expect(await upload(visitor, Buffer.alloc(20), 10)).toEqual({ fault: 'The file is larger than it was said to be.' });
  expect(await upload(visitor, Buffer.alloc(200), 10)).toEqual({ fault: 'That is more than 100 bytes.' });
  expect(await upload(visitor, Buffer.alloc(5), 10)).toEqual({ fault: 'The file came only in part.' });
  expect(await readdir(site.folder)).toEqual([]);
  const ids = await Promise.all(Array.from({ length: 4 }, () => upload(visitor, PNG)));
  const files = [...ids, ids[0]].map((file) => ({ id: file?.id ?? '', name: 'x.png' }));
  expect((await visitor.say('', { files })).fault).toBe('A message has at most 4 files.');
  expect((await visitor.say('/help', { files: files.slice(0, 1) })).fault).toBe('A command takes no files.');
});

test('one user has so much, all together have so much: what is older than a day goes first, and nothing newer', async () => {
  const clock = new TestClock();
  // 70 bytes each: two for one user, three for all.
  const uploads = { from: 'everybody', user_mb: 0.00015, total_mb: 0.00022 };
  const site = await startShelf({ config: { guests: true, uploads }, clock });
  const [robin, kim] = [await Visitor.enter(site, 'Robin'), await Visitor.enter(site, 'Kim')];
  expect(PNG.length).toBe(70);
  const first = await sent(robin, 'a.png', PNG);
  await sent(robin, 'b.png', PNG);
  expect((await upload(robin, PNG)).fault).toMatch(/^You have sent as much as you may for now/);
  await sent(kim, 'c.png', PNG);
  expect((await upload(kim, PNG)).fault).toBe('There is no room for more files now. Try again tomorrow.');
  await clock.advance(25 * 3_600_000);
  await sent(robin, 'd.png', PNG);
  expect((await robin.fetch(`file/${first}/a.png`)).status).toBe(404);
  expect(await readdir(site.folder)).toHaveLength(3);
});

test('who asks for several files at once gets no more room than there is', async () => {
  const clock = new TestClock();
  // Two of 70 bytes.
  const site = await startShelf({ config: { guests: true, uploads: { from: 'everybody', user_mb: 0.00015 } }, clock });
  const robin = await Visitor.enter(site, 'Robin');
  for (const name of ['a.png', 'b.png']) await sent(robin, name, PNG);
  await clock.advance(25 * 3_600_000);
  // The old ones make room; while they are deleted, the others ask.
  const [session] = [...site.chat.sessions.all()];
  if (!session) throw new Error('nobody is signed in');
  const answers = await Promise.all([1, 2, 3, 4].map(() => site.chat.uploads.announce(session, PNG.length)));
  expect(answers.filter((answer) => 'ticket' in answer)).toHaveLength(2);
  expect(await readdir(site.folder)).toEqual([]);
});

test('a file is sent with one message, and stays as long as that does', async () => {
  const site = await startShelf();
  const robin = await Visitor.enter(site, 'Robin');
  const page = await robin.open();
  const { id: file = '' } = await upload(robin, PNG);
  const files = [{ id: file, name: 'a.png' }];
  const [one, other] = await Promise.all(['first', 'second'].map((text) => robin.say(text, { files })));
  expect([one?.fault, other?.fault].filter((fault) => fault !== undefined)).toEqual([
    'A file was sent already. Take it out, and add it again.',
  ]);
  const [said, unsaid] = one?.fault === undefined ? ['first', 'second'] : ['second', 'first'];
  const { id } = await page.entry(said);
  expect((await robin.say(unsaid, { files })).fault).toMatch(/^A file was sent already/);
  await robin.say(unsaid);
  await robin.post('remove', { room: 'main', id: (await page.entry(unsaid)).id });
  expect((await robin.fetch(`file/${file}/a.png`)).status).toBe(200);
  await robin.post('remove', { room: 'main', id });
  expect((await robin.fetch(`file/${file}/a.png`)).status).toBe(404);
});

test('files stay when the caption is edited, and go with their message', async () => {
  const clock = new TestClock();
  const site = await startShelf({ clock });
  const visitor = await Visitor.enter(site, 'Robin');
  const page = await visitor.open();
  await sent(visitor, 'a.png', PNG, 'first');
  await clock.advance(100);
  const { id } = await page.entry('first');
  // An edit of the caption leaves the file where it is, here and elsewhere.
  await visitor.post('edit', { room: 'main', id, text: '' });
  const edit = await site.host.edits.waitFor(() => true);
  expect(edit.message.attachments).toHaveLength(1);
  await clock.advance(100);
  await page.waitFor('entry', (entry) => entry.edited === true && entry.files?.length === 1);
  await visitor.post('remove', { room: 'main', id });
  expect(await readdir(site.folder)).toEqual([]);
});

test('files go after their time, and soon where they were never sent', async () => {
  const clock = new TestClock();
  const site = await startShelf({ clock });
  const visitor = await Visitor.enter(site, 'Robin');
  await upload(visitor, PNG);
  await sent(visitor, 'b.png', PNG);
  expect(await readdir(site.folder)).toHaveLength(2);
  await clock.advance(2 * 3_600_000);
  await expect.poll(() => readdir(site.folder)).toHaveLength(1);
  await clock.advance(31 * 86_400_000);
  await expect.poll(() => readdir(site.folder)).toEqual([]);
});

test('after a restart, what was sent is still there to be delivered, and what had half come is not', async () => {
  const memory = testMemory();
  const first = await startShelf({ memory });
  const visitor = await Visitor.enter(first, 'Robin');
  const id = await sent(visitor, 'a.png', PNG);
  const { id: waiting = '' } = await upload(visitor, PNG);
  await first.stop();
  const half = `${'o'.repeat(12)}.${'r'.repeat(22)}.part`;
  await writeFile(join(first.folder, half), 'half');
  await mkdir(join(first.folder, 'strange'), { recursive: true });
  const second = await startShelf({ memory, folder: first.folder });
  const medium = await second.chat.openMedia(id, new AbortController().signal);
  expect(medium?.size).toBe(PNG.length);
  medium?.stream.destroy();
  expect(await readdir(second.folder)).not.toContain(half);
  const back = new Visitor(second);
  back.cookie = visitor.cookie;
  expect(await back.say('later', { files: [{ id: waiting, name: 'b.png' }] })).toEqual({ status: 200 });
});

test('who is banned sends no file', async () => {
  const site = await startShelf({ whyBarred: () => 'You are banned.' });
  const visitor = await Visitor.enter(site, 'Robin');
  expect(await upload(visitor, PNG)).toEqual({ fault: 'You are banned.' });
});

test('what another room of the same chat says with a file is shown there with it', async () => {
  const site = await startShelf({ rooms: ['main', 'second'] });
  const visitor = await Visitor.enter(site, 'Robin');
  const page = await visitor.open();
  const id = await sent(visitor, 'a.png', PNG, 'both');
  const message = await site.host.waitForMessage('both');
  await site.chat.send('second' as RoomRef, message, new TestAttempt());
  const shown = await page.waitFor('entry', ({ room }) => room === 'second');
  expect(shown.files?.[0]?.url).toBe(`file/${id}/a.png`);
});
