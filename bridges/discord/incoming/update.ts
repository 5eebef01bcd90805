/** What an update of a message means: Discord tells of edits, previews, pins, votes and more in the same way. */
import { type Message as DiscordMessage, MessageFlags, type PartialMessage } from 'discord.js';

/**
 * `edited`: its author changed it. `said`: a bot that thought about its answer gives it. `gone`: what a followed channel had told is
 * deleted there. Undefined for all that changes no words, and where Discord tells too little.
 */
export function updateOf(
  old: DiscordMessage | PartialMessage,
  message: DiscordMessage | PartialMessage,
): 'edited' | 'said' | 'gone' | undefined {
  if (message.partial || message.author === null || message.type === null) return undefined;
  if (message.flags.has(MessageFlags.SourceMessageDeleted)) return 'gone';
  if (!old.partial && old.flags.has(MessageFlags.Loading)) return message.flags.has(MessageFlags.Loading) ? undefined : 'said';
  if (message.editedTimestamp === null) return undefined;
  return old.partial || old.editedTimestamp !== message.editedTimestamp ? 'edited' : undefined;
}
