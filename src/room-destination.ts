/** A room as a destination of deliveries. */
import type { Logger } from 'pino';
import type { Adapter, Attempt } from './adapter.ts';
import { type RoomAddress, roomKey } from './channels.ts';
import type { Edit, EventId, Message, Removal } from './event.ts';
import type { Destination } from './outbox/destination.ts';
import type { History } from './outbox/history.ts';
import { literal } from './text/tree.ts';

/** What a room's destination is made of. */
export interface RoomOptions {
  readonly address: RoomAddress;
  readonly adapter: Adapter;
  readonly history: History;
  readonly log: Logger;
}

/** The id of a room's destination. */
export function roomId(address: RoomAddress): string {
  return `room/${roomKey(address)}`;
}

/** Makes a room's destination. Its group is the adapter. */
export function roomDestination(options: RoomOptions): Destination {
  const { address, adapter } = options;
  return {
    id: roomId(address),
    name: `${adapter.platform} room ${address.room}`,
    group: address.adapter,
    place: { kind: 'room', ...address },
    roomPerMessage: adapter.roomPerMessage,
    async deliver(event, attempt) {
      if (event.kind === 'message') await adapter.send(address.room, event, attempt);
      else if (event.kind === 'edit') await edit(options, event, attempt);
      else if (event.kind === 'removal') await remove(options, event, attempt);
    },
  };
}

async function edit({ address, adapter, history, log }: RoomOptions, event: Edit, attempt: Attempt): Promise<void> {
  const { own, shared } = await history.parts(event.message.id, roomId(address), event.id);
  if (own.length > 0 && adapter.edit) await adapter.edit(address.room, event, own, attempt);
  else if (shared.length > 0) await adapter.send(address.room, saidAnew(event), attempt);
  else log.debug({ room: address.room, event: event.id }, nothingTo(event.message.id, own, 'edit'));
}

async function remove({ address, adapter, history, log }: RoomOptions, event: Removal, attempt: Attempt): Promise<void> {
  const { own } = await history.parts(event.target, roomId(address));
  if (own.length > 0 && adapter.remove) await adapter.remove(address.room, own, attempt.signal);
  else log.debug({ room: address.room, event: event.id }, nothingTo(event.target, own, 'remove'));
}

/** What was joined with others can't be edited by itself. */
function saidAnew({ id, at, message }: Edit): Message {
  return { ...message, id, at, body: [...literal('(edited) '), ...message.body] };
}

function nothingTo(target: EventId, own: readonly string[], what: 'edit' | 'remove'): string {
  return own.length > 0
    ? `the platform can't ${what} messages`
    : `there is nothing to ${what}: ${target} is not shown here by itself`;
}
