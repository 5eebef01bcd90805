/** The requests that status messages take. Errors are those of discord.js. */
import { Routes } from 'discord.js';
import { z } from 'zod';
import { isMessageGone } from '../faults.ts';
import type { Requests } from '../rest.ts';
import type { StatusText } from './wording.ts';

const message = z.object({ id: z.string(), author: z.object({ id: z.string() }) });
const channel = z.object({ topic: z.string().nullish() });
const pingNobody = { allowed_mentions: { parse: [] } };

export class StatusRequests {
  readonly #requests: Requests;

  constructor(requests: Requests) {
    this.#requests = requests;
  }

  /** Shows a message as the bot. Gives its id. @param nonce the same one gives the same message for some minutes */
  async post(channelId: string, text: StatusText, nonce: string, signal: AbortSignal): Promise<string> {
    const body = { ...text, ...pingNobody, nonce, enforce_nonce: true };
    return message.parse(await this.#requests.request('post', Routes.channelMessages(channelId), { body, ...patient(signal) }))
      .id;
  }

  async edit(channelId: string, messageId: string, text: StatusText, signal: AbortSignal): Promise<void> {
    const body = { ...text, ...pingNobody };
    await this.#requests.request('patch', Routes.channelMessage(channelId, messageId), { body, ...patient(signal) });
  }

  /** The id of who wrote a message; undefined when it is not there. */
  async authorOf(channelId: string, messageId: string, signal: AbortSignal): Promise<string | undefined> {
    try {
      return message.parse(await this.#requests.request('get', Routes.channelMessage(channelId, messageId), patient(signal)))
        .author.id;
    } catch (error) {
      if (isMessageGone(error)) return undefined;
      throw error;
    }
  }

  /** The topic of a channel. */
  async topic(channelId: string, signal: AbortSignal): Promise<string> {
    return channel.parse(await this.#requests.request('get', Routes.channel(channelId), patient(signal))).topic ?? '';
  }

  /** Discord takes two new topics in 10 minutes. */
  async setTopic(channelId: string, topic: string, signal: AbortSignal): Promise<void> {
    await this.#requests.request('patch', Routes.channel(channelId), { body: { topic }, ...patient(signal) });
  }
}

function patient(signal: AbortSignal) {
  return { signal, patient: true } as const;
}
