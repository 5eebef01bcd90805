/** Making rooms, coming, going and being sent away, and what each user may do there. */
import { describe, expect, it } from 'vitest';
import { refusalOf } from '../client.ts';
import type { Stage } from '../conformance.ts';

const V3 = '/_matrix/client/v3';

/** The room's state, without what differs from room to room. */
function contentOf(events: readonly { type: string; state_key: string; content: unknown }[]): Record<string, unknown> {
  return Object.fromEntries(events.map(({ type, state_key: key, content }) => [key ? `${type} ${key}` : type, content]));
}

export function membershipTests(stage: Stage): void {
  describe('new rooms', () => {
    it('hold what their preset says', async () => {
      const { client, id, localpart } = stage.alice;
      const roomId = await client.createRoom({ preset: 'public_chat', name: 'Lobby', topic: 'Talk' });
      expect(roomId).toMatch(/^![\w-]{43}$/);
      const events = {
        'm.call.invite': 50,
        'm.room.avatar': 50,
        'm.room.canonical_alias': 50,
        'm.room.encryption': 100,
        'm.room.history_visibility': 100,
        'm.room.name': 50,
        'm.room.power_levels': 100,
        'm.room.server_acl': 100,
        'm.room.tombstone': 150,
      };
      const levels = { ban: 50, kick: 50, redact: 50, historical: 100, users: {}, users_default: 0 };
      expect(contentOf(await client.getRoomState(roomId))).toEqual({
        'm.room.create': { room_version: '12' },
        [`m.room.member ${id}`]: { membership: 'join', displayname: localpart },
        'm.room.power_levels': { ...levels, invite: 50, events, events_default: 0, state_default: 50 },
        'm.room.join_rules': { join_rule: 'public' },
        'm.room.history_visibility': { history_visibility: 'shared' },
        'm.room.name': { name: 'Lobby' },
        'm.room.topic': { topic: 'Talk', 'm.topic': { 'm.text': [{ body: 'Talk' }] } },
      });
    });

    it('are private without a preset, and take state and guests', async () => {
      const { client } = stage.alice;
      const roomId = await client.createRoom({
        invite: [stage.bob.id],
        is_direct: true,
        initial_state: [{ type: 'org.example.some', state_key: 'key', content: { a: 1 } }],
        power_level_content_override: { events_default: 10 },
      });
      const state = contentOf(await client.getRoomState(roomId));
      expect(state).toMatchObject({
        'm.room.join_rules': { join_rule: 'invite' },
        'm.room.guest_access': { guest_access: 'can_join' },
        'm.room.power_levels': { invite: 0, events_default: 10 },
        'org.example.some key': { a: 1 },
      });
      const invitation = { membership: 'invite', displayname: stage.bob.localpart, is_direct: true };
      expect(state[`m.room.member ${stage.bob.id}`]).toEqual(invitation);
    });

    it('are refused when the request is wrong', async () => {
      const { client } = stage.alice;
      const make = (body: object) => refusalOf(client.doRequest('POST', `${V3}/createRoom`, null, body));
      expect(await make({ room_version: '99' })).toBe('400 M_UNSUPPORTED_ROOM_VERSION');
      expect(await make({ invite: ['nonsense'] })).toBe('400 M_UNKNOWN');
      expect(await make({ preset: 'nonsense' })).toMatch(/^400 /);
      expect(await make({ name: 3 })).toMatch(/^400 /);
    });
  });

  describe('coming and going', () => {
    it('joins by id and by alias, with servers to ask, as often as one likes', async () => {
      const localpart = stage.unused();
      const roomId = await stage.alice.client.createRoom({ preset: 'public_chat', room_alias_name: localpart });
      const { client } = stage.bob;
      expect(await client.joinRoom(`#${localpart}:${stage.serverName}`, [stage.serverName, 'other.test'])).toBe(roomId);
      expect(await client.joinRoom(roomId)).toBe(roomId);
      expect(await client.getJoinedRooms()).toContain(roomId);
      expect((await client.getJoinedRoomMembers(roomId)).sort()).toEqual([stage.alice.id, stage.bob.id].sort());
      expect(await client.getJoinedRoomMembersWithProfiles(roomId)).toMatchObject({
        [stage.bob.id]: { display_name: stage.bob.localpart, avatar_url: null },
      });
      const joined = await client.getRoomMembers(roomId, undefined, ['join']);
      expect(joined.map(({ membershipFor }) => membershipFor).sort()).toEqual([stage.alice.id, stage.bob.id].sort());
    });

    it('refuses to join what is not there', async () => {
      const join = (target: string) => refusalOf(stage.bob.client.joinRoom(target));
      expect(await join(`#${stage.unused()}:${stage.serverName}`)).toBe('404 M_NOT_FOUND');
      expect(await join(`!${stage.unused()}:${stage.serverName}`)).toBe('404 M_UNKNOWN');
      expect(await join('#lobby:elsewhere.test')).toBe('502 M_UNKNOWN');
      expect(await join('nonsense')).toBe('400 M_UNKNOWN');
    });

    it('needs an invitation where the room is private', async () => {
      const roomId = await stage.alice.client.createRoom({ preset: 'private_chat' });
      const { alice, bob, carol } = stage;
      expect(await refusalOf(bob.client.joinRoom(roomId))).toBe('403 M_FORBIDDEN');
      await alice.client.inviteUser(bob.id, roomId);
      expect(await refusalOf(bob.client.getRoomState(roomId))).toBe('403 M_FORBIDDEN');
      await bob.client.leaveRoom(roomId);
      await bob.client.leaveRoom(roomId);
      expect(await refusalOf(bob.client.joinRoom(roomId))).toBe('403 M_FORBIDDEN');
      await alice.client.inviteUser(bob.id, roomId);
      await bob.client.joinRoom(roomId);
      expect(await refusalOf(alice.client.inviteUser(bob.id, roomId))).toBe('403 M_FORBIDDEN');
      expect(await refusalOf(alice.client.inviteUser('nonsense', roomId))).toBe('400 M_INVALID_PARAM');
      expect(await refusalOf(carol.client.leaveRoom(`!${stage.unused()}:${stage.serverName}`))).toBe('404 M_UNKNOWN');
    });

    it('shows a room to nobody outside', async () => {
      const roomId = await stage.publicRoom();
      const { client } = stage.carol;
      expect(await refusalOf(client.getRoomState(roomId))).toBe('403 M_FORBIDDEN');
      expect(await refusalOf(client.getJoinedRoomMembers(roomId))).toBe('403 M_FORBIDDEN');
      const messages = client.doRequest('GET', `${V3}/rooms/${encodeURIComponent(roomId)}/messages`, { dir: 'b' });
      expect(await refusalOf(messages)).toBe('403 M_FORBIDDEN');
      expect(await refusalOf(client.sendText(roomId, 'x'))).toBe('403 M_FORBIDDEN');
      expect(await refusalOf(client.sendText('!nothing', 'x'))).toBe('403 M_FORBIDDEN');
    });

    it('kicks, bans and unbans', async () => {
      const { alice, bob } = stage;
      const roomId = await stage.publicRoom();
      const own = () => alice.client.getRoomStateEvent(roomId, 'm.room.member', bob.id);
      expect(await refusalOf(bob.client.kickUser(alice.id, roomId))).toBe('403 M_FORBIDDEN');
      expect(await refusalOf(bob.client.banUser(alice.id, roomId))).toBe('403 M_FORBIDDEN');
      expect(await refusalOf(alice.client.unbanUser(bob.id, roomId))).toBe('403 M_BAD_STATE');
      await alice.client.kickUser(bob.id, roomId, 'enough');
      expect(await own()).toEqual({ membership: 'leave', reason: 'enough' });
      expect(await refusalOf(bob.client.sendText(roomId, 'x'))).toBe('403 M_FORBIDDEN');
      expect(await refusalOf(alice.client.kickUser(bob.id, roomId))).toBe('403 M_FORBIDDEN');
      expect(await bob.client.getJoinedRooms()).not.toContain(roomId);
      await bob.client.joinRoom(roomId);
      await alice.client.banUser(bob.id, roomId, 'far too much');
      expect(await own()).toEqual({ membership: 'ban', reason: 'far too much' });
      expect(await refusalOf(bob.client.joinRoom(roomId))).toBe('403 M_BAD_STATE');
      expect(await refusalOf(alice.client.inviteUser(bob.id, roomId))).toBe('403 M_BAD_STATE');
      expect(await refusalOf(alice.client.kickUser(bob.id, roomId))).toBe('403 M_BAD_STATE');
      expect(await refusalOf(bob.client.leaveRoom(roomId))).toBe('403 M_FORBIDDEN');
      await alice.client.unbanUser(bob.id, roomId);
      await bob.client.joinRoom(roomId);
    });

    it('lets people knock where that is the rule, and lets them in by an invitation', async () => {
      const { alice, bob } = stage;
      const rule = { type: 'm.room.join_rules', content: { join_rule: 'knock' } };
      const roomId = await alice.client.createRoom({ preset: 'private_chat', initial_state: [rule] });
      const closed = await alice.client.createRoom({ preset: 'private_chat' });
      const knock = (id: string) =>
        bob.client.doRequest('POST', `${V3}/knock/${encodeURIComponent(id)}`, null, { reason: 'please' });
      const summary = () => bob.client.doRequest('GET', `/_matrix/client/v1/room_summary/${encodeURIComponent(roomId)}`);
      expect(await summary()).toMatchObject({ join_rule: 'knock' });
      expect(await refusalOf(bob.client.joinRoom(roomId))).toBe('403 M_FORBIDDEN');
      expect(await knock(roomId)).toEqual({ room_id: roomId });
      const own = () => alice.client.getRoomStateEvent(roomId, 'm.room.member', bob.id);
      expect(await own()).toMatchObject({ membership: 'knock', reason: 'please' });
      expect(await summary()).toMatchObject({ membership: 'knock' });
      expect(await refusalOf(bob.client.joinRoom(roomId))).toBe('403 M_FORBIDDEN');
      await alice.client.inviteUser(bob.id, roomId);
      await bob.client.joinRoom(roomId);
      expect(await refusalOf(knock(roomId))).toBe('403 M_FORBIDDEN');
      expect(await refusalOf(knock(closed))).toBe('403 M_FORBIDDEN');
    });

    it('lets in who is in another room, where that is the rule, as long as somebody there may invite', async () => {
      const { alice, bob } = stage;
      const space = await alice.client.createRoom({ preset: 'public_chat', creation_content: { type: 'm.space' } });
      const restricted = (join_rule: string, changes: object = {}) => {
        const allow = [{ type: 'm.room_membership', room_id: space }];
        const initial_state = [{ type: 'm.room.join_rules', content: { join_rule, allow } }];
        return alice.client.createRoom({ preset: 'private_chat', initial_state, ...changes });
      };
      const [room, knockable] = [await restricted('restricted'), await restricted('knock_restricted')];
      const [orphaned, invited] = [await restricted('restricted'), await restricted('restricted', { invite: [bob.id] })];
      const path = (id: string) => `/_matrix/client/v1/room_summary/${encodeURIComponent(id)}`;
      const summary = (id: string) => bob.client.doRequest('GET', path(id));
      const knock = (id: string) => bob.client.doRequest('POST', `${V3}/knock/${encodeURIComponent(id)}`, null, {});
      expect(await refusalOf(bob.client.joinRoom(room))).toBe('403 M_FORBIDDEN');
      expect(await refusalOf(summary(room))).toBe('404 M_NOT_FOUND');
      expect(await refusalOf(knock(room))).toBe('403 M_FORBIDDEN');
      expect(await refusalOf(bob.client.joinRoom(knockable))).toBe('403 M_FORBIDDEN');
      expect(await summary(knockable)).toMatchObject({ join_rule: 'knock_restricted', allowed_room_ids: [space] });
      await knock(knockable);
      await alice.client.leaveRoom(orphaned);
      await bob.client.joinRoom(invited);
      await bob.client.joinRoom(space);
      expect(await summary(room)).toMatchObject({ join_rule: 'restricted', allowed_room_ids: [space], membership: 'leave' });
      for (const one of [room, knockable]) {
        await bob.client.joinRoom(one);
        const own = await alice.client.getRoomStateEvent(one, 'm.room.member', bob.id);
        expect(own).toMatchObject({ membership: 'join', join_authorised_via_users_server: alice.id });
      }
      expect(await refusalOf(bob.client.joinRoom(orphaned))).toBe('404 M_UNKNOWN');
      await alice.client.banUser(bob.id, room);
      expect(await refusalOf(bob.client.joinRoom(room))).toBe('403 M_BAD_STATE');
    });

    it('shows who was sent away that they were, and who was banned nothing', async () => {
      const { alice, bob } = stage;
      const roomId = await stage.publicRoom();
      const path = `${V3}/rooms/${encodeURIComponent(roomId)}/state/m.room.member/${encodeURIComponent(bob.id)}`;
      const own = () => bob.client.doRequest('GET', path, { format: 'event' });
      await alice.client.kickUser(bob.id, roomId, 'enough');
      expect(await own()).toMatchObject({ sender: alice.id, content: { membership: 'leave', reason: 'enough' } });
      await bob.client.joinRoom(roomId);
      await alice.client.banUser(bob.id, roomId);
      expect(await refusalOf(own())).toBe('403 M_FORBIDDEN');
    });

    it('forgets a room that was left', async () => {
      const roomId = await stage.publicRoom();
      const { client } = stage.bob;
      expect(await refusalOf(client.forgetRoom(roomId))).toBe('400 M_UNKNOWN');
      await client.leaveRoom(roomId, 'bye');
      expect(await client.getRoomStateEvent(roomId, 'm.room.member', stage.bob.id)).toEqual({
        membership: 'leave',
        reason: 'bye',
      });
      await client.forgetRoom(roomId);
      expect(await refusalOf(client.getRoomState(roomId))).toBe('403 M_FORBIDDEN');
    });
  });

  describe('rooms from outside', () => {
    const paths = (target: string) => {
      const room = encodeURIComponent(target);
      const draft = '/_matrix/client/unstable/im.nheko.summary';
      return [`/_matrix/client/v1/room_summary/${room}`, `${draft}/rooms/${room}/summary`, `${draft}/summary/${room}`];
    };

    it('are summed up for those who may join, look in or are invited', async () => {
      const { alice, bob } = stage;
      const localpart = stage.unused();
      const alias = `#${localpart}:${stage.serverName}`;
      const lobby = await alice.client.createRoom({
        preset: 'public_chat',
        name: 'Lobby',
        topic: 'T',
        room_alias_name: localpart,
      });
      const seen = { room_id: lobby, room_version: '12', name: 'Lobby', topic: 'T', canonical_alias: alias };
      const open = { ...seen, num_joined_members: 1, world_readable: false, guest_can_join: false, join_rule: 'public' };
      for (const path of [...paths(lobby), ...paths(alias)]) {
        expect(await bob.client.doRequest('GET', path)).toEqual({ ...open, membership: 'leave' });
        expect(await alice.client.doRequest('GET', path)).toEqual({ ...open, membership: 'join' });
        expect(await (await fetch(stage.url + path)).json()).toEqual(open);
      }
      const secret = await alice.client.createRoom({
        preset: 'private_chat',
        invite: [bob.id],
        initial_state: [
          { type: 'm.room.encryption', state_key: '', content: { algorithm: 'm.megolm.v1.aes-sha2' } },
          { type: 'm.room.guest_access', state_key: '', content: { guest_access: 'can_join' } },
        ],
      });
      expect(await bob.client.doRequest('GET', paths(secret)[0] ?? '')).toEqual({
        room_id: secret,
        room_version: '12',
        num_joined_members: 1,
        world_readable: false,
        guest_can_join: true,
        encryption: 'm.megolm.v1.aes-sha2',
        join_rule: 'invite',
        membership: 'invite',
      });
      const history = { type: 'm.room.history_visibility', state_key: '', content: { history_visibility: 'world_readable' } };
      const shown = await alice.client.createRoom({ preset: 'private_chat', initial_state: [history] });
      const summary = await bob.client.doRequest('GET', paths(shown)[0] ?? '');
      expect(summary).toMatchObject({ world_readable: true, join_rule: 'invite', membership: 'leave' });
    });

    it('are hidden from all others', async () => {
      const { alice, bob } = stage;
      const secret = await alice.client.createRoom({ preset: 'private_chat' });
      const ask = (target: string) => refusalOf(bob.client.doRequest('GET', paths(target)[0] ?? ''));
      expect(await ask(secret)).toBe('404 M_NOT_FOUND');
      expect(await ask(`!${stage.unused()}:${stage.serverName}`)).toBe('400 M_UNKNOWN');
      expect(await ask(`#${stage.unused()}:${stage.serverName}`)).toBe('404 M_NOT_FOUND');
      expect(await ask('nonsense')).toBe('400 M_UNKNOWN');
      const path = paths(secret)[0] ?? '';
      expect((await fetch(stage.url + path)).status).toBe(404);
      expect((await fetch(stage.url + path, { headers: { Authorization: 'Bearer nonsense' } })).status).toBe(401);
    });
  });

  describe('power levels', () => {
    it('decide who may send what', async () => {
      const { alice, bob } = stage;
      const roomId = await stage.publicRoom({ power_level_content_override: { users: { [bob.id]: 10 }, events_default: 20 } });
      expect(await refusalOf(bob.client.sendText(roomId, 'x'))).toBe('403 M_FORBIDDEN');
      await alice.client.sendText(roomId, 'x');
      await alice.client.setUserPowerLevel(bob.id, roomId, 20);
      const eventId = await bob.client.sendText(roomId, 'x');
      expect(await refusalOf(bob.client.sendStateEvent(roomId, 'm.room.name', '', { name: 'x' }))).toBe('403 M_FORBIDDEN');
      expect(await refusalOf(bob.client.inviteUser(stage.carol.id, roomId))).toBe('403 M_FORBIDDEN');
      await bob.client.redactEvent(roomId, eventId);
    });

    it('are given to nobody by those who have less', async () => {
      const { alice, bob, carol } = stage;
      const roomId = await stage.publicRoom({
        power_level_content_override: { users: { [bob.id]: 100, [carol.id]: 100 } },
      });
      const levels = await bob.client.getRoomStateEvent(roomId, 'm.room.power_levels', '');
      const set = (users: object) => bob.client.sendStateEvent(roomId, 'm.room.power_levels', '', { ...levels, users });
      expect(await refusalOf(set({ ...levels.users, [bob.id]: 101 }))).toBe('403 M_FORBIDDEN');
      expect(await refusalOf(set({ [bob.id]: 100 }))).toBe('403 M_FORBIDDEN');
      expect(await refusalOf(set({ ...levels.users, [alice.id]: 100 }))).toBe('400 M_UNKNOWN');
      await set({ [bob.id]: 50, [carol.id]: 100 });
      expect(await refusalOf(bob.client.kickUser(alice.id, roomId))).toBe('403 M_FORBIDDEN');
    });

    it('leave people their own membership only', async () => {
      const { alice, bob } = stage;
      const roomId = await stage.publicRoom();
      const set = (id: string) =>
        bob.client.sendStateEvent(roomId, 'm.room.member', id, { membership: 'join', displayname: 'Here only' });
      expect(await refusalOf(set(alice.id))).toBe('403 M_FORBIDDEN');
      await set(bob.id);
      expect(await alice.client.getRoomStateEvent(roomId, 'm.room.member', bob.id)).toMatchObject({ displayname: 'Here only' });
      const foreign = alice.client.sendStateEvent(roomId, 'org.example.some', bob.id, {});
      expect(await refusalOf(foreign)).toBe('403 M_FORBIDDEN');
    });
  });
}
