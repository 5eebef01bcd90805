/** What people without rights, and game servers that mean harm, try on a web chat. */
import { expect, onTestFinished, test } from 'vitest';
import { pictureFor } from '../../../bridges/webchat/pictures.ts';
import { CrossChat } from '../../../src/crosschat/index.ts';
import { type AdapterId, eventId, type Place, type RoomRef } from '../../../src/event.ts';
import { startBroker } from '../../support/broker.ts';
import { TestClock } from '../../support/clock.ts';
import { GameServer } from '../../support/game-server.ts';
import { testMemory } from '../../support/host.ts';
import { deliver, fromPlayer, type Site, startSite, Visitor } from './visitor.ts';

/** Asks to be let in, as a reverse proxy tells where from. */
async function guestFrom(site: Site, address: string, name: string): Promise<{ visitor: Visitor; status: number }> {
  const visitor = new Visitor(site);
  const headers = { 'content-type': 'application/json', origin: site.url, 'x-forwarded-for': address };
  const { status } = await visitor.fetch('guest', { method: 'POST', headers, body: JSON.stringify({ name }) });
  return { visitor, status };
}

test('a picture is a file or an avatar: no server can make browsers open anything else here', async () => {
  const base = 'https://games.example/bridge';
  for (const path of ['/avatar/1-41.png', '/media/signed/a%20cat.png'])
    expect([path, pictureFor(`${base}${path}`, base)]).toEqual([path, `..${path}`]);
  for (const path of [
    '/chat/events?last=1',
    '/chat/login/steam',
    '/media/../chat/events',
    '/media/%2e%2e/chat/events',
    '/avatar/..\\chat/events',
    '/media',
    '/metrics',
  ])
    expect([path, pictureFor(`${base}${path}`, base)]).toEqual([path, undefined]);
  const site = await startSite();
  const page = await (await Visitor.enter(site, 'Alice')).open();
  await deliver(site, fromPlayer('hi', { author: { id: '7', name: 'Eve', avatar: `${site.url}/chat/events?1` } }));
  expect((await page.waitFor('entry')).author).not.toHaveProperty('picture');
});

test('whoever opens their page over and over is told to wait', async () => {
  const site = await startSite({ clock: new TestClock() });
  const alice = await Visitor.enter(site, 'Alice');
  const statuses: number[] = [];
  for (let count = 0; count < 130; count++) {
    const { status, body } = await alice.fetch('events');
    await body?.cancel();
    statuses.push(status);
  }
  expect(statuses.filter((status) => status === 200).length).toBeLessThanOrEqual(120);
  expect(statuses.at(-1)).toBe(429);
  expect((await alice.fetch('events', { method: 'HEAD' })).status).toBe(405);
});

test('a household has one address, however many it has by IPv6', async () => {
  let banned = '';
  const whyBarred = (userId: string) => (userId === banned ? 'You are banned.' : undefined);
  const site = await startSite({ clock: new TestClock(), whyBarred });
  const { visitor } = await guestFrom(site, '2a01:4f8:1:2::1', 'Mallory');
  await visitor.say('spam');
  banned = site.host.messages.all[0]?.author.id ?? '';
  expect((await guestFrom(site, '2a01:4f8:1:2:ffff::7', 'Nobody')).status).toBe(403);
  expect((await guestFrom(site, '2a01:4f8:1:3::1', 'Neighbour')).status).toBe(200);
  const statuses: number[] = [];
  for (let count = 0; count < 12; count++)
    statuses.push((await guestFrom(site, `2a01:4f8:9:9::${count + 1}`, `Guest number ${count}`)).status);
  expect(statuses.slice(-2)).toEqual([429, 429]);
});

test('nobody sees of whom nothing is carried, not even that they type', async () => {
  let banned = '';
  const site = await startSite({ whyBarred: (userId) => (userId === banned ? 'You are banned.' : undefined) });
  const alice = await Visitor.enter(site, 'Alice');
  const page = await alice.open();
  const eve = await Visitor.enter(site, 'Eve');
  await eve.say('hello');
  await page.entry('hello');
  banned = site.host.messages.all[0]?.author.id ?? '';
  expect(await eve.post('typing', { room: 'main' })).toMatchObject({ fault: 'You are banned.' });
  await alice.post('typing', { room: 'main' });
  await page.waitFor('typing', ({ person }) => person.name === 'Alice');
  expect(page.heard.all.filter(({ name }) => name === 'typing').length).toBe(1);
});

