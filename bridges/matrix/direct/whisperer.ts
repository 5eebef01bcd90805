/** Shows whispers to people, in their private chats with us. */
import { type Attempt, DeliveryError } from '../../../src/adapter.ts';
import type { Message, Place, PlayerParty, RoomRef, UserParty, Whisper } from '../../../src/event.ts';
import { whisperOwnText, whisperText } from '../../../src/text/whisper.ts';
import { toDrafts } from '../content.ts';
import { type Caller, describe, isPassing, retryAfter } from '../homeserver.ts';
import type { Uploads } from '../uploads.ts';
import type { Voice, Voices } from '../voice.ts';
import type { DirectChats } from './chats.ts';
import { type Host, openChat } from './opening.ts';

export interface WhispererOptions {
  readonly homeserver: Caller;
  readonly chats: DirectChats;
  readonly uploads: Uploads;
  /** The bridge's own account. */
  readonly own: Voice;
  readonly voices: Pick<Voices, 'alone'>;
  /** The bridge's own id on the crosschat network. */
  readonly serverId: string;
  /** What commands begin with. */
  readonly prefix: string;
}

export class Whisperer {
  readonly #options: WhispererOptions;

  constructor(options: WhispererOptions) {
    this.#options = options;
  }

  /**
   * Shows a whisper, in several events if it is long.
   * @throws {DeliveryError}
   */
  async show(userId: string, whisper: Whisper, attempt: Attempt): Promise<void> {
    const { own, chats, uploads, serverId, prefix } = this.#options;
    try {
      const ghost = await this.#ghostOf(whisper, attempt.signal);
      const roomId = await openChat(userId, ghost?.host ?? this.#self, chats, attempt.signal);
      const block = `${prefix}block keeps them from writing to you.`;
      const text = ghost
        ? whisperOwnText(whisper, `Just answer here. ${block}`)
        : whisperText(whisper, `Answer by the reply function, or just here. ${block}`);
      const message = messageOf(whisper, text);
      const emoji = await uploads.emojiIn(message, attempt.signal);
      const drafts = toDrafts(message, { nameTemplate: '', serverId, emoji, asThemselves: true });
      await (ghost?.voice ?? own).outgoing.show(roomId, drafts, attempt);
    } catch (fault) {
      throw directFault(fault);
    }
  }

  get #self(): Host {
    const { homeserver, own } = this.#options;
    return { caller: homeserver, userId: own.userId };
  }

  /** The ghost of whoever whispers, where there is one: the chat is theirs alone. */
  async #ghostOf(
    { from, tag }: Whisper,
    signal: AbortSignal,
  ): Promise<{ readonly voice: Voice; readonly host: Host } | undefined> {
    // Nobody knows who that is: whoever it is has no ghost.
    if (from.kind === 'bridge' || (from.kind === 'player' && from.number === undefined)) return undefined;
    const voice = await this.#options.voices.alone?.({ place: placeOf(from), author: from.author, tag }, signal);
    return voice && { voice, host: { caller: voice.caller, userId: voice.userId, partner: from } };
  }
}

function placeOf(from: PlayerParty | UserParty): Place {
  if (from.kind === 'player') return { kind: 'server', server: from.server };
  return { kind: 'room', adapter: from.adapter, room: '' as RoomRef };
}

/** A whisper as a message that says by itself who whispers. */
function messageOf({ id, at, from, to, tag, attachments }: Whisper, body: Message['body']): Message {
  return {
    kind: 'message',
    id,
    at,
    place: placeOf(from.kind === 'bridge' ? to : from),
    tag,
    author: from.author,
    body,
    attachments,
  };
}

/** The fault as the core wants it: one that is not passing says behind the user's name what is wrong. */
function directFault(fault: unknown): DeliveryError {
  if (fault instanceof DeliveryError) return fault;
  const wait = retryAfter(fault);
  if (isPassing(fault)) {
    const options = { passing: true, cause: fault, ...(wait !== undefined && { retryAfter: wait }) };
    return new DeliveryError(`Matrix: a private message has to wait (${describe(fault)})`, options);
  }
  return new DeliveryError('takes no direct messages', { passing: false, cause: fault });
}
