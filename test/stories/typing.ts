/** Stories of people who type: it is seen in the other places, where that is wanted, and passes. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { GameServer } from '../support/game-server.ts';
import type { DiscordPerson } from './discord-place.ts';
import { type OpenSite, World } from './world.ts';

const BOT = 'bot-1';
const admin = { name: 'Admin', id: 'admin', via: 'test' };

/**
 * Tells the stories.
 * @param openSite gives the broker and the homeserver that they happen on
 */
export function typingStories(openSite: OpenSite): void {
  describe('typing', () => {
    let world: World;
    let alpha: GameServer;
    let bob: DiscordPerson;
    beforeEach(async () => {
      world = await World.open(openSite);
      alpha = await world.game('alpha');
      bob = await world.discord.member('Bob');
    });
    afterEach(() => world.close());

    const on = (settings: Record<string, unknown> = {}) => world.bridge(settings, {}, { typing: true });
    /** Bob has said something. Gives the user who says it on Matrix. */
    const bobIsKnown = async () => {
      await bob.says('hi');
      return (await world.matrix.waitFor('hi')).sender;
    };
    const botTypes = () => world.discord.channel.waitUntil(() => world.discord.channel.typing.includes(BOT));
    /** Whatever was still on its way has arrived. */
    const theEnd = async () => {
      await bob.says('the end');
      await world.matrix.says('the end, too');
      await world.matrix.waitFor('the end');
      await world.discord.waitFor('the end, too');
      for (const name of ['Bob', 'Carol']) await alpha.chat.waitFor((line) => line.startsWith(`${name}@bridge: the end`));
    };

    test('of a member is seen on Matrix until they have said it, and not by themselves', async () => {
      await on();
      const shown = await bobIsKnown();
      bob.member.typesIn(world.discord.channel);
      await world.matrix.waitForTypists(shown);
      expect(world.discord.channel.typing).toEqual(['bob']);
      await bob.says('there it is');
      await world.matrix.waitForTypists();
      expect(world.discord.channel.typing).toEqual([]);
    });

    test('of Carol is seen on Discord, and not by herself; nobody is told in the games', async () => {
      await on();
      await world.matrix.types();
      await botTypes();
      await theEnd();
      expect(world.matrix.typists()).toEqual([]);
      expect(alpha.chat.all).toHaveLength(2);
    });

    test('is nothing to anybody where it is off', async () => {
      await world.bridge();
      await bobIsKnown();
      await world.matrix.types();
      bob.member.typesIn(world.discord.channel);
      await theEnd();
      expect(world.matrix.typists()).toEqual([]);
      expect(world.discord.channel.typing).toEqual([]);
      expect(world.typingRequests()).toBe(0);
    });

    test('is not seen of who wants privacy, and not while the channel is paused', async () => {
      const bridge = await on();
      await bobIsKnown();
      await bridge.control?.pause({ channel: 'main' }, admin);
      bob.member.typesIn(world.discord.channel);
      await world.matrix.types();
      await world.matrix.says('!privacy on');
      await world.matrix.waitFor('Your privacy is on');
      await bridge.control?.resume({ channel: 'main' }, admin);
      await world.matrix.types(0);
      await world.matrix.types();
      await world.matrix.types(0);
      await world.matrix.says('!privacy off');
      await world.matrix.waitFor('Your privacy is off');
      await theEnd();
      expect(world.typingRequests()).toBe(0);
      expect(world.matrix.typists()).toEqual([]);
    });

    test('makes few requests, however much it is', async () => {
      await on();
      const shown = await bobIsKnown();
      const begin = Date.now();
      for (let n = 0; n < 30; n++) {
        bob.member.typesIn(world.discord.channel);
        await world.matrix.types();
        await world.matrix.types(0);
      }
      await world.matrix.waitForTypists(shown);
      await botTypes();
      await theEnd();
      // One in eight seconds.
      expect(world.typingRequests()).toBeLessThanOrEqual(1 + Math.ceil((Date.now() - begin) / 8_000));
    });
  });
}
