/** What clients can look up of the game network. https://spec.matrix.org/v1.13/application-service-api/#third-party-networks */
import type { AdapterHost } from '../../../src/adapter.ts';
import type { ServerId } from '../../../src/event.ts';
import type { GhostIds } from './ghost-ids.ts';
import type { Portals } from './portals.ts';

/** The network's name, as the registration gives it. */
export const protocol = 'crosschat';

const description = {
  user_fields: ['server', 'player'],
  location_fields: ['server'],
  icon: '',
  field_types: {
    server: { regexp: '[^/+#]{1,64}', placeholder: 'alpha' },
    player: { regexp: '.+', placeholder: 'Alice' },
  },
  instances: [{ desc: 'Game servers', fields: {}, network_id: protocol }],
};

interface Sources {
  readonly host: Pick<AdapterHost, 'chat'>;
  readonly ids: GhostIds;
  readonly portals: Portals;
}

/** So many are told at most. */
const maxFound = 100;

/**
 * @param path what stands behind `thirdparty/`
 * @returns undefined for a question that makes no sense
 */
export function lookUp([what, name, ...more]: readonly string[], query: URLSearchParams, sources: Sources): object | undefined {
  if (more.length > 0 || (name !== undefined && name !== protocol)) return undefined;
  if (what === 'protocol') return name === undefined ? undefined : description;
  if (what === 'location')
    return name === undefined ? placesAt(query.get('alias') ?? '', sources) : placesOf(query.get('server'), sources);
  if (what === 'user') return name === undefined ? undefined : peopleOf(query.get('server'), query.get('player'), sources);
  return undefined;
}

function placesAt(alias: string, { portals }: Sources): object[] {
  const server = portals.serverOf(alias);
  return server === undefined ? [] : [{ alias, protocol, fields: { server } }];
}

function placesOf(wanted: string | null, { host, portals }: Sources): object[] {
  const servers = [...host.chat.state.servers.keys()].filter((server) => wanted === null || server === wanted);
  return servers.slice(0, maxFound).map((server) => ({ alias: portals.aliasOf(server), protocol, fields: { server } }));
}

function peopleOf(wantedServer: string | null, wantedName: string | null, { host, ids }: Sources): object[] {
  const found: object[] = [];
  for (const [server, { users }] of host.chat.state.servers) {
    if (wantedServer !== null && server !== wantedServer) continue;
    for (const { id, name, steamid64 } of users.values()) {
      if (wantedName !== null && name.toLowerCase() !== wantedName.toLowerCase()) continue;
      const author = { id: String(id), ...(steamid64 !== undefined && { steamid64 }) };
      const userid = ids.of({ kind: 'server', server: server as ServerId }, author);
      found.push({ userid, protocol, fields: { server, player: name } });
      if (found.length >= maxFound) return found;
    }
  }
  return found;
}
