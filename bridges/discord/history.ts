import { PermissionFlagsBits, SnowflakeUtil } from 'discord.js';
import type { Logger } from 'pino';
import type { Attempt } from '../../src/adapter.ts';
import type { Shown } from './answers.ts';
import { type Api, pageSize } from './api.ts';
import { readsLike } from './calls.ts';
import { isForbidden } from './faults.ts';
import { fileSign } from './files-out.ts';
import { whereabouts } from './native-id.ts';
import { nativeIdAt, type Target, type Targets } from './targets.ts';

/** How far our idea of Discord's time may be off, in milliseconds. */
const clockSkew = 60_000;
/** Of the messages since a part was begun; Discord shows a part within seconds, so that it is found on the first ones. */
const maxPages = 20;

/** A part of a message, as it would stand in a channel if nobody were called in it. */
interface Part {
  readonly content: string;
  /** The names that it may have been shown under. */
  readonly usernames: readonly string[];
  /** How many files go with it, unless they are told of in words. */
  readonly files: number;
}

/** Finds out whether a part that seemed to fail is shown after all: Discord can't be told to take a webhook's message only once. */
export class History {
  readonly #api: Api;
  readonly #targets: Targets;
  readonly #log: Logger;
  /** The rooms of which the operator knows that they can't be looked through. */
  readonly #unreadable = new Set<string>();

  constructor(api: Api, targets: Targets, log: Logger) {
    this.#api = api;
    this.#targets = targets;
    this.#log = log;
  }

  /**
   * The id under which a part is shown: that of the oldest message like it that isn't known as another one. Undefined also where
   * nobody can tell: shown twice is better than never.
   * @param since when it was begun, in milliseconds since the epoch
   */
  async find(target: Target, part: Part, since: number, attempt: Attempt): Promise<string | undefined> {
    const own = await this.#targets.applicationId(attempt.signal);
    let after = this.#start(since, attempt.shown);
    for (let pages = 0; pages < maxPages; pages++) {
      const page = await this.#page(target, after, attempt.signal);
      if (page.length === 0 && pages === 0) await this.#explain(target, attempt.signal);
      for (const message of page) {
        if (isLike(message, part, own) && !(await attempt.isKnown(nativeIdAt(target, message.id)))) return message.id;
      }
      const last = page.at(-1);
      if (last === undefined || page.length < pageSize) return undefined;
      after = last.id;
    }
    this.#log.warn(
      `In ${target.where}, a message whose sending was interrupted is not among the ${maxPages * pageSize} that came after it began; it is sent again`,
    );
    return undefined;
  }

  /** Everything after this id may be the part. https://discord.com/developers/docs/reference#snowflakes */
  #start(since: number, shown: readonly string[]): string {
    const timestamp = since + this.#api.clockOffset - clockSkew;
    const begun = SnowflakeUtil.generate({ timestamp, increment: 0n, workerId: 0n, processId: 0n });
    return [begun, ...shown.map((nativeId) => BigInt(whereabouts('', nativeId).id))]
      .reduce((latest, id) => (id > latest ? id : latest), 0n)
      .toString();
  }

  async #page(target: Target, after: string, signal: AbortSignal): Promise<readonly Shown[]> {
    try {
      return await this.#api.messagesAfter(target.channel.id, after, signal);
    } catch (error) {
      if (isForbidden(error)) return [];
      throw error;
    }
  }

  /** Discord gives an empty list where the bot may not read. https://discord.com/developers/docs/resources/message#get-channel-messages */
  async #explain(target: Target, signal: AbortSignal): Promise<void> {
    const { id } = target.channel;
    if (this.#unreadable.has(id)) return;
    const granted = await this.#targets.permissions(target, signal);
    const needed = PermissionFlagsBits.Administrator | PermissionFlagsBits.ReadMessageHistory;
    if ((granted & needed) !== 0n) return;
    this.#unreadable.add(id);
    this.#log.error(
      `In ${target.where} the bot can't look whether a message arrived whose sending was interrupted, and may show it twice: give it the permission Read Message History there`,
    );
  }
}

function isLike({ applicationId, username, content, files }: Shown, part: Part, own: string): boolean {
  if (applicationId !== own || !fileMatch(content, files, part)) return false;
  const words = part.files === 0 ? (text: string) => text : withoutFiles;
  if (!readsLike(essence(words(content)), essence(words(part.content)))) return false;
  return part.usernames.some((name) => essence(name) === essence(username));
}

/** Files may be there, or words for them. */
function fileMatch(content: string, files: number, part: Part): boolean {
  return part.files === 0 || (files > 0 && files <= part.files) || (files === 0 && content.includes(fileSign));
}

/** A text up to the words for files. */
function withoutFiles(text: string): string {
  const [words = ''] = text.split(fileSign);
  return words.replace(/[*|[\s]+$/, '');
}

/**
 * What Discord leaves of a text: it drops blanks at the ends and, without saying which, characters that can't be seen.
 * https://discord.com/developers/docs/resources/message#create-message, https://github.com/discord/discord-api-docs/issues/1193
 */
function essence(text: string): string {
  return text.normalize('NFC').replaceAll(/[\p{C}\p{Z}\s]/gu, '');
}
