import type { Absences } from './absences.ts';
import { type AowlAction, type AowlTarget, aowlPayload } from './aowl.ts';
import { NotConnectedError, PublishError } from './errors.ts';
import { MAX_SAY } from './limits.ts';
import { said } from './outgoing.ts';
import type { Picture } from './picture.ts';
import { allDelivered, type SendTo } from './roster.ts';
import type { CrossChatServer } from './server.ts';
import { cut } from './text.ts';
import { isKey, isServerId } from './topics.ts';

/** What goes along with something said. */
export interface SayOptions {
  /** Which of the online servers hear it; all, unless given. */
  readonly to?: (server: CrossChatServer) => boolean;
  /** More keys for the payload; implementations that don't know them ignore them. */
  readonly extra?: Record<string, unknown>;
}

/** What speech works with. */
export interface SpeechOptions {
  readonly picture: Picture;
  /** Who went a moment ago. */
  readonly absences: Absences;
  readonly sendTo: SendTo;
  /** Holds a packet for a server that went a moment ago. */
  readonly holdFor: (serverId: string, rest: string, payload: string) => void;
}

/** What is said to other servers, once and to those who are there. Described where it is offered: {@link CrossChatState}. */
export class Speech {
  readonly #options: SpeechOptions;
  readonly #picture: Picture;

  constructor(options: SpeechOptions) {
    this.#options = options;
    this.#picture = options.picture;
  }

  async say(userId: number, text: string, options: SayOptions): Promise<void> {
    this.#assertOwnUser(userId);
    this.assertConnected();
    const payload = said(cut(text, MAX_SAY), options.extra ?? {});
    await this.#toOnline(`say/${userId}`, payload, options.to);
  }

  async pm(fromUserId: number, serverId: string, toUserId: number, text: string): Promise<void> {
    this.#assertOwnUser(fromUserId);
    if (!Number.isSafeInteger(toUserId) || toUserId < 0) throw new TypeError('A user id is a whole number from 0.');
    await this.#toOne(serverId, `pm/${fromUserId}/${toUserId}`, said(cut(text, MAX_SAY), {}));
  }

  async ooc(serverId: string, type: string, payload: unknown): Promise<void> {
    if (!isKey(type)) throw new TypeError('An OOC type has 1 to 64 characters, none of them / + # or a control character.');
    await this.#toOne(serverId, `ooc/${type}`, encode(payload));
  }

  async aowl(action: AowlAction, target: AowlTarget, reason: string, { extra = {}, to }: SayOptions): Promise<void> {
    this.assertConnected();
    await this.#toOnline(`ooc/aowl_${action}`, aowlPayload(target, reason, extra), to);
  }

  /** @throws {NotConnectedError} */
  assertConnected(): void {
    if (!this.#picture.me.online) throw new NotConnectedError();
  }

  async #toOnline(rest: string, payload: string, to?: (server: CrossChatServer) => boolean): Promise<void> {
    const ids: string[] = [];
    const sent: Promise<void>[] = [];
    const { absences, sendTo, holdFor } = this.#options;
    for (const { server } of this.#picture.peers.values()) {
      if (!server.online && !absences.has(server.id)) continue;
      if (to !== undefined && !to(server)) continue;
      if (!server.online) {
        holdFor(server.id, rest, payload);
        continue;
      }
      ids.push(server.id);
      sent.push(sendTo(server.id, rest, payload));
    }
    await allDelivered(ids, sent);
  }

  async #toOne(serverId: string, rest: string, payload: string): Promise<void> {
    if (!isServerId(serverId)) throw new TypeError('This can be no server id.');
    this.assertConnected();
    if (this.#picture.peers.get(serverId)?.server.online !== true) {
      throw new PublishError([serverId], new Error(`${serverId} is not online.`));
    }
    await allDelivered([serverId], [this.#options.sendTo(serverId, rest, payload)]);
  }

  #assertOwnUser(id: number): void {
    if (!this.#picture.me.users.has(id)) throw new RangeError(`This server has no user ${id}.`);
  }
}

/** A payload as it goes out: text as it stands, anything else as JSON. */
export function encode(payload: unknown): string {
  return typeof payload === 'string' ? payload : JSON.stringify(payload ?? null);
}
