import { ChannelType } from 'discord.js';
import type { Logger } from 'pino';
import type { RoomThread } from '../../src/adapter.ts';
import type { Clock } from '../../src/clock.ts';
import type { Message } from '../../src/event.ts';
import { excerpt } from '../../src/text/excerpt.ts';
import { sanitizeName } from '../../src/text/names.ts';
import type { Api } from './api.ts';
import { isChannelGone, isForbidden, isMessageGone, isSaidByDiscord, isThreadClosed, isThreadThere, reasonOf } from './faults.ts';
import { whereabouts } from './native-id.ts';
import type { Target, Targets } from './targets.ts';
import type { ThreadRule } from './threads.ts';

/** The longest name of a thread, in characters. https://discord.com/developers/docs/resources/channel#start-thread-from-message */
const maxName = 100;
/** After a refusal, no thread is started in a channel for so many milliseconds: somebody may give the bot the permission. */
const refusalTime = 600_000;
/** So many threads are known not to be there any more. */
const maxGone = 1_000;

interface ThreadTargetsOptions {
  readonly rule: ThreadRule;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Finds the thread of a channel that a message goes to, and starts it where there is none. */
export class ThreadTargets {
  readonly #api: Api;
  readonly #targets: Targets;
  readonly #options: ThreadTargetsOptions;
  /** By channel, until when no thread is started there. */
  readonly #refused = new Map<string, number>();
  /** The channels of which the operator knows that no thread can be started there. */
  readonly #complained = new Set<string>();
  readonly #gone = new Set<string>();

  constructor(api: Api, targets: Targets, options: ThreadTargetsOptions) {
    this.#api = api;
    this.#targets = targets;
    this.#options = options;
  }

  /**
   * The thread of a room; undefined where a message can't go there, and is to be shown in the room itself.
   * @throws what a request throws that may work another time
   */
  async #of(room: Target, thread: RoomThread, signal: AbortSignal): Promise<Target | undefined> {
    if (this.#options.rule === 'ignore' || room.threadId !== undefined) return undefined;
    // What stands in a thread can't begin another one.
    const known = thread.nativeId?.includes('/') ? undefined : thread.nativeId;
    const there = known === undefined ? undefined : await this.#existing(room, known, signal);
    if (known !== undefined && this.#gone.has(known)) return undefined;
    const id = there?.channel.id ?? (await this.#started(room, known, thread.name, signal));
    if (id === undefined) return undefined;
    thread.opened(id);
    return { ...(there ?? (await this.#targets.of(id, signal))), room: room.room };
  }

  /**
   * Shows a message in its thread. Where it can't go there, for example since only moderators may write in it, it is shown in the room
   * itself, with the name of the thread.
   */
  async inThread(
    room: Target,
    message: Message,
    thread: RoomThread | undefined,
    signal: AbortSignal,
    show: (target: Target, message: Message) => Promise<void>,
  ): Promise<void> {
    if (thread === undefined) return await show(room, message);
    // One that was deleted is started again.
    for (let tries = 0; tries < 2; tries++) {
      const target = await this.#of(room, thread, signal);
      if (target === undefined) break;
      try {
        return await show(target, message);
      } catch (error) {
        if (isChannelGone(error)) this.#targets.forget(target.channel.id);
        else if (isThreadClosed(error)) break;
        else throw error;
      }
    }
    await show(room, outsideThread(message, thread));
  }

  /** Where a message stands that was shown in a room, or in a thread of it; undefined when that thread was deleted. */
  async whereIs(room: Target, nativeId: string, signal: AbortSignal): Promise<{ target: Target; id: string } | undefined> {
    const { channelId, id } = whereabouts(room.room, nativeId);
    if (channelId === room.room) return { target: room, id };
    try {
      return { target: { ...(await this.#targets.of(channelId, signal)), room: room.room }, id };
    } catch (error) {
      if (isChannelGone(error)) return undefined;
      throw error;
    }
  }

  /**
   * Changes something in a thread, which has to be open for that. What is in one that was deleted needs no change.
   * @throws what `change` throws when the bot may not open it
   */
  async opened({ threadId, room }: Target, signal: AbortSignal, change: () => Promise<void>): Promise<void> {
    try {
      await change();
    } catch (error) {
      if (threadId === undefined) throw error;
      if (isChannelGone(error) && threadId !== room) return this.#targets.forget(threadId);
      if (!isThreadClosed(error)) throw error;
      await this.#api.openThread(threadId, signal).catch((refusal: unknown) => {
        throw isForbidden(refusal) ? error : refusal;
      });
      await change();
    }
  }

  async #existing(room: Target, id: string, signal: AbortSignal): Promise<Target | undefined> {
    if (this.#gone.has(id)) return undefined;
    try {
      const target = await this.#targets.of(id, signal);
      const isOpen = target.channel.type !== ChannelType.PrivateThread;
      return target.home === room.channel.id && isOpen ? target : undefined;
    } catch (error) {
      if (isChannelGone(error)) return undefined;
      throw error;
    }
  }

  /** The id of a new thread, or of one that was there already. @param message that it hangs on */
  async #started(
    { channel, where }: Target,
    message: string | undefined,
    name: string,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    if ((this.#refused.get(channel.id) ?? 0) > this.#options.clock.now()) return undefined;
    try {
      return await this.#api.startThread(channel, message, threadName(name), signal);
    } catch (error) {
      if (message !== undefined && isThreadThere(error)) return message;
      if (message !== undefined && isMessageGone(error)) this.#noteGone(message);
      else if (isSaidByDiscord(error)) this.#complain(channel.id, where, error);
      else throw error;
      return undefined;
    }
  }

  #noteGone(id: string): void {
    this.#gone.add(id);
    const [oldest] = this.#gone;
    if (this.#gone.size > maxGone && oldest !== undefined) this.#gone.delete(oldest);
  }

  #complain(channelId: string, where: string, error: unknown): void {
    const { clock, log } = this.#options;
    this.#refused.set(channelId, clock.now() + refusalTime);
    if (this.#complained.has(channelId)) return;
    this.#complained.add(channelId);
    const why = isForbidden(error)
      ? 'give it the permissions Create Public Threads and Send Messages in Threads there'
      : reasonOf(error);
    log.error(
      `In ${where} the bot can't start a thread, so what is said in threads elsewhere is shown in the channel itself: ${why}`,
    );
  }
}

/** A message that can't go to its thread, with the name of that above it, unless it answers another one and is understood by that. */
export function outsideThread(message: Message, { name }: RoomThread): Message {
  return message.replyTo ? message : { ...message, replyTo: { author: 'Thread', text: name || 'without a name' } };
}

/** Whether a message was shown in a room itself. */
export function isInRoom(room: string, nativeId: string): boolean {
  return whereabouts(room, nativeId).channelId === room;
}

/** A name that Discord takes. */
function threadName(name: string): string {
  const shown = [...sanitizeName(excerpt(name, maxName))].slice(0, maxName).join('').trim();
  return shown || 'Thread';
}
