/** A command is not carried out. The message is a sentence for whoever gave it. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  /** Whether the audit log has it already. */
  readonly isNoted: boolean;

  constructor(message: string, { isNoted = false }: { readonly isNoted?: boolean } = {}) {
    super(message);
    this.isNoted = isNoted;
  }
}
