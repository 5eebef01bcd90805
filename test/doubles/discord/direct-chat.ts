/** The private chat of a person with a bot, as a test moves the person in it. */
import type { DiscordMember, SayOptions } from './members.ts';
import { type SeenMessage, seen } from './seen.ts';
import type { Channel } from './state.ts';
import type { World } from './world.ts';

export class DirectChat {
  readonly id: string;
  readonly #world: World;
  readonly #channel: Channel;
  readonly #person: DiscordMember;

  constructor(world: World, channel: Channel, person: DiscordMember) {
    this.#world = world;
    this.#channel = channel;
    this.#person = person;
    this.id = channel.id;
  }

  /** All that was said, from old to new. */
  get messages(): readonly SeenMessage[] {
    return [...this.#channel.messages.values()].map((message) => seen(this.#world, message));
  }

  /** What the bot said, from old to new. */
  get heard(): readonly string[] {
    return this.messages.filter(({ isApp }) => isApp).map(({ content }) => content);
  }

  /** The person says something. */
  says(text: string, options?: SayOptions): SeenMessage {
    return this.#person.says(this, text, options);
  }

  /** Waits until all that the bot said is as it should be. */
  async waitUntil(test: (heard: readonly string[]) => boolean, timeout?: number): Promise<void> {
    await this.#world.changed.until(
      () => test(this.heard),
      'a private chat',
      timeout,
      () => JSON.stringify(this.heard),
    );
  }

  /** The first thing that the bot says which holds these words. @throws {Error} after `timeout` ms; says what was there */
  waitFor(words: string, timeout?: number): Promise<SeenMessage> {
    const look = () => this.messages.find(({ isApp, content }) => isApp && content.includes(words));
    return this.#world.changed.until(look, `"${words}" in a private chat`, timeout, () => JSON.stringify(this.heard));
  }
}
