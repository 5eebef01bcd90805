/** Stories of whispers that do not arrive, or should do no harm. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { GameServer, Player } from '../support/game-server.ts';
import { hears, numberOf, openScene, spokenOnDiscord, whispersTo } from './whispering.ts';
import type { OpenSite, World } from './world.ts';

export function whisperRefusalStories(openSite: OpenSite): void {
  describe('a whisper', () => {
    let world: World;
    let alpha: GameServer;
    let gordon: Player;
    beforeEach(async () => {
      ({ world, alpha, gordon } = await openScene(openSite));
    });
    afterEach(() => world.close());

    const speaker = (name: string) => spokenOnDiscord(world, alpha, name);
    const to = (name: string) => numberOf(alpha, name);

    test('to somebody who takes no direct messages, and to nobody, is told to the player', async () => {
      await world.bridge();
      const alice = await speaker('Alice');
      const number = to('Alice');
      alice.member.closesDirectMessages();
      await gordon.whispers('bridge', number, 'hello?');
      await hears(alpha, gordon, 'Bridge: Your whisper did not arrive: Alice takes no direct messages.');
      await gordon.whispers('bridge', 4711, 'anybody?');
      const nobody = 'Bridge: Your whisper did not arrive: they are not here any more.';
      await alpha.packets.waitFor(() => whispersTo(alpha, gordon).includes(nobody));
      await alice.leaves();
      await alpha.presence.waitFor((change) => change === '-Alice@bridge');
      await gordon.whispers('bridge', number, 'still there?');
      await alpha.packets.waitFor(() => whispersTo(alpha, gordon).filter((text) => text === nobody).length === 2);
      // What the bridge says is answered by nobody.
      await gordon.whispers('bridge', to('Bridge'), 'thanks');
      await gordon.whispers('bridge', 4711, 'the end');
      await alpha.packets.waitFor(() => whispersTo(alpha, gordon).length === 4);
      expect(alice.direct.heard).toEqual([]);
    });

    test('to a player who left is told to whoever wrote it; whoever has their number now gets nothing', async () => {
      await world.bridge();
      const beta = await world.game('beta');
      const alice = await speaker('Alice');
      const eli = await beta.join('Eli', { steamid64: '76561197960287930' });
      for (const [game, player] of [
        [alpha, gordon],
        [beta, eli],
      ] as const)
        await player.whispers('bridge', numberOf(game, 'Alice'), `I am on ${game.id}`);
      const [ofGordon, ofEli] = await Promise.all([alice.direct.waitFor('on alpha'), alice.direct.waitFor('on beta')]);
      await gordon.leaves();
      const other = { id: gordon.id, cmd: 'add', name: 'Gordon', first_seen: 17, burst: false };
      await alpha.publish('m/alpha/bridge/user', JSON.stringify(other));
      await gordon.says('I have this number now');
      await world.discord.waitFor('I have this number now');
      alice.direct.says('are you there?', { replyTo: ofGordon });
      await alice.direct.waitFor('Your whisper did not arrive: Gordon on alpha is not there any more.');
      expect(whispersTo(alpha, gordon)).toEqual([]);
      // Who has a SteamID is found wherever they play.
      await eli.leaves();
      const again = await alpha.join('Eli again', { steamid64: '76561197960287930' });
      await again.says('here I am');
      await world.discord.waitFor('here I am');
      alice.direct.says('there you are', { replyTo: ofEli });
      await hears(alpha, again, 'Alice: there you are');
      await beta.stop();
    });

    test('of somebody who is blocked never arrives, and they are told no more than that', async () => {
      await world.bridge();
      const alice = await speaker('Alice');
      const number = to('Alice');
      await gordon.whispers('bridge', number, 'buy my hat');
      await alice.direct.waitFor('buy my hat');
      expect((await alice.member.types(world.discord.channel, 'block', 'player', { player: 'gor' }))[0]?.name).toBe(
        'Gordon (alpha)',
      );
      const blocked = await alice.member.runs(world.discord.channel, 'block', { player: 'Gordon' }).answer();
      expect(blocked).toBe("Gordon on alpha can't whisper to you any more. unblock lets them again.");
      await gordon.whispers('bridge', number, 'buy it');
      await hears(alpha, gordon, 'Bridge: Your whisper did not arrive: Alice does not take messages from you.');
      alice.direct.says('and do not come back');
      await alice.direct.waitFor('You block Gordon on alpha, who could not answer');
      await alice.member.runs(world.discord.channel, 'unblock', { player: 'Gordon' }).answer();
      await gordon.whispers('bridge', number, 'sorry');
      await alice.direct.waitFor('sorry');
      expect(alice.direct.heard.join()).not.toContain('buy it');
    });

    test('of somebody whom a player blocks never arrives, on whatever server they play, until they lift that', async () => {
      const first = await world.bridge();
      const beta = await world.game('beta');
      const alice = await speaker('Alice');
      const steam = { steamid64: '76561197960287930' };
      const eli = await alpha.join('Eli', steam);
      await eli.whispers('bridge', to('Alice'), 'hello');
      await alice.direct.waitFor('hello');
      await eli.whispers('bridge', to('Alice'), '!block');
      const blocked = "Bridge: Alice can't whisper to you any more. Whisper !unblock to them to let them again.";
      await hears(alpha, eli, blocked);
      alice.direct.says('buy my hat');
      await alice.direct.waitFor('Your whisper did not arrive: Eli on alpha does not take messages from you.');
      await eli.whispers('bridge', to('Alice'), 'why?');
      await hears(alpha, eli, blocked, 'Bridge: You block Alice, who could not answer. Whisper !unblock to them first.');
      await eli.leaves();
      await first.stop();

      await world.bridge();
      const again = await beta.join('Eli', steam);
      await again.says('moved');
      await world.discord.waitFor('moved');
      await alice.says('so did I');
      await beta.chat.waitFor((line) => line === 'Alice@bridge: so did I');
      const whispers = () => alice.member.runs(world.discord.channel, 'pm', { player: 'Eli', text: 'a hat?' }).answer();
      expect(await whispers()).toContain('Eli on beta does not take messages from you');
      await again.whispers('bridge', numberOf(beta, 'Alice'), '!block Bob');
      const unclear = 'Bridge: Nothing was done: whisper !block, and nothing else, to whoever it is about.';
      await hears(beta, again, unclear);
      await again.whispers('bridge', numberOf(beta, 'Alice'), ' /Unblock ');
      const lifted = 'Bridge: Alice can whisper to you again.';
      await hears(beta, again, unclear, lifted);
      await whispers();
      await hears(beta, again, unclear, lifted, 'Alice: a hat?');
      expect(alice.direct.heard.join()).not.toMatch(/!block|unblock|why/i);
      // Nothing tells tomorrow who Gordon is.
      await gordon.whispers('bridge', to('Alice'), '!block');
      const unknown = "without a SteamID from your server, nobody knows you again, and a block can't be kept.";
      await hears(alpha, gordon, `Bridge: Nothing was done: ${unknown}`);
      await beta.stop();
    });

    test('of somebody with a hostile name or text harms nobody, and a long one comes in parts', async () => {
      await world.bridge();
      const alice = await speaker('Alice');
      const name = '\u202e**@everyone**\n<@&1> `x` '.repeat(40);
      const mallory = await alpha.join(name);
      await mallory.whispers('bridge', to('Alice'), `@here ${'<@1> '.repeat(700)}the end`);
      await alice.direct.waitFor('the end', 8_000);
      const { messages } = alice.direct;
      expect(messages.length).toBeGreaterThan(1);
      for (const { pings, content } of messages) {
        expect(pings).toEqual({ everyone: false, users: [], roles: [] });
        expect(content.length).toBeLessThanOrEqual(2_000);
      }
      expect(messages[0]?.content.split(':')[0]).not.toMatch(/\u202e|\n/);
      alice.direct.says('line\nbreak '.repeat(200));
      await alpha.packets.waitFor(() => whispersTo(alpha, mallory).length === 1);
      expect(whispersTo(alpha, mallory)[0]).toMatch(/^Alice: line \/ break line .* more lines\)$/);
    });

    test('of somebody whom their server does not name is shown, and can not be answered', async () => {
      await world.bridge();
      const alice = await speaker('Alice');
      await alpha.publish(`m/alpha/bridge/pm/alpha/${to('Alice')}`, JSON.stringify({ say: 'guess who' }));
      expect((await alice.direct.waitFor('guess who')).content).toContain('**Somebody** (alpha): guess who');
      alice.direct.says('who?');
      await alice.direct.waitFor('That was sent to nobody: alpha does not tell who whispered to you.');
    });

    test('too many of one player are too many, which they are told once', async () => {
      // Ten times as many after a connect, since they may have waited for it.
      await world.bridge({ flood: { user_per_minute: 1 } });
      const alice = await speaker('Alice');
      const number = to('Alice');
      for (let n = 1; n <= 14; n++) await gordon.whispers('bridge', number, `number ${n}.`);
      await alpha.packets.waitFor(() => whispersTo(alpha, gordon).some((text) => text.includes('too much at once')));
      await alice.direct.waitFor('number 10.');
      expect(alice.direct.heard).toHaveLength(10);
      expect(whispersTo(alpha, gordon)).toHaveLength(1);
    });
  });
}
