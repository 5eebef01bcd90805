/** Everybody has a voice of their own: that of their ghost. The bridge itself speaks where no ghost can. */
import { z } from 'zod';
import { type Attempt, DeliveryError, type OwnReaction } from '../../../src/adapter.ts';
import { isBridge } from '../../../src/event.ts';
import { type Caller, describe, isAbsent, isForbidden } from '../homeserver.ts';
import type { Looks } from '../looks.ts';
import { Outgoing } from '../outgoing.ts';
import { OwnReactions } from '../own-reactions.ts';
import type { Uploads } from '../uploads.ts';
import type { LoneVoice, Speaker, Voice, Voices } from '../voice.ts';
import type { GhostIds } from './ghost-ids.ts';
import type { Ghosts } from './ghosts.ts';
import { asUser } from './masquerade.ts';
import * as sentences from './sentences.ts';

export interface GhostVoicesOptions {
  readonly homeserver: Caller;
  readonly uploads: Uploads;
  readonly ids: GhostIds;
  readonly ghosts: Ghosts;
  /** The bridge's own id on the crosschat network. */
  readonly serverId: string;
  /** How somebody is to look. */
  readonly looksOf: (speaker: Speaker, signal: AbortSignal) => Promise<Looks>;
  /** The Matrix user who somebody is, where they are to be shown as themselves. */
  readonly puppetOf: (speaker: Speaker) => string | undefined;
  /** A ghost is about to say something in a room. */
  readonly spoke: (roomId: string, userId: string) => void;
}

const sentBy = z.object({ sender: z.string() });
/** Of so many events it is remembered who sent them. */
const maxSenders = 10_000;

export class GhostVoices implements Voices {
  readonly #options: GhostVoicesOptions;
  /** The bridge itself. */
  readonly #own: Voice;
  readonly #senders = new Map<string, string>();

  constructor(own: Voice, options: GhostVoicesOptions) {
    this.#options = options;
    this.#own = own;
  }

