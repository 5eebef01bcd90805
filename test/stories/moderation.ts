/** Stories of moderators: what they do from where they are, and what everybody else then sees. They take a broker that lets in any server. */
import { describe, expect, onTestFinished, test } from 'vitest';
import type { GameServer } from '../support/game-server.ts';
import type { DiscordPerson } from './discord-place.ts';
import { type OpenSite, World } from './world.ts';

const GORDON = '76561197960287930';

/** What a game server was asked to do to somebody. */
async function orderAt(game: GameServer, action: string): Promise<Record<string, unknown>> {
  const packet = await game.packets.waitFor((one) => one.includes(`/ooc/aowl_${action} `));
  return JSON.parse(packet.slice(packet.indexOf('{'))) as Record<string, unknown>;
}

export function moderationStories(openSite: OpenSite): void {
  describe('a moderator, where two bridges and three game servers are in one network', () => {
    async function open() {
      const world = await World.open(openSite);
      onTestFinished(() => world.close());
      const games = [await world.game('alpha'), await world.game('beta'), await world.game('gamma')] as const;
      const { discord, matrix } = world;
      const channel = (rooms: Record<string, string>) => [{ name: 'main', rooms }];
      await world.bridge({ server_id: 'west', channels: channel({ discord: discord.channelId }) }, {}, {}, 'discord');
      await world.bridge({ server_id: 'east', channels: channel({ matrix: matrix.roomId }) }, {}, {}, 'matrix');
      const mona = await discord.member('Mona', { permissions: ['KickMembers', 'BanMembers'] });
      const bob = await discord.member('Bob');
      await bob.says('from Discord');
      await matrix.says('from Matrix');
      for (const game of games) {
        await game.chat.waitFor((line) => line === 'Bob@west: from Discord');
        await game.chat.waitFor((line) => line === 'Carol@east: from Matrix');
      }
      await discord.waitFor('from Matrix');
      const gives = async ({ member }: DiscordPerson, name: string, options: Record<string, string>) => {
        await expect.poll(() => canGive(() => member.types(discord.channel, name, 'player'))).toBe(true);
        return member.runs(discord.channel, name, options).answer(10_000);
      };
      return { world, games, mona, bob, gives };
    }

    test('kicks somebody of the other bridge, who is told where they are', async () => {
      const { world, games, mona, gives } = await open();
      const { matrix } = world;
      expect(await gives(mona, 'kick', { player: 'Carol', reason: 'spam @room' })).toBe(
        'Kick Carol: sent to alpha, beta, east and gamma; confirmed: Carol left east.',
      );
      for (const game of games) {
        expect(await orderAt(game, 'kick')).toMatchObject({ server_id: 'east', reason: 'spam @room' });
        await game.presence.waitFor((change) => change === '-Carol@east');
      }
      const told = await matrix.waitFor('west kicked you (spam @room)');
      expect(told.mentions).toEqual({});
      await matrix.says('unheard');
      await mona.says('the end');
      for (const game of games) await game.chat.waitFor((line) => line === 'Mona@west: the end');
      expect(games.flatMap(({ chat }) => chat.all).filter((line) => line.includes('unheard'))).toEqual([]);
    });

    test('bans a player on every server for some time, and somebody of the other platform until that is lifted', async () => {
      const { world, games, mona, bob, gives } = await open();
      const [, , gamma] = games;
      const gordon = await gamma.join('Gordon', { steamid64: GORDON });
      await expect
        .poll(() => mona.member.types(world.discord.channel, 'ban', 'player', { player: 'gor' }))
        .toEqual([{ name: 'Gordon (gamma)', value: GORDON }]);
      const answer = gives(mona, 'ban', { player: 'STEAM_0:0:11101', reason: 'cheats', duration: '7d' });
      for (const game of games)
        expect(await orderAt(game, 'ban')).toEqual({ steamid64: GORDON, reason: 'cheats', extra: { duration: 604_800 } });
      await gordon.leaves();
      expect(await answer).toMatch(
        /^Ban Gordon until .* UTC: sent to alpha, beta, east and gamma; confirmed: Gordon left gamma\.$/,
      );
      expect(await mona.member.runs(world.discord.channel, 'bans').answer()).toContain('Gordon');
      // Carol made her room, so she may moderate there; Bob is a user of the other bridge.
      await world.matrix.says('!ban Bob "too loud"');
      await world.matrix.waitFor('confirmed: Bob left west.');
      await world.discord.channel.waitFor(({ content }) => content.includes('Bob, east banned you (too loud). From now on'));
      await bob.says('unheard');
      await mona.says('the end');
      await world.matrix.waitFor('the end');
      expect(await mona.member.runs(world.discord.channel, 'unban', { who: 'Bob' }).answer()).toContain('Lifted the ban of Bob');
      await bob.says('free');
      for (const game of games) await game.chat.waitFor((line) => line === 'Bob@west: free');
      expect(games.flatMap(({ chat }) => chat.all).filter((line) => line.includes('unheard'))).toEqual([]);
    });
  });
}

/** Whether a person's client would let them begin. */
async function canGive(begin: () => Promise<unknown>): Promise<boolean> {
  try {
    await begin();
    return true;
  } catch {
    return false;
  }
}
