/** Stories of what is edited before everybody has read it. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { GameServer } from '../support/game-server.ts';
import { type OpenSite, World } from './world.ts';

const edit = (event_id: string, body: string) => ({
  msgtype: 'm.text',
  body: `* ${body}`,
  'm.new_content': { msgtype: 'm.text', body },
  'm.relates_to': { rel_type: 'm.replace', event_id },
});

/**
 * Tells the stories.
 * @param openSite gives the broker and the homeserver that they happen on
 */
export function editStories(openSite: OpenSite): void {
  describe('edits of what waits', () => {
    let world: World;
    let alpha: GameServer;
    beforeEach(async () => {
      world = await World.open(openSite);
      alpha = await world.game('alpha');
    });
    afterEach(() => world.close());

    test.each([false, true])(
      'while Discord is down, which then shows each message once; bridge restarted: %s',
      async (isRestarted) => {
        const bridge = await world.bridge();
        await world.matrix.says('before');
        await world.discord.waitFor('before');
        world.discordFails();
        await world.matrix.says('this one fails');
        const id = await world.matrix.says('meet at teh gaet');
        const other = await world.matrix.says('bring teh key');
        await alpha.chat.waitFor((line) => line === 'Carol@bridge: bring teh key');
        await world.matrix.says(edit(id, 'meet at the gaet'));
        await world.matrix.says(edit(other, 'bring the key'));
        await world.matrix.says(edit(id, 'meet at the gate'));
        // Those who have read it already are told.
        await alpha.chat.waitFor((line) => line === 'Carol@bridge: * meet at the gate');
        if (isRestarted) await bridge.stop();
        world.discordRecovers();
        if (isRestarted) await world.bridge();
        await world.matrix.says('after');
        await world.discord.waitFor('after', 20_000);
        expect(world.discord.heard()).toEqual(['before', 'this one fails', 'meet at the gate', 'bring the key', 'after']);
        expect(world.discord.channel.messages.filter(({ edited }) => edited)).toEqual([]);
      },
    );

    test('while the game servers are away, whose players then read one line', async () => {
      const bridge = await world.bridge();
      const bob = await world.discord.member('Bob');
      await world.site.broker.stop?.();
      await world.bridgeIsDown(bridge);
      const said = bob.member.says(world.discord.channel, 'meet at teh gate');
      const gone = bob.member.says(world.discord.channel, 'oops');
      await world.matrix.waitFor('oops');
      bob.member.edits(said, 'meet at the gate');
      bob.member.deletes(gone);
      await world.matrix.waitFor('meet at the gate');
      await world.site.broker.start?.();
      await bob.says('after');
      await alpha.chat.waitFor((line) => line === 'Bob@bridge: after', 20_000);
      expect(alpha.chat.all).toEqual(['meet at the gate', 'after'].map((line) => `Bob@bridge: ${line}`));
    });
  });
}
