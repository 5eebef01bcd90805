/** What the Matrix adapter does as an appservice, told once for the stand-in and for Synapse. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AdapterId, RoomRef } from '../../../src/event.ts';
import { TestAttempt } from '../../support/attempt.ts';
import { words } from '../../support/host.ts';
import { type AppserviceSite, AppserviceStage } from './appservice-stage.ts';
import { type Bridge, edited, type Person, said, send } from './stage.ts';

export function appserviceStories(openSite: () => Promise<AppserviceSite>): void {
  let stage: AppserviceStage;
  let carol: Person;
  let room: string;
  beforeEach(async () => {
    stage = await AppserviceStage.open(await openSite());
    carol = await stage.person('carol');
    room = await carol.client.createRoom({ preset: 'public_chat' });
  });
  afterEach(() => stage.close());

  const heard = ({ host }: Bridge) => host.messages.all.map(({ body }) => words(body));
  const author = (id: string, name: string) => ({ author: { id, name } });

  describe('text both ways', () => {
    test('what is said in the room reaches the core once, with who said it', async () => {
      const bridge = await stage.started([room]);
      await carol.client.sendText(room, 'hello');
      expect(await bridge.host.waitForMessage('hello')).toMatchObject({
        place: { kind: 'room', adapter: 'matrix', room },
        author: { id: carol.id, name: 'carol' },
      });
      await carol.client.sendText(room, 'again');
      await bridge.host.waitForMessage('again');
      expect(heard(bridge)).toEqual(['hello', 'again']);
    });

    test('a player speaks as a user of their own, who has joined before, and comes not back', async () => {
      const bridge = await stage.started([room]);
      await carol.eyes.look();
      await send(bridge, room, said('hi all', author('7', 'Alice')));
      const seen = await carol.eyes.waitFor(room, 'hi all');
      expect(seen).toMatchObject({ sender: stage.ghost('alpha', '7'), body: 'hi all', mentions: {} });
      expect(await carol.client.getUserProfile(seen.sender)).toMatchObject({ displayname: 'Alice (alpha)' });
      await carol.client.sendText(room, 'end');
      await bridge.host.waitForMessage('end');
      expect(heard(bridge)).toEqual(['end']);
    });

    test('somebody from elsewhere has a ghost that no game server can have', async () => {
      const bridge = await stage.started([room]);
      await carol.eyes.look();
      const place = { kind: 'room', adapter: 'discord' as AdapterId, room: '1' as RoomRef } as const;
      await send(bridge, room, said('from Discord', { place, tag: 'Discord', ...author('42', 'Bob') }));
      expect(await carol.eyes.waitFor(room, 'from Discord')).toMatchObject({ sender: stage.ghost('.discord', '42') });
    });

    test('edits and removals are made by who said it', async () => {
      const bridge = await stage.started([room]);
      await carol.eyes.look();
      const message = said('frist', author('7', 'Alice'));
      const attempt = new TestAttempt();
      await send(bridge, room, message, attempt);
      await bridge.adapter.edit?.(room as RoomRef, edited(message, 'first'), attempt.shown, new TestAttempt());
      await carol.eyes.waitFor(room, '* first');
      expect((await carol.eyes.standing(room)).map(({ body, sender }) => [body, sender])).toEqual([
        ['first', stage.ghost('alpha', '7')],
      ]);
      await bridge.adapter.remove?.(room as RoomRef, attempt.shown, AbortSignal.timeout(5_000));
      expect(await carol.eyes.standing(room)).toEqual([]);
    });
  });
}