  expect(roomId: string, speaker: Speaker): void {
    const { ids, ghosts, looksOf } = this.#options;
    // All calls end with the adapter anyway; nobody else waits for these.
    const { signal } = new AbortController();
    if (isBridge(speaker.author) || this.#options.puppetOf(speaker) !== undefined) return;
    const looks = () => looksOf(speaker, signal);
    // What goes wrong now goes wrong again when it is said, and is told then.
    ghosts.prepare(roomId, ids.of(speaker.place, speaker.author), looks, signal).catch(() => {});
  }

  async say(roomId: string, speaker: Speaker, { shown, signal }: Attempt, work: (voice: Voice) => Promise<void>): Promise<void> {
    const puppet = this.#options.puppetOf(speaker);
    if (puppet !== undefined && (await this.#sayAs(puppet, shown, work))) return;
    const [first] = shown;
    // What one voice has begun, it goes on with.
    const voice = first === undefined ? await this.#of(roomId, speaker, signal) : await this.#behind(roomId, first, signal);
    let said = voice;
    try {
      await this.#use(roomId, voice, signal, work);
    } catch (fault) {
      if (!voice.isGhost || !isForbidden(fault)) throw fault;
      this.#options.ghosts.close(roomId, sentences.ghostsMayNotSpeak(roomId, describe(fault)));
      said = this.#own;
      await work(said);
    }
    for (const id of shown) this.#note(id, said.userId);
  }

  async alone(speaker: Speaker, signal: AbortSignal): Promise<LoneVoice | undefined> {
    const { homeserver, ids, ghosts, looksOf } = this.#options;
    if (isBridge(speaker.author)) return undefined;
    const userId = ids.of(speaker.place, speaker.author);
    if (!(await ghosts.exists(userId, await looksOf(speaker, signal), signal))) return undefined;
    return { ...this.#as(userId), caller: asUser(homeserver, userId) };
  }

  /** Says something as a user who is no ghost. @returns false when they may not: they are not in the room, or the registration does not cover them */
  async #sayAs(userId: string, shown: readonly string[], work: (voice: Voice) => Promise<void>): Promise<boolean> {
    try {
      await work(this.#as(userId));
    } catch (fault) {
      if (!isForbidden(fault)) throw fault;
      return false;
    }
    for (const id of shown) this.#note(id, userId);
    return true;
  }

  async change(roomId: string, eventId: string, signal: AbortSignal, work: (voice: Voice) => Promise<void>): Promise<void> {
    await this.#use(roomId, await this.#behind(roomId, eventId, signal), signal, work);
  }

  async takeBack(roomId: string, eventId: string, signal: AbortSignal, work: (voice: Voice) => Promise<void>): Promise<void> {
    try {
      await this.change(roomId, eventId, signal, work);
    } catch (fault) {
      const mayNot = isForbidden(fault) || (fault instanceof DeliveryError && !fault.passing);
      if (!mayNot) throw fault;
      // Whoever moderates the room moderates those who were sent out of it as well.
      await work(this.#own).catch((other: unknown) => {
        throw isForbidden(other) ? fault : other;
      });
    }
  }

  async react(
    roomId: string,
    { by, isOn }: Pick<OwnReaction, 'by' | 'isOn'>,
    signal: AbortSignal,
    work: (voice: Voice) => Promise<void>,
  ): Promise<void> {
    await this.#use(roomId, await this.#reacting(roomId, by, isOn, signal), signal, work);
  }

  async #reacting(roomId: string, by: OwnReaction['by'], isOn: boolean, signal: AbortSignal): Promise<Voice> {
    if (!by) return this.#own;
    return isOn ? this.#of(roomId, by, signal) : this.#as(this.#options.ids.of(by.place, by.author));
  }

  /** The voice that somebody speaks with in a room, ready to be used. */
  async #of(roomId: string, speaker: Speaker, signal: AbortSignal): Promise<Voice> {
    if (isBridge(speaker.author)) return this.#own;
    const { ids, ghosts, looksOf, spoke } = this.#options;
    const userId = ids.of(speaker.place, speaker.author);
    const isReady = await ghosts.ready(roomId, userId, await looksOf(speaker, signal), signal);
    if (!isReady) return this.#own;
    spoke(roomId, userId);
    return this.#as(userId);
  }

  /** The voice that an event was sent with, as far as it was one of ours. */
  async #behind(roomId: string, eventId: string, signal: AbortSignal): Promise<Voice> {
    const { homeserver, ids } = this.#options;
    const path = `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/event/${encodeURIComponent(eventId)}`;
    let sender = this.#senders.get(eventId);
    if (sender === undefined) {
      const answer = await homeserver.call('GET', path, { signal }).catch((fault: unknown) => {
        if (!isAbsent(fault)) throw fault;
      });
      sender = sentBy.safeParse(answer).data?.sender ?? this.#own.userId;
      this.#note(eventId, sender);
    }
    return ids.isGhost(sender) ? this.#as(sender) : this.#own;
  }

  /** Does something with a voice. A ghost that was sent away, or has left, comes back and does it then. */
  async #use(roomId: string, voice: Voice, signal: AbortSignal, work: (voice: Voice) => Promise<void>): Promise<void> {
    try {
      await work(voice);
    } catch (fault) {
      const { ghosts } = this.#options;
      if (!voice.isGhost || !isForbidden(fault)) throw fault;
      await ghosts.members.gone(roomId, voice.userId);
      if (!(await ghosts.ready(roomId, voice.userId, undefined, signal))) throw fault;
      await work(voice);
    }
  }

  #note(eventId: string, userId: string): void {
    this.#senders.set(eventId, userId);
    const [oldest] = this.#senders.keys();
    if (this.#senders.size > maxSenders && oldest !== undefined) this.#senders.delete(oldest);
  }

  #as(userId: string): Voice {
    const { homeserver, uploads, serverId } = this.#options;
    const account = { homeserver: asUser(homeserver, userId), userId, serverId };
    const outgoing = new Outgoing({ ...account, others: [this.#own.userId] }, uploads, this.#own.outgoing.threads);
    return { userId, isGhost: true, outgoing, reactions: new OwnReactions({ ...account, outgoing }) };
  }
}