test('a guest is not called like somebody who speaks there from elsewhere', async () => {
  const site = await startSite();
  const place: Place = { kind: 'room', adapter: 'discord' as AdapterId, room: '1' as RoomRef };
  await deliver(site, fromPlayer('I moderate here', { place, tag: 'Discord', author: { id: '1', name: 'Dr. Kleiner' } }));
  expect((await new Visitor(site).post('guest', { name: 'Dr Kle1ner' })).fault).toMatch('Somebody is called like that');
  const bob = await Visitor.enter(site, 'Bob');
  await bob.say('I was here');
  await bob.post('leave', {});
  await Visitor.enter(site, 'Bob');
});

test('a message that could not be taken can be sent again', async () => {
  let isBroken = true;
  const site = await startSite({
    onMessage() {
      if (isBroken) throw new Error('no room on the disk');
    },
  });
  const alice = await Visitor.enter(site, 'Alice');
  const page = await alice.open();
  const nonce = 'nonce-of-a-test';
  const answer = await alice.fetch('say', {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: site.url },
    body: JSON.stringify({ room: 'main', text: 'once', nonce }),
  });
  expect(answer.status).toBe(500);
  isBroken = false;
  expect(await alice.say('once', { nonce })).toEqual({ status: 200 });
  const { id } = await page.entry('once');
  const { id: event } = site.host.messages.all[0] ?? {};
  expect(event).toBe(eventId({ kind: 'room', adapter: 'web', room: 'main' } as Place, id));
});

test('what was said stays as it was, whatever is sent under its name later', async () => {
  const memory = testMemory();
  const before = await startSite({ memory });
  const alice = await Visitor.enter(before, 'Alice');
  await alice.say('as it was', { nonce: 'nonce-of-a-test' });
  await before.stop();
  const after = await startSite({ memory });
  const again = new Visitor(after);
  again.cookie = alice.cookie;
  expect(await again.say('otherwise', { nonce: 'nonce-of-a-test' })).toEqual({ status: 200 });
  await again.say('the last');
  const page = await again.open();
  await page.entry('the last');
  expect(page.lines.all).toEqual(['Alice: as it was', 'Alice: the last']);
});

test('a whisper goes to the player by their SteamID, as a block does', async () => {
  const broker = await startBroker();
  onTestFinished(() => broker.close());
  const chat = new CrossChat({ serverId: 'bridge', urls: [broker.url], allowAnonymous: true });
  onTestFinished(() => chat.stop());
  chat.start();
  const alpha = await GameServer.start({ url: broker.url, id: 'alpha' });
  onTestFinished(() => alpha.stop());
  const { id } = await alpha.join('Gordon', { steamid64: '76561197960287930' });
  await expect.poll(() => chat.state.servers.get('alpha')?.getUser(id)?.steamid64).toBeDefined();
  const site = await startSite({ chat });
  const alice = await Visitor.enter(site, 'Alice');
  expect(await alice.post('whisper', { to: { server: 'alpha', user: id }, text: 'psst', nonce: 'nonce-of-a-test' })).toEqual({
    status: 200,
  });
  const { to } = await site.host.directs.waitFor(() => true);
  expect(to?.author).toEqual({ id: String(id), name: 'Gordon', steamid64: '76561197960287930' });
});

test('nobody moderates those who stand as high as they do, wherever they come from', async () => {
  const [admin, moderator, other] = ['steam:76561197960287930', 'discord:123456789012345678', 'discord:123456789012345679'];
  const { chat } = await startSite({ config: { admins: [admin], moderators: [moderator, other] } });
  const guest = 'guest:someone';
  expect(await chat.outranks(admin, moderator)).toBe(false);
  expect(await chat.outranks(other, moderator)).toBe(false);
  expect(await chat.outranks(admin, undefined)).toBe(false);
  expect(await chat.outranks(moderator, undefined)).toBe(false);
  expect(await chat.outranks(guest, moderator)).toBe(true);
  expect(await chat.outranks(moderator, admin)).toBe(true);
  expect(await chat.outranks(guest, undefined)).toBe(true);
});
