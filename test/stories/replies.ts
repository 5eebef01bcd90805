/** Stories of answers: whoever reads one sees what it answers, and gets there where that stands in the same place. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { DiscordChannel } from '../doubles/discord/index.ts';
import type { GameServer } from '../support/game-server.ts';
import type { DiscordPerson } from './discord-place.ts';
import { type OpenSite, World } from './world.ts';

/**
 * Tells the stories.
 * @param openSite gives the broker and the homeserver that they happen on
 */
export function replyStories(openSite: OpenSite): void {
  describe('answers', () => {
    let world: World;
    let alpha: GameServer;
    let bob: DiscordPerson;
    let channel: DiscordChannel;
    beforeEach(async () => {
      world = await World.open(openSite);
      alpha = await world.game('alpha');
      bob = await world.discord.member('Bob');
      channel = world.discord.channel;
    });
    afterEach(() => world.close());

    /** What Carol says in answer to a message. */
    const answering = (event_id: string, body: string) => ({
      msgtype: 'm.text',
      body,
      'm.relates_to': { 'm.in_reply_to': { event_id } },
    });
    const linkTo = (message: { readonly id: string }, where = channel) =>
      `https://discord.com/channels/${where.state.guild.id}/${where.id}/${message.id}`;
    const shown = (words: string, where = channel) => where.waitFor(({ content, isApp }) => isApp && content.includes(words));

    test('Matrix to Discord: a link to what the member said, whom nobody pings', async () => {
      await world.bridge();
      const question = bob.member.says(channel, 'where is the **key**?');
      const there = await world.matrix.waitFor('where is');
      await world.matrix.says(answering(there.id, 'in the box'));
      const answer = await shown('in the box');
      expect(answer.content).toBe(`> [**Bob (Discord)**](${linkTo(question)}): where is the key?\nin the box`);
      expect(answer.pings).toEqual({ everyone: false, users: [], roles: [] });
      await alpha.chat.waitFor((line) => line === 'Carol@bridge: (re Bob (Discord): where is the key?) in the box');
    });

    test('Discord to Matrix: a native one to what Carol said, who is pinged', async () => {
      await world.bridge();
      const id = await world.matrix.says('where is the key?');
      bob.member.says(channel, 'in the box', { replyTo: await shown('where is') });
      const answer = await world.matrix.waitFor('in the box');
      expect(answer.body).toBe('Bob (Discord): in the box');
      expect(answer.content).toMatchObject({
        'm.relates_to': { 'm.in_reply_to': { event_id: id } },
        'm.mentions': { user_ids: [world.matrix.userId] },
      });
    });

    test('to what a player said: a native one in Matrix that pings nobody, a link in another channel of Discord', async () => {
      const lobby = world.discord.addChannel('lobby');
      const rooms = { discord: [channel.id, lobby.id], matrix: world.matrix.roomId };
      await world.bridge({ channels: [{ name: 'main', rooms }] });
      await (await alpha.join('Alice')).says('who has the key?');
      const [here, there] = [await shown('who has'), await shown('who has', lobby)];
      const inMatrix = await world.matrix.waitFor('who has');
      bob.member.says(channel, 'I have', { replyTo: here });
      const answer = await world.matrix.waitFor('I have');
      expect(answer.content).toMatchObject({ 'm.relates_to': { 'm.in_reply_to': { event_id: inMatrix.id } }, 'm.mentions': {} });
      expect((await shown('I have', lobby)).content).toBe(
        `> [**Alice \\[alpha\\]**](${linkTo(there, lobby)}): who has the key?\nI have`,
      );
      await alpha.chat.waitFor((line) => line === 'Bob@bridge: (re Alice [alpha]: who has the key?) I have');
      // Back, through the copy of the answer: each place knows the same answer by another name.
      bob.member.says(lobby, 'who is "I"?', { replyTo: await shown('I have', lobby) });
      const mine = channel.messages.find(({ content }) => content === 'I have');
      const back = await shown('who is');
      expect(back.content).toContain(`](${linkTo(mine ?? { id: '' })}): I have\nwho is "I"?`);
    });

    test('an answer to any part of a long message leads to its beginning, and an edit keeps what it answers', async () => {
      await world.bridge();
      const words = Array.from({ length: 1_500 }, (_, n) => `word${n}`).join(' ');
      await (await alpha.join('Alice')).says(words);
      const last = await shown('word1499');
      const [first] = channel.messages;
      const whole = await world.matrix.waitFor('word1499');
      bob.member.says(channel, 'that is long', { replyTo: last });
      const answer = await world.matrix.waitFor('that is long');
      expect(answer.content).toMatchObject({ 'm.relates_to': { 'm.in_reply_to': { event_id: whole.id } } });
      const id = await world.matrix.says(answering(whole.id, 'reel long'));
      const link = linkTo(first ?? { id: '' });
      expect((await shown('reel long')).content).toContain(link);
      await world.matrix.says({
        msgtype: 'm.text',
        body: '* real long',
        'm.new_content': { msgtype: 'm.text', body: 'real long' },
        'm.relates_to': { rel_type: 'm.replace', event_id: id },
      });
      expect((await shown('real long')).content).toMatch(/^> \[\*\*Alice \(alpha\)\*\*\].*\nreal long$/);
      expect((await shown('real long')).content).toContain(link);
    });

    test('what is answered is found by the next process as well', async () => {
      const bridge = await world.bridge();
      const question = bob.member.says(channel, 'where is the key?');
      const there = await world.matrix.waitFor('where is');
      const mine = await world.matrix.says('and the box?');
      const here = await shown('and the box');
      await bridge.stop();
      await world.bridge();
      await world.matrix.says(answering(there.id, 'gone'));
      expect((await shown('gone')).content).toContain(linkTo(question));
      bob.member.says(channel, 'gone too', { replyTo: here });
      const answer = await world.matrix.waitFor('gone too');
      expect(answer.content).toMatchObject({ 'm.relates_to': { 'm.in_reply_to': { event_id: mine } } });
    });

    test('what is not there is quoted in words', async () => {
      const before = bob.member.says(channel, 'said before the bridge came');
      await world.bridge();
      bob.member.says(channel, 'I said that', { replyTo: before });
      const answer = await world.matrix.waitFor('I said that');
      expect(answer.html).toBe(
        '<blockquote><strong>Bob</strong>: said before the bridge came</blockquote><strong>Bob</strong> (Discord): I said that',
      );
      expect(answer.content['m.relates_to']).toBeUndefined();
    });
  });
}
