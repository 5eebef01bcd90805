/** The game servers as a destination of deliveries, through one virtual server. */
import { DeliveryError } from './adapter.ts';
import { roomId } from './channels.ts';
import type { AdapterId, Message, Place } from './event.ts';
import { type NetworkReactionOptions, reactionLine } from './network-reactions.ts';
import type { Destination } from './outbox/destination.ts';
import type { Threads } from './outbox/threads.ts';
import type { NetworkDelivery, VirtualServer } from './virtual-server.ts';

/** The id of a virtual server's destination. */
export function networkId({ chat }: VirtualServer): string {
  return `network/${chat.state.ownId}`;
}

/**
 * Makes a virtual server's destination, which is a group of its own. It has no place to tell what came too late: a stale line in a
 * game is noise.
 * @param toldWith what reactions are told with now; undefined when they are not told
 * @param circumstances what the current configuration says of an event's adapter and place; undefined when it is not there any more
 * @param threads what threads are called; absent where each is called as its own room calls it
 */
export function networkDestination(
  server: VirtualServer,
  circumstances: (adapter: AdapterId, place: Place | undefined) => Omit<NetworkDelivery, 'event' | 'adapter'> | undefined,
  toldWith: () => NetworkReactionOptions | undefined = () => undefined,
  threads?: Threads,
): Destination {
  const id = networkId(server);
  return {
    id,
    name: `game servers (as ${server.chat.state.ownId})`,
    group: id,
    async deliver(news, attempt) {
      // What was said in a game can't be taken back; what still waited here never comes.
      if (news.kind === 'removal' || news.kind === 'reaction-removal' || news.kind === 'whisper') return;
      const reactions = toldWith();
      const event = news.kind === 'reaction' ? reactions && (await reactionLine(reactions, news, id)) : news;
      if (event === undefined) return;
      const { adapter, place } = sourceOf(event);
      const found = adapter && circumstances(adapter, place);
      if (!found) throw new DeliveryError('the room that it is from is no longer configured', { passing: false });
      await server.deliver({ event: await named(event, threads), adapter, ...found }, attempt);
    },
  };
}

/** An event with the name of its thread as people call it where it was started. */
async function named(event: NetworkDelivery['event'], threads: Threads | undefined): Promise<NetworkDelivery['event']> {
  if (event.kind === 'edit') return { ...event, message: await inNamedThread(event.message, threads) };
  return event.kind === 'message' ? inNamedThread(event, threads) : event;
}

async function inNamedThread(message: Message, threads: Threads | undefined): Promise<Message> {
  if (message.thread === undefined || message.place.kind !== 'room') return message;
  const thread = await threads?.of(message, roomId(message.place));
  return thread ? { ...message, thread } : message;
}

function sourceOf(event: NetworkDelivery['event']): {
  adapter: AdapterId | undefined;
  place: Message['place'] | undefined;
} {
  if (event.kind === 'profile' || event.kind === 'departure') return { adapter: event.adapter, place: undefined };
  return { adapter: event.place.kind === 'room' ? event.place.adapter : undefined, place: event.place };
}
