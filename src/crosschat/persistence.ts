/** What a server has to keep, so that a killed process is no more than a short pause to the others: the port to a store. */
import type { Dialect } from './server.ts';

/** A user as kept. */
export interface KeptUser {
  readonly id: number;
  readonly name: string;
  /** Unix seconds. */
  readonly firstSeen: number;
  readonly extra: Readonly<Record<string, unknown>>;
}

/** Another server, with its users. */
export interface KeptPeer {
  readonly id: string;
  /** Whether it was online; if not, its users are those it had when it went. */
  readonly online: boolean;
  /** When it last started: Unix seconds. */
  readonly started: number;
  readonly dialect: Dialect | undefined;
  /** Whether it was told who our users are, since it came. */
  readonly told: boolean;
  readonly users: readonly KeptUser[];
}

/** A QoS 2 packet of ours that the broker has not taken for good. */
export interface KeptPacket {
  /** Counts up in the order in which packets were handed over. */
  readonly seq: number;
  readonly topic: string;
  readonly payload: string;
  readonly retain: boolean;
  /** Undefined while it waits to be sent. */
  readonly packetId: number | undefined;
  /** Whether the broker's PUBREC came: from then on only PUBREL may be sent again. */
  readonly released: boolean;
}

/** All that is kept. */
export interface Kept {
  /** Tells one MQTT session from another: empty when the broker holds none for us. */
  readonly scope: string;
  /** As announced last: unix seconds, 0 before the first time. */
  readonly started: number;
  /** As announced last. */
  readonly instance: string;
  /** The highest user id that was ever given to a user of ours. */
  readonly lastUserId: number;
  /** Ids of QoS 2 packets that were worked on and that the broker may send again. */
  readonly received: readonly number[];
  /** In the order of `seq`. */
  readonly sent: readonly KeptPacket[];
  readonly peers: readonly KeptPeer[];
  /** Our own users, as the others were told last. */
  readonly ownUsers: readonly KeptUser[];
}

/** One change of what is kept. `peer` is our own id for our own users. */
export type Change =
  | { readonly kind: 'session'; readonly scope: string; readonly started: number; readonly instance: string }
  | { readonly kind: 'lastUserId'; readonly id: number }
  | { readonly kind: 'received'; readonly packetId: number }
  | { readonly kind: 'completed'; readonly packetId: number }
  | { readonly kind: 'nothingReceived' }
  | { readonly kind: 'sent'; readonly packet: KeptPacket }
  | { readonly kind: 'sentAs'; readonly seq: number; readonly packetId: number | undefined }
  | { readonly kind: 'released'; readonly seq: number }
  | { readonly kind: 'done'; readonly seq: number }
  | { readonly kind: 'nothingSent' }
  | ({ readonly kind: 'peer' } & Omit<KeptPeer, 'users'>)
  /** With its users. */
  | { readonly kind: 'peerGone'; readonly id: string }
  /** No peers, and no users of peers. */
  | { readonly kind: 'allGone' }
  | { readonly kind: 'user'; readonly peer: string; readonly user: KeptUser }
  | { readonly kind: 'userGone'; readonly peer: string; readonly id: number }
  | { readonly kind: 'usersGone'; readonly peer: string };

/** Takes one change. */
export type Note = (change: Change) => void;

/** Where it is kept. */
export interface Persistence {
  /** What an earlier process left; undefined when there was none. */
  load(): Promise<Kept | undefined>;
  /** Takes a change. Whatever is noted in one synchronous stretch of code is kept together or not at all, in the order of the calls. */
  readonly note: Note;
  /**
   * Resolves when all that was noted so far, and all that listeners of events have noted in their own way, would outlive a crash;
   * undefined when it already does. Nothing that depends on it is told to the broker before. Never rejects.
   */
  kept(): Promise<void> | undefined;
}

/** For a server that keeps nothing. */
export const keepsNothing: Persistence = {
  load: async () => undefined,
  note: () => {},
  kept: () => undefined,
};
