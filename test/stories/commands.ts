/** Stories of commands that are typed in a Matrix room, between a game and Discord. */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { GameServer } from '../support/game-server.ts';
import { MatrixPerson } from '../support/matrix-person.ts';
import { type OpenSite, World } from './world.ts';

const GORDON = '76561197960287930';

export function commandStories(openSite: OpenSite): void {
  describe('what is typed in a Matrix room as a command', () => {
    let world: World;
    let alpha: GameServer;
    /** Carol made the room and may do everything there; Dave is just somebody. */
    let dave: MatrixPerson;
    beforeEach(async () => {
      world = await World.open(openSite);
      alpha = await world.game('alpha');
      await world.bridge();
      const account = await world.site.matrix.account(`dave_${randomUUID().slice(0, 8)}`);
      dave = new MatrixPerson(world.site.matrix.url, account);
      await dave.join(world.matrix.roomId);
      await dave.rename('Dave');
      await dave.look();
    });
    afterEach(async () => {
      await dave.close();
      await world.close();
    });

    /** The answer to something that Dave types. */
    async function ask(text: string) {
      const command = await dave.says(world.matrix.roomId, text);
      const isAnswer = (relation: unknown) =>
        JSON.stringify(relation) === JSON.stringify({ 'm.in_reply_to': { event_id: command } });
      return dave.sees.waitFor(({ content }) => isAnswer(content['m.relates_to']), 10_000);
    }

    test('is answered there by a notice that pings nobody, and nobody elsewhere hears of it', async () => {
      await alpha.join('Gordon <b>Freeman</b> @room');
      const answer = await ask('!players');
      expect(answer).toMatchObject({ msgtype: 'm.notice', mentions: {} });
      expect(answer.body).toBe('alpha: 1 player\n- Gordon <b>Freeman</b> @room (less than a minute)');
      expect(answer.html).toContain('Gordon &lt;b&gt;Freeman&lt;/b&gt; @room');
      await dave.says(world.matrix.roomId, '!wow, that was close');
      await alpha.chat.waitFor((line) => line === 'Dave@bridge: !wow, that was close');
      await world.discord.waitFor('!wow, that was close');
      expect(alpha.chat.all).toHaveLength(1);
      expect(world.discord.heard()).toHaveLength(1);
    });

    test('that is edited afterwards is still no chat, and is not given again', async () => {
      const command = await dave.says(world.matrix.roomId, '!servers');
      await dave.waitFor(world.matrix.roomId, '- alpha');
      await dave.says(world.matrix.roomId, {
        msgtype: 'm.text',
        body: '* !players',
        'm.new_content': { msgtype: 'm.text', body: '!players' },
        'm.relates_to': { rel_type: 'm.replace', event_id: command },
      });
      await dave.says(world.matrix.roomId, 'the end');
      await alpha.chat.waitFor((line) => line === 'Dave@bridge: the end');
      expect(alpha.chat.all).toHaveLength(1);
      expect(dave.heard(world.matrix.roomId).filter((body) => body.includes('alpha'))).toHaveLength(1);
    });

    test('moderates players, if whoever types it has the power to', async () => {
      const gordon = await alpha.join('Gordon', { steamid64: GORDON });
      expect((await ask('!kick Gordon')).body).toBe('Only moderators may use kick.');
      expect((await ask('!help')).body).not.toContain('!kick');
      await world.matrix.says('!help');
      await world.matrix.waitFor('!kick <player> [reason]');
      await world.matrix.says('!kick Gordon too much noise');
      const order = await alpha.packets.waitFor((packet) => packet.includes('/ooc/aowl_kick'));
      expect(JSON.parse(order.slice(order.indexOf('{')))).toEqual({ steamid64: GORDON, reason: 'too much noise', extra: {} });
      await gordon.leaves();
      await world.matrix.waitFor('Kick Gordon: sent to alpha; confirmed: Gordon left alpha.');
    });

    test('whispers to a player, who can whisper to whoever typed it', async () => {
      await alpha.join('Gordon');
      expect((await ask('!pm Gordon are you there?')).body).toBe('Whispered to Gordon on alpha.');
      const packet = await alpha.packets.waitFor((one) => one.includes('/pm/'));
      const [, from] = /\/pm\/(\d+)\//.exec(packet) ?? [];
      expect(alpha.users.get('bridge')?.get(Number(from))?.name).toBe('Dave');
      expect(packet).toContain('{"say":"are you there?"}');
    });

    test('shows an admin of the room the channel that it is in', async () => {
      expect((await ask('!bridge list')).body).toBe('Only admins may use bridge list.');
      await world.matrix.says('!bridge list');
      const { body } = await world.matrix.waitFor('main with the servers *');
      expect(body).toContain(`Matrix ${world.matrix.roomId} (this room): works`);
      expect(body).toContain(`Discord ${world.discord.channelId}: works`);
    });

    test('is answered in its thread', async () => {
      const root = await dave.says(world.matrix.roomId, 'a thread');
      const relation = { rel_type: 'm.thread', event_id: root, is_falling_back: true, 'm.in_reply_to': { event_id: root } };
      const command = await dave.says(world.matrix.roomId, { msgtype: 'm.text', body: '!servers', 'm.relates_to': relation });
      const answer = await dave.waitFor(world.matrix.roomId, '- alpha');
      expect(answer.content['m.relates_to']).toEqual({
        rel_type: 'm.thread',
        event_id: root,
        is_falling_back: false,
        'm.in_reply_to': { event_id: command },
      });
    });
  });
}
