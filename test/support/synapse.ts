/** Users on a real Synapse, whose address and registration secret come from the environment. */
import { createHmac } from 'node:crypto';
import { z } from 'zod';

export interface SynapseAccount {
  readonly id: string;
  readonly token: string;
}

const nonceAnswer = z.object({ nonce: z.string() });
const accountAnswer = z.object({ user_id: z.string(), access_token: z.string() });

/** https://element-hq.github.io/synapse/latest/admin_api/register_api.html */
export async function registerOnSynapse(url: string, secret: string, username: string): Promise<SynapseAccount> {
  const endpoint = `${url}/_synapse/admin/v1/register`;
  const { nonce } = nonceAnswer.parse(await (await fetch(endpoint)).json());
  const password = `${username}-password`;
  const mac = createHmac('sha1', secret).update([nonce, username, password, 'notadmin'].join('\0')).digest('hex');
  const body = JSON.stringify({ nonce, username, password, admin: false, mac });
  const { user_id, access_token } = accountAnswer.parse(await (await fetch(endpoint, { method: 'POST', body })).json());
  return { id: user_id, token: access_token };
}
