/** Commands for a test: what somebody sees of an answer. */
import type { Interaction } from './interactions.ts';
import { isEphemeral } from './routes-command.ts';
import type { Mentions } from './state.ts';
import type { World } from './world.ts';

/** A command that was given. */
export class GivenCommand {
  readonly #world: World;
  readonly #interaction: Interaction;

  constructor(world: World, interaction: Interaction) {
    this.#world = world;
    this.#interaction = interaction;
  }

  /** Whether the bot has said anything to it. */
  get isAnswered(): boolean {
    return this.#interaction.state !== 'waiting';
  }

  /** Whether they see that the bot thinks about it. */
  get isThinking(): boolean {
    return this.#interaction.state === 'thinking';
  }

  /** Whether nobody else sees the answer. */
  get isPrivate(): boolean {
    return isEphemeral(this.#interaction);
  }

  /** Who was notified by the answer. */
  get pings(): Mentions {
    return this.#interaction.pings;
  }

  /** Waits until the bot thinks about it. */
  async thinking(): Promise<void> {
    await this.#world.changed.until(() => this.isThinking, 'a bot that thinks');
  }

  /** Waits for the answer, with its markup. @param timeout in milliseconds */
  answer(timeout?: number): Promise<string> {
    const { channel } = this.#interaction;
    return this.#world.changed.until(
      () => this.#interaction.state === 'answered' && this.#interaction.content,
      `an answer in #${channel.name}`,
      timeout,
    );
  }

  /** Waits for the values that are suggested. */
  choices(): Promise<Interaction['choices']> {
    return this.#world.changed.until(() => this.#interaction.state === 'answered' && this.#interaction.choices, 'suggestions');
  }
}
