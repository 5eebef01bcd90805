/** Who reacts to what in the rooms. Bots are nobody. */
import { type Client, Events, type MessageReaction, type PartialMessageReaction, type PartialUser, type User } from 'discord.js';
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

/** @param talk what reactions come after: what was said before them */
export function listenToReactions(
  client: Client,
  talk: Talk,
  { ears, clock }: { readonly ears: Ears; readonly clock: Clock },
  { react }: ReactionEvents,
): void {
  let count = 0;
  /** What all reactions have: Discord gives them no ids, and tells no times. */
  const common = (message: Whereabouts, place: RoomPlace) => {
    const at = clock.now();
    const target = eventId(place, nativeIdOf(place.room, message));
    return { id: eventId(place, `reaction/${at}-${++count}`), at, place, target };
  };
  const isHeard = ({ id, bot }: User | PartialUser) => id !== ears.own.userId && bot !== true;
  const remove = (message: Whereabouts, which: Pick<ReactionRemoval, 'emoji' | 'userId'>) =>
    talk.afterwards(message, (place) => react({ kind: 'reaction-removal', ...common(message, place), ...which }));
  client
    .on(Events.MessageReactionAdd, ({ emoji, message }, user) => {
      if (!isHeard(user) || user.partial) return;
      const author = authorOf(user, message.guild?.members.cache.get(user.id) ?? null);
      talk.afterwards(message, (place) =>
        react({ kind: 'reaction', ...common(message, place), tag: 'Discord', author, emoji: emojiOf(emoji) }),
      );
    })
    .on(Events.MessageReactionRemove, ({ emoji, message }, user) => {
      if (isHeard(user)) remove(message, { emoji: emojiOf(emoji), userId: user.id });
    })
    .on(Events.MessageReactionRemoveEmoji, ({ emoji, message }) => remove(message, { emoji: emojiOf(emoji) }))
    .on(Events.MessageReactionRemoveAll, (message) => remove(message, {}));
}

function emojiOf({ id, name }: Reacted['emoji']): Emoji {
  return { name: name ?? 'emoji', ...(id !== null && { url: `${pictures}${id}.png` }) };
}

/** The id of a custom emoji of Discord; undefined for all others. */
export function customEmojiId({ url = '' }: Emoji): string | undefined {
  return url.startsWith(pictures) ? /^\d{1,20}(?=\.)/.exec(url.slice(pictures.length))?.[0] : undefined;
}
