import type { APIEmbed } from 'discord.js';
import { post } from './messages.ts';
import { type SeenMessage, seen } from './seen.ts';
import type { Webhook } from './state.ts';
import type { World } from './world.ts';

/** A webhook that somebody else posts through. */
export class DiscordWebhook {
  readonly state: Webhook;
  readonly #world: World;

  constructor(world: World, state: Webhook) {
    this.#world = world;
    this.state = state;
  }

  get id(): string {
    return this.state.id;
  }

  /** @param options the name and picture to appear with, if not the webhook's own */
  says(text: string, options: { name?: string; avatarUrl?: string; embeds?: readonly APIEmbed[] } = {}): SeenMessage {
    const { name = this.state.name, avatarUrl = null, embeds = [] } = options;
    const author = { kind: 'webhook' as const, webhook: this.state, name, avatarUrl };
    return seen(this.#world, post(this.#world, { channel: this.state.channel, author, content: text, embeds }));
  }
}
