/** Stories of who is there: how those who speak on Discord and Matrix appear on game servers, and what moderators do to them. */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { GameServer } from '../support/game-server.ts';
import { LeapClock } from '../support/leap-clock.ts';
import { MatrixPerson } from '../support/matrix-person.ts';
import { type OpenSite, World } from './world.ts';

const MINUTE = 60_000;

/** A user of a bridge, as a game server sees them. */
function userOn(game: GameServer, server: string, name: string) {
  return [...(game.users.get(server)?.values() ?? [])].find((user) => user.name === name);
}

/** A game server asks a bridge to do something to one of its users. */
async function order(game: GameServer, action: string, server: string, name: string, more: Record<string, unknown> = {}) {
  const target = { server_id: server, user_id: userOn(game, server, name)?.id, ...more };
  await game.publish(`m/${game.id}/${server}/ooc/aowl_${action}`, JSON.stringify(target));
}

/** Waits until somebody's words are heard; where a story has leapt ahead, they come with the time when they were said. */
async function hears(game: GameServer, name: string, text: string): Promise<void> {
  await game.chat.waitFor((line) => line.replace(/\(\d\d:\d\d UTC\) /, '') === `${name}@bridge: ${text}`);
}

export function presenceStories(openSite: OpenSite): void {
  describe('who is there', () => {
    let world: World;
    let alpha: GameServer;
    let clock: LeapClock;
    beforeEach(async () => {
      clock = new LeapClock();
      world = await World.open(openSite, clock);
      alpha = await world.game('alpha');
    });
    afterEach(() => world.close());

    test('is who spoke: with since when, a name, a picture and a color that are those of now; until they leave the guild', async () => {
      const { discord } = world;
      const bob = await discord.member('Bob', { color: 0x3498db });
      const other = discord.addChannel('more games');
      const rooms = { discord: [discord.channelId, other.id], matrix: world.matrix.roomId };
      await world.bridge({ channels: [{ name: 'main', rooms }] });
      await discord.member('Silent');
      discord.channel.addWebhook('News', bob.member).says('buy now');
      await bob.says('hello');
      const announced = await alpha.packets.waitFor((packet) => packet.includes('"name":"Bob"'));
      const { first_seen, color, avatar, platform } = JSON.parse(announced.slice(announced.indexOf('{'))) as Record<
        string,
        unknown
      >;
      expect({ color, platform }).toEqual({ color: '#3498db', platform: 'discord' });
      expect(avatar).toContain('a_0123456789abcdef0123456789abcdef');
      expect(Math.abs(Number(first_seen) - clock.now() / 1_000)).toBeLessThan(30);
      await hears(alpha, 'Bob', 'hello');
      // Before what they say: nobody has to make a name up.
      expect(alpha.packets.all.findIndex((packet) => packet.includes('/say/'))).toBeGreaterThan(
        alpha.packets.all.indexOf(announced),
      );
      bob.member.says(other, 'here as well');
      await hears(alpha, 'Bob', 'here as well');
      expect(alpha.namesOn('bridge')).toEqual(['Bob']);
      await bob.renames('Bobby');
      await alpha.presence.waitFor((change) => change === '~Bobby@bridge');
      bob.member.setsAvatar('b_0123456789abcdef0123456789abcdef');
      await alpha.packets.waitFor((packet) => packet.includes('"cmd":"update"') && packet.includes('b_0123456789abcdef'));
      await bob.leaves();
      await alpha.presence.waitFor((change) => change === '-Bobby@bridge');
      expect(alpha.namesOn('bridge')).toEqual([]);
    });

    test('is on Matrix who spoke in the room, until they leave it or are sent out', async () => {
      const account = await world.site.matrix.account(`dave_${randomUUID().slice(0, 8)}`);
      const dave = new MatrixPerson(world.site.matrix.url, account);
      const { roomId, carol } = world.matrix;
      try {
        await dave.join(roomId);
        await dave.rename('Dave');
        await world.bridge();
        await dave.says(roomId, 'hello');
        await world.matrix.says('hello, Dave');
        await hears(alpha, 'Dave', 'hello');
        await hears(alpha, 'Carol', 'hello, Dave');
        await dave.rename('David');
        await alpha.presence.waitFor((change) => change === '~David@bridge');
        await carol.kicks(roomId, account.id);
        await alpha.presence.waitFor((change) => change === '-David@bridge');
        await world.matrix.leaves();
        await alpha.presence.waitFor((change) => change === '-Carol@bridge');
      } finally {
        await dave.close();
      }
    });

    test('is gone after being silent, and when the bridge stops; comes back as the same user, and never twice', async () => {
      const bridge = await world.bridge();
      const bob = await world.discord.member('Bob');
      await bob.says('one');
      await hears(alpha, 'Bob', 'one');
      const first = userOn(alpha, 'bridge', 'Bob');
      await clock.leap(31 * MINUTE);
      await alpha.presence.waitFor((change) => change === '-Bob@bridge');
      await bob.says('two');
      await hears(alpha, 'Bob', 'two');
      expect(userOn(alpha, 'bridge', 'Bob')?.id).toBe(first?.id);
      await bridge.stop();
      await expect.poll(() => alpha.namesOn('bridge')).toEqual([]);
      const carol = world.matrix;
      await world.bridge();
      await carol.says('three');
      await hears(alpha, 'Carol', 'three');
      await expect.poll(() => alpha.namesOn('bridge')).toEqual(['Bob', 'Carol']);
      expect(userOn(alpha, 'bridge', 'Bob')?.id).toBe(first?.id);
      expect(userOn(alpha, 'bridge', 'Carol')?.id).not.toBe(first?.id);
    });

    test('is who wants to be: nothing is carried of who wants privacy', async () => {
      await world.bridge();
      await world.matrix.says('hello');
      await hears(alpha, 'Carol', 'hello');
      await world.matrix.says('!privacy on');
      await world.matrix.waitFor('Your privacy is on');
      await alpha.presence.waitFor((change) => change === '-Carol@bridge');
      await world.matrix.says('between us');
      const bob = await world.discord.member('Bob');
      await bob.says('hi');
      await hears(alpha, 'Bob', 'hi');
      await world.matrix.says('!privacy off');
      await world.matrix.waitFor('Your privacy is off');
      await world.matrix.says('back');
      await hears(alpha, 'Carol', 'back');
      await world.discord.waitFor('back');
      expect(world.discord.heard().join()).not.toContain('between us');
      expect(alpha.chat.all.join()).not.toContain('between us');
    });

    test('is decided by the moderators of game servers as well: each is told where they are, and nobody hears them', async () => {
      await world.bridge();
      const bob = await world.discord.member('Bob');
      await bob.says('SPAM');
      await world.matrix.says('hello');
      await hears(alpha, 'Bob', 'SPAM');
      await hears(alpha, 'Carol', 'hello');
      await order(alpha, 'kick', 'bridge', 'Bob', { reason: '@everyone **no** spam' });
      await order(alpha, 'slap', 'bridge', 'Carol', { reason: 'wake up' });
      await alpha.presence.waitFor((change) => change === '-Bob@bridge');
      await hears(alpha, 'Carol', 'ow');
      const told = await world.discord.waitFor('alpha kicked you');
      expect(told.pings).toEqual({ everyone: false, users: [], roles: [] });
      expect(told.text).toContain('For 1 min, what you say is not carried to the other places.');
      await world.matrix.waitFor('alpha slapped Carol (wake up): ow');
      await bob.says('MORE SPAM');
      await order(alpha, 'ban', 'bridge', 'Carol', { reason: 'enough' });
      await world.matrix.waitFor('alpha banned you (enough). From now on');
      await world.matrix.says('what?');
      // Carol made the room, so she may do that.
      await world.matrix.says('!unban Carol');
      await world.matrix.waitFor('Lifted the ban of Carol');
      await world.matrix.says('back again');
      await hears(alpha, 'Carol', 'back again');
      await world.discord.waitFor('back again');
      expect(alpha.chat.all.filter((line) => /MORE|what\?/.test(line))).toEqual([]);
      expect([...world.discord.heard(), ...world.matrix.heard()].filter((text) => /MORE|what\?/.test(text))).toEqual([]);
    });
  });
}

