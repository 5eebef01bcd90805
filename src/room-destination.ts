/** A room as a destination of deliveries. */
import type { Logger } from 'pino';
import type { Adapter, Attempt, RoomThread } from './adapter.ts';
import { type RoomAddress, roomId } from './channels.ts';
import type { Edit, EventId, Message, Removal } from './event.ts';
import type { Destination } from './outbox/destination.ts';
import type { History } from './outbox/history.ts';
import type { Reactions } from './outbox/reactions.ts';
import type { Threads } from './outbox/threads.ts';
import { react, takeBackReaction, takeBackReactions } from './room-reactions.ts';
import { withTarget } from './targets.ts';
import { literal } from './text/tree.ts';

/** What a room's destination is made of. */
export interface RoomOptions {
  readonly address: RoomAddress;
  /** Whose adapter shows what is delivered: that which it has then. */
  readonly member: { readonly adapter: Adapter };
  readonly history: History;
  readonly threads: Threads;
  readonly reactions: Reactions;
  readonly log: Logger;
}

/** A room with the adapter that it has now. */
type Room = Omit<RoomOptions, 'member'> & { readonly adapter: Adapter };

/** Makes a room's destination. Its group is the adapter. */
export function roomDestination({ member, ...rest }: RoomOptions): Destination {
  const { address, history } = rest;
  return {
    id: roomId(address),
    name: `${member.adapter.platform} room ${address.room}`,
    group: address.adapter,
    place: { kind: 'room', ...address },
    get roomPerMessage() {
      return member.adapter.roomPerMessage;
    },
    async deliver(event, attempt) {
      const options: Room = { ...rest, adapter: member.adapter };
      if (event.kind === 'message') {
        const message = await withTarget(event, address, history);
        await options.adapter.send(address.room, message, attempt, await threadOf(options, event));
      }
      if (event.kind === 'edit') await edit(options, event, attempt);
      if (event.kind === 'removal') await remove(options, event, attempt);
      if (event.kind === 'reaction') await react(options, event, attempt);
      if (event.kind === 'reaction-removal') await takeBackReactions(options, event, attempt);
    },
    expect(event) {
      if (event.kind === 'message') member.adapter.expect?.(address.room, event);
    },
    async notify(notice, signal) {
      await member.adapter.notify?.(address.room, notice, signal);
    },
  };
}

async function edit(options: Room, event: Edit, attempt: Attempt): Promise<void> {
  const { address, adapter, history, log } = options;
  const { own, shared } = await history.parts(event.message.id, roomId(address), event.id);
  const message = await withTarget(event.message, address, history);
  const thread = await threadOf(options, event.message);
  if (own.length > 0 && adapter.edit) await adapter.edit(address.room, { ...event, message }, own, attempt, thread);
  else if (shared.length > 0) await adapter.send(address.room, saidAnew({ ...event, message }), attempt, thread);
  else log.debug({ room: address.room, event: event.id }, nothingTo(event.message.id, own, 'edit'));
}

async function remove(options: Room, event: Removal, attempt: Attempt): Promise<void> {
  const { address, adapter, history, log } = options;
  const target = await history.event(event.target);
  if (target?.kind === 'reaction') {
    await takeBackReaction(options, target, event.id, attempt);
    return;
  }
  const { own } = await history.parts(event.target, roomId(address));
  if (own.length > 0 && adapter.remove) await adapter.remove(address.room, own, attempt.signal);
  else log.debug({ room: address.room, event: event.id }, nothingTo(event.target, own, 'remove'));
}

/** The thread of a message, as the room knows it. */
async function threadOf({ address, threads }: Room, message: Message): Promise<RoomThread | undefined> {
  if (message.thread === undefined || message.place.kind !== 'room') return undefined;
  const thread = await threads.of(message, roomId(message.place));
  return thread && threads.at(thread, roomId(address), { kind: 'room', ...address });
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
