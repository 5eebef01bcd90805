/** The file that tells a homeserver about the bridge. https://spec.matrix.org/v1.13/application-service-api/#registration */
import { randomBytes } from 'node:crypto';
import { stringify } from 'yaml';
import type { AppserviceConfig } from './config.ts';
import { escaped, GhostIds } from './ghost-ids.ts';

/** What stands in the file. */
export function registrationOf(config: AppserviceConfig): Readonly<Record<string, unknown>> {
  const { id, url, as_token, hs_token, bot, server_name, typing, double_puppeting } = config;
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
    protocols: ['crosschat'],
    namespaces: { users, aliases: [{ exclusive: true, regex: `#${escaped(prefix)}.*:${host}` }], rooms: [] },
    // The second one is what the first was called before Synapse 1.120 or so knew it.
    ...(typing && { receive_ephemeral: true, 'de.sorunome.msc2409.push_ephemeral': true }),
  };
}

/** The file, in YAML. */
export function registrationText(config: AppserviceConfig): string {
  return `# Made by "crosschat-bridge registration". It holds two secrets: only the homeserver and the bridge may read it.\n${stringify(registrationOf(config))}`;
}

/** A token that nobody guesses. */
export function newToken(): string {
  return randomBytes(32).toString('base64url');
}