/** They take a broker that lets in any server. */
export function networkStories(openSite: OpenSite): void {
  test('two bridges and three game servers in one network see the same people, and each looks after its own', async () => {
    const world = await World.open(openSite);
    const games = [await world.game('alpha'), await world.game('beta'), await world.game('gamma')];
    const [alpha, beta, gamma] = games as [GameServer, GameServer, GameServer];
    const { discord, matrix } = world;
    await world.bridge(
      { server_id: 'west', channels: [{ name: 'main', rooms: { discord: discord.channelId } }] },
      {},
      {},
      'discord',
    );
    await world.bridge({ server_id: 'east', channels: [{ name: 'main', rooms: { matrix: matrix.roomId } }] }, {}, {}, 'matrix');
    const bob = await discord.member('Bob');
    await bob.says('from Discord');
    await matrix.says('from Matrix');
    for (const game of games) {
      await game.chat.waitFor((line) => line === 'Bob@west: from Discord');
      await game.chat.waitFor((line) => line === 'Carol@east: from Matrix');
      expect([game.namesOn('west'), game.namesOn('east')]).toEqual([['Bob'], ['Carol']]);
    }
    // From one bridge to the other: one is a server to the other.
    expect((await discord.waitFor('from Matrix')).author).toBe('Carol [east]');
    expect((await matrix.waitFor('from Discord')).body).toBe('Bob (west): from Discord');

    // Everybody is asked, and only the bridge of whom it is about does it.
    for (const server of ['west', 'east']) {
      const target = { server_id: 'east', user_id: userOn(beta, 'east', 'Carol')?.id, reason: 'flood' };
      await beta.publish(`m/beta/${server}/ooc/aowl_kick`, JSON.stringify(target));
    }
    for (const game of games) await game.presence.waitFor((change) => change === '-Carol@east');
    await matrix.waitFor('beta kicked you (flood)');
    await matrix.says('unheard');
    await bob.says('still here');
    for (const game of games) await game.chat.waitFor((line) => line === 'Bob@west: still here');
    expect(gamma.namesOn('west')).toEqual(['Bob']);
    await alpha.stop();
    await bob.leaves();
    for (const game of [beta, gamma]) await game.presence.waitFor((change) => change === '-Bob@west');
    expect(discord.heard().join()).not.toContain('unheard');
    for (const game of games) expect(game.chat.all.filter((line) => line.includes('unheard'))).toEqual([]);
    await world.close();
  });
}
