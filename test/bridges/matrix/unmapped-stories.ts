/** Rooms that are in no channel: told for a bot and for an appservice, on the stand-in and on Synapse. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Commands, Invocation } from '../../../src/adapter.ts';
import { literal } from '../../../src/text/tree.ts';
import { Recorder } from '../../support/host.ts';
import type { AnyStage } from './restricted-stories.ts';
import type { Person } from './stage.ts';

/** @param open gives a stage, and the user id of its bridge */
export function unmappedStories(open: () => Promise<{ readonly stage: AnyStage; readonly botId: string }>): void {
  describe('a room that is in no channel', () => {
    let stage: AnyStage;
    let botId: string;
    let carol: Person;
    let dave: Person;
    let lobby: string;
    let given: Recorder<Invocation>;
    let commands: Commands;
    beforeEach(async () => {
      ({ stage, botId } = await open());
      carol = await stage.person('carol');
      dave = await stage.person('dave');
      lobby = await carol.client.createRoom({ preset: 'public_chat' });
      given = new Recorder();
      commands = {
        all: [{ name: 'players', description: 'Who plays', rank: 'everybody', options: [] }],
        async run(invocation) {
          given.add(invocation);
          return literal(`answer ${given.all.length}`);
        },
        complete: async () => [],
      };
    });
    afterEach(() => stage.close());

    test('is joined where the operator wants that: commands are heard there, by what the operator lets each do, and nothing else', async () => {
      const bridge = await stage.started([lobby], { commands, config: { admins: [carol.id] } });
      const invite = [botId, dave.id];
      const own = await carol.client.createRoom({
        preset: 'private_chat',
        invite,
        power_level_content_override: { users: { [dave.id]: 100 } },
      });
      await bridge.host.lines.waitFor((line) => line.includes(`joined ${own}`));
      await dave.client.joinRoom(own);
      await carol.eyes.look();
      await carol.client.sendText(own, '!players');
      await carol.eyes.waitFor(own, 'answer 1');
      await dave.client.sendText(own, '!players');
      await carol.eyes.waitFor(own, 'answer 2');
      expect(given.all.map(({ caller, rooms }) => [caller.author.id, caller.rank, caller.isOperator, rooms])).toEqual([
        [carol.id, 'admin', true, [own]],
        [dave.id, 'everybody', false, [own]],
      ]);
      await dave.client.sendText(own, 'chat');
      await carol.client.sendText(lobby, 'chat in the lobby');
      await bridge.host.waitForMessage('chat in the lobby');
      expect(bridge.host.messages.all).toHaveLength(1);
    });

    test('of a stranger stays without the bridge, which answers nothing there and speaks of it once', async () => {
      const bridge = await stage.started([lobby], { commands, config: { admins: [carol.id] } });
      const rooms: string[] = [];
      for (const preset of ['private_chat', 'public_chat', 'trusted_private_chat'] as const) {
        const room = await dave.client.createRoom({ preset, invite: [botId] });
        await dave.client.sendText(room, '!players');
        rooms.push(room);
      }
      await bridge.host.lines.waitFor((line) => line.includes(dave.id) && line.includes('invites_from'));
      await carol.client.sendText(lobby, 'hello');
      await bridge.host.waitForMessage('hello');
      for (const room of rooms) expect(await dave.client.getJoinedRoomMembers(room)).toEqual([dave.id]);
      expect(given.all).toEqual([]);
      expect(bridge.host.lines.all.filter((line) => line.includes(dave.id))).toHaveLength(1);
    });
  });
}
