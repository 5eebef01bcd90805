import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../src/clock.ts';
import { cpuTime } from '../support/cpu-time.ts';
import { Poller, refusalOf, sdkClient } from './matrix/client.ts';
import { conformance } from './matrix/conformance.ts';
import { MatrixDouble, type SeenRequest, type TestRoom, type TestUser } from './matrix/index.ts';

conformance('The double', async () => {
  const matrix = await MatrixDouble.start();
  return {
    url: matrix.url,
    serverName: matrix.serverName,
    addUser: (localpart) => Promise.resolve(matrix.addUser(localpart)),
    close: () => matrix.stop(),
  };
});

/** A clock that a test moves. */
class TestClock implements Clock {
  #now = Date.UTC(2026, 0, 1);
  readonly #timers = new Set<{ readonly at: number; readonly action: () => void }>();

  now(): number {
    return this.#now;
  }

  after(ms: number, action: () => void): () => void {
    const timer = { at: this.#now + ms, action };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  advance(ms: number): void {
    this.#now += ms;
    for (const timer of [...this.#timers]) {
      if (timer.at > this.#now) continue;
      this.#timers.delete(timer);
      timer.action();
    }
  }
}

describe('MatrixDouble', () => {
  const clock = new TestClock();
  let matrix: MatrixDouble;
  let alice: TestUser;
  let bot: TestUser;
  let room: TestRoom;

  beforeEach(async () => {
    matrix = await MatrixDouble.start({ serverName: 'hs.test', clock, uploadLimit: 10 });
    alice = matrix.addUser('alice', { displayName: 'Alice', avatar: 'mxc://hs.test/alice' });
    bot = matrix.addUser('bot');
    room = matrix.addRoom({ alias: 'lobby', name: 'Lobby', creator: alice, members: [bot] });
  });
  afterEach(() => matrix.stop());

  const botClient = () => sdkClient(matrix.url, bot.token);
  const sendPath = (txn: string) => `/_matrix/client/v3/rooms/${encodeURIComponent(room.id)}/send/m.room.message/${txn}`;
  const isLongPoll = ({ query }: SeenRequest) => query['timeout'] === '30000';
  const put = (txn: string, body: string) => botClient().doRequest('PUT', sendPath(txn), null, { msgtype: 'm.text', body });

  describe('its world', () => {
    it('is made by a test and found by clients', async () => {
      const client = botClient();
      expect(await client.resolveRoom('#lobby:hs.test')).toBe(room.id);
      expect(await client.getUserProfile(alice.id)).toEqual({ displayname: 'Alice', avatar_url: 'mxc://hs.test/alice' });
      const poller = new Poller(client);
      await poller.next();
      const first = room.says(alice, 'hello');
      room.edits(alice, first, 'hello all');
      room.says(alice, { body: 'hi', 'm.relates_to': { 'm.in_reply_to': { event_id: first } } });
      room.redacts(alice, first, 'oops');
      alice.renames('Queen');
      alice.leaves(room, 'bye');
      const events = (await poller.next()).rooms?.join?.[room.id]?.timeline.events;
      expect(events?.map(({ type, content }) => content['body'] ?? content['displayname'] ?? content['reason'] ?? type)).toEqual([
        'm.room.message',
        '* hello all',
        'hi',
        'oops',
        'Queen',
        'bye',
      ]);
      expect(matrix.violations).toEqual([]);
    });

    it('may be private, with other powers', async () => {
      const closed = matrix.addRoom({
        creator: alice,
        members: [bot],
        preset: 'private_chat',
        powerLevels: { users: { [bot.id]: 50 }, events_default: 60 },
      });
      expect(closed.joined.sort()).toEqual([alice.id, bot.id]);
      expect(await refusalOf(botClient().sendText(closed.id, 'x'))).toBe('403 M_FORBIDDEN');
      expect(() => closed.says(bot, 'x')).toThrow("You don't have permission");
      await botClient().sendStateEvent(closed.id, 'm.room.name', '', { name: 'Mine' });
      expect(closed.state('m.room.name')).toEqual({ name: 'Mine' });
    });

    it('has rooms that clients made', async () => {
      const id = await botClient().createRoom({ room_alias_name: 'mine', invite: [alice.id] });
      const mine = matrix.room('#mine:hs.test');
      expect(mine.id).toBe(id);
      alice.joins(mine);
      mine.kicks(bot, alice, 'out');
      expect(mine.joined).toEqual([bot.id]);
      expect(() => matrix.room('!nothing')).toThrow('There is no room !nothing');
    });
  });

  describe('what a person in the room sees', () => {
    it('is each message with its author, as it stands after edits and redactions', async () => {
      const client = botClient();
      const first = await client.sendMessage(room.id, {
        msgtype: 'm.notice',
        body: '**Gordon**: hi',
        format: 'org.matrix.custom.html',
        formatted_body: '<b>Gordon</b>: hi',
        'm.mentions': {},
      });
      const second = await client.sendText(room.id, 'gone soon');
      const third = room.says(alice, { body: 'yes', 'm.relates_to': { 'm.in_reply_to': { event_id: first } } });
      alice.renames('Queen');
      room.edits(alice, third, 'no');
      room.edits(bot, third, 'hacked');
      await client.redactEvent(room.id, second);
      expect(room.messages).toMatchObject([
        {
          id: first,
          sender: bot.id,
          displayname: 'bot',
          msgtype: 'm.notice',
          body: '**Gordon**: hi',
          formatted_body: '<b>Gordon</b>: hi',
          mentions: {},
          isEdited: false,
        },
        {
          id: third,
          displayname: 'Alice',
          avatar: 'mxc://hs.test/alice',
          body: 'no',
          formatted_body: undefined,
          mentions: undefined,
          relation: { 'm.in_reply_to': { event_id: first } },
          isEdited: true,
        },
      ]);
      expect(room.timeline.filter(({ isRedacted }) => isRedacted)).toMatchObject([{ id: second, content: {} }]);
    });

    it('can be waited for', async () => {
      const heard = room.waitFor('hello');
      const edited = room.waitFor(({ isEdited }) => isEdited);
      const gone = room.waitUntil(({ timeline }) => timeline.some(({ isRedacted }) => isRedacted));
      const id = await botClient().sendText(room.id, 'hello');
      expect(await heard).toMatchObject({ id, sender: bot.id });
      expect((await room.waitFor('hello')).id).toBe(id);
      room.edits(bot, id, 'bye');
      expect((await edited).body).toBe('bye');
      room.redacts(bot, id);
      await gone;
      room.says(alice, 'something else');
      await expect(room.waitFor('never', 20)).rejects.toThrow('Alice: something else');
    });
  });

  describe('its record', () => {
    it('holds the requests, without tokens', async () => {
      await put('t1', 'hello');
      await fetch(`${matrix.url}/_matrix/client/v3/sync?timeout=0&access_token=${bot.token}`);
      expect(matrix.requests.slice(-2)).toMatchObject([
        { method: 'PUT', path: sendPath('t1'), user: bot.id, body: { msgtype: 'm.text', body: 'hello' }, status: 200 },
        { method: 'GET', path: '/_matrix/client/v3/sync', query: { timeout: '0' }, user: bot.id, status: 200 },
      ]);
      expect(JSON.stringify(matrix.requests)).not.toContain(bot.token);
      expect(matrix.violations).toMatchObject([{ text: expect.stringContaining('access token in the URL') }]);
    });

    it('names what the specification forbids', async () => {
      const client = botClient();
      const original = await client.sendText(room.id, 'x');
      const ofAlice = room.says(alice, 'y');
      const wrong: [object, string][] = [
        [{ body: 'x', format: 'org.matrix.custom.html' }, 'format and formatted_body belong together'],
        [{ body: 'x', 'm.mentions': { user_ids: ['alice'] } }, 'm.mentions.user_ids.0'],
        [{ body: 'x', 'm.relates_to': { rel_type: 'm.replace', event_id: original } }, 'an edit has no m.new_content'],
        [
          {
            body: 'x',
            'm.new_content': { msgtype: 'm.text', body: 'z' },
            'm.relates_to': { rel_type: 'm.replace', event_id: ofAlice },
          },
          "an edit of somebody else's event",
        ],
        [{ body: 'x.png', msgtype: 'm.image' }, 'url is missing'],
        [{ body: 'x.png', msgtype: 'm.image', url: 'https://example.org/x.png' }, 'url: must be an mxc:// URI'],
        [{ body: 'x', 'm.relates_to': { rel_type: 'm.thread' } }, 'm.relates_to names no event'],
      ];
      for (const [content, text] of wrong) {
        await client.sendMessage(room.id, { msgtype: 'm.text', ...content });
        expect(matrix.violations.at(-1)?.text).toContain(text);
      }
      expect(matrix.violations).toHaveLength(wrong.length);
    });

    it('names what is refused as malformed, but not what is forbidden or unknown', async () => {
      const client = botClient();
      expect(await refusalOf(client.doRequest('PUT', sendPath('t1'), null, { body: 'x' }))).toBe('400 M_UNKNOWN');
      expect(await refusalOf(client.uploadContent(Buffer.alloc(11)))).toBe('413 M_TOO_LARGE');
      expect(await refusalOf(client.doRequest('GET', '/_matrix/client/v3/nothing'))).toBe('404 M_UNRECOGNIZED');
      expect(matrix.violations.map(({ text }) => text.split(':')[0])).toEqual(['M_UNKNOWN', 'M_TOO_LARGE', 'M_UNRECOGNIZED']);
      expect(await refusalOf(client.kickUser(alice.id, room.id))).toBe('403 M_FORBIDDEN');
      expect(await refusalOf(client.getEvent(room.id, '$nothing'))).toBe('404 M_NOT_FOUND');
      expect(matrix.violations).toHaveLength(3);
    });
  });

  describe('its faults', () => {
    it('refuse so many requests as asked for, and those only that fit', async () => {
      matrix.fail({ method: 'PUT', path: /\/send\//, times: 2, how: 'answer', status: 503, errcode: 'M_UNKNOWN' });
      await botClient().getWhoAmI();
      expect(await refusalOf(put('t1', 'hello'))).toBe('503 M_UNKNOWN');
      expect(await refusalOf(put('t1', 'hello'))).toBe('503 M_UNKNOWN');
      expect(room.messages).toEqual([]);
      await put('t1', 'hello');
      expect(room.messages).toHaveLength(1);
      expect(matrix.violations).toEqual([]);
    });

    it('say how long to wait', async () => {
      const how = { how: 'answer', status: 429, errcode: 'M_LIMIT_EXCEEDED', retryAfter: 1500 } as const;
      matrix.fail({ path: /whoami/, ...how });
      await expect(botClient().getWhoAmI()).rejects.toMatchObject({ statusCode: 429, retryAfterMs: 1500 });
    });

    it('are those of a proxy, which knows no Matrix', async () => {
      matrix.fail({ path: /whoami/, how: 'page', status: 502, retryAfter: '3' });
      const answer = await fetch(`${matrix.url}/_matrix/client/v3/account/whoami`);
      expect([answer.status, answer.headers.get('Retry-After'), await answer.text()]).toEqual([
        502,
        '3',
        expect.stringMatching(/^<html>/),
      ]);
    });

    it('cut the connection before or after the request is done', async () => {
      matrix.fail({ path: /\/send\//, how: 'drop' });
      await expect(put('t1', 'one')).rejects.toThrow(/socket hang up|ECONNRESET/);
      expect(room.messages).toEqual([]);
      matrix.fail({ path: /\/send\//, how: 'drop after' });
      await expect(put('t1', 'one')).rejects.toThrow(/socket hang up|ECONNRESET/);
      const [stored] = room.messages;
      expect(await put('t1', 'one')).toEqual({ event_id: stored?.id });
      expect(room.messages).toHaveLength(1);
    });

    it('never answer, before or after the request is done', async () => {
      const send = (txn: string) =>
        botClient()
          .doRequest('PUT', sendPath(txn), null, { msgtype: 'm.text', body: txn }, 100)
          .catch((error) => error.code);
      matrix.fail({ path: /\/send\//, how: 'hang' });
      expect(await send('t1')).toBe('ESOCKETTIMEDOUT');
      matrix.fail({ path: /\/send\//, how: 'hang after' });
      expect(await send('t2')).toBe('ESOCKETTIMEDOUT');
      expect(room.messages.map(({ body }) => body)).toEqual(['t2']);
    });
  });

  describe('its forgetfulness', () => {
    it('takes a request for a new one that was there long ago', async () => {
      const first = await put('t1', 'one');
      expect(await put('t1', 'one')).toEqual(first);
      matrix.forgetTransactions();
      expect(await put('t1', 'one')).not.toEqual(first);
      expect(room.messages).toHaveLength(2);
    });
  });

  describe('its limits', () => {
    it('slow down who is too fast, until enough time is over', async () => {
      matrix.limitRate({ perSecond: 2, burst: 2 });
      await put('t1', '1');
      await put('t2', '2');
      await expect(put('t3', '3')).rejects.toMatchObject({ statusCode: 429, errcode: 'M_LIMIT_EXCEEDED', retryAfterMs: 500 });
      const refused = await fetch(matrix.url + sendPath('t3'), {
        method: 'PUT',
        headers: { Authorization: `Bearer ${bot.token}` },
        body: '{"msgtype":"m.text","body":"3"}',
      });
      expect(refused.headers.get('Retry-After')).toBe('1');
      await put('t2', '2');
      clock.advance(500);
      await put('t3', '3');
      matrix.limitRate(undefined);
      await put('t4', '4');
      expect(room.messages.map(({ body }) => body)).toEqual(['1', '2', '3', '4']);
    });
  });

  describe('its time', () => {
    it("is the test's own", async () => {
      const poller = new Poller(botClient());
      await poller.next();
      alice.types(room, 3_000);
      const typing = async () => (await poller.next(1_000)).rooms?.join?.[room.id]?.ephemeral?.events[0]?.content;
      expect(await typing()).toEqual({ user_ids: [alice.id] });
      clock.advance(3_000);
      expect(await typing()).toEqual({ user_ids: [] });
      const { since } = poller;
      const quiet = poller.next(30_000);
      await matrix.waitForRequest(isLongPoll);
      clock.advance(30_000);
      expect((await quiet).next_batch).toBe(since);
      room.says(alice, 'now');
      expect(room.messages[0]?.at).toBe(clock.now());
    });
  });

  describe('its speed', () => {
    it('stays the same with thousands of events, also for those who wait for one', async () => {
      const waiting = room.waitFor('number 19999');
      for (let n = 0; n < 20_000; n++) room.says(alice, `number ${n}`);
      await waiting;
      const started = cpuTime();
      const poller = new Poller(botClient(), { timeline: { limit: 10 } });
      await poller.next();
      for (let n = 0; n < 50; n++) await put(`speed${n}`, `more ${n}`);
      await poller.next();
      expect(cpuTime() - started).toBeLessThan(2_000);
    });
  });

  describe('its life', () => {
    it('goes on after a restart where it was', async () => {
      const poller = new Poller(botClient());
      await poller.next();
      const { url } = matrix;
      const cut = poller.next(30_000).catch(() => 'cut');
      await matrix.waitForRequest(isLongPoll);
      await matrix.down();
      expect(await cut).toBe('cut');
      await expect(fetch(url)).rejects.toThrow();
      room.says(alice, 'while it was down');
      await matrix.up();
      expect(matrix.url).toBe(url);
      expect((await poller.next()).rooms?.join?.[room.id]?.timeline.events).toMatchObject([
        { content: { body: 'while it was down' } },
      ]);
      await matrix.restart();
      expect((await fetch(`${url}/_matrix/client/versions`)).status).toBe(200);
    });

    it('knows no token that was taken back', async () => {
      const client = botClient();
      await client.getWhoAmI();
      bot.logsOut();
      expect(await refusalOf(client.getWhoAmI())).toBe('401 M_UNKNOWN_TOKEN');
    });
  });
});
