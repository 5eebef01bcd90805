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
  /** Why an adapter does nothing now, in a sentence; undefined when it runs. */
  readonly whyNot: (member: Member) => string | undefined;
  readonly outbox: Outbox | undefined;
  /** Why the bridge does nothing any more. */
  readonly standstill: string | undefined;
}

/** A connection that the bridge needs: the store, the network as one virtual server, or a platform. */
export interface ConnectionReport {
  /** `store`, `mqtt/<server id>` or `adapter/<id>`. */
  readonly name: string;
  /** Why it does not stand now, in a sentence for the operator. */
  readonly fault: string | undefined;
}

/** How each connection stands. */
export function connections({ store, servers, members, whyNot }: Parts): ConnectionReport[] {
  const fault = store?.writer.fault;
  return [
    { name: 'store', fault: fault && `${fault} What happens is kept in memory only.` },
    ...servers.map(({ chat: { status, state } }) => ({
      name: `mqtt/${state.ownId}`,
      fault:
        status === 'ready'
          ? undefined
          : `The bridge is not on the network as ${state.ownId}: it has no connection to the MQTT broker.`,
    })),
    ...members.map((member) => {
      const { id, adapter } = member;
      const why = whyNot(member);
      return {
        name: `adapter/${id}`,
        fault: why ? `${adapter.platform} (${id}) is not running: ${why}` : adapter.connection?.lost,
      };
    }),
  ];
}

/** None when all is well. */
export function health(parts: Parts): string[] {
  const { members, outbox, standstill } = parts;
  if (standstill !== undefined) return [standstill];
  return [
    ...connections(parts).flatMap(({ fault }) => fault ?? []),
    ...members.flatMap(({ adapter, rooms }) => rooms.flatMap((room) => adapter.roomFault?.(room) ?? [])),
    ...(outbox?.health() ?? []),
  ];
}
