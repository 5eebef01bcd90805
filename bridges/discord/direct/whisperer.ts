/** Shows whispers to people, as direct messages by the bot. */
import { createHash } from 'node:crypto';
import { SnowflakeUtil } from 'discord.js';
import type { Attempt } from '../../../src/adapter.ts';
import type { Clock } from '../../../src/clock.ts';
import type { Whisper } from '../../../src/event.ts';
import { whisperText } from '../../../src/text/whisper.ts';
import type { Api } from '../api.ts';
import { isChannelGone, isDoubtful } from '../faults.ts';
import { type Content, contentsOf } from '../outgoing.ts';
import type { Uploads } from '../uploads.ts';
import type { DirectChats } from './chats.ts';
import { directFault } from './faults.ts';
import { DirectRequests } from './requests.ts';

const hint = 'Answer by the reply function, or just here. /block keeps them from writing to you.';
/** So large may a file be in a private chat, in bytes. */
const fileLimit = 10 * 1024 * 1024;
/** How far our idea of Discord's time may be off, in milliseconds. */
const clockSkew = 60_000;

export interface WhispererOptions {
  readonly api: Api;
  readonly chats: DirectChats;
  readonly uploads: Uploads;
  readonly clock: Clock;
  /** The bot's own user id. */
  readonly ownId: (signal: AbortSignal) => Promise<string>;
}

export class Whisperer {
  readonly #options: WhispererOptions;
  readonly #requests: DirectRequests;

  constructor(options: WhispererOptions) {
    this.#options = options;
    this.#requests = new DirectRequests(options.api.requests);
  }

  /**
   * Shows a whisper, in several messages if it is long, from the first one on that isn't shown.
   * @throws {DeliveryError}
   */
  async show(userId: string, whisper: Whisper, attempt: Attempt): Promise<void> {
    try {
      await this.#showIn(await this.#channelOf(userId, attempt.signal), whisper, attempt);
    } catch (error) {
      if (!isChannelGone(error)) throw directFault(error);
      this.#options.chats.forget((await this.#options.chats.channelOf(userId)) ?? '');
      // The next attempt opens another one.
      throw directFault(new Error('the private chat is gone'));
    }
  }

  async #channelOf(userId: string, signal: AbortSignal): Promise<string> {
    const { chats, api, clock } = this.#options;
    const known = await chats.channelOf(userId);
    if (known !== undefined) return known;
    const channel = await this.#requests.open(userId, signal);
    chats.opened(userId, channel, idAt(clock.now() + api.clockOffset - clockSkew));
    return channel;
  }

  async #showIn(channel: string, whisper: Whisper, attempt: Attempt): Promise<void> {
    for (const content of contentsIn(whisper).slice(attempt.shown.length)) {
      const part = `${whisper.id} ${attempt.shown.length}`;
      const found = attempt.doubtful ? await this.#find(channel, content, attempt) : undefined;
      if (found !== undefined) attempt.done(found);
      else await this.#say(channel, part, content, attempt);
    }
  }

  async #say(channel: string, part: string, content: Content, attempt: Attempt): Promise<void> {
    const nonce = createHash('sha256').update(part).digest('base64url').slice(0, 25);
    await this.#options.uploads.send(part, content, fileLimit, attempt.signal, async (now, uploads) => {
      await attempt.begin();
      try {
        attempt.done(await this.#requests.say(channel, now, uploads, nonce, attempt.signal));
      } catch (error) {
        if (!isDoubtful(error)) attempt.failed();
        throw error;
      }
    });
  }

  /** The message that shows a part, if it is there although nobody confirmed it: Discord knows a nonce for some minutes only. */
  async #find(channel: string, content: Content, attempt: Attempt): Promise<string | undefined> {
    const { api, clock, ownId } = this.#options;
    const since = (attempt.begunAt ?? clock.now()) + api.clockOffset - clockSkew;
    const own = await ownId(attempt.signal);
    for (const { id, author, content: text } of await this.#requests.after(channel, idAt(since), attempt.signal)) {
      if (author.id === own && essence(text) === essence(content.text) && !(await attempt.isKnown(id))) return id;
    }
    return undefined;
  }
}

/** The messages that show a whisper. */
function contentsIn(whisper: Whisper): Content[] {
  const { from, attachments } = whisper;
  return contentsOf({ author: from.author, body: whisperText(whisper, hint), attachments }, { id: '', guildId: undefined });
}

/** The smallest id of a time. https://discord.com/developers/docs/reference#snowflakes */
function idAt(timestamp: number): string {
  return SnowflakeUtil.generate({ timestamp, increment: 0n, workerId: 0n, processId: 0n }).toString();
}

/** What Discord leaves of a text for sure. */
function essence(text: string): string {
  return text.normalize('NFC').replaceAll(/[\p{C}\p{Z}\s]/gu, '');
}
