/** A command is not carried out. The message is a sentence for whoever gave it. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}
