/** Sending, redacting, editing, and reading back. */
import { describe, expect, it } from 'vitest';
import { refusalOf, type TestEvent } from '../client.ts';
import type { Person, Stage } from '../conformance.ts';

const roomPath = (roomId: string, rest: string) => `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/${rest}`;

interface Page {
  readonly chunk: readonly TestEvent[];
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
