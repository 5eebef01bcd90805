/** What a homeserver does for appservices, told once for the double and for Synapse. */
import { describe, expect, test } from 'vitest';
import type { AppserviceKeys } from '../../../support/appservice-keys.ts';
import { refusalOf, sdkClient } from '../client.ts';

/** A homeserver, and an appservice of its that nobody runs. */
interface Target {
  readonly url: string;
  appservice(): Promise<AppserviceKeys>;
  close(): Promise<void>;
}

const V3 = '/_matrix/client/v3';

export function appserviceConformance(what: string, open: () => Promise<Target>): void {
  describe(`${what} and appservices`, () => {
    const inside = async (story: (keys: AppserviceKeys, prefix: string, ask: Ask) => Promise<void>) => {
      const target = await open();
      const keys = await target.appservice();
      const client = sdkClient(target.url, String(keys['as_token']));
      const ask: Ask = (method, path, body, as) =>
        client.doRequest(method, path, as === undefined ? null : { user_id: as }, body ?? (method === 'GET' ? null : {}));
      try {
        await story(keys, String(keys['ghosts']).split('{')[0] ?? '', ask);
      } finally {
        await target.close();
      }
    };
    type Ask = (method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown, as?: string) => Promise<unknown>;
    const register = (ask: Ask, username: string) =>
      ask('POST', `${V3}/register`, { type: 'm.login.application_service', username, inhibit_login: true });

    test('users of its namespace are registered, once, and no others', () =>
      inside(async (keys, prefix, ask) => {
        expect(await register(ask, `${prefix}a_1`)).toMatchObject({ user_id: `@${prefix}a_1:${keys.server_name}` });
        expect(await refusalOf(register(ask, `${prefix}a_1`))).toBe('400 M_USER_IN_USE');
        expect(await refusalOf(register(ask, 'somebody'))).toBe('400 M_EXCLUSIVE');
      }));

    test('it is its bot, or whom it says to be, if they are registered and its own', () =>
      inside(async (keys, prefix, ask) => {
        const own = `@${prefix}a_1:${keys.server_name}`;
        await register(ask, `${prefix}a_1`);
        const whoAmI = (as?: string) => ask('GET', `${V3}/account/whoami`, undefined, as);
        expect(await whoAmI()).toMatchObject({ user_id: `@${prefix}bot:${keys.server_name}` });
        expect(await whoAmI(own)).toMatchObject({ user_id: own });
        for (const other of [`@${prefix}a_2:${keys.server_name}`, `@somebody:${keys.server_name}`])
          expect(await refusalOf(whoAmI(other))).toBe('403 M_FORBIDDEN');
      }));

    test('it is told when it is not reached, and when it asks by another name', () =>
      inside(async (keys, _, ask) => {
        const ping = (id: unknown) => ask('POST', `/_matrix/client/v1/appservice/${id}/ping`, {});
        expect(await refusalOf(ping(keys['id']))).toBe('502 M_CONNECTION_FAILED');
        expect(await refusalOf(ping('other'))).toBe('403 M_FORBIDDEN');
      }));

    test('what is sent as a user is by that user', () =>
      inside(async (keys, prefix, ask) => {
        const own = `@${prefix}a_1:${keys.server_name}`;
        await register(ask, `${prefix}a_1`);
        await register(ask, `${prefix}bot`).catch(() => {});
        const { room_id: room } = (await ask('POST', `${V3}/createRoom`, { preset: 'public_chat' })) as { room_id: string };
        const path = `${V3}/rooms/${encodeURIComponent(room)}`;
        const send = () => ask('PUT', `${path}/send/m.room.message/t1`, { msgtype: 'm.text', body: 'hi' }, own);
        expect(await refusalOf(send())).toBe('403 M_FORBIDDEN');
        await ask('POST', `${V3}/join/${encodeURIComponent(room)}`, {}, own);
        const { event_id: id } = (await send()) as { event_id: string };
        expect(await send()).toEqual({ event_id: id });
        expect(await ask('GET', `${path}/event/${encodeURIComponent(id)}`)).toMatchObject({ sender: own });
      }));
  });
}
