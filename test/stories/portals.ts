/** Stories of rooms for one game server each, told where the bridge is an appservice. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type OpenSite, World } from './world.ts';

export function portalStories(openSite: OpenSite): void {
  describe('the alias of a game server', () => {
    let world: World;
    beforeEach(async () => {
      world = await World.open(openSite);
    });
    afterEach(() => world.close());

    test('leads to a room for that server and no other, also after a restart', async () => {
      const alpha = await world.game('alpha');
      const beta = await world.game('beta');
      const alice = await alpha.join('Alice');
      const eve = await beta.join('Eve');
      const bridge = await world.bridge();
      const room = await world.matrix.joins(world.aliasOf('alpha'));
      expect(await world.matrix.joins(world.aliasOf('alpha'))).toBe(room);
      await eve.says('from beta');
      await alice.says('from alpha');
      expect((await world.matrix.waitForIn(room, 'from alpha')).body).toBe('Alice (alpha): from alpha');
      await world.matrix.saysIn(room, 'to alpha');
      await alpha.chat.waitFor((line) => line === 'Carol@bridge: to alpha');
      expect(beta.chat.all).not.toContain('Carol@bridge: to alpha');
      await bridge.stop();
      await world.bridge();
      await eve.says('from beta again');
      await alice.says('from alpha again');
      await world.matrix.waitForIn(room, 'from alpha again');
      expect(world.matrix.heardIn(room).filter((body) => body.includes('beta'))).toEqual([]);
    });

    test('leads to a room for people of the homeserver of the bridge alone', async () => {
      await world.game('alpha');
      await world.bridge();
      const alias = world.aliasOf('alpha');
      const room = await world.matrix.joins(alias);
      const { carol } = world.matrix;
      const allow = [alias.slice(alias.indexOf(':') + 1)];
      expect(await carol.stateOf(room, 'm.room.server_acl')).toEqual({ allow, deny: [], allow_ip_literals: false });
      expect(await carol.stateOf(room, 'm.room.create')).toMatchObject({ 'm.federate': false });
    });

    test('and the players can be looked up', async () => {
      const alpha = await world.game('alpha');
      const alice = await alpha.join('Alice');
      await world.bridge();
      await alice.says('here I am');
      const { sender } = await world.matrix.waitFor('here I am');
      const { carol } = world.matrix;
      const place = { alias: world.aliasOf('alpha'), protocol: 'crosschat', fields: { server: 'alpha' } };
      expect(await carol.looksUp('location/crosschat?server=alpha')).toEqual([place]);
      const player = { userid: sender, protocol: 'crosschat', fields: { server: 'alpha', player: 'Alice' } };
      expect(await carol.looksUp('user/crosschat?server=alpha&player=alice')).toEqual([player]);
      expect(await carol.looksUp('user/crosschat?player=nobody')).toEqual([]);
      expect(await carol.looksUp('protocol/crosschat')).toMatchObject({ user_fields: ['server', 'player'] });
    });
  });
}
