/** Stories of whispers: what somebody says to one person only, and what that person does with it. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { GameServer, Player } from '../support/game-server.ts';
import { type OpenSite, World } from './world.ts';

/** The number by which players know a platform's user. */
export function numberOf(game: GameServer, name: string, server = 'bridge'): number {
  const found = [...(game.users.get(server)?.values() ?? [])].find((user) => user.name === name);
  if (!found) throw new Error(`${game.id} knows no ${name} on ${server}`);
  return found.id;
}

/** What a game server is whispered for one of its players, as `from to text`. */
export async function whisperTo(game: GameServer, player: Player, words: string, timeout?: number): Promise<string> {
  const isIt = new RegExp(`/pm/\\d+/${player.id} `);
  return game.packets.waitFor((packet) => isIt.test(packet) && packet.includes(words), timeout);
}

export function whisperStories(openSite: OpenSite): void {
  describe('a whisper', () => {
    let world: World;
    let alpha: GameServer;
    let gordon: Player;
    beforeEach(async () => {
      world = await World.open(openSite);
      alpha = await world.game('alpha');
      gordon = await alpha.join('Gordon');
      await world.bridge();
    });
    afterEach(() => world.close());

    /** Somebody on Discord who spoke, so that players can see them. */
    async function speaker(name: string) {
      const person = await world.discord.member(name);
      await person.says(`hello from ${name}`);
      await alpha.chat.waitFor((line) => line === `${name}@bridge: hello from ${name}`);
      return person;
    }

    test('of a player reaches somebody on Discord as a direct message, and nobody else; the answer goes back', async () => {
      const alice = await speaker('Alice');
      await gordon.whispers('bridge', numberOf(alpha, 'Alice'), 'psst *secret* @everyone');
      const shown = await alice.direct.waitFor('secret');
      expect(shown.content).toBe(
        '**Gordon** (alpha): psst \\*secret\\* @\u200beveryone\n*Answer by the reply function, or just here. /block keeps them from writing to you.*',
      );
      expect(shown.pings).toEqual({ everyone: false, users: [], roles: [] });
      alice.direct.says('I hear *you*');
      expect(await whisperTo(alpha, gordon, 'I hear you')).toContain(`pm/${numberOf(alpha, 'Alice')}/${gordon.id} `);
      await gordon.whispers('bridge', numberOf(alpha, 'Alice'), 'good');
      expect((await alice.direct.waitFor('good')).content).toBe('**Gordon** (alpha): good');
      expect([...world.discord.heard(), ...world.matrix.heard(), ...alpha.chat.all].join()).not.toContain('secret');
      expect(world.lines.join()).not.toContain('secret');
    });
  });
}
