/** The requests of private chats. */
import { Routes } from 'discord.js';
import { z } from 'zod';
import { attached, filesOf, spoken, type Upload } from '../form.ts';
import type { Content } from '../outgoing.ts';
import type { Requests } from '../rest.ts';

const id = z.string().regex(/^\d{1,20}$/);
const message = z.object({ id, content: z.string(), author: z.object({ id }) });

/** A message in a private chat. */
export type DirectPost = z.infer<typeof message>;

export class DirectRequests {
  readonly #requests: Requests;

  constructor(requests: Requests) {
    this.#requests = requests;
  }

  /** The private chat with a user: always the same one. https://discord.com/developers/docs/resources/user#create-dm */
  async open(userId: string, signal: AbortSignal): Promise<string> {
    const body = { recipient_id: userId };
    return z.object({ id }).parse(await this.#requests.request('post', Routes.userChannels(), { body, signal })).id;
  }

  /**
   * Says something as the bot. Gives its id: for some minutes, the same nonce says the same only once.
   * https://discord.com/developers/docs/resources/message#create-message
   */
  async say(
    channelId: string,
    content: Content,
    uploads: readonly Upload[],
    nonce: string,
    signal: AbortSignal,
  ): Promise<string> {
    const body = { ...spoken(content), nonce, enforce_nonce: true, ...(uploads.length > 0 && attached(uploads)) };
    const options = { body, ...filesOf(uploads), signal };
    return message.parse(await this.#requests.request('post', Routes.channelMessages(channelId), options)).id;
  }

  /** Up to 100 messages after an id, oldest first. */
  async after(channelId: string, messageId: string, signal: AbortSignal): Promise<DirectPost[]> {
    const query = new URLSearchParams({ after: messageId, limit: '100' });
    const found = await this.#requests.request('get', Routes.channelMessages(channelId), { query, signal, patient: true });
    return z.array(message).parse(found).reverse();
  }
}
