/** The bot's own reactions, which stand for those of everybody elsewhere. */
import { RESTJSONErrorCodes } from 'discord.js';
import type { Logger } from 'pino';
import type { OwnReaction } from '../../src/adapter.ts';
import type { Emoji } from '../../src/event.ts';
import { isEmoji, qualifiedEmoji } from '../../src/text/emoji.ts';
import type { Api } from './api.ts';
import { codeOf, deliveryFault } from './faults.ts';
import { whereabouts } from './native-id.ts';
import { customEmojiId } from './reactions.ts';

/** Refusals after which there is nothing left to do: the message is gone, has as many as it can, or its author wants none of ours. */
const done: readonly unknown[] = [
  RESTJSONErrorCodes.UnknownMessage,
  RESTJSONErrorCodes.UnknownChannel,
  RESTJSONErrorCodes.MaximumNumberOfReactionsReached,
  RESTJSONErrorCodes.ReactionWasBlocked,
];

export class OwnReactions {
  readonly #api: Api;
  readonly #log: Logger;
  /** The channels of which the operator knows that the bot can't react there. */
  readonly #forbidden = new Set<string>();

  constructor(api: Api, log: Logger) {
    this.#api = api;
    this.#log = log;
  }

  /**
   * Puts the bot's reaction to a message, or takes it away. That it is there or gone already, or the message is, is no fault.
   * @returns false when the bot can't react with this emoji
   * @throws {DeliveryError}
   */
  async set(room: string, { message, emoji, isOn }: OwnReaction, signal: AbortSignal): Promise<boolean> {
    const { channelId, id } = whereabouts(room, message);
    for (const form of formsOf(emoji)) {
      try {
        if (isOn) await this.#api.react(channelId, id, form, signal);
        else await this.#api.unreact(channelId, id, form, signal);
        return true;
      } catch (error) {
        const code = codeOf(error);
        if (done.includes(code)) return true;
        if (code === RESTJSONErrorCodes.MissingPermissions || code === RESTJSONErrorCodes.MissingAccess) {
          this.#explain(room);
          return false;
        }
        if (code !== RESTJSONErrorCodes.UnknownEmoji) throw deliveryFault(error, room, 'Add Reactions');
      }
    }
    return !isOn;
  }

  #explain(room: string): void {
    if (this.#forbidden.has(room)) return;
    this.#forbidden.add(room);
    this.#log.warn(
      `In Discord channel ${room} the bot may not react, so that reactions from elsewhere are told in words: give it the permissions Add Reactions, Read Message History and Use External Emojis there, or set reactions to "none"`,
    );
  }
}

/** How Discord may know an emoji, best in the form that is recommended; nothing for a text that is none, and for a picture that is not Discord's. */
function formsOf(emoji: Emoji): string[] {
  const id = customEmojiId(emoji);
  if (id !== undefined) return [`${emoji.name.replaceAll(/\W/g, '') || 'emoji'}:${id}`];
  if (emoji.url !== undefined || !isEmoji(emoji.name)) return [];
  return [...new Set([qualifiedEmoji(emoji.name), emoji.name])];
}
