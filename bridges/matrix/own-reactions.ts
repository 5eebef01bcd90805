/** The bridge's own reactions, which stand for those of everybody elsewhere. */
import { MatrixError } from 'matrix-bot-sdk';
import { z } from 'zod';
import type { OwnReaction } from '../../src/adapter.ts';
import { actionId } from './content.ts';
import { bridgeMark, parseEvents } from './event.ts';
import type { Caller } from './homeserver.ts';
import type { Outgoing } from './outgoing.ts';
import { annotation, keyOf } from './reactions.ts';

const relations = z.object({ chunk: z.array(z.unknown()), next_batch: z.string().optional() });

/** So many pages of the reactions to one message are looked through for our own, and so many are on one. */
const maxPages = 10;
const pageSize = 100;

interface Account {
  readonly homeserver: Caller;
  readonly outgoing: Outgoing;
  readonly userId: string;
  /** The bridge's own id on the crosschat network. */
  readonly serverId: string;
}

export class OwnReactions {
  readonly #account: Account;

  constructor(account: Account) {
    this.#account = account;
  }

  /** Puts our reaction to a message, or takes it away. That it is there or gone already, or the message is, is no fault. */
  async set(roomId: string, reaction: OwnReaction, signal: AbortSignal): Promise<void> {
    if (reaction.isOn) await this.#put(roomId, reaction, signal);
    else await this.#account.outgoing.takeBack(roomId, await this.#find(roomId, reaction, signal), signal);
  }

  async #put(roomId: string, { message, emoji, cause }: OwnReaction, signal: AbortSignal): Promise<void> {
    const { homeserver, serverId } = this.#account;
    const id = actionId(cause, 'reaction');
    const path = `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/send/m.reaction/${id}`;
    const body = {
      'm.relates_to': { rel_type: 'm.annotation', event_id: message, key: keyOf(emoji) },
      [bridgeMark]: { server_id: serverId, label: '', id },
    };
    try {
      await homeserver.call('PUT', path, { body, signal });
    } catch (fault) {
      if (!isRefusedWith(fault, 400, 'M_DUPLICATE_ANNOTATION') && !isRefusedWith(fault, 400, 'M_UNKNOWN')) throw fault;
    }
  }

  /** The ids of our reactions to a message with an emoji: none, or one. Nothing else tells them: a transaction id is soon forgotten. */
  async #find(roomId: string, { message, emoji }: OwnReaction, signal: AbortSignal): Promise<string[]> {
    const { homeserver, userId } = this.#account;
    const room = `/_matrix/client/v1/rooms/${encodeURIComponent(roomId)}`;
    const path = `${room}/relations/${encodeURIComponent(message)}/m.annotation/m.reaction`;
    let from: string | undefined;
    for (let page = 0; page < maxPages; page++) {
      const query = { limit: String(pageSize), ...(from !== undefined && { from }) };
      const { chunk, next_batch } = relations.parse(await homeserver.call('GET', path, { query, signal }).catch(nothingIfGone));
      const own = parseEvents(chunk).filter(({ sender, content }) => {
        const key = annotation.safeParse(content).data?.['m.relates_to'].key;
        return sender === userId && key === keyOf(emoji);
      });
      if (own.length > 0 || next_batch === undefined) return own.map(({ event_id }) => event_id);
      from = next_batch;
    }
    return [];
  }
}

function nothingIfGone(fault: unknown): unknown {
  if (isRefusedWith(fault, 404, 'M_UNKNOWN') || isRefusedWith(fault, 404, 'M_NOT_FOUND')) return { chunk: [] };
  throw fault;
}

function isRefusedWith(fault: unknown, status: number, code: string): boolean {
  return fault instanceof MatrixError && fault.statusCode === status && fault.errcode === code;
}
