/** What moderators elsewhere do to people, and what becomes of it in Matrix rooms: told once for the stand-in and for Synapse. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Sanction } from '../../../src/adapter.ts';
import { type Bridge, type MatrixSite, type Person, Stage } from './stage.ts';

export function sanctionStories(openSite: () => Promise<MatrixSite>): void {
  describe('what is done to people from elsewhere', () => {
    let stage: Stage;
    let carol: Person;
    let dave: Person;
    let room: string;
    beforeEach(async () => {
      stage = await Stage.open(await openSite());
      carol = await stage.person('carol');
      dave = await stage.person('dave');
      room = await carol.client.createRoom({ preset: 'public_chat' });
      await dave.client.joinRoom(room);
    });
    afterEach(() => stage.close());

    /** Carol gives people power in the room. */
    async function empower(...users: readonly (readonly [string, number])[]): Promise<void> {
      const levels = await carol.client.getRoomStateEvent(room, 'm.room.power_levels', '');
      const content = { ...levels, users: { ...levels.users, ...Object.fromEntries(users) } };
      await carol.client.sendStateEvent(room, 'm.room.power_levels', '', content);
    }
    const sanction = ({ adapter }: Bridge, userId: string, more: Partial<Sanction> = {}) =>
      adapter.moderate?.({ userId, action: 'kick', by: 'alpha', reason: 'spam', until: Date.now() + 60_000, ...more });
    const membership = async (userId: string): Promise<unknown> => {
      const { membership, reason } = await carol.client.getRoomStateEvent(room, 'm.room.member', userId);
      return reason === undefined ? membership : [membership, reason];
    };

    test('is done there only where it is configured, and a ban for some time is a kick', async () => {
      const bridge = await stage.started([room], { config: { mirror_ban: 'ban' } });
      await empower([stage.bot.id, 50]);
      expect(await sanction(bridge, dave.id)).toBeUndefined();
      expect(await membership(dave.id)).toBe('join');
      expect(await sanction(bridge, dave.id, { action: 'ban' })).toBe(`kicked (${room})`);
      expect(await membership(dave.id)).toEqual(['leave', 'alpha: spam']);
      expect(await sanction(bridge, dave.id, { action: 'ban' })).toBe('they are in no room');
      await dave.client.joinRoom(room);
      expect(await sanction(bridge, dave.id, { action: 'ban', until: undefined, reason: '' })).toBe(`banned (${room})`);
      expect(await membership(dave.id)).toEqual(['ban', 'alpha']);
    });

    test('never hits somebody who stands as high as the bridge, or whom it trusts', async () => {
      const config = { mirror_kick: 'kick', mirror_ban: 'ban', moderators: [dave.id] };
      const bridge = await stage.started([room], { config });
      const erin = await stage.person('erin');
      await erin.client.joinRoom(room);
      await empower([stage.bot.id, 50], [erin.id, 50]);
      const high = `nothing was done: they stand as high as ${stage.bot.id} (${room})`;
      for (const userId of [erin.id, carol.id]) expect(await sanction(bridge, userId, { action: 'ban' })).toBe(high);
      expect(await sanction(bridge, dave.id)).toBe('nothing was done: the bridge is told to trust them');
      for (const userId of [erin.id, carol.id, dave.id]) expect(await membership(userId)).toBe('join');
    });

    test('says that nothing was done, where it was asked for before the homeserver is reached', async () => {
      const bridge = stage.bridge([room], { config: { mirror_ban: 'ban' } });
      expect(await sanction(bridge, dave.id, { action: 'ban' })).toBe('nothing was done: the homeserver is not reached yet');
      expect(await sanction(bridge, dave.id)).toBeUndefined();
    });

    test('says what the bridge lacks for it, and check does too', async () => {
      const bridge = await stage.started([room], { config: { mirror_kick: 'kick', mirror_ban: 'ban' } });
      await empower([stage.bot.id, 10]);
      expect(await sanction(bridge, dave.id)).toBe(
        `nothing was done: ${stage.bot.id} has not the power to kick people (${room})`,
      );
      const lines: string[] = [];
      for await (const { ok, text } of bridge.adapter.check()) if (!ok) lines.push(text);
      expect(lines).toEqual([expect.stringContaining(`${stage.bot.id} lacks the power to kick and to ban`)]);
    });
  });
}
