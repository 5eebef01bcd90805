import { ActivityType, type Client, Events } from 'discord.js';
import type { Logger } from 'pino';
import type { Clock } from '../../../src/clock.ts';
import { type Outcome, Paced } from './paced.ts';
import type { Picture } from './picture.ts';
import { presenceOf } from './wording.ts';

/** Milliseconds from what happens to what is shown of it, and between two changes: Discord takes 5 in 20 s. */
const SETTLE = 2_000;
const GAP = 20_000;

/** Shows below the bot's name how many play. https://discord.com/developers/docs/events/gateway-events#update-presence */
export class Presence {
  readonly #picture: Picture;
  readonly #pacer: Paced;
  #client: Client | undefined;
  #shown: string | undefined;

  constructor(picture: Picture, options: { readonly clock: Clock; readonly log: Logger }) {
    this.#picture = picture;
    this.#pacer = new Paced({ ...options, settle: SETTLE }, async () => this.#show());
  }

  /** Shows it on this connection from now on. A new session begins without. */
  follow(client: Client): void {
    this.#client = client;
    client.on(Events.ShardReady, () => {
      this.#shown = undefined;
      this.ask();
    });
  }

  /** Something may have changed. */
  ask(): void {
    this.#pacer.ask();
  }

  stop(): void {
    this.#pacer.stop();
  }

  #show(): Outcome {
    const sight = this.#picture.look();
    if (sight.state === 'soon' || !this.#client?.isReady()) return { rest: 0, again: sight.again };
    const state = presenceOf(sight);
    if (state === this.#shown) return { rest: 0, again: sight.again };
    this.#client.user.setPresence({ activities: [{ type: ActivityType.Custom, name: 'status', state }] });
    this.#shown = state;
    return { rest: GAP, again: sight.again };
  }
}
