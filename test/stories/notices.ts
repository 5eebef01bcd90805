/** Stories of game servers on which nobody says anything, and of what people in rooms are told of them. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { GameServer } from '../support/game-server.ts';
import { LeapClock } from '../support/leap-clock.ts';
import { type OpenSite, World } from './world.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/**
 * Tells the stories.
 * @param openSite gives the broker and the homeserver that they happen on
 */
export function noticeStories(openSite: OpenSite): void {
  describe('what happens on game servers', () => {
    let world: World;
    let clock: LeapClock;
    let alpha: GameServer;
    beforeEach(async () => {
      clock = new LeapClock();
      world = await World.open(openSite, clock);
      alpha = await world.game('alpha');
    });
    afterEach(async () => {
      // A broker that goes on keeps it.
      await alpha.stop();
      const janitor = await world.game('alpha');
      await janitor.publish('state/alpha/map', '', { retain: true });
      await world.close();
    });

    const names = (count: number) => Array.from({ length: count }, (_, n) => `Player${n + 1}`);

    /** Somebody new on a server speaks: the bridge has heard all that happened there before. */
    async function heard(game: GameServer): Promise<void> {
      const text = `mark ${Math.random()}`;
      const scribe = await game.join('Scribe', { connected_this_map: false });
      await scribe.says(text);
      await world.discord.waitFor(text);
      await world.matrix.waitFor(text);
    }

    /** Whatever people were told in Discord, but for what somebody said. */
    const told = () => world.discord.heard().filter((text) => !text.startsWith('mark'));

    /** A bridge that has been there for a while. */
    async function bridged(settings: Record<string, unknown> = {}): Promise<void> {
      await world.bridge(settings);
      await heard(alpha);
      await clock.leap(10 * MINUTE);
    }

    test('who is there when the bridge comes is no news; who joins and leaves then is', async () => {
      for (const name of names(30)) await alpha.join(name);
      await bridged();
      const gordon = await alpha.join('Gordon');
      await heard(alpha);
      await clock.leap(4 * SECOND);
      const joined = await world.discord.waitFor('Gordon');
      expect(joined).toMatchObject({ author: 'alpha', text: '-# → **Gordon** joined alpha' });
      const inMatrix = await world.matrix.waitFor('Gordon');
      expect(inMatrix).toMatchObject({
        msgtype: 'm.notice',
        body: '→ Gordon joined alpha',
        html: '→ <strong>Gordon</strong> joined alpha',
        mentions: {},
      });
      await clock.leap(MINUTE);
      await alpha.publish('m/alpha/bridge/user', JSON.stringify({ id: gordon.id, cmd: 'leave', reason: 'Kicked: spam' }));
      await heard(alpha);
      await clock.leap(15 * SECOND);
      await world.discord.waitFor('Kicked');
      expect(told()).toEqual(['-# → **Gordon** joined alpha', '-# ← **Gordon** left alpha (Kicked: spam)']);
    });

    test('twelve who join one by one are one line, and who reconnects meanwhile is none', async () => {
      await bridged();
      const [first] = await Promise.all(names(12).map((name) => alpha.join(name)));
      await first?.leaves();
      await alpha.join('Player1');
      await heard(alpha);
      await clock.leap(4 * SECOND);
      await world.discord.waitFor('12 players');
      await world.matrix.waitFor('12 players joined alpha (Player');
      await clock.leap(10 * MINUTE);
      expect(told()).toEqual([expect.stringMatching(/^-# → 12 players joined alpha \(\*\*Player\d+\*\*, .*, …\)$/)]);
    });

    test('a server that is gone for a moment is no news, nor are its players; a map that it changed meanwhile is', async () => {
      await bridged();
      const beta = await world.game('beta');
      await heard(beta);
      await clock.leap(MINUTE);
      await world.discord.waitFor('beta is online');
      const before = await Promise.all(names(5).map((name) => alpha.join(name)));
      await alpha.publish('state/alpha/map', 'gm_flatgrass', { retain: true });
      await heard(alpha);
      await clock.leap(MINUTE);

      await Promise.all(before.map((player) => player.leaves()));
      await alpha.stop();
      await heard(beta);
      await clock.leap(20 * SECOND);
      alpha = await world.game('alpha');
      await alpha.publish('state/alpha/map', 'gm_construct', { retain: true });
      for (const name of names(4)) await alpha.join(name, { connected_this_map: false });
      await alpha.join('Player5');
      await heard(alpha);
      await clock.leap(10 * MINUTE);
      await world.discord.waitFor('gm\\_construct');
      expect(told().slice(1)).toEqual([
        expect.stringContaining('5 players joined alpha'),
        '-# ↻ alpha changed the map to gm\\_construct (6 players)',
      ]);
    });

    test('a server goes for good, and comes', async () => {
      await bridged();
      const beta = await world.game('beta');
      await heard(beta);
      await clock.leap(6 * SECOND);
      await world.discord.waitFor('-# ▲ beta is online (1 player)');
      await alpha.stop();
      await heard(beta);
      // Real time passes as well, and a real homeserver takes some.
      await clock.leap(15 * SECOND);
      await heard(beta);
      expect(told()).toEqual(['-# ▲ beta is online (1 player)']);
      await clock.leap(15 * SECOND);
      expect((await world.discord.waitFor('-# ▼ alpha is offline')).author).toBe('alpha');
      await world.matrix.waitFor('▼ alpha is offline');
    });

    test('what happens while the bridge is away, whether the broker keeps it or not, is no news when it is back', async () => {
      await alpha.publish('state/alpha/map', 'gm_flatgrass', { retain: true });
      const gordon = await alpha.join('Gordon');
      const bridge = await world.bridge();
      await heard(alpha);
      await clock.leap(10 * MINUTE);
      await bridge.leave();
      for (const name of names(20)) await alpha.join(name);
      await gordon.leaves();
      await alpha.publish('state/alpha/map', 'gm_construct', { retain: true });
      const beta = await world.game('beta');
      await world.bridge();
      await heard(alpha);
      await heard(beta);
      await clock.leap(10 * MINUTE);
      await alpha.join('Alyx');
      await heard(alpha);
      await clock.leap(4 * SECOND);
      await world.discord.waitFor('Alyx');
      expect(told()).toEqual(['-# → **Alyx** joined alpha']);
    });

    test('a channel is told what it wants to know', async () => {
      const { channelId } = world.discord;
      const rooms = { discord: channelId, matrix: world.matrix.roomId };
      await bridged({ channels: [{ name: 'main', rooms, notices: ['maps'] }] });
      await alpha.publish('state/alpha/map', 'gm_flatgrass', { retain: true });
      await alpha.publish('state/alpha/map', 'gm_construct', { retain: true });
      await heard(alpha);
      await clock.leap(MINUTE);
      await world.discord.waitFor('gm\\_construct');
      await alpha.join('Gordon');
      await heard(alpha);
      await alpha.stop();
      await clock.leap(10 * MINUTE);
      const beta = await world.game('beta');
      await heard(beta);
      expect(told()).toEqual(['-# ↻ alpha changed the map to gm\\_construct (2 players)']);
    });

    test('nobody is pinged, and nothing in a name is markup or an address', async () => {
      await bridged();
      await alpha.join('@everyone <@1> **x**\n-# evil.example');
      await heard(alpha);
      await clock.leap(4 * SECOND);
      const { text, pings } = await world.discord.waitFor('joined alpha');
      expect(pings).toEqual({ everyone: false, users: [], roles: [] });
      expect(text).toBe('-# → **@\u200beveryone \\<@\u200b1> \\*\\*x\\*\\* -# evil.\u2060example** joined alpha');
      expect((await world.matrix.waitFor('joined alpha')).mentions).toEqual({});
    });

    test('each room is told once, by whichever virtual server it speaks on, and of neither of these', async () => {
      await world.bridge({}, { discord: 'bridge', matrix: 'beta' });
      await heard(alpha);
      await clock.leap(10 * MINUTE);
      await (await world.discord.member('Bob')).says('hello');
      await world.matrix.waitFor('hello');
      await alpha.join('Gordon');
      await heard(alpha);
      await clock.leap(10 * MINUTE);
      await world.discord.waitFor('Gordon');
      await world.matrix.waitFor('Gordon');
      await heard(alpha);
      expect(told()).toEqual(['-# → **Gordon** joined alpha']);
      const isTold = (body: string) => /^[→←▲▼↻]/.test(body);
      expect(world.matrix.heard().filter(isTold)).toEqual(['→ Gordon joined alpha']);
    });
  });
}

/** What a broker that goes away does not tell, told where one can be stopped. */
export function noticeBrokerStories(openSite: OpenSite): void {
  test('the broker goes away and comes back, and everybody with it: that is no news', async () => {
    const clock = new LeapClock();
    const world = await World.open(openSite, clock);
    try {
      const alpha = await world.game('alpha');
      for (let n = 0; n < 5; n++) await alpha.join(`Player${n}`);
      const bridge = await world.bridge();
      await clock.leap(MINUTE);
      await world.site.broker.stop?.();
      await world.bridgeIsDown(bridge);
      await world.site.broker.start?.();
      await bridge.ready(AbortSignal.timeout(20_000));
      await alpha.presence.waitFor((change) => change === 'online bridge');
      await (await alpha.join('Late')).says('hello');
      await world.discord.waitFor('hello');
      await clock.leap(10 * MINUTE);
      await (await alpha.join('Gordon')).says('hello again');
      await world.discord.waitFor('hello again');
      await clock.leap(4 * SECOND);
      await world.discord.waitFor('Gordon');
      expect(world.discord.heard()).toEqual(['hello', 'hello again', '-# → **Gordon** joined alpha']);
    } finally {
      await world.close();
    }
  });
}
