/** What clients are told, and when. */
import { describe, expect, it } from 'vitest';
import { Poller, refusalOf, type TestEvent } from '../client.ts';
import type { Stage } from '../conformance.ts';

const bodies = (events: readonly TestEvent[] | undefined) => events?.map(({ content, type }) => content['body'] ?? type);
const types = (events: readonly TestEvent[] | undefined) => events?.map(({ type }) => type);

export function syncTests(stage: Stage): void {
  const say = async (roomId: string, ...texts: string[]) => {
    for (const text of texts) await stage.alice.client.sendText(roomId, text);
  };

  describe('sync', () => {
    it('begins with the latest events, and the state before them', async () => {
      const roomId = await stage.publicRoom({ name: 'Lobby' });
      await say(roomId, 'one', 'two', 'three');
      const room = (await new Poller(stage.bob.client, { timeline: { limit: 2 } }).next()).rooms?.join?.[roomId];
      expect(bodies(room?.timeline.events)).toEqual(['two', 'three']);
      expect(room?.timeline.limited).toBe(true);
      expect(types(room?.state.events)?.sort()).toEqual([
        'm.room.create',
        'm.room.history_visibility',
        'm.room.join_rules',
        'm.room.member',
        'm.room.member',
        'm.room.name',
        'm.room.power_levels',
      ]);
    });

    it('goes on with what is new, and says nothing twice', async () => {
      const roomId = await stage.publicRoom();
      const poller = new Poller(stage.bob.client);
      await poller.next();
      const quiet = await poller.next();
      expect(quiet.rooms?.join?.[roomId]).toBeUndefined();
      await say(roomId, 'one', 'two');
      const room = (await poller.next()).rooms?.join?.[roomId];
      expect(bodies(room?.timeline.events)).toEqual(['one', 'two']);
      expect(room?.timeline.limited).toBe(false);
      expect(room?.state.events).toEqual([]);
      expect(room?.timeline.events[0]).not.toHaveProperty('room_id');
      expect(room?.timeline.events[0]?.unsigned).not.toHaveProperty('transaction_id');
      expect((await poller.next()).rooms?.join?.[roomId]).toBeUndefined();
    });

    it('waits for something to happen', async () => {
      const roomId = await stage.publicRoom();
      const poller = new Poller(stage.bob.client);
      await poller.next();
      const answer = poller.next(10_000);
      await say(roomId, 'wake up');
      expect(bodies((await answer).rooms?.join?.[roomId]?.timeline.events)).toEqual(['wake up']);
    });

    it('gives up waiting in time', async () => {
      const poller = new Poller(stage.carol.client);
      await poller.next();
      const { since } = poller;
      expect((await poller.next(50)).rooms).toBeUndefined();
      expect(poller.since).toBe(since);
    });

    it('leaves a gap where too much happened, which /messages fills', async () => {
      const roomId = await stage.publicRoom();
      const poller = new Poller(stage.bob.client, { timeline: { limit: 2 } });
      await poller.next();
      const { since } = poller;
      await say(roomId, '1', '2');
      await stage.alice.client.sendStateEvent(roomId, 'm.room.name', '', { name: 'changed in the gap' });
      await say(roomId, '3', '4', '5');
      const room = (await poller.next()).rooms?.join?.[roomId];
      expect(bodies(room?.timeline.events)).toEqual(['4', '5']);
      expect(room?.timeline.limited).toBe(true);
      expect(room?.state.events.map(({ content }) => content)).toEqual([{ name: 'changed in the gap' }]);
      const path = `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/messages`;
      const query = { dir: 'b', from: room?.timeline.prev_batch, to: since, limit: 100 };
      const { chunk } = await stage.bob.client.doRequest('GET', path, query);
      expect(bodies(chunk)).toEqual(['3', 'm.room.name', '2', '1']);
    });

    it('tells what the filter lets through', async () => {
      const roomId = await stage.publicRoom();
      const wanted = new Poller(stage.bob.client, { timeline: { types: ['m.room.*'], not_types: ['m.room.name'] } });
      const unwanted = new Poller(stage.bob.client, { timeline: { not_senders: [stage.alice.id] } });
      const elsewhere = new Poller(stage.bob.client, { not_rooms: [roomId] });
      for (const poller of [wanted, unwanted, elsewhere]) await poller.next();
      await stage.alice.client.sendStateEvent(roomId, 'm.room.name', '', { name: 'x' });
      await stage.alice.client.sendEvent(roomId, 'org.example.some', {});
      await say(roomId, 'hello');
      expect(bodies((await wanted.next()).rooms?.join?.[roomId]?.timeline.events)).toEqual(['hello']);
      expect((await unwanted.next()).rooms?.join?.[roomId]).toBeUndefined();
      expect((await elsewhere.next()).rooms?.join?.[roomId]).toBeUndefined();
    });

    it('leaves out members who said nothing, if asked to', async () => {
      const roomId = await stage.publicRoom({ name: 'named, or else members would stand for the name' });
      await stage.carol.client.joinRoom(roomId);
      await say(roomId, 'hello');
      const lazy = new Poller(stage.bob.client, { timeline: { limit: 1 }, state: { lazy_load_members: true } });
      const room = (await lazy.next()).rooms?.join?.[roomId];
      const members = room?.state.events.filter(({ type }) => type === 'm.room.member').map(({ state_key: key }) => key);
      expect(members?.sort()).toEqual([stage.alice.id, stage.bob.id].sort());
    });

    it('shows the past of a room to somebody who comes', async () => {
      const roomId = await stage.alice.client.createRoom({ preset: 'public_chat' });
      const poller = new Poller(stage.carol.client, { timeline: { limit: 2 } });
      await poller.next();
      await say(roomId, 'before');
      await stage.carol.client.joinRoom(roomId);
      const room = (await poller.next()).rooms?.join?.[roomId];
      expect(bodies(room?.timeline.events)).toEqual(['before', 'm.room.member']);
      expect(room?.timeline.limited).toBe(true);
      expect(types(room?.state.events)).toContain('m.room.create');
    });

    it('tells of invitations, once', async () => {
      const roomId = await stage.alice.client.createRoom({ preset: 'private_chat', name: 'Secret' });
      const poller = new Poller(stage.bob.client);
      await poller.next();
      await stage.alice.client.inviteUser(stage.bob.id, roomId);
      const state = (await poller.next()).rooms?.invite?.[roomId]?.invite_state.events;
      expect(types(state)?.sort()).toEqual([
        'm.room.create',
        'm.room.join_rules',
        'm.room.member',
        'm.room.member',
        'm.room.name',
      ]);
      const own = state?.find(({ state_key: key }) => key === stage.bob.id);
      expect(own).toMatchObject({ sender: stage.alice.id, content: { membership: 'invite' } });
      expect((await poller.next()).rooms?.invite).toBeUndefined();
      await stage.bob.client.leaveRoom(roomId, 'no');
      const left = (await poller.next()).rooms?.leave?.[roomId];
      expect(left?.timeline.events).toMatchObject([{ state_key: stage.bob.id, content: { membership: 'leave', reason: 'no' } }]);
    });

    it('tells those who are sent away that they are, and nothing after', async () => {
      const roomId = await stage.publicRoom();
      const poller = new Poller(stage.bob.client);
      await poller.next();
      await say(roomId, 'before');
      await stage.alice.client.kickUser(stage.bob.id, roomId, 'enough');
      await say(roomId, 'after');
      const kicked = (await poller.next()).rooms;
      expect(kicked?.join?.[roomId]).toBeUndefined();
      expect(bodies(kicked?.leave?.[roomId]?.timeline.events)).toEqual(['before', 'm.room.member']);
      expect(kicked?.leave?.[roomId]?.timeline.events[1]?.content).toEqual({ membership: 'leave', reason: 'enough' });
      await say(roomId, 'later');
      expect((await poller.next()).rooms?.leave).toBeUndefined();
      await stage.alice.client.banUser(stage.bob.id, roomId);
      const banned = (await poller.next()).rooms?.leave?.[roomId];
      expect(banned?.timeline.events.map(({ content }) => content['membership'])).toEqual(['ban']);
      const afresh = new Poller(stage.bob.client, { timeline: { limit: 1 } });
      expect((await afresh.next()).rooms?.leave?.[roomId]?.timeline.events[0]?.content['membership']).toBe('ban');
    });

    it('shows rooms that one left oneself only when asked', async () => {
      const roomId = await stage.publicRoom();
      await stage.bob.client.leaveRoom(roomId);
      const plain = new Poller(stage.bob.client, { timeline: { limit: 3 } });
      expect((await plain.next()).rooms?.leave?.[roomId]).toBeUndefined();
      const asking = new Poller(stage.bob.client, { include_leave: true });
      expect((await asking.next()).rooms?.leave?.[roomId]).toBeDefined();
    });

    it('tells who types and who has read', async () => {
      const roomId = await stage.publicRoom();
      const poller = new Poller(stage.alice.client);
      const eventId = await stage.alice.client.sendText(roomId, 'read me');
      await poller.next();
      const ephemeral = (type: string) =>
        poller.until((answer) => answer.rooms?.join?.[roomId]?.ephemeral?.events.find((event) => event.type === type));
      await stage.bob.client.setTyping(roomId, true, 20_000);
      expect((await ephemeral('m.typing')).content).toEqual({ user_ids: [stage.bob.id] });
      await stage.bob.client.setTyping(roomId, false);
      expect((await ephemeral('m.typing')).content).toEqual({ user_ids: [] });
      await stage.bob.client.sendReadReceipt(roomId, eventId);
      expect((await ephemeral('m.receipt')).content).toMatchObject({ [eventId]: { 'm.read': { [stage.bob.id]: {} } } });
      expect(await refusalOf(stage.carol.client.setTyping(roomId, true))).toBe('403 M_FORBIDDEN');
      expect(await refusalOf(stage.carol.client.sendReadReceipt(roomId, eventId))).toBe('403 M_FORBIDDEN');
    });

    it('takes a token from the future for now, as after a backup was put back', async () => {
      const roomId = await stage.publicRoom();
      const { next_batch } = await new Poller(stage.bob.client).next();
      const since = next_batch.replace(/^s\d+/, 's999999999');
      const answer = await stage.bob.client.doRequest('GET', '/_matrix/client/v3/sync', { since });
      expect(answer.rooms?.join?.[roomId]).toBeUndefined();
    });

    it('tells redactions with the id of what they empty, on both places where clients look', async () => {
      const roomId = await stage.publicRoom();
      const eventId = await stage.bob.client.sendText(roomId, 'oops');
      const poller = new Poller(stage.alice.client);
      await poller.next();
      const redaction = await stage.bob.client.redactEvent(roomId, eventId);
      const event = await poller.event(roomId, ({ type }) => type === 'm.room.redaction');
      expect(event).toMatchObject({ event_id: redaction, redacts: eventId, content: { redacts: eventId } });
    });

    it('refuses a token that it never gave', async () => {
      const sync = stage.bob.client.doRequest('GET', '/_matrix/client/v3/sync', { since: 'nonsense' });
      expect(await refusalOf(sync)).toBe('400 M_UNKNOWN');
    });

    it('carries the SDK from an invitation to the end', async () => {
      const { alice, carol } = stage;
      const roomId = await alice.client.createRoom({ preset: 'private_chat' });
      const heard: string[] = [];
      const once = (event: string) =>
        new Promise<{ sender: string; content: Record<string, unknown> }>((resolve) => {
          const listener = (id: string, what: { sender: string; content: Record<string, unknown> }) => {
            if (id !== roomId) return;
            carol.client.off(event, listener);
            resolve(what);
          };
          carol.client.on(event, listener);
        });
      const invited = once('room.invite');
      const joined = once('room.join');
      const left = once('room.leave');
      carol.client.on('room.message', (id: string, event: TestEvent) => {
        if (id === roomId) heard.push(String(event.content['body']));
      });
      await carol.client.start({ room: { timeline: { limit: 20 } } });
      await alice.client.inviteUser(carol.id, roomId);
      await invited;
      await carol.client.joinRoom(roomId);
      await joined;
      const message = once('room.message');
      await say(roomId, 'welcome');
      expect(await message).toMatchObject({ sender: alice.id, content: { body: 'welcome' } });
      await carol.client.sendText(roomId, 'thanks');
      await alice.client.kickUser(carol.id, roomId, 'bye');
      expect(await left).toMatchObject({ sender: alice.id, content: { membership: 'leave', reason: 'bye' } });
      carol.client.stop();
      expect(heard).toEqual(['welcome', 'thanks']);
    });
  });
}
