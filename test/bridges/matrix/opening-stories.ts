/** Rooms that come and go while the Matrix adapter runs, told once for the stand-in and for Synapse. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RoomRef } from '../../../src/event.ts';
import { testMemory } from '../../support/host.ts';
import { type Bridge, heard, type MatrixSite, type Person, Stage, said, send } from './stage.ts';

export function openingStories(openSite: () => Promise<MatrixSite>): void {
  describe('rooms that come and go', () => {
    let stage: Stage;
    let carol: Person;
    let room: string;
    beforeEach(async () => {
      stage = await Stage.open(await openSite());
      carol = await stage.person('carol');
      room = await carol.client.createRoom({ preset: 'public_chat' });
    });
    afterEach(() => stage.close());

    const open = (bridge: Bridge, ref: string) =>
      Promise.resolve(bridge.adapter.open?.(ref as RoomRef, new AbortController().signal));
    const refusal = (bridge: Bridge, ref: string) =>
      open(bridge, ref).then(
        () => 'it was opened',
        (error: Error) => `${error.name}: ${error.message}`,
      );

    test('one that is opened is heard from then on and can be written to, by an alias as well, also after a restart', async () => {
      const memory = testMemory();
      const bridge = await stage.started([room], { memory });
      const name = stage.unused('games').toLowerCase();
      const other = await carol.client.createRoom({ preset: 'public_chat', room_alias_name: name });
      const alias = `#${name}:${carol.id.split(':').slice(1).join(':')}`;
      await carol.client.sendText(other, 'long ago');
      await carol.eyes.look();
      await open(bridge, alias);
      expect(bridge.adapter.nativeRoomId?.(alias as RoomRef)).toBe(other);
      await carol.client.sendText(other, 'hello');
      expect(await bridge.host.waitForMessage('hello')).toMatchObject({
        place: { kind: 'room', adapter: 'matrix', room: alias },
      });
      await send(bridge, alias, said('hello yourself'));
      await carol.eyes.waitFor(other, 'hello yourself');
      expect(heard(bridge)).toEqual(['hello']);
      await bridge.adapter.stop();
      await carol.client.sendText(other, 'meanwhile');
      const next = await stage.started([room, alias], { memory });
      await next.host.waitForMessage('meanwhile');
      expect(heard(next)).toEqual(['meanwhile']);
    });

    test('one that is closed is heard no more, and opened again it begins anew', async () => {
      const bridge = await stage.started([room]);
      const other = await carol.client.createRoom({ preset: 'private_chat', invite: [stage.bot.id] });
      await open(bridge, other);
      await carol.client.sendText(other, 'one');
      await bridge.host.waitForMessage('one');
      bridge.adapter.close?.(other as RoomRef);
      await carol.client.sendText(other, 'two');
      await carol.client.sendText(room, 'elsewhere');
      await bridge.host.waitForMessage('elsewhere');
      await expect(send(bridge, other, said('nobody'))).rejects.toMatchObject({ name: 'DeliveryError' });
      await open(bridge, other);
      await carol.client.sendText(other, 'three');
      await bridge.host.waitForMessage('three');
      expect(heard(bridge)).toEqual(['one', 'elsewhere', 'three']);
    });

    test('one that can not be opened says what is missing, and nothing is left of it', async () => {
      const bridge = await stage.started([room]);
      const secret = await carol.client.createRoom({ preset: 'private_chat' });
      const encryption = { type: 'm.room.encryption', state_key: '', content: { algorithm: 'm.megolm.v1.aes-sha2' } };
      const encrypted = await carol.client.createRoom({ preset: 'public_chat', initial_state: [encryption] });
      const mute = await carol.client.createRoom({ preset: 'public_chat', power_level_content_override: { events_default: 50 } });
      const nowhere = `#${stage.unused('nowhere').toLowerCase()}:${carol.id.split(':').slice(1).join(':')}`;
      const closed = {
        [secret]: /could not join .*\/invite/,
        [encrypted]: /is encrypted/,
        [mute]: /may not speak .*power level/,
      };
      const wrong = { [nowhere]: /no room with this alias/, lobby: /neither a room id/ };
      for (const [ref, sentence] of Object.entries({ ...closed, ...wrong })) {
        const refused = await refusal(bridge, ref);
        expect(refused).toMatch(/^AdapterError: Matrix room /);
        expect(refused).toMatch(sentence);
        expect(bridge.adapter.nativeRoomId?.(ref as RoomRef)).toBeUndefined();
      }
      await carol.client.sendText(encrypted, 'unheard');
      await carol.client.sendText(mute, 'unheard');
      await carol.client.inviteUser(stage.bot.id, secret);
      await open(bridge, secret);
      await carol.client.sendText(secret, 'heard');
      await bridge.host.waitForMessage('heard');
      expect(heard(bridge)).toEqual(['heard']);
    });

    test('one that is there already under another name stays as it is', async () => {
      const name = stage.unused('lobby').toLowerCase();
      const lobby = await carol.client.createRoom({ preset: 'public_chat', room_alias_name: name });
      const alias = `#${name}:${carol.id.split(':').slice(1).join(':')}`;
      const bridge = await stage.started([lobby]);
      expect(await refusal(bridge, alias)).toMatch(/is the same room as/);
      await carol.client.sendText(lobby, 'hi');
      await carol.client.sendText(lobby, 'end');
      await bridge.host.waitForMessage('end');
      expect(heard(bridge)).toEqual(['hi', 'end']);
    });
  });
}
