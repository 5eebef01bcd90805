/** Whose messages are heard. */
import { type Message as DiscordMessage, MessageFlags, MessageType } from 'discord.js';
import type { ThreadRule } from '../threads.ts';
import { noticeIn, type SystemKind } from './system.ts';

/** What the operator wants to hear, and who the bridge itself is. */
export interface Ears {
  /** The bridge's own application and its bot: never heard. */
  readonly own: { readonly applicationId: string; readonly userId: string };
  /** Of other bots and webhooks: none, all, or those with these ids. */
  readonly bots: 'ignore' | 'relay' | readonly string[];
  readonly systemMessages: readonly SystemKind[];
  /** Whether what is said in threads is heard, as part of their channel. */
  readonly threads: ThreadRule;
}

/** The kinds of messages that somebody wrote. The result of a poll belongs to the poll. */
const written: ReadonlySet<MessageType> = new Set([
  MessageType.Default,
  MessageType.Reply,
  MessageType.ChatInputCommand,
  MessageType.ContextMenuCommand,
  MessageType.PollResult,
]);

/** Whether a message is for the other side. */
export function isHeard(message: DiscordMessage<true>, { own, bots, systemMessages }: Ears): boolean {
  const { type, author, webhookId, applicationId, flags } = message;
  if (author.id === own.userId || applicationId === own.applicationId) return false;
  // A bot that thinks about its answer.
  if (flags.has(MessageFlags.Loading)) return false;
  const kind = noticeIn(message)?.kind;
  if (kind === undefined ? !written.has(type) : !systemMessages.includes(kind)) return false;
  // Whoever let this channel follow another one wants its news here.
  if (flags.has(MessageFlags.IsCrosspost)) return true;
  if (!author.bot && !author.system && webhookId === null) return true;
  return bots === 'relay' || (bots !== 'ignore' && (bots.includes(author.id) || bots.includes(webhookId ?? '')));
}
