/** Accounts, profiles, aliases and files. */
import { MatrixAuth } from 'matrix-bot-sdk';
import { describe, expect, it } from 'vitest';
import { Poller, refusalOf, sdkClient } from '../client.ts';
import type { Stage } from '../conformance.ts';

const V3 = '/_matrix/client/v3';

export function accountTests(stage: Stage): void {
  describe('accounts', () => {
    it('says what it is', async () => {
      const { versions } = await stage.alice.client.doRequest('GET', '/_matrix/client/versions');
      expect(versions).toContain('v1.13');
      const wellKnown = await fetch(`${stage.url}/.well-known/matrix/client`);
      expect(await wellKnown.json()).toEqual({ 'm.homeserver': { base_url: `${stage.url}/` } });
      const { capabilities } = await stage.alice.client.doRequest('GET', `${V3}/capabilities`);
      expect(capabilities['m.room_versions'].default).toBe('12');
    });

    it('knows users by their token, and nobody else', async () => {
      expect(await stage.alice.client.getWhoAmI()).toMatchObject({ user_id: stage.alice.id, is_guest: false });
      const unknown = await fetch(`${stage.url}${V3}/account/whoami`, { headers: { Authorization: 'Bearer nonsense' } });
      expect(unknown.status).toBe(401);
      expect(await unknown.json()).toMatchObject({ errcode: 'M_UNKNOWN_TOKEN', soft_logout: false });
      const versions = await fetch(`${stage.url}/_matrix/client/versions`, { headers: { Authorization: 'Bearer nonsense' } });
      expect([versions.status, await versions.json()]).toMatchObject([401, { errcode: 'M_UNKNOWN_TOKEN' }]);
      const missing = await fetch(`${stage.url}${V3}/account/whoami`);
      expect(missing.status).toBe(401);
      expect(await missing.json()).toMatchObject({ errcode: 'M_MISSING_TOKEN' });
    });

    it('logs in with a password, and out again', async () => {
      const auth = new MatrixAuth(stage.url);
      expect(await refusalOf(auth.passwordLogin(stage.bob.localpart, 'wrong'))).toBe('403 M_FORBIDDEN');
      const client = await auth.passwordLogin(stage.bob.localpart, stage.bob.password, 'test');
      expect(client.accessToken).not.toBe(stage.bob.token);
      expect(await client.getUserId()).toBe(stage.bob.id);
      await client.doRequest('POST', `${V3}/logout`, null, {});
      expect(await refusalOf(client.getWhoAmI())).toBe('401 M_UNKNOWN_TOKEN');
      expect(await stage.bob.client.getUserId()).toBe(stage.bob.id);
    });

    it('logs in on a device that is known', async () => {
      const body = {
        type: 'm.login.password',
        identifier: { type: 'm.id.user', user: stage.carol.id },
        password: stage.carol.password,
        device_id: 'PHONE',
      };
      const { access_token: token } = await stage.carol.client.doRequest('POST', `${V3}/login`, null, body);
      expect(await sdkClient(stage.url, token).getWhoAmI()).toMatchObject({ user_id: stage.carol.id, device_id: 'PHONE' });
    });

    it('refuses what it does not know, and takes no registrations', async () => {
      const { client } = stage.alice;
      expect(await refusalOf(client.doRequest('GET', `${V3}/nonsense`))).toBe('404 M_UNRECOGNIZED');
      expect(await refusalOf(client.doRequest('DELETE', `${V3}/account/whoami`))).toBe('405 M_UNRECOGNIZED');
      const body = JSON.stringify({ username: stage.unused(), password: 'secret' });
      const registration = await fetch(`${stage.url}${V3}/register`, { method: 'POST', body });
      expect([registration.status, await registration.json()]).toMatchObject([403, { errcode: 'M_FORBIDDEN' }]);
    });

    it('keeps account data for their owner', async () => {
      const { client } = stage.alice;
      const poller = new Poller(client);
      await poller.next();
      expect(await refusalOf(client.getAccountData('org.example.none'))).toBe('404 M_NOT_FOUND');
      await client.setAccountData('org.example.some', { a: 1 });
      expect(await client.getAccountData('org.example.some')).toEqual({ a: 1 });
      const event = await poller.until((answer) => answer.account_data?.events.find(({ type }) => type === 'org.example.some'));
      expect(event.content).toEqual({ a: 1 });
      const foreign = client.doRequest('GET', `${V3}/user/${stage.bob.id}/account_data/org.example.some`);
      expect(await refusalOf(foreign)).toBe('403 M_FORBIDDEN');
    });

    it('keeps account data of rooms', async () => {
      const roomId = await stage.publicRoom();
      const { client } = stage.alice;
      const poller = new Poller(client);
      await poller.next();
      expect(await refusalOf(client.getRoomAccountData('org.example.some', roomId))).toBe('404 M_NOT_FOUND');
      await client.setRoomAccountData('org.example.some', roomId, { b: 2 });
      expect(await client.getRoomAccountData('org.example.some', roomId)).toEqual({ b: 2 });
      const events = await poller.until((answer) => answer.rooms?.join?.[roomId]?.account_data?.events);
      expect(events).toMatchObject([{ type: 'org.example.some', content: { b: 2 } }]);
    });

    it('keeps filters', async () => {
      const { client, id } = stage.alice;
      const filter = { room: { timeline: { limit: 3 } } };
      const { filter_id: filterId } = await client.doRequest('POST', `${V3}/user/${id}/filter`, null, filter);
      expect(await client.doRequest('GET', `${V3}/user/${id}/filter/${filterId}`)).toEqual(filter);
      expect(await refusalOf(client.doRequest('GET', `${V3}/user/${id}/filter/9999`))).toBe('404 M_NOT_FOUND');
      expect(await refusalOf(client.doRequest('GET', `${V3}/sync`, { filter: '9999' }))).toBe('400 M_INVALID_PARAM');
      expect(await refusalOf(client.doRequest('GET', `${V3}/sync`, { filter: '{broken' }))).toBe('400 M_NOT_JSON');
    });
  });

  describe('profiles', () => {
    it('are for everybody to see, and for their owner to change', async () => {
      const { client, id } = stage.bob;
      const avatar = `mxc://${stage.serverName}/picture`;
      expect(await stage.alice.client.getUserProfile(id)).toEqual({ displayname: stage.bob.localpart });
      await client.setAvatarUrl(avatar);
      expect(await stage.alice.client.getUserProfile(id)).toEqual({ displayname: stage.bob.localpart, avatar_url: avatar });
      await client.setAvatarUrl('');
      const nobody = stage.alice.client.getUserProfile(`@${stage.unused()}:${stage.serverName}`);
      expect(await refusalOf(nobody)).toBe('404 M_UNKNOWN');
      const change = (name: unknown) => stage.alice.client.doRequest('PUT', `${V3}/profile/${id}/displayname`, null, name);
      expect(await refusalOf(change({ displayname: 'Mallory' }))).toBe('400 M_FORBIDDEN');
      const own = (body: object) => client.doRequest('PUT', `${V3}/profile/${id}/displayname`, null, body);
      expect(await refusalOf(own({}))).toBe('400 M_MISSING_PARAM');
      expect(await refusalOf(own({ displayname: 3 }))).toBe('400 M_INVALID_PARAM');
      expect(await refusalOf(own({ displayname: 'x'.repeat(257) }))).toBe('400 M_UNKNOWN');
    });

    it('are told to the rooms when they change, and not when they stay the same', async () => {
      const roomId = await stage.publicRoom();
      const poller = new Poller(stage.alice.client);
      await poller.next();
      await stage.bob.client.setDisplayName('Bobby');
      const renamed = await poller.event(roomId, ({ type }) => type === 'm.room.member');
      expect(renamed).toMatchObject({
        sender: stage.bob.id,
        state_key: stage.bob.id,
        content: { membership: 'join', displayname: 'Bobby' },
        unsigned: { prev_content: { membership: 'join', displayname: stage.bob.localpart } },
      });
      await stage.bob.client.setDisplayName('Bobby');
      await stage.bob.client.setDisplayName(stage.bob.localpart);
      const back = await poller.event(roomId, ({ type }) => type === 'm.room.member');
      expect(back.content).toEqual({ membership: 'join', displayname: stage.bob.localpart });
    });
  });

  describe('aliases', () => {
    it('lead to rooms', async () => {
      const localpart = stage.unused();
      const alias = `#${localpart}:${stage.serverName}`;
      const { client } = stage.alice;
      expect(await refusalOf(client.lookupRoomAlias(alias))).toBe('404 M_NOT_FOUND');
      const roomId = await client.createRoom({ preset: 'public_chat', room_alias_name: localpart });
      expect(await client.doRequest('GET', `${V3}/directory/room/${encodeURIComponent(alias)}`)).toEqual({
        room_id: roomId,
        servers: [stage.serverName],
      });
      expect(await client.getRoomStateEvent(roomId, 'm.room.canonical_alias', '')).toEqual({ alias });
      expect(await refusalOf(client.createRoom({ room_alias_name: localpart }))).toBe('400 M_ROOM_IN_USE');
    });

    it('are made and removed by people in the room', async () => {
      const roomId = await stage.publicRoom();
      const alias = `#${stage.unused()}:${stage.serverName}`;
      const path = `${V3}/directory/room/${encodeURIComponent(alias)}`;
      const put = (client: typeof stage.alice.client) => client.doRequest('PUT', path, null, { room_id: roomId });
      expect(await refusalOf(put(stage.carol.client))).toBe('403 M_FORBIDDEN');
      await put(stage.bob.client);
      expect(await refusalOf(put(stage.bob.client))).toBe('409 M_UNKNOWN');
      const roomPath = `${V3}/rooms/${encodeURIComponent(roomId)}/aliases`;
      expect(await stage.alice.client.doRequest('GET', roomPath)).toEqual({ aliases: [alias] });
      expect(await refusalOf(stage.carol.client.doRequest('DELETE', path))).toBe('403 M_FORBIDDEN');
      await stage.bob.client.doRequest('DELETE', path);
      expect(await refusalOf(stage.bob.client.doRequest('DELETE', path))).toBe('404 M_NOT_FOUND');
    });

    it('are refused where they are none', async () => {
      const lookup = stage.alice.client.doRequest('GET', `${V3}/directory/room/nonsense`);
      expect(await refusalOf(lookup)).toBe('400 M_INVALID_PARAM');
    });
  });

  describe('media', () => {
    it('come back as they were uploaded, with a token only', async () => {
      const bytes = Buffer.from([0, 255, 13, 10, 128]);
      const mxc = await stage.alice.client.uploadContent(bytes, 'application/octet-stream', 'strange näme.bin');
      expect(mxc).toMatch(new RegExp(`^mxc://${stage.serverName}/[A-Za-z]`));
      const { data, contentType } = await stage.bob.client.downloadContent(mxc);
      expect(Buffer.compare(data, bytes)).toBe(0);
      expect(contentType).toBe('application/octet-stream');
      const path = mxc.replace('mxc://', '/_matrix/client/v1/media/download/');
      const open = await fetch(stage.url + path);
      expect([open.status, await open.json()]).toMatchObject([401, { errcode: 'M_MISSING_TOKEN' }]);
      const old = await fetch(stage.url + mxc.replace('mxc://', '/_matrix/media/v3/download/'));
      expect([old.status, await old.json()]).toMatchObject([404, { errcode: 'M_NOT_FOUND' }]);
      const headers = { Authorization: `Bearer ${stage.bob.token}` };
      const named = await fetch(stage.url + path, { headers });
      expect(named.headers.get('content-disposition')).toBe("attachment; filename*=utf-8''strange%20n%C3%A4me.bin");
    });

    it('have limits and thumbnails', async () => {
      const { client } = stage.alice;
      const config = await client.doRequest('GET', '/_matrix/client/v1/media/config');
      expect(config).toEqual({ 'm.upload.size': 50 * 1024 * 1024 });
      const text = await client.uploadContent(Buffer.from('hello'), 'text/plain', 'hello.txt');
      expect((await client.downloadContent(text)).contentType).toBe('text/plain; charset=UTF-8');
      const thumbnail = (mxc: string, query: object) =>
        client.doRequest('GET', mxc.replace('mxc://', '/_matrix/client/v1/media/thumbnail/'), query);
      expect(await refusalOf(thumbnail(text, { width: 10, height: 10 }))).toBe('400 M_UNKNOWN');
      expect(await refusalOf(thumbnail(text, {}))).toBe('400 M_MISSING_PARAM');
      const nothing = client.doRequest('GET', `/_matrix/client/v1/media/download/${stage.serverName}/nothing`);
      expect(await refusalOf(nothing)).toBe('404 M_NOT_FOUND');
    });
  });
}
