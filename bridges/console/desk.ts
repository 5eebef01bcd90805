import type { AowlAction, AowlTarget, CrossChatState } from '../../src/crosschat/index.ts';

/** What commands work on. Each method answers with what to print. */
export interface Desk {
  readonly state: CrossChatState;
  /** The channels, the current one marked. */
  listChannels(): string;
  /** Makes another channel the current one. */
  switchChannel(name: string): string;
  /** What is wrong with the bridge. */
  health(): string;
  /** Lets the bridge read its configuration anew. */
  reload(): Promise<string>;
  /** Asks for confirmation and sends Lua code to a server, if that is allowed at all. */
  sendLua(serverId: string, code: string): Promise<string>;
  /** Asks all servers to kick, ban or slap somebody. */
  order(action: AowlAction, target: AowlTarget, reason: string): Promise<string>;
  /** Ends the bridge. */
  shutdown(): string;
}
