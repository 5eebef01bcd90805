/** Sending, redacting, editing, and reading back. */
import { describe, expect, it } from 'vitest';
import { refusalOf, sdkClient, type TestEvent } from '../client.ts';
import type { Person, Stage } from '../conformance.ts';

const roomPath = (roomId: string, rest: string) => `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/${rest}`;

interface Page {
  readonly chunk: readonly TestEvent[];
  readonly state?: readonly TestEvent[];
  readonly start: string;
  readonly end?: string;
}

const bodies = (events: readonly TestEvent[]) => events.map(({ content, type }) => content['body'] ?? type);

export function eventTests(stage: Stage): void {
  const send = async (person: Person, roomId: string, content: unknown, type = 'm.room.message', txn = stage.unused()) => {
    const answer = await person.client.doRequest('PUT', roomPath(roomId, `send/${type}/${txn}`), null, content);
    return answer.event_id as string;
  };
  const messages = (person: Person, roomId: string, query: object): Promise<Page> =>
    person.client.doRequest('GET', roomPath(roomId, 'messages'), query);

  describe('sending', () => {
    it('does the same transaction once', async () => {
      const roomId = await stage.publicRoom();
      const first = await send(stage.alice, roomId, { msgtype: 'm.text', body: 'one' }, 'm.room.message', 'txn');
      const again = await send(stage.alice, roomId, { msgtype: 'm.text', body: 'other' }, 'm.room.message', 'txn');
      const others = await send(stage.bob, roomId, { msgtype: 'm.text', body: 'two' }, 'm.room.message', 'txn');
      expect(again).toBe(first);
      expect(others).not.toBe(first);
      const { chunk } = await messages(stage.bob, roomId, { dir: 'b', filter: '{"types":["m.room.message"]}' });
      expect(bodies(chunk)).toEqual(['two', 'one']);
      expect(chunk.map(({ unsigned }) => unsigned?.['transaction_id'])).toEqual(['txn', undefined]);
    });

    it('knows a transaction in the room and on the device where it was, whatever is sent', async () => {
      const roomId = await stage.publicRoom();
      const content = { msgtype: 'm.text', body: 'x' };
      const txn = stage.unused();
      const first = await send(stage.alice, roomId, content, 'm.room.message', txn);
      expect(await send(stage.alice, roomId, content, 'org.example.some', txn)).toBe(first);
      const redaction = await stage.alice.client.doRequest(
        'PUT',
        roomPath(roomId, `redact/${encodeURIComponent(first)}/${txn}`),
        null,
        {},
      );
      expect(redaction).toEqual({ event_id: first });
      expect((await stage.alice.client.getEvent(roomId, first)).content).toEqual(content);
      const other = await stage.publicRoom();
      expect(await send(stage.alice, other, content, 'm.room.message', txn)).not.toBe(first);
      const login = (device: object) =>
        stage.alice.client.doRequest('POST', '/_matrix/client/v3/login', null, {
          type: 'm.login.password',
          identifier: { type: 'm.id.user', user: stage.alice.localpart },
          password: stage.alice.password,
          ...device,
        });
      const { access_token: token, device_id } = await login({});
      const stranger = { ...stage.alice, client: sdkClient(stage.url, token) };
      const second = await send(stranger, roomId, content, 'm.room.message', txn);
      expect(second).not.toBe(first);
      const renewed = { ...stage.alice, client: sdkClient(stage.url, (await login({ device_id })).access_token) };
      expect(await send(renewed, roomId, content, 'm.room.message', txn)).toBe(second);
    });

    it('refuses what is no message', async () => {
      const roomId = await stage.publicRoom();
      const attempt = (content: unknown, type?: string) => refusalOf(send(stage.alice, roomId, content, type));
      const text = { msgtype: 'm.text', body: 'x' };
      expect(await attempt({ msgtype: 'm.text' })).toBe('400 M_UNKNOWN');
      expect(await attempt({ body: 'x' })).toBe('400 M_UNKNOWN');
      expect(await attempt({ ...text, body: 3 })).toBe('400 M_UNKNOWN');
      expect(await attempt([])).toBe('400 M_BAD_JSON');
      expect(await attempt({ ...text, n: 1.5 })).toBe('400 M_BAD_JSON');
      expect(await attempt({ ...text, n: 2 ** 60 })).toBe('400 M_BAD_JSON');
      expect(await attempt({ ...text, 'm.mentions': [] })).toBe('400 M_BAD_JSON');
      expect(await attempt({ name: 'x' }, 'm.room.name')).toBe('400 M_UNKNOWN');
      const unknown = { rel_type: 'm.replace', event_id: '$unknown' };
      expect(await attempt({ ...text, 'm.relates_to': unknown })).toBe('400 M_UNKNOWN');
    });

    it('takes events of 64 KiB and no more', async () => {
      const roomId = await stage.publicRoom();
      const attempt = (length: number) => send(stage.alice, roomId, { msgtype: 'm.text', body: 'x'.repeat(length) });
      await attempt(64_000);
      expect(await refusalOf(attempt(65_100))).toBe('413 M_TOO_LARGE');
      const key = stage.alice.client.sendStateEvent(roomId, 'org.example.some', 'k'.repeat(256), {});
      expect(await refusalOf(key)).toBe('413 M_TOO_LARGE');
    });

    it('takes a reaction once', async () => {
      const roomId = await stage.publicRoom();
      const target = await send(stage.alice, roomId, { msgtype: 'm.text', body: 'x' });
      const reaction = (key: string) => ({ 'm.relates_to': { rel_type: 'm.annotation', event_id: target, key } });
      await send(stage.bob, roomId, reaction('👍'), 'm.reaction');
      await send(stage.bob, roomId, reaction('👎'), 'm.reaction');
      expect(await refusalOf(send(stage.bob, roomId, reaction('👍'), 'm.reaction'))).toBe('400 M_DUPLICATE_ANNOTATION');
      await send(stage.alice, roomId, reaction('👍'), 'm.reaction');
    });

    it('repeats no state', async () => {
      const roomId = await stage.publicRoom();
      const { client } = stage.alice;
      const first = await client.sendStateEvent(roomId, 'm.room.name', '', { name: 'x' });
      expect(await client.sendStateEvent(roomId, 'm.room.name', '', { name: 'x' })).toBe(first);
      const other = await client.sendStateEvent(roomId, 'm.room.name', '', { name: 'y' });
      expect(other).not.toBe(first);
      expect(await client.getRoomStateEvent(roomId, 'm.room.name', '')).toEqual({ name: 'y' });
      expect(await refusalOf(client.getRoomStateEvent(roomId, 'm.room.topic', ''))).toBe('404 M_NOT_FOUND');
      const whole = await client.doRequest('GET', roomPath(roomId, 'state/m.room.name'), { format: 'event' });
      expect(whole).toMatchObject({ event_id: other, state_key: '', room_id: roomId, sender: stage.alice.id });
    });

    it('closes nothing by a tombstone alone', async () => {
      const roomId = await stage.publicRoom();
      const tombstone = { body: 'moved', replacement_room: '!elsewhere' };
      await stage.alice.client.sendStateEvent(roomId, 'm.room.tombstone', '', tombstone);
      expect(await refusalOf(stage.bob.client.sendStateEvent(roomId, 'm.room.tombstone', '', tombstone))).toBe('403 M_FORBIDDEN');
      for (const content of [{ body: 'nowhere' }, { ...tombstone, replacement_room: roomId }])
        expect(await refusalOf(stage.alice.client.sendStateEvent(roomId, 'm.room.tombstone', '', content))).toBe('400 M_UNKNOWN');
      expect(await stage.bob.client.getRoomStateEvent(roomId, 'm.room.tombstone', '')).toEqual(tombstone);
      await stage.bob.client.sendText(roomId, 'still here');
    });
  });

  describe('redacting', () => {
    it('empties the event, once per transaction', async () => {
      const roomId = await stage.publicRoom();
      const eventId = await send(stage.bob, roomId, { msgtype: 'm.text', body: 'oops' });
      const path = roomPath(roomId, `redact/${encodeURIComponent(eventId)}/once`);
      const redact = () => stage.bob.client.doRequest('PUT', path, null, { reason: 'typo' });
      const { event_id: redaction } = await redact();
      expect(await redact()).toEqual({ event_id: redaction });
      const event = await stage.alice.client.getEvent(roomId, eventId);
      expect(event.content).toEqual({});
      expect(event.unsigned).toMatchObject({
        redacted_by: redaction,
        redacted_because: {
          type: 'm.room.redaction',
          sender: stage.bob.id,
          redacts: eventId,
          content: { redacts: eventId, reason: 'typo' },
        },
      });
      const { chunk } = await messages(stage.alice, roomId, { dir: 'b', limit: 2 });
      expect(chunk.map(({ type }) => type)).toEqual(['m.room.redaction', 'm.room.message']);
    });

    it('of own events takes the level for redactions, not that for redacting others', async () => {
      const levels = (level: number) => ({
        power_level_content_override: { redact: 100, events: { 'm.room.redaction': level } },
      });
      const open = await stage.publicRoom(levels(0));
      await stage.bob.client.redactEvent(open, await send(stage.bob, open, { msgtype: 'm.text', body: 'b' }));
      const closed = await stage.publicRoom(levels(50));
      const ofBob = await send(stage.bob, closed, { msgtype: 'm.text', body: 'b' });
      expect(await refusalOf(stage.bob.client.redactEvent(closed, ofBob))).toBe('403 M_FORBIDDEN');
    });

    it('may come again, and says so again', async () => {
      const roomId = await stage.publicRoom();
      const eventId = await send(stage.bob, roomId, { msgtype: 'm.text', body: 'b' });
      const first = await stage.bob.client.redactEvent(roomId, eventId);
      expect(await stage.bob.client.redactEvent(roomId, eventId)).not.toBe(first);
    });

    it('is for the author and for those with the power', async () => {
      const roomId = await stage.publicRoom();
      const ofAlice = await send(stage.alice, roomId, { msgtype: 'm.text', body: 'a' });
      const ofBob = await send(stage.bob, roomId, { msgtype: 'm.text', body: 'b' });
      expect(await refusalOf(stage.bob.client.redactEvent(roomId, ofAlice))).toBe('403 M_FORBIDDEN');
      await stage.alice.client.redactEvent(roomId, ofBob);
      expect((await stage.bob.client.getEvent(roomId, ofBob)).content).toEqual({});
      expect(await refusalOf(stage.bob.client.redactEvent(roomId, '$unknown'))).toBe('404 M_NOT_FOUND');
      await stage.alice.client.redactEvent(roomId, '$unknown');
    });
  });

  describe('editing', () => {
    it('is told with the event, where its author did it', async () => {
      const roomId = await stage.publicRoom();
      const eventId = await send(stage.bob, roomId, { msgtype: 'm.text', body: 'old' });
      const edit = (body: string) => ({
        msgtype: 'm.text',
        body: `* ${body}`,
        'm.new_content': { msgtype: 'm.text', body },
        'm.relates_to': { rel_type: 'm.replace', event_id: eventId },
      });
      await send(stage.alice, roomId, edit('hacked'));
      expect((await stage.alice.client.getRawEvent(roomId, eventId)).unsigned['m.relations']).toBeUndefined();
      const newer = await send(stage.bob, roomId, edit('new'));
      const { content, unsigned } = await stage.alice.client.getRawEvent(roomId, eventId);
      expect(content.body).toBe('old');
      expect(unsigned['m.relations']['m.replace']).toMatchObject({
        event_id: newer,
        content: { 'm.new_content': { body: 'new' } },
      });
    });
  });

  describe('editing what is gone', () => {
    it('is taken, and shows nothing', async () => {
      const roomId = await stage.publicRoom();
      const eventId = await send(stage.bob, roomId, { msgtype: 'm.text', body: 'old' });
      await stage.alice.client.redactEvent(roomId, eventId);
      await send(stage.bob, roomId, {
        msgtype: 'm.text',
        body: '* new',
        'm.new_content': { msgtype: 'm.text', body: 'new' },
        'm.relates_to': { rel_type: 'm.replace', event_id: eventId },
      });
      const { content, unsigned } = await stage.bob.client.getRawEvent(roomId, eventId);
      expect(content).toEqual({});
      expect(unsigned['m.relations']?.['m.replace']).toBeUndefined();
      expect(unsigned.redacted_because.sender).toBe(stage.alice.id);
    });
  });

  describe('reading', () => {
    it('pages through the past in both directions', async () => {
      const roomId = await stage.publicRoom();
      for (const body of ['1', '2', '3', '4', '5']) await send(stage.alice, roomId, { msgtype: 'm.text', body });
      const newest = await messages(stage.bob, roomId, { dir: 'b', limit: 2 });
      expect(bodies(newest.chunk)).toEqual(['5', '4']);
      const older = await messages(stage.bob, roomId, { dir: 'b', limit: 2, from: newest.end });
      expect(bodies(older.chunk)).toEqual(['3', '2']);
      const forwards = await messages(stage.bob, roomId, { dir: 'f', limit: 3, from: older.end });
      expect(bodies(forwards.chunk)).toEqual(['2', '3', '4']);
      const between = await messages(stage.bob, roomId, { dir: 'b', limit: 9, from: newest.end, to: older.end });
      expect(bodies(between.chunk)).toEqual(['3', '2']);
      const all = await messages(stage.bob, roomId, { dir: 'f', limit: 100 });
      expect(all.chunk[0]?.type).toBe('m.room.create');
      expect(bodies(all.chunk).slice(-2)).toEqual(['4', '5']);
      const nothing = await messages(stage.bob, roomId, { dir: 'f', from: all.end });
      expect(nothing.chunk).toEqual([]);
      expect(nothing.end).toBeUndefined();
    });

    it('tells with a page who its senders are, where asked, as it stands at the first event', async () => {
      const roomId = await stage.publicRoom();
      await send(stage.bob, roomId, { msgtype: 'm.text', body: '1' });
      await stage.bob.client.sendStateEvent(roomId, 'm.room.member', stage.bob.id, { membership: 'join', displayname: 'Bobby' });
      await send(stage.bob, roomId, { msgtype: 'm.text', body: '2' });
      const page = async (lazy_load_members: boolean) => {
        const filter = JSON.stringify({ types: ['m.room.message'], lazy_load_members });
        return (await messages(stage.alice, roomId, { dir: 'b', filter })).state;
      };
      expect((await page(true))?.map(({ state_key, content }) => [state_key, content['displayname']])).toEqual([
        [stage.bob.id, 'Bobby'],
      ]);
      expect(await page(false)).toBeUndefined();
    });

    it('finds what one sender said', async () => {
      const roomId = await stage.publicRoom();
      for (const person of [stage.alice, stage.bob, stage.alice])
        await send(person, roomId, { msgtype: 'm.text', body: person.id });
      const filter = JSON.stringify({ types: ['m.room.message'], senders: [stage.bob.id] });
      const { chunk } = await messages(stage.alice, roomId, { dir: 'b', filter });
      expect(bodies(chunk)).toEqual([stage.bob.id]);
    });

    it('refuses nonsense', async () => {
      const roomId = await stage.publicRoom();
      expect(await refusalOf(messages(stage.bob, roomId, { dir: 'x' }))).toBe('400 M_INVALID_PARAM');
      expect(await refusalOf(messages(stage.bob, roomId, { dir: 'b', from: 'x' }))).toBe('400 M_UNKNOWN');
      expect(await refusalOf(messages(stage.bob, roomId, { dir: 'b', limit: '-1' }))).toBe('400 M_INVALID_PARAM');
    });

    it('shows an event with what stands around it, to those who may see it', async () => {
      const roomId = await stage.publicRoom();
      for (const body of ['1', '2']) await send(stage.alice, roomId, { msgtype: 'm.text', body });
      const eventId = await send(stage.alice, roomId, { msgtype: 'm.text', body: '3' });
      for (const body of ['4', '5']) await send(stage.alice, roomId, { msgtype: 'm.text', body });
      const { event, before, after, state } = await stage.bob.client.getEventContext(roomId, eventId, 4);
      expect(event.content).toMatchObject({ body: '3' });
      expect(before.map(({ content }) => content)).toMatchObject([{ body: '2' }, { body: '1' }]);
      expect(after.map(({ content }) => content)).toMatchObject([{ body: '4' }, { body: '5' }]);
      expect(state.map(({ type }) => type)).toContain('m.room.create');
      expect(await refusalOf(stage.carol.client.getEvent(roomId, eventId))).toBe('404 M_NOT_FOUND');
      expect(await refusalOf(stage.bob.client.getEvent(roomId, '$unknown'))).toBe('404 M_NOT_FOUND');
    });

    it('ends for those who left where they left', async () => {
      const roomId = await stage.publicRoom();
      await send(stage.alice, roomId, { msgtype: 'm.text', body: 'before' });
      await stage.alice.client.kickUser(stage.bob.id, roomId);
      const later = await send(stage.alice, roomId, { msgtype: 'm.text', body: 'after' });
      await stage.alice.client.sendStateEvent(roomId, 'm.room.name', '', { name: 'new' });
      const { chunk } = await messages(stage.bob, roomId, { dir: 'b', limit: 2 });
      expect(bodies(chunk)).toEqual(['m.room.member', 'before']);
      expect(await refusalOf(stage.bob.client.getEvent(roomId, later))).toBe('404 M_NOT_FOUND');
      expect(await refusalOf(stage.bob.client.getRoomStateEvent(roomId, 'm.room.name', ''))).toBe('404 M_NOT_FOUND');
      await stage.bob.client.joinRoom(roomId);
      expect((await stage.bob.client.getEvent(roomId, later)).content).toMatchObject({ body: 'after' });
    });
  });
}
