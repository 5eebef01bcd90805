/** Rooms that the members of a space, or of another room, may join: told for a bot and for an appservice, on the stand-in and on Synapse. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Finding } from '../../../src/adapter.ts';
import type { RoomRef } from '../../../src/event.ts';
import { type Bridge, type Person, type Stage, type StageOptions, said, send } from './stage.ts';

/** What both kinds of stages have. */
export interface AnyStage extends Pick<Stage, 'person' | 'unused' | 'close'> {
  /** Not yet started. */
  bridge(rooms: readonly string[]): Bridge;
  started(rooms: readonly string[], options?: StageOptions): Promise<Bridge & { stop(): Promise<void> }>;
}

/** @param open gives a stage, and the user id of its bridge */
export function restrictedStories(open: () => Promise<{ readonly stage: AnyStage; readonly botId: string }>): void {
  describe('a room that the members of a space may join', () => {
    let stage: AnyStage;
    let botId: string;
    let carol: Person;
    let space: string;
    beforeEach(async () => {
      ({ stage, botId } = await open());
      carol = await stage.person('carol');
      space = await carol.client.createRoom({ preset: 'private_chat', creation_content: { type: 'm.space' } });
      await carol.eyes.look();
    });
    afterEach(() => stage.close());

    const roomFor = (members: string, join_rule = 'restricted') => {
      const allow = [{ type: 'm.room_membership', room_id: members }];
      const initial_state = [{ type: 'm.room.join_rules', content: { join_rule, allow } }];
      return carol.client.createRoom({ preset: 'private_chat', initial_state });
    };
    const refused = (room: string, bridge: Bridge) =>
      bridge.host.lines.waitFor((line) => line.includes(`${room}: ${botId} could not join`));
    const trusting = () => ({ config: { admins: [carol.id] } });
    /** Both ways. */
    const works = async (room: string, bridge: Bridge) => {
      await carol.client.sendText(room, `to ${room}`);
      await bridge.host.waitForMessage(`to ${room}`);
      await send(bridge, room, said(`from ${room}`));
      await carol.eyes.waitFor(room, `from ${room}`);
    };

    test('is joined where the bridge is one of them, and the check says so before', async () => {
      const lobby = await carol.client.createRoom({ preset: 'public_chat' });
      const room = await roomFor(lobby);
      const bridge = await stage.started([lobby]);
      const found: Finding[] = [];
      for await (const { ok, text } of stage.bridge([room]).adapter.check()) found.push({ ok, text });
      expect(found).toContainEqual({
        ok: true,
        text: expect.stringContaining(`${room}: ${botId} is not in it yet and may join`),
      });
      await bridge.adapter.open?.(room as RoomRef, new AbortController().signal);
      await works(room, bridge);
    });

    test('is said not to let the bridge in, with what to do, and joined as soon as the bridge is in the space', async () => {
      const room = await roomFor(space);
      const bridge = await stage.started([room], trusting());
      expect(await refused(room, bridge)).toMatch(
        /\(M_FORBIDDEN .*\/invite .* in the room, or in the space whose members may join it/,
      );
      await expect(send(bridge, room, said('nobody'))).rejects.toMatchObject({ name: 'DeliveryError', passing: false });
      await carol.client.inviteUser(botId, space);
      await bridge.host.lines.waitFor((line) => line.includes(`${room}: ${botId} is in it`));
      await works(room, bridge);
    });

    test('can be bridged while the bridge runs, once it is in the space', async () => {
      const lobby = await carol.client.createRoom({ preset: 'public_chat' });
      const room = await roomFor(space);
      const bridge = await stage.started([lobby], trusting());
      const opened = () => Promise.resolve(bridge.adapter.open?.(room as RoomRef, new AbortController().signal));
      await expect(opened()).rejects.toThrow(/could not join .*, or in the space/);
      expect(bridge.adapter.nativeRoomId?.(room as RoomRef)).toBeUndefined();
      await carol.client.inviteUser(botId, space);
      await carol.eyes.look();
      await expect.poll(() => carol.client.getJoinedRoomMembers(space)).toContain(botId);
      await opened();
      await works(room, bridge);
    });

    test('is joined behind the room whose members may do so, whichever is named first', async () => {
      const lobby = await carol.client.createRoom({ preset: 'public_chat' });
      const room = await roomFor(lobby);
      const bridge = await stage.started([room, lobby]);
      await bridge.host.lines.waitFor((line) => line.includes(`${room}: ${botId} is in it`));
      await works(room, bridge);
    });

    test('or ask to be let into is asked, and joined as soon as that is possible', async () => {
      const room = await roomFor(space, 'knock_restricted');
      const bridge = await stage.started([room], trusting());
      await bridge.host.lines.waitFor((line) => line.includes(`${room}: ${botId} has knocked`));
      await carol.client.inviteUser(botId, space);
      await bridge.host.lines.waitFor((line) => line.includes(`${room}: ${botId} is in it`));
      await works(room, bridge);
    });
  });
}
