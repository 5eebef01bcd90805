/** When ghosts join and leave, and how they look, told once for the stand-in and for Synapse. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import type { AdapterId, RoomRef } from '../../../src/event.ts';
import { TestAttempt } from '../../support/attempt.ts';
import { testMemory } from '../../support/host.ts';
import { shelf, testMedia } from '../../support/media.ts';
import { type AppserviceSite, type AppserviceStage, author, openWithCarol } from './appservice-stage.ts';
import { type Person, said, send } from './stage.ts';

export function ghostStories(openSite: () => Promise<AppserviceSite>): void {
  describe('ghosts come and go', () => {
    let stage: AppserviceStage;
    let carol: Person;
    let room: string;
    beforeEach(async () => {
      ({ stage, carol, room } = await openWithCarol(openSite));
    });
    afterEach(() => stage.close());

    const memberEvents = async (userId: string) => {
      const state = await carol.client.getRoomStateEvent(room, 'm.room.member', userId);
      return state.membership;
    };
    test('only who speaks is in the room; a new name is one change, and the same name none', async () => {
      const bridge = await stage.started([room]);
      await carol.eyes.look();
      await send(bridge, room, said('one', author('7', 'Alice')));
      await send(bridge, room, said('two', author('7', 'Alice')));
      await send(bridge, room, said('three', author('7', 'Alicia')));
      await carol.eyes.waitFor(room, 'three');
      const page = await carol.client.doRequest('GET', `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/messages`, {
        dir: 'b',
        limit: 100,
        filter: JSON.stringify({ types: ['m.room.member'], senders: [stage.ghost('alpha', '7')] }),
      });
      const names = page.chunk.map((event: { content: { displayname: string } }) => event.content.displayname);
      expect(names.reverse()).toEqual(['Alice (alpha)', 'Alicia (alpha)']);
      expect((await carol.client.getJoinedRoomMembers(room)).sort()).toEqual(
        [carol.id, stage.botId, stage.ghost('alpha', '7')].sort(),
      );
    });

    test('who changes their name all the time is named by the bridge itself, and the room sees three changes', async () => {
      const bridge = await stage.started([room]);
      await carol.eyes.look();
      for (const n of [0, 1, 2, 3, 4, 5]) await send(bridge, room, said(`line ${n}`, author('7', `Name ${n}`)));
      await carol.eyes.waitFor(room, 'line 5');
      const seen = carol.eyes.sees.all.filter(({ body }) => body.includes('line'));
      expect(seen.map(({ sender }) => sender === stage.botId)).toEqual([false, false, false, false, true, true]);
      expect(seen.at(-1)?.body).toBe('Name 5 (alpha): line 5');
    });

    test('in a room that takes nobody without an invitation, the bridge invites them', async () => {
      const secret = await carol.client.createRoom({
        preset: 'private_chat',
        invite: [stage.botId],
        power_level_content_override: { invite: 0 },
      });
      const bridge = await stage.started([secret]);
      await carol.eyes.look();
      await send(bridge, secret, said('hi', author('7', 'Alice')));
      expect(await carol.eyes.waitFor(secret, 'hi')).toMatchObject({ sender: stage.ghost('alpha', '7') });
    });

    test('where it may not invite, the bridge itself speaks, and says so to its operator once', async () => {
      const secret = await carol.client.createRoom({
        preset: 'private_chat',
        invite: [stage.botId],
        power_level_content_override: { invite: 100 },
      });
      const bridge = await stage.started([secret]);
      await carol.eyes.look();
      await send(bridge, secret, said('hi', author('7', 'Alice')));
      await send(bridge, secret, said('ho', author('8', 'Bob')));
      expect(await carol.eyes.waitFor(secret, 'hi')).toMatchObject({ sender: stage.botId, body: 'Alice (alpha): hi' });
      await carol.eyes.waitFor(secret, 'Bob (alpha): ho');
      expect(bridge.host.lines.all.filter((line) => line.includes("ghosts can't join"))).toHaveLength(1);
    });

    test('where only some may speak, and ghosts may not, the bridge itself speaks', async () => {
      const quiet = await carol.client.createRoom({
        preset: 'public_chat',
        power_level_content_override: { events_default: 50, users: { [stage.botId]: 50 } },
      });
      const bridge = await stage.started([quiet]);
      await carol.eyes.look();
      await send(bridge, quiet, said('hi', author('7', 'Alice')));
      expect(await carol.eyes.waitFor(quiet, 'hi')).toMatchObject({ sender: stage.botId, body: 'Alice (alpha): hi' });
    });

    test('kicked, a ghost comes back when it speaks; banned, it is heard no more', async () => {
      const bridge = await stage.started([room]);
      await carol.eyes.look();
      const ghost = stage.ghost('alpha', '7');
      await send(bridge, room, said('one', author('7', 'Alice')));
      await carol.client.kickUser(ghost, room);
      await send(bridge, room, said('two', author('7', 'Alice')));
      expect(await carol.eyes.waitFor(room, 'two')).toMatchObject({ sender: ghost });
      await carol.client.banUser(ghost, room);
      const refused = send(bridge, room, said('three', author('7', 'Alice')));
      await expect(refused).rejects.toMatchObject({ passing: false, message: expect.stringContaining('was banned there') });
      await send(bridge, room, said('end', author('8', 'Bob')));
      await carol.eyes.waitFor(room, 'end');
      expect(carol.eyes.heard(room)).not.toContain('three');
    });

    test('what a banned ghost said is taken back all the same, where the bridge has the power to', async () => {
      const bridge = await stage.started([room]);
      const sent = async (text: string) => {
        const attempt = new TestAttempt();
        await send(bridge, room, said(text, author('7', 'Alice')), attempt);
        return attempt.shown;
      };
      const [first, second] = [await sent('spam'), await sent('more spam')];
      await carol.client.banUser(stage.ghost('alpha', '7'), room);
      await expect.poll(() => memberEvents(stage.ghost('alpha', '7'))).toBe('ban');
      const remove = (shown: readonly string[]) => bridge.adapter.remove?.(room as RoomRef, shown, AbortSignal.timeout(20_000));
      await expect(remove(first)).rejects.toMatchObject({ passing: false, message: expect.stringContaining('banned') });
      await carol.client.setUserPowerLevel(stage.botId, room, 50);
      await remove(first);
      await remove(second);
      expect(await carol.eyes.standing(room)).toEqual([]);
    });

    test('who has been silent for long leaves, also after a restart, and comes back when they speak', async () => {
      const memory = testMemory();
      let shift = 0;
      const clock = { now: () => Date.now() + shift, after: systemClock.after };
      const bridge = await stage.started([room], { memory, clock });
      const ghost = stage.ghost('alpha', '7');
      await send(bridge, room, said('one', author('7', 'Alice')));
      await bridge.stop();
      shift = 73 * 3_600_000;
      const again = await stage.started([room], { memory, clock });
      await expect.poll(() => memberEvents(ghost)).toBe('leave');
      await send(again, room, said('two', author('7', 'Alice')));
      expect(await memberEvents(ghost)).toBe('join');
    });

    test('a picture is uploaded once, and shown with the name', async () => {
      const pictures = testMedia({ discord: shelf({ 'https://cdn/a.png': 'a picture' }, 'image/png') });
      const bridge = await stage.started([room], { media: pictures });
      await carol.eyes.look();
      const place = { kind: 'room', adapter: 'discord' as AdapterId, room: '1' as RoomRef } as const;
      const bob = { place, tag: 'Discord', author: { id: '42', name: 'Bob', avatar: 'https://cdn/a.png' } };
      await send(bridge, room, said('one', bob));
      await send(bridge, room, said('two', bob));
      const { sender } = await carol.eyes.waitFor(room, 'two');
      const { avatar_url: avatar } = await carol.client.getUserProfile(sender);
      expect(await carol.eyes.download(avatar)).toBe('a picture');
    });
  });
}
