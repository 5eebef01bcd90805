/** The contract between the core and a platform, as both import it: what an adapter does, and what the core offers it. */
export { type Adapter, AdapterError, type Connection, type Finding, type Sanction } from './adapter/adapter.ts';
export { type Attempt, DeliveryError, type OwnReaction, type RoomThread } from './adapter/delivery.ts';
export type { AdapterHost, Deed, DirectMessage, Memory } from './adapter/host.ts';
export type { FileFacts, LoadedFile, MediaReader, Medium, UploadedFile } from './adapter/media.ts';
export type { AdapterEntries, AdapterModule, RegistrationFile } from './adapter/module.ts';
export {
  type CommandInfo,
  type CommandOption,
  type Commands,
  type Invocation,
  moderationCommands,
  type Rank,
  reaches,
} from './command.ts';
export { helpFor } from './command-help.ts';
export type { HttpAnswer, HttpRequest, Route } from './http/route.ts';
export type { AdapterSetup, Answers } from './setup.ts';
export { readCommand, type Typed, usageOf } from './typed-command.ts';
export { readUnfinished, typedValue } from './unfinished-command.ts';
