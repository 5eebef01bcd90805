/** The crosschat protocol over MQTT: a library of its own. Start with {@link CrossChat}. */
export type { AowlAction, AowlTarget } from './aowl.ts';
export { CrossChat, type CrossChatStatus } from './chat.ts';
export { type Clock, systemClock } from './clock.ts';
export type { Complaint } from './complaints.ts';
export { CrossChatConfigError, NotConnectedError, PublishError, RefusedError } from './errors.ts';
export type {
  AowlEvent,
  CrossChatEvents,
  Emit,
  MetaEvent,
  NetworkEvents,
  OocEvent,
  PmEvent,
  RejectedEvent,
  RejectionKind,
  SayEvent,
  ServerEvent,
  StateEvent,
  UserEvent,
} from './events.ts';
export type { Log } from './log.ts';
export type { CrossChatOptions, TlsOptions } from './options.ts';
export type { Status } from './payloads.ts';
export type { Change, Kept, KeptPacket, KeptPeer, KeptUser, Note, Persistence } from './persistence.ts';
export { type Finding, probe } from './probe.ts';
export { LUA_TIMEOUT, RemoteLua } from './remote-lua.ts';
export type { KnownUser } from './roster.ts';
export { CrossChatServer, type Dialect } from './server.ts';
export type { SayOptions } from './speech.ts';
export { CrossChatState, type CrossChatStateOptions, type Publish } from './state.ts';
export { isServerId } from './topics.ts';
export { CrossChatUser } from './user.ts';
export { type StatusListener, watchStatus } from './watch.ts';
