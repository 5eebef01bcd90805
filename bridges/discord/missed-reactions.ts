import type { Message as DiscordMessage, MessageReaction, User } from 'discord.js';
import { emojiKey, type KnownReactions } from './known-reactions.ts';
import type { Missed } from './missed.ts';
import { nativeIdOf, type RoomPlace } from './native-id.ts';
import { emojiOf, type ReactionNews } from './reactions.ts';

/** So often it is asked who reacted, in one room and after one break. */
const maxQuestions = 25;
/** So many people Discord names at once. https://discord.com/developers/docs/resources/message#get-reactions */
const maxPeople = 100;
/** https://discord.com/developers/docs/resources/message#get-reactions-reaction-types */
const kinds = { normal: 0, burst: 1 };

interface Options {
  readonly missed: Missed;
  readonly known: KnownReactions;
  readonly news: ReactionNews;
  readonly own: { readonly applicationId: string; readonly userId: string };
}

/**
 * Finds out which reactions were added and taken back while nobody listened. The newest messages of a room tell how many there are of
 * each emoji, for one request; who they are is asked only where that is another number than is known. So these stay unknown: one that
 * took the place of another's with the same emoji, those to older messages, and, where more than {@link maxPeople} reacted with one
 * emoji or more than {@link maxQuestions} numbers changed, the rest. What comes twice, since it is told of live as well, the core drops.
 */
export class MissedReactions {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /**
   * Tells of them. Never rejects: then reactions are missed, and no text is.
   * @param upTo the last message that was heard in the channel
   * @param said the ids of the messages in the channel that the core has from there; it has the bridge's own as well
   */
  async tell(channelId: string, place: RoomPlace, upTo: string, said: readonly string[]): Promise<void> {
    const { missed, known, own } = this.#options;
    await known.load(place.room);
    let questions = 0;
    for (const message of await missed.heard(channelId, upTo)) {
      if (message.applicationId !== own.applicationId && !said.includes(message.id)) continue;
      for (const change of this.#changed(message, place)) {
        if (change.count > 0 && ++questions > maxQuestions) return;
        await this.#tellOf(message, place, change);
      }
    }
  }

  /** The emoji of which there are more or less than is known. */
  #changed(message: DiscordMessage<true>, place: RoomPlace): Change[] {
    const known = this.#options.known.of(place.room, nativeIdOf(place.room, message));
    const there = new Map([...message.reactions.cache.values()].map((one) => [emojiKey(emojiOf(one.emoji)), one]));
    const emoji = new Map([
      ...known.map(([key, one]) => [key, one] as const),
      ...[...there].map(([key, one]) => [key, emojiOf(one.emoji)] as const),
    ]);
    return [...emoji].flatMap(([key, one]): Change[] => {
      const reaction = there.get(key);
      const count = (reaction?.count ?? 0) - (reaction?.me ? 1 : 0);
      const before = known.flatMap(([of, , userId]) => (of === key ? [userId] : []));
      return count === before.length ? [] : [{ emoji: one, reaction, count, before }];
    });
  }

  async #tellOf(message: DiscordMessage<true>, place: RoomPlace, { emoji, reaction, count, before }: Change): Promise<void> {
    const { missed, news } = this.#options;
    const users = reaction && count > 0 ? await missed.ask(() => peopleOf(reaction)) : [];
    if (users === undefined) return;
    for (const user of users) {
      if (!before.includes(user.id))
        news.added(message, place, { user, member: message.guild.members.cache.get(user.id), emoji });
    }
    const areAll = reaction === undefined || count === 0 || users.length >= reaction.count;
    const gone = areAll ? before.filter((id) => !users.some((user) => user.id === id)) : [];
    for (const userId of gone) news.removed(message, place, { emoji, userId });
  }
}

/** An emoji at a message. */
interface Change {
  readonly emoji: ReturnType<typeof emojiOf>;
  /** Undefined where nobody reacts with it any more. */
  readonly reaction: MessageReaction | undefined;
  /** How many react with it, but for the bot itself. */
  readonly count: number;
  /** Those who are known to have done so. */
  readonly before: readonly string[];
}

/** Who reacts with an emoji. Those who pay for an animation are asked for by themselves. */
async function peopleOf({ users, countDetails: { burst } }: MessageReaction): Promise<User[]> {
  const normal = await users.fetch({ limit: maxPeople, type: kinds.normal });
  const bursts = burst > 0 ? await users.fetch({ limit: maxPeople, type: kinds.burst }) : [];
  return [...normal.values(), ...bursts.values()];
}
