/** Stories of reactions: they stand where the message stands, once for all who share them, and go with the last of these. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { DiscordChannel } from '../doubles/discord/index.ts';
import type { GameServer } from '../support/game-server.ts';
import type { DiscordPerson } from './discord-place.ts';
import { type OpenSite, World } from './world.ts';

/**
 * Tells the stories.
 * @param openSite gives the broker and the homeserver that they happen on
 */
export function reactionStories(openSite: OpenSite): void {
  describe('reactions', () => {
    let world: World;
    let alpha: GameServer;
    let bob: DiscordPerson;
    let dave: DiscordPerson;
    let channel: DiscordChannel;
    beforeEach(async () => {
      world = await World.open(openSite);
      alpha = await world.game('alpha');
      bob = await world.discord.member('Bob');
      dave = await world.discord.member('Dave');
      channel = world.discord.channel;
    });
    afterEach(() => world.close());

    const shown = (words: string) => channel.waitFor(({ content, isApp }) => isApp && content.includes(words));
    /** Waits until a message of the channel has exactly these reactions. */
    const reactionsTo = async (message: { readonly id: string }, ...reactions: string[]) => {
      const are = () => channel.messages.find(({ id }) => id === message.id)?.reactions;
      await channel.waitUntil(() => JSON.stringify(are()) === JSON.stringify(reactions)).catch(() => {});
      expect(are()).toEqual(reactions);
    };

    test('to what a player said stand in all rooms, and are told in the game', async () => {
      await world.bridge();
      await (await alpha.join('Alice')).says('I found the key');
      const here = await shown('the key');
      const there = await world.matrix.waitFor('the key');
      bob.member.reacts(here, '👍');
      await world.matrix.waitForReactions(there.id, '👍️');
      await alpha.chat.waitFor((line) => line === 'Bob@bridge: * reacted with 👍 to “I found the key”');
      await world.matrix.reacts(there.id, '🎉');
      await reactionsTo(here, '👍 Bob', '🎉 bot-1');
      await alpha.chat.waitFor((line) => line === 'Carol@bridge: * reacted with 🎉 to “I found the key”');
      // Whatever would still loop comes before this.
      await bob.says('the end');
      await alpha.chat.waitFor((line) => line.endsWith('the end'));
      await world.matrix.waitFor('the end');
      expect(alpha.chat.all).toHaveLength(3);
      expect(world.discord.heard()).toEqual(['I found the key']);
      expect(world.matrix.heard()).toHaveLength(2);
    });

    test('stand once for all who share them, and go with the last one who takes theirs back', async () => {
      await world.bridge();
      const mine = await world.matrix.says('shall we play?');
      const here = await shown('shall we');
      bob.member.reacts(here, '👍');
      dave.member.reacts(here, '👍');
      await world.matrix.waitForReactions(mine, '👍️');
      bob.member.unreacts(here, '👍');
      dave.member.reacts(here, '🎉');
      await world.matrix.waitForReactions(mine, '👍️', '🎉');
      dave.member.unreacts(here, '👍');
      await world.matrix.waitForReactions(mine, '🎉');
      dave.member.clearsReactions(here);
      await world.matrix.waitForReactions(mine);
      bob.member.reacts(here, '👍');
      await world.matrix.waitForReactions(mine, '👍️');
      expect(alpha.chat.all).toEqual(['Carol@bridge: shall we play?']);
    });

    test('of Carol stand at the very message of the member, and she takes hers back', async () => {
      await world.bridge();
      const question = bob.member.says(channel, 'shall we play?');
      const there = await world.matrix.waitFor('shall we');
      const reaction = await world.matrix.reacts(there.id, '👍️');
      await reactionsTo(question, '👍 bot-1');
      await world.matrix.takesBack(reaction);
      await reactionsTo(question);
      await world.matrix.reacts(there.id, '👍');
      await reactionsTo(question, '👍 bot-1');
    });

    test('that a platform does not have are told in words there, and the words go with them', async () => {
      await world.bridge();
      const question = bob.member.says(channel, 'shall we play?');
      const there = await world.matrix.waitFor('shall we');
      const wave = world.discord.addEmoji('wave');
      bob.member.reacts(question, wave);
      await world.matrix.waitForReactions(there.id, ':wave:');
      const reaction = await world.matrix.reacts(there.id, 'LGTM @everyone');
      const note = await shown('LGTM');
      expect(note).toMatchObject({
        author: 'Carol [Matrix]',
        content: '*reacted with LGTM @\u200beveryone to “shall we play?”*',
        pings: { everyone: false },
      });
      await world.matrix.takesBack(reaction);
      await channel.waitUntil((messages) => messages.length === 1);
    });

    test('are told in words where that is wanted, and not at all where nobody wants them', async () => {
      await world.bridge({}, {}, { reactions: 'note' });
      const mine = await world.matrix.says('shall we play?');
      const here = await shown('shall we');
      bob.member.reacts(here, '👍');
      const note = await world.matrix.waitFor('reacted');
      expect(note).toMatchObject({ body: '* Bob (Discord) reacted with 👍 to “shall we play?”', mentions: {} });
      await world.matrix.reacts(mine, '🎉');
      expect((await shown('reacted')).content).toBe('*reacted with 🎉 to “shall we play?”*');
      await world.close();

      world = await World.open(openSite);
      channel = world.discord.channel;
      bob = await world.discord.member('Bob');
      alpha = await world.game('alpha');
      await world.bridge({ game_reactions: false }, {}, { reactions: 'none' });
      await (await alpha.join('Alice')).says('I found the key');
      const key = await shown('the key');
      bob.member.reacts(key, '👍');
      await world.matrix.reacts((await world.matrix.waitFor('the key')).id, '🎉');
      await bob.says('the end');
      await alpha.chat.waitFor((line) => line.endsWith('the end'));
      await world.matrix.waitFor('the end');
      expect(alpha.chat.all).toEqual(['Bob@bridge: the end']);
      await reactionsTo(key, '👍 Bob');
      expect(world.discord.heard()).toEqual(['I found the key']);
    });

    test('are taken away by the next process, also those that were taken back while there was none', async () => {
      const bridge = await world.bridge();
      const question = bob.member.says(channel, 'shall we play?');
      const there = await world.matrix.waitFor('shall we');
      const reaction = await world.matrix.reacts(there.id, '👍');
      const mine = await world.matrix.says('yes');
      const here = await shown('yes');
      bob.member.reacts(here, '🎉');
      await reactionsTo(question, '👍 bot-1');
      await world.matrix.waitForReactions(mine, '🎉');
      await bridge.stop();
      await world.matrix.takesBack(reaction);
      await world.bridge();
      await reactionsTo(question);
      bob.member.unreacts(here, '🎉');
      await world.matrix.waitForReactions(mine);
    });

    test('of members that come and go while the bridge is down are known afterwards, once', async () => {
      const first = await world.bridge();
      await (await alpha.join('Alice')).says('I found the key');
      const here = await shown('the key');
      const there = await world.matrix.waitFor('the key');
      bob.member.reacts(here, '👍');
      bob.member.reacts(here, '❤️');
      await world.matrix.waitForReactions(there.id, '👍️', '❤️');
      await first.stop();
      bob.member.unreacts(here, '👍');
      dave.member.reacts(here, '🎉');
      await world.bridge();
      await world.matrix.waitForReactions(there.id, '❤️', '🎉');
      await alpha.chat.waitFor((line) => line === 'Dave@bridge: * reacted with 🎉 to “I found the key”');
      await bob.says('the end');
      await alpha.chat.waitFor((line) => line.endsWith('the end'));
      expect(alpha.chat.all.filter((line) => line.includes('reacted'))).toHaveLength(3);
    });

    test('to what is not shown elsewhere are nothing to anybody', async () => {
      const before = bob.member.says(channel, 'said before the bridge came');
      const old = await world.matrix.says('here too');
      await world.bridge();
      bob.member.reacts(before, '👍');
      await world.matrix.reacts(old, '👍');
      await bob.says('the end');
      await world.matrix.says('the end, too');
      await world.matrix.waitFor('the end');
      await shown('the end, too');
      for (const line of ['Bob@bridge: the end', 'Carol@bridge: the end, too']) await alpha.chat.waitFor((said) => said === line);
      expect(alpha.chat.all).toHaveLength(2);
      expect(world.discord.heard()).toEqual(['the end, too']);
      expect(world.lines.filter((line) => /"level":[56]0/.test(line))).toEqual([]);
    });
  });
}
