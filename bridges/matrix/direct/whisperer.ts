/** Shows whispers to people, in their private chats with us. */
import { type Attempt, DeliveryError } from '../../../src/adapter.ts';
import { type Message, numberedId, type Whisper } from '../../../src/event.ts';
import { whisperText } from '../../../src/text/whisper.ts';
import { toDrafts } from '../content.ts';
import { type Caller, describe, isPassing, retryAfter } from '../homeserver.ts';
import type { Uploads } from '../uploads.ts';
import type { Voice } from '../voice.ts';
import type { DirectChats } from './chats.ts';
import { openChat } from './opening.ts';

export interface WhispererOptions {
  readonly homeserver: Caller;
  readonly chats: DirectChats;
  readonly uploads: Uploads;
  /** The bridge's own account. */
  readonly own: Voice;
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
    const { homeserver, own, chats, uploads, serverId, prefix } = this.#options;
    try {
      const host = { caller: homeserver, userId: own.userId };
      const roomId = await openChat(userId, host, chats, attempt.signal);
      const hint = `Answer by the reply function, or just here. ${prefix}block keeps them from writing to you.`;
      const message = messageOf(whisper, whisperText(whisper, hint));
      const emoji = await uploads.emojiIn(message, attempt.signal);
      const drafts = toDrafts(message, { nameTemplate: '', serverId, emoji, asThemselves: true });
      await own.outgoing.show(roomId, drafts, attempt);
    } catch (fault) {
      throw directFault(fault);
    }
  }
}

/** A whisper as a message that says by itself who whispers. */
function messageOf({ id, at, from, tag, attachments }: Whisper, body: Message['body']): Message {
  const place = { kind: 'room', adapter: '' as never, room: '' as never } as const;
  return { kind: 'message', id: id ?? numberedId(0), at, place, tag, author: from.author, body, attachments };
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
