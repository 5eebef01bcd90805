/** Appservices for tests: each with ghosts of its own, so that one homeserver serves many tests. */
import { randomBytes } from 'node:crypto';
import { appserviceSchema } from '../../bridges/matrix/appservice/config.ts';
import { registrationOf } from '../../bridges/matrix/appservice/registration.ts';
import type { Registration } from '../doubles/matrix/index.ts';
import { freePort } from './free-port.ts';

/** What is configured under `appservice`. */
export type AppserviceKeys = Readonly<Record<string, unknown>> & { readonly url: string; readonly server_name: string };

/** Whether a user is a ghost of one of these appservices. */
export function isGhost(userId: string): boolean {
  return /^@_cc\d+_\.?[a-z0-9=-]+_/.test(userId);
}

let appservices = 0;

/** What the bridge and a homeserver agree upon, for the next appservice. */
export async function appserviceKeys(serverName: string): Promise<AppserviceKeys> {
  const prefix = `_cc${++appservices}_`;
  return {
    id: `crosschat${appservices}`,
    url: `http://127.0.0.1:${await freePort()}`,
    server_name: serverName,
    as_token: randomBytes(24).toString('hex'),
    hs_token: randomBytes(24).toString('hex'),
    bot: `${prefix}bot`,
    ghosts: `${prefix}{server}_{player}`,
    aliases: `${prefix}{server}`,
  };
}

/** The registration that belongs to it, as the homeserver reads it. */
export function registrationFor(keys: AppserviceKeys): Registration {
  return registrationOf(appserviceSchema.parse(keys), true) as unknown as Registration;
}
