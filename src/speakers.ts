/** Speakers-only presence: a platform user becomes visible to the network by speaking, and is gone after a while of silence. */
import type { Clock } from './clock.ts';
import type { CrossChatState } from './crosschat/index.ts';
import type { AdapterId, Author } from './event.ts';
import { sanitizeName } from './text/names.ts';

export interface SpeakersOptions {
  /** The virtual server whose users they are. */
  readonly state: CrossChatState;
  readonly clock: Clock;
  /** After so many milliseconds of silence a speaker leaves. */
  readonly idle: number;
}

interface Speaker {
  readonly userId: number;
  name: string;
  extra: Record<string, unknown>;
  spokeAt: number;
}

/** The speakers of one virtual server. A user of an adapter is one speaker, in however many rooms they are. */
export class Speakers {
  readonly #options: SpeakersOptions;
  /** In the order of `spokeAt`, so that the first is the next to leave. */
  readonly #speakers = new Map<string, Speaker>();
  #cancelSweep: (() => void) | undefined;

  constructor(options: SpeakersOptions) {
    this.#options = options;
  }

  /**
   * Makes a user who is about to speak visible, with the name and looks that they have now.
   * @returns their user id on the virtual server
   */
  async speaking(adapter: AdapterId, platform: string, author: Author): Promise<number> {
    const key = speakerKey(adapter, author.id);
    const known = this.#speakers.get(key);
    // The operator may have removed them by hand.
    if (known && this.#options.state.me().getUser(known.userId)) {
      known.spokeAt = this.#options.clock.now();
      this.#speakers.delete(key);
      this.#speakers.set(key, known);
      await this.#show(known, platform, author);
      return known.userId;
    }
    const { name, extra } = appearance(platform, author);
    const user = await this.#options.state.addUser(name, extra);
    this.#speakers.delete(key);
    this.#speakers.set(key, { userId: user.id, name, extra, spokeAt: this.#options.clock.now() });
    this.#sweepLater();
    return user.id;
  }

  /** Whether the network can see a user. */
  has(adapter: AdapterId, userId: string): boolean {
    return this.#speakers.has(speakerKey(adapter, userId));
  }

  /** A user's name or looks changed: news only if the network can see them. */
  async changed(adapter: AdapterId, platform: string, author: Author): Promise<void> {
    const known = this.#speakers.get(speakerKey(adapter, author.id));
    if (known) await this.#show(known, platform, author);
  }

  /** A user left the platform's rooms. */
  async left(adapter: AdapterId, userId: string, reason?: string): Promise<void> {
    await this.#remove(speakerKey(adapter, userId), reason);
  }

  /** Ends the watch for silence. */
  close(): void {
    this.#cancelSweep?.();
  }

  async #show(speaker: Speaker, platform: string, author: Author): Promise<void> {
    const { name, extra } = appearance(platform, author);
    if (name === speaker.name && JSON.stringify(extra) === JSON.stringify(speaker.extra)) return;
    speaker.name = name;
    speaker.extra = extra;
    await this.#options.state.updateUser(speaker.userId, { name, extra });
  }

  async #remove(key: string, reason?: string): Promise<void> {
    const speaker = this.#speakers.get(key);
    if (!speaker) return;
    this.#speakers.delete(key);
    await this.#options.state.delUser(speaker.userId, reason);
  }

  #sweepLater(): void {
    if (this.#cancelSweep) return;
    const [first] = this.#speakers.values();
    if (!first) return;
    const { clock, idle } = this.#options;
    this.#cancelSweep = clock.after(Math.max(0, first.spokeAt + idle - clock.now()), () => {
      this.#cancelSweep = undefined;
      for (const [key, speaker] of this.#speakers) {
        if (speaker.spokeAt + idle > clock.now()) break;
        // A peer that can't be told now is told by the burst after the reconnect.
        void this.#remove(key, 'idle').catch(() => {});
      }
      this.#sweepLater();
    });
  }
}

function speakerKey(adapter: AdapterId, userId: string): string {
  return `${adapter}/${userId}`;
}

/** What the network sees of a user. */
function appearance(platform: string, author: Author): { name: string; extra: Record<string, unknown> } {
  const { avatar, link, color } = author;
  return {
    name: sanitizeName(author.name) || 'Somebody',
    extra: { platform, ...(avatar && { avatar }), ...(link && { link }), ...(color && { color }) },
  };
}
