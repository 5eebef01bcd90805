import type { AowlAction, AowlTarget } from './aowl.ts';
import type { CrossChatServer } from './server.ts';
import type { CrossChatUser } from './user.ts';

/** A server came, went or restarted. One that goes or restarts loses its users, without an event for each. */
export interface ServerEvent {
  readonly server: CrossChatServer;
  readonly change: 'online' | 'offline' | 'restart';
  /** It is no news: it was so before we looked, at our first connect or after our own outage. */
  readonly quiet: boolean;
  /** How many users an offline or restarted server had. */
  readonly users: number;
}

/** A user of another server was announced, changed or left. */
export interface UserEvent {
  readonly user: CrossChatUser;
  readonly change: 'add' | 'update' | 'del';
  /** Part of a server telling who is there anyway: no news. */
  readonly burst: boolean;
  /** Why the user left, where the server says so. */
  readonly reason?: string;
}

/** A user of another server said something to all. */
export interface SayEvent {
  readonly user: CrossChatUser;
  readonly server: CrossChatServer;
  readonly text: string;
  /** The other keys of the payload. */
  readonly extra: Readonly<Record<string, unknown>>;
}

/** Somebody whispered to one of our users. */
export interface PmEvent {
  /** Absent when the sender's id is no number: somebody on that server. */
  readonly from: CrossChatUser | undefined;
  readonly server: CrossChatServer;
  /** May be the id of nobody. */
  readonly toUserId: number;
  readonly text: string;
}

/** A server set a state. */
export interface StateEvent {
  readonly server: CrossChatServer;
  readonly key: string;
  /** Empty when the state was removed. */
  readonly value: string;
}

/** A server told about itself. */
export interface MetaEvent {
  readonly server: CrossChatServer;
  readonly meta: Readonly<Record<string, unknown>>;
}

/** An out-of-character message, but for `lua`, which is never passed on, and log lines, which go to the log. */
export interface OocEvent {
  readonly server: CrossChatServer;
  readonly type: string;
  /** The JSON value, or the text where it is no JSON. */
  readonly payload: unknown;
}

/** A server asks all servers to kick, ban or slap somebody. It is data: nothing has been done. */
export interface AowlEvent {
  readonly server: CrossChatServer;
  readonly action: AowlAction;
  readonly target: AowlTarget;
  readonly reason: string;
  readonly extra: Readonly<Record<string, unknown>>;
}

/** What was wrong with a packet. */
export type RejectionKind =
  | 'topic'
  | 'size'
  | 'status'
  | 'meta'
  | 'state'
  | 'user'
  | 'say'
  | 'pm'
  | 'ooc'
  | 'aowl'
  | 'lua'
  | 'endpoint'
  | 'crowd';

/** A packet was thrown away. Emitted for each; the log gets one line per peer and kind. */
export interface RejectedEvent {
  /** The server that sent it, as far as it can be told; made fit for a log. */
  readonly peer: string;
  readonly kind: RejectionKind;
  /** What was wrong, in words. */
  readonly detail: string;
}

/** What happens on the network, by event name. */
export interface NetworkEvents {
  server: [ServerEvent];
  user: [UserEvent];
  say: [SayEvent];
  pm: [PmEvent];
  state: [StateEvent];
  meta: [MetaEvent];
  ooc: [OocEvent];
  aowl: [AowlEvent];
  rejected: [RejectedEvent];
}

/** What happens on the network and to our connection, by event name. Each `string` is a sentence for the operator. */
export interface CrossChatEvents extends NetworkEvents {
  /** Connected, announced, and the picture of the network is complete. */
  ready: [];
  /** The connection is gone and will be made again. */
  down: [string];
  /** Another process with the same server id took our place. We left it to it and don't try again. */
  takenOver: [string];
  /** Something that the operator should look at. Said once per change, not per attempt. */
  problem: [string];
}

/** Where the state's events go. */
export type Emit = <Name extends keyof NetworkEvents>(name: Name, event: NetworkEvents[Name][0]) => void;
