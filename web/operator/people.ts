/** The connections of the bridge, and the game servers with their players. */
import { h } from '../parts/dom.ts';
import { Section } from './redraw.ts';
import type { Connection, Server, Servers } from './wire.ts';
import { count, figure } from './words.ts';

/** The connections that the bridge needs. */
export function connectionsSection(): Section<readonly Connection[]> {
  return new Section<readonly Connection[]>('connections', 'Connections', (connections) => [
    connections.length === 0 && h('p', { class: 'muted' }, 'None.'),
    h('ul', { class: 'rows' }, ...connections.map(connectionRow)),
  ]);
}

function connectionRow({ title, fault, made }: Connection): HTMLElement {
  const again = made !== undefined && made > 1 ? `reconnected ${made === 2 ? 'once' : `${figure(made - 1)} times`}` : '';
  return h(
    'li',
    {},
    h('span', {}, h('bdi', {}, title), fault !== undefined && h('div', { class: 'fault small' }, fault)),
    h('span', { class: 'muted small' }, again),
    h('span', { class: `tag ${fault === undefined ? 'good' : 'bad'}` }, fault === undefined ? 'Works' : 'Down'),
  );
}

/** The game servers that are online. */
export function serversSection(): Section<Servers> {
  const open = new Set<string>();
  return new Section<Servers>('servers', 'Game servers', ({ servers, more }) => [
    servers.length === 0 && h('p', { class: 'muted' }, 'No game server is online.'),
    ...servers.map((server) => serverRow(server, open)),
    more > 0 && h('p', { class: 'muted' }, `and ${count(more, 'more server')}`),
  ]);
}

/** @param open the ids of those whose players are shown */
function serverRow({ id, map, gamemode, count: number, players }: Server, open: Set<string>): HTMLElement {
  const about = [map, gamemode].filter((word) => word !== '').join(' · ');
  const unnamed = number - players.length;
  const details = h(
    'details',
    {
      open: open.has(id),
      on: {
        toggle: () => {
          if (details.open) open.add(id);
          else open.delete(id);
        },
      },
    },
    h(
      'summary',
      { 'data-key': `server ${id}` },
      h('bdi', {}, id),
      h('span', { class: 'muted small' }, about),
      h('span', { class: 'number' }, count(number, 'player')),
    ),
    h(
      'p',
      { class: 'names' },
      ...players.flatMap((name, at) => [at > 0 && ', ', h('bdi', {}, name)]),
      unnamed > 0 && ` and ${figure(unnamed)} more`,
      number === 0 && 'nobody',
    ),
  );
  return details;
}
