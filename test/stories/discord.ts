/** Stories of what a member of a Discord guild can send, and what becomes of it in a game and in Matrix. */
import { MessageType } from 'discord.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { GameServer } from '../support/game-server.ts';
import type { DiscordPerson } from './discord-place.ts';
import { type OpenSite, World } from './world.ts';

const content = new TextEncoder().encode('a file');
const cat = { filename: 'cat.png', contentType: 'image/png', content, description: 'a sleeping cat' };
const voice = { filename: 'voice-message.ogg', contentType: 'audio/ogg', content, seconds: 65 };
const wave = { id: '749054660769218631', name: 'Wave', format_type: 1 };
const poll = { question: 'Which map?', answers: ['dust', 'nuke'] };

export function discordStories(openSite: OpenSite): void {
  describe('what a Discord member sends', () => {
    let world: World;
    let alpha: GameServer;
    let bob: DiscordPerson;
    beforeEach(async () => {
      world = await World.open(openSite);
      alpha = await world.game('alpha');
      await world.bridge();
      bob = await world.discord.member('Bob');
    });
    afterEach(() => world.close());

    test('a paste does not fill the game, and is whole in Matrix', async () => {
      const lines = Array.from({ length: 60 }, (_, n) => `line ${n} of a long log file`);
      await bob.says(lines.join('\n'));
      const line = await alpha.chat.waitFor((said) => said.includes('line 7'));
      expect(line).toMatch(/line 7 of a long log file… \(1,350 more characters on 52 more lines\)$/);
      const { body } = await world.matrix.waitFor('line 59');
      expect(body).toBe(`Bob (Discord): ${lines.join('\n')}`);
      await bob.says('word '.repeat(399));
      await bob.says('the end');
      await alpha.chat.waitFor((said) => said === 'Bob@bridge: the end');
      expect(alpha.chat.all).toHaveLength(1 + 2 + 1);
      expect(alpha.chat.all[2]).toMatch(/ word… \(1,095 more characters\)$/);
    });

    test('a poll and how it ends', async () => {
      const { channel } = world.discord;
      const message = bob.member.says(channel, '', { poll });
      bob.member.endsPoll(message, [3, 1]);
      await alpha.chat.waitFor((line) => line === 'Bob@bridge: poll: Which map? / 1. dust / 2. nuke');
      await alpha.chat.waitFor((line) => line === 'Bob@bridge: poll ended: Which map? – dust won with 3 of 4 votes');
      const { html } = await world.matrix.waitFor('poll: Which map?');
      expect(html).toBe('<strong>Bob</strong> (Discord): poll: Which map?<ol><li>dust</li><li>nuke</li></ol>');
      await world.matrix.waitFor('dust won');
    });

    test('a picture with a caption, a voice message and a sticker', async () => {
      const { channel } = world.discord;
      bob.member.says(channel, 'look', { attachments: [cat] });
      bob.member.says(channel, '', { attachments: [voice] });
      world.addPicture('/stickers/749054660769218631.png', 'hello');
      bob.member.says(channel, '', { stickers: [wave] });
      await alpha.chat.waitFor((line) => /^Bob@bridge: look \[image cat\.png, 6 B: a sleeping cat\] http/.test(line));
      await alpha.chat.waitFor((line) => /^Bob@bridge: \[voice message, 1:05\] http/.test(line));
      await alpha.chat.waitFor((line) => /^Bob@bridge: \[sticker Wave\] https:.*749054660769218631\.png$/.test(line));
      const shown = async (filename: string) => {
        const { content, html } = await world.matrix.waitForFile(filename);
        return [content['msgtype'], html, await world.matrix.download(content['url'])];
      };
      expect(await shown('cat.png')).toEqual([
        'm.image',
        '<strong>Bob</strong> (Discord): look<br><em>a sleeping cat</em>',
        'a file',
      ]);
      expect(await shown('voice-message.ogg')).toEqual(['m.audio', '<strong>Bob</strong> (Discord)', 'a file']);
      expect(await shown('Wave')).toEqual(['m.image', '<strong>Bob</strong> (Discord)', 'hello']);
    });

    test('an edit of the text leaves the picture where it was', async () => {
      const { channel } = world.discord;
      const message = bob.member.says(channel, 'lok', { attachments: [cat] });
      await alpha.chat.waitFor((line) => line.includes('lok'));
      await world.matrix.waitFor('lok');
      bob.member.edits(message, 'look');
      await alpha.chat.waitFor((line) => /^Bob@bridge: \* look \[image cat\.png, 6 B: a sleeping cat\] http/.test(line));
      const edited = await world.matrix.waitFor('look');
      expect(edited.content['m.new_content']).toMatchObject({ msgtype: 'm.image', filename: 'cat.png' });
      expect(await world.matrix.standing()).toHaveLength(1);
    });

    test('a reply to what a player said names the player, one to a picture says so', async () => {
      const { channel } = world.discord;
      await (await alpha.join('Alice')).says('who has the key?');
      await world.discord.waitFor('the key');
      const [asked] = channel.messages;
      bob.member.says(channel, 'I', { ...(asked && { replyTo: asked }) });
      await alpha.chat.waitFor((line) => line === 'Bob@bridge: (re Alice [alpha]: who has the key?) I');
      const there = await world.matrix.waitFor('the key');
      expect((await world.matrix.waitFor('(Discord): I')).content['m.relates_to']).toEqual({
        'm.in_reply_to': { event_id: there.id },
      });
      const picture = bob.member.says(channel, '', { attachments: [cat] });
      bob.member.says(channel, 'mine', { replyTo: picture });
      await alpha.chat.waitFor((line) => line === 'Bob@bridge: (re Bob: [image cat.png, 6 B: a sleeping cat]) mine');
    });

    test('a forward, a thread, and what only Discord can show; but nobody who joins', async () => {
      const { channel } = world.discord;
      bob.member.forwards(bob.member.says(channel, 'the **rules**'), channel);
      bob.member.does(channel, MessageType.UserJoin);
      channel.addThread('Raid tonight', bob.member);
      bob.member.says(channel, '');
      await alpha.chat.waitFor((line) => line === 'Bob@bridge: forwarded: the rules');
      const thread = await alpha.chat.waitFor((line) => line.includes('Raid'));
      expect(thread).toMatch(/^Bob@bridge: \* started a thread: Raid tonight \(https:\/\/discord\.com\/channels\/\d+\/\d+\)$/);
      await alpha.chat.waitFor((line) => /: something that only Discord can show: https:\/\/discord\.com\/channels\//.test(line));
      expect(alpha.chat.all).toHaveLength(4);
      expect((await world.matrix.waitFor('forwarded')).html).toContain('forwarded: the <strong>rules</strong>');
      expect((await world.matrix.waitFor('Raid')).html).toMatch(
        /^\* <strong>Bob<\/strong> \(Discord\) started a thread: <a href=/,
      );
    });
  });
}
