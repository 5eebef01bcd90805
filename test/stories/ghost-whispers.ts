/** Stories of whispers where everybody has a user of their own on Matrix. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { GameServer, Player } from '../support/game-server.ts';
import { hears, numberOf, openScene, spokenOnMatrix } from './whispering.ts';
import type { OpenSite, World } from './world.ts';

export function ghostWhisperStories(openSite: OpenSite): void {
  describe('a whisper, where players are users on Matrix', () => {
    let world: World;
    let alpha: GameServer;
    let gordon: Player;
    beforeEach(async () => {
      ({ world, alpha, gordon } = await openScene(openSite));
      await world.bridge();
      await spokenOnMatrix(world, alpha);
    });
    afterEach(() => world.close());

    test('comes from the player, in a chat with them alone, where every answer is for them', async () => {
      const { carol } = world.matrix;
      const alyx = await alpha.join('Alyx');
      await gordon.whispers('bridge', numberOf(alpha, 'Carol'), 'from Gordon');
      const first = await carol.invitations.waitFor(() => true, 10_000);
      await alyx.whispers('bridge', numberOf(alpha, 'Carol'), 'from Alyx');
      const second = await carol.invitations.waitFor(({ by }) => by !== first.by, 10_000);
      await Promise.all([carol.join(first.roomId), carol.join(second.roomId)]);
      const shown = await carol.sees.waitFor(
        ({ roomId, content }) => roomId === first.roomId && /from Gordon/.test(String(content['body'])),
      );
      expect(shown.sender).toBe(first.by);
      await carol.says(first.roomId, 'for Gordon');
      await carol.says(second.roomId, 'for Alyx');
      await hears(alpha, gordon, 'Carol: for Gordon');
      await hears(alpha, alyx, 'Carol: for Alyx');
    });

    test('can begin with a chat that somebody opens with a player', async () => {
      const { carol, roomId } = world.matrix;
      await gordon.says('I am here');
      const { sender } = await carol.sees.waitFor(({ roomId: where, body }) => where === roomId && body.includes('I am here'));
      const chat = await carol.invitesToPrivate(sender);
      await carol.waitForMember(chat, sender);
      await carol.says(chat, 'hello Gordon');
      await hears(alpha, gordon, 'Carol: hello Gordon');
      await gordon.whispers('bridge', numberOf(alpha, 'Carol'), 'hello Carol');
      await carol.waitFor(chat, 'hello Carol');
      expect(carol.invitations.all).toEqual([]);
    });

    test('can begin with a chat with a player who has said nothing, whom somebody has looked up', async () => {
      const { carol } = world.matrix;
      const [found] = (await carol.looksUp('user/crosschat?player=gordon')) as { userid: string }[];
      const ghost = found?.userid ?? '';
      const chat = await carol.invitesToPrivate(ghost);
      await carol.waitForMember(chat, ghost);
      expect(await carol.stateOf(chat, 'm.room.member', ghost)).toMatchObject({ displayname: 'Gordon (alpha)' });
      await carol.says(chat, 'hello Gordon');
      await hears(alpha, gordon, 'Carol: hello Gordon');
    });
  });
}
