/** Holds the stand-in homeserver to the truth: what it promises is what Synapse does. */
import { createHmac } from 'node:crypto';
import { describe, it } from 'vitest';
import { z } from 'zod';
import { conformance, type Target } from '../doubles/matrix/conformance.ts';

const {
  MATRIX_HOMESERVER_URL: url,
  MATRIX_REGISTRATION_SECRET: secret,
  MATRIX_SERVER_NAME: serverName = 'hs.test',
} = process.env;

const REGISTERED = z.object({ user_id: z.string(), access_token: z.string() });

/** https://element-hq.github.io/synapse/latest/admin_api/register_api.html */
async function register(homeserver: string, key: string, localpart: string): Promise<Awaited<ReturnType<Target['addUser']>>> {
  const endpoint = `${homeserver}/_synapse/admin/v1/register`;
  const { nonce } = z.object({ nonce: z.string() }).parse(await (await fetch(endpoint)).json());
  const password = `${localpart}-password`;
  const mac = createHmac('sha1', key).update([nonce, localpart, password, 'notadmin'].join('\0')).digest('hex');
  const body = JSON.stringify({ nonce, username: localpart, password, admin: false, mac });
  const { user_id: id, access_token: token } = REGISTERED.parse(await (await fetch(endpoint, { method: 'POST', body })).json());
  return { id, token, password };
}

if (url && secret) {
  conformance('Synapse', () =>
    Promise.resolve({
      url,
      serverName,
      addUser: (localpart) => register(url, secret, localpart),
      close: () => Promise.resolve(),
    }),
  );
} else {
  describe('Synapse as a homeserver', () => {
    it.skip('needs MATRIX_HOMESERVER_URL and MATRIX_REGISTRATION_SECRET');
  });
}
