/** The store can't be opened. The message is a sentence for the operator. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
}
