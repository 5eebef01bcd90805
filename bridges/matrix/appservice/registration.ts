/** The file that tells a homeserver about the bridge. https://spec.matrix.org/v1.13/application-service-api/#registration */
import { randomBytes } from 'node:crypto';
import { stringify } from 'yaml';
import type { RegistrationFile } from '../../../src/adapter.ts';
import type { AppserviceConfig } from './config.ts';
import { escaped, GhostIds } from './ghost-ids.ts';
import { protocol } from './third-party.ts';

/** What stands in the file. @param typing whether the homeserver is to tell who types */
export function registrationOf(config: AppserviceConfig, typing = false): Readonly<Record<string, unknown>> {
  const { id, url, as_token, hs_token, bot, server_name, double_puppeting } = config;
  const host = escaped(server_name);
  const users = [
    { exclusive: true, regex: new GhostIds(config.ghosts, server_name).pattern },
    // Somebody who is shown as themselves goes on having an account of their own.
    ...(double_puppeting ? [{ exclusive: false, regex: `@.*:${host}` }] : []),
  ];
  const [prefix = ''] = config.aliases.split('{server}');
  return {
    id,
    url,
    as_token,
    hs_token,
    sender_localpart: bot,
    rate_limited: false,
    // Under its first name as well: https://github.com/matrix-org/matrix-spec-proposals/pull/2409
    ...(typing && { receive_ephemeral: true, 'de.sorunome.msc2409.push_ephemeral': true }),
    protocols: [protocol],
    namespaces: { users, aliases: [{ exclusive: true, regex: `#${escaped(prefix)}.*:${host}` }], rooms: [] },
  };
}

/** The file, for the operator. */
export function registrationFile(config: AppserviceConfig, typing: boolean): RegistrationFile {
  const note = '# Made by "crosschat-bridge registration". It holds two secrets: only the homeserver and the bridge may read it.';
  return {
    text: `${note}\n${stringify(registrationOf(config, typing))}`,
    shared: ['appservice.as_token', 'appservice.hs_token'],
    next: (path) => [
      `Copy ${path} to the homeserver, name it in homeserver.yaml under app_service_config_files, and restart the homeserver.`,
      `The homeserver has to reach the bridge at ${config.url} (the bridge listens where the key http says); "crosschat-bridge check" tells whether it does.`,
    ],
  };
}

/** The adapter's keys, with new tokens where there are none. */
export function withTokens(given: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { appservice } = given;
  if (typeof appservice !== 'object' || appservice === null) return given;
  return { ...given, appservice: { as_token: newToken(), hs_token: newToken(), ...appservice } };
}

/** A token that nobody guesses. */
export function newToken(): string {
  return randomBytes(32).toString('base64url');
}
