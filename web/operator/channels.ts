/** The channels, their rooms, and what else messages go to. */
import { type Child, h } from '../parts/dom.ts';
import type { Deeds } from './deeds.ts';
import { Section } from './redraw.ts';
import type { Channel, Queue, Room, State } from './wire.ts';
import { ago, figure, moment } from './words.ts';

const STATES: Readonly<Record<Queue['state'], string>> = {
  up: 'Works',
  slow: 'Slow',
  down: 'Not reached',
  recovering: 'Catching up',
};

type Shown = Pick<State, 'channels' | 'others'>;

/** Makes the section. */
export function channelsSection(deeds: Deeds): Section<Shown> {
  return new Section<Shown>('channels', 'Channels', ({ channels, others }) => [
    ...channels.map((channel) => channelBlock(channel, deeds)),
    channels.length === 0 && h('p', { class: 'muted' }, 'There are no channels.'),
    others.length > 0 && othersBlock(others),
  ]);
}

function channelBlock({ name, servers, paused, rooms, everywhere }: Channel, deeds: Deeds): HTMLElement {
  const target = { channel: name };
  const button = paused
    ? deeds.button('Resume', `Resume the channel ${name}`, 'resume', { target })
    : deeds.button('Pause', `Pause the channel ${name}`, 'pause', { target });
  const heard = servers.includes('*') ? 'all game servers' : servers.join(', ') || 'no game server';
  return h(
    'div',
    { class: 'channel' },
    h(
      'h3',
      {},
      h('bdi', {}, name),
      h('span', { class: 'muted' }, [heard, ...everywhere].join(', ')),
      paused && h('span', { class: 'tag look' }, 'Paused'),
      button,
    ),
    rooms.length > 0
      ? table(rooms.map((room) => row(room.queue, room, roomActions(room, deeds), paused)))
      : everywhere.length === 0 && h('p', { class: 'muted' }, 'No room is in it.'),
  );
}

/** What goes elsewhere: in a row each where something waits, and in a line together where all is well. */
function othersBlock(others: readonly Queue[]): HTMLElement {
  const isQuiet = ({ state, waiting }: Queue) => state === 'up' && waiting === 0;
  const [quiet, busy] = [others.filter(isQuiet), others.filter((queue) => !isQuiet(queue))];
  return h(
    'div',
    { class: 'channel' },
    h('h3', {}, 'Beside the channels'),
    busy.length > 0 && table(busy.map((queue) => row(queue, undefined, []))),
    quiet.length > 0 && h('p', { class: 'muted' }, `Nothing waits for ${quiet.map(({ name }) => name).join(', ')}.`),
  );
}

function roomActions({ adapter, room, platform, paused }: Room, deeds: Deeds): readonly Child[] {
  const target = { adapter, room };
  return [
    paused
      ? deeds.button('Resume', `Resume ${platform} room ${room}`, 'resume', { target })
      : deeds.button('Pause', `Pause ${platform} room ${room}`, 'pause', { target }),
  ];
}

function table(rows: readonly HTMLElement[]): HTMLElement {
  const heads = ['Where', 'State', 'Waiting'].map((head) => h('th', { scope: 'col' }, head));
  const last = h('th', { scope: 'col' }, h('span', { class: 'unseen' }, 'What to do'));
  return h('table', {}, h('thead', {}, h('tr', {}, ...heads, last)), h('tbody', {}, ...rows));
}

function row(queue: Queue, room: Room | undefined, actions: readonly Child[], isChannelPaused = false): HTMLElement {
  const { waiting, oldest } = queue;
  const name = room ? `${room.platform} ${room.room}` : queue.name;
  const isPaused = room?.paused === true || isChannelPaused;
  const level = room?.fault !== undefined || queue.state === 'down' ? 'bad' : isPaused || queue.state !== 'up' ? 'look' : 'good';
  const word = room?.fault !== undefined ? 'Out of order' : isPaused ? 'Paused' : STATES[queue.state];
  const since = oldest === undefined ? '' : ` (${ago(oldest)})`;
  const why = room?.fault ?? (queue.state !== 'up' && queue.fault ? queue.fault.reason : undefined);
  const last = why === undefined && queue.fault ? `Last fault, ${moment(queue.fault.at)}: ${queue.fault.reason}` : undefined;
  const nativeId = room && room.nativeId !== room.room ? room.nativeId : undefined;
  return h(
    'tr',
    {},
    h(
      'td',
      {},
      h('bdi', {}, name),
      nativeId !== undefined && h('div', { class: 'muted small' }, nativeId),
      why !== undefined && h('div', { class: 'fault small' }, why),
      last !== undefined && h('div', { class: 'muted small' }, last),
    ),
    h('td', {}, h('span', { class: `tag ${level}` }, word)),
    h('td', { class: waiting > 0 ? 'number' : 'number muted' }, `${figure(waiting)}${since}`),
    h('td', { class: 'deeds' }, ...actions),
  );
}
