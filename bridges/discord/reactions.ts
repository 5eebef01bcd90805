/** Who reacts to what in the rooms. Bots are nobody. */
import {
  type Client,
  Events,
  type GuildMember,
  type MessageReaction,
  type PartialMessageReaction,
  type PartialUser,
  type User,
} from 'discord.js';
import type { Clock } from '../../src/clock.ts';
import { type Emoji, eventId, type Reaction, type ReactionRemoval } from '../../src/event.ts';
import { authorOf } from './incoming/author.ts';
import type { Ears } from './incoming/heard.ts';
import { nativeIdOf, type RoomPlace, type Whereabouts } from './native-id.ts';
import type { Talk } from './talk.ts';

/** What happens to reactions. */
export interface ReactionEvents {
  react(reaction: Reaction | ReactionRemoval): void;
}

type Reacted = MessageReaction | PartialMessageReaction;

/** Where a custom emoji's picture is; of a moving one, the first picture. https://discord.com/developers/docs/reference#image-formatting */
const pictures = 'https://cdn.discordapp.com/emojis/';

/** Tells of reactions. */
export class ReactionNews {
  readonly #ears: Ears;
  readonly #clock: Clock;
  readonly #events: ReactionEvents;
  #count = 0;

  constructor({ ears, clock }: { readonly ears: Ears; readonly clock: Clock }, events: ReactionEvents) {
    this.#ears = ears;
    this.#clock = clock;
    this.#events = events;
  }

  /** Somebody reacted to a message. */
  added(
    message: Whereabouts,
    place: RoomPlace,
    { user, member, emoji }: { readonly user: User; readonly member: GuildMember | undefined; readonly emoji: Emoji },
  ): void {
    if (!this.isHeard(user)) return;
    const author = authorOf(user, member ?? null);
    this.#events.react({ kind: 'reaction', ...this.#common(message, place), tag: 'Discord', author, emoji });
  }

  /** Reactions to a message were taken back. */
  removed(message: Whereabouts, place: RoomPlace, which: Pick<ReactionRemoval, 'emoji' | 'userId'>): void {
    this.#events.react({ kind: 'reaction-removal', ...this.#common(message, place), ...which });
  }

  /** Whether somebody is to be heard. */
  isHeard({ id, bot }: User | PartialUser): boolean {
    return id !== this.#ears.own.userId && bot !== true;
  }

  /** What all reactions have: Discord gives them no ids, and tells no times. */
  #common(message: Whereabouts, place: RoomPlace) {
    const at = this.#clock.now();
    const target = eventId(place, nativeIdOf(place.room, message));
    return { id: eventId(place, `reaction/${at}-${++this.#count}`), at, place, target };
  }
}

/** @param talk what reactions come after: what was said before them */
export function listenToReactions(client: Client, talk: Talk, news: ReactionNews): void {
  const remove = (message: Whereabouts, which: Pick<ReactionRemoval, 'emoji' | 'userId'>) =>
    talk.afterwards(message, (place) => news.removed(message, place, which));
  client
    .on(Events.MessageReactionAdd, ({ emoji, message }, user) => {
      if (user.partial) return;
      const member = message.guild?.members.cache.get(user.id);
      talk.afterwards(message, (place) => news.added(message, place, { user, member, emoji: emojiOf(emoji) }));
    })
    .on(Events.MessageReactionRemove, ({ emoji, message }, user) => {
      if (news.isHeard(user)) remove(message, { emoji: emojiOf(emoji), userId: user.id });
    })
    .on(Events.MessageReactionRemoveEmoji, ({ emoji, message }) => remove(message, { emoji: emojiOf(emoji) }))
    .on(Events.MessageReactionRemoveAll, (message) => remove(message, {}));
}

/** An emoji of Discord. */
export function emojiOf({ id, name }: Reacted['emoji']): Emoji {
  return { name: name ?? 'emoji', ...(id !== null && { url: `${pictures}${id}.png` }) };
}

/** The id of a custom emoji of Discord; undefined for all others. */
export function customEmojiId({ url = '' }: Emoji): string | undefined {
  return url.startsWith(pictures) ? /^\d{1,20}(?=\.)/.exec(url.slice(pictures.length))?.[0] : undefined;
}
