/** What is wrong with a bridge, in sentences for the operator. */
import type { Member } from './member.ts';
import type { Outbox } from './outbox/outbox.ts';
import type { Store } from './store/store.ts';
import type { VirtualServer } from './virtual-server.ts';

/** The parts of a bridge, as far as they are there. */
export interface Parts {
  readonly store: Store | undefined;
  readonly servers: readonly VirtualServer[];
  readonly members: readonly Member[];
  /** Why adapters could not be started. */
  readonly failed: ReadonlyMap<Member, string>;
  readonly outbox: Outbox | undefined;
  /** Why the bridge does nothing any more. */
  readonly standstill: string | undefined;
}

/** None when all is well. */
export function health({ store, servers, members, failed, outbox, standstill }: Parts): string[] {
  if (standstill !== undefined) return [standstill];
  const fault = store?.writer.fault;
  const offline = servers.filter(({ chat }) => chat.status !== 'ready');
  return [
    ...(fault === undefined ? [] : [`${fault} What happens is kept in memory only.`]),
    ...offline.map(
      ({ chat }) => `The bridge is not on the network as ${chat.state.ownId}: it has no connection to the MQTT broker.`,
    ),
    ...members.flatMap((member) => {
      const why = failed.get(member) ?? member.adapter.fault;
      return why === undefined ? [] : [`${member.adapter.platform} (${member.id}) is not running: ${why}`];
    }),
    ...(outbox?.health() ?? []),
  ];
}
