/** Encrypted rooms to which somebody invites the bridge: told for a bot and for an appservice, on the stand-in and on Synapse. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { testMemory } from '../../support/host.ts';
import type { AnyStage } from './restricted-stories.ts';
import type { Person } from './stage.ts';

const encryption = { type: 'm.room.encryption', state_key: '', content: { algorithm: 'm.megolm.v1.aes-sha2' } };

/** @param open gives a stage, and the user id of its bridge */
export function encryptedStories(open: () => Promise<{ readonly stage: AnyStage; readonly botId: string }>): void {
  describe('who cannot be understood since they encrypt', () => {
    let stage: AnyStage;
    let botId: string;
    let carol: Person;
    let lobby: string;
    beforeEach(async () => {
      ({ stage, botId } = await open());
      carol = await stage.person('carol');
      lobby = await carol.client.createRoom({ preset: 'public_chat' });
      await carol.eyes.look();
    });
    afterEach(() => stage.close());

    const opensChat = (more: object = {}) =>
      carol.client.createRoom({ preset: 'trusted_private_chat', is_direct: true, invite: [botId], ...more });
    const standing = async (room: string) => (await carol.eyes.standing(room)).map(({ content }) => content['msgtype']);

    test('is told so in a private chat, which the bridge leaves: whoever sees it there would think that it reads', async () => {
      await stage.started([lobby]);
      const chat = await opensChat({ initial_state: [encryption] });
      expect(await carol.eyes.waitFor(chat, /This chat is encrypted/)).toMatchObject({ sender: botId, msgtype: 'm.notice' });
      await expect.poll(() => carol.client.getJoinedRoomMembers(chat)).toEqual([carol.id]);
      expect(await standing(chat)).toEqual(['m.notice']);
    });

    test('is told so where a private chat becomes an encrypted one', async () => {
      const bridge = await stage.started([lobby]);
      const chat = await opensChat();
      await carol.eyes.waitForMember(chat, botId);
      await carol.client.sendStateEvent(chat, 'm.room.encryption', '', encryption.content);
      await carol.eyes.waitFor(chat, /This chat is encrypted/);
      await expect.poll(() => carol.client.getJoinedRoomMembers(chat)).toEqual([carol.id]);
      await carol.client.sendText(lobby, 'end');
      await bridge.host.waitForMessage('end');
      expect(await standing(chat)).toEqual(['m.notice']);
    });

    test('is told so in a room where commands are not heard for that, once', async () => {
      const memory = testMemory();
      const config = { invites_from: [carol.id] };
      const before = await stage.started([lobby], { memory, config });
      const room = await carol.client.createRoom({ preset: 'private_chat', invite: [botId], initial_state: [encryption] });
      await carol.eyes.waitFor(room, /This room is encrypted/);
      await before.stop();
      await stage.started([lobby, room], { memory, config });
      expect(await standing(room)).toEqual(['m.notice']);
    });
  });
}
