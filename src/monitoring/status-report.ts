/** The state of a bridge, as `/readyz` and the command `status` tell it. Times are milliseconds since the epoch. */
import type { ConnectionReport } from '../health.ts';
import type { QueueReport } from '../outbox/queue-report.ts';

/** The state of a bridge. */
export interface StatusReport {
  /** Whether it is active and every connection stands. */
  readonly ready: boolean;
  /** Why it is not, in sentences. */
  readonly reasons: readonly string[];
  /** What else is not as it should be: a room that can't be reached, a long line. */
  readonly warnings: readonly string[];
  /** Whether it works, waits for its turn, or stands still since another one has taken its place. */
  readonly role: 'active' | 'standby' | 'standstill';
  readonly connections: readonly CountedConnection[];
  /** By the id of the destination. */
  readonly queues: Readonly<Record<string, QueueReport>>;
  readonly channels: readonly ChannelStatus[];
  readonly network: {
    /** The other servers that are online, and how many are on each. */
    readonly servers: Readonly<Record<string, number>>;
    readonly players: number;
    /** Platform users of this bridge whom the network can see. */
    readonly speakers: number;
  };
  /** Null when the database does not answer. */
  readonly deadLetters: number | null;
}

/** A connection, and how often it was made since the start, where that is known. */
interface CountedConnection extends ConnectionReport {
  readonly made: number | undefined;
}

/** A channel. */
interface ChannelStatus {
  readonly name: string;
  readonly paused: boolean;
  /** Ids of game servers; `*` stands for any characters. */
  readonly servers: readonly string[];
  /** Ids of destinations. */
  readonly rooms: readonly string[];
}

/** An instance that is not active. @param reason why, in a sentence */
export function idleReport(role: 'standby' | 'standstill', reason: string): StatusReport {
  return {
    ready: false,
    reasons: [reason],
    warnings: [],
    role,
    connections: [],
    queues: {},
    channels: [],
    network: { servers: {}, players: 0, speakers: 0 },
    deadLetters: 0,
  };
}
