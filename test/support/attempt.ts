import type { KeptAttempt } from '../../src/outbox/destination.ts';

/** An attempt that remembers what it is told; handed to the next `send`, it is the next attempt. */
export class TestAttempt implements KeptAttempt {
  readonly signal: AbortSignal;
  readonly shown: string[] = [];
  doubtful = false;
  completed = false;

  constructor(signal: AbortSignal = new AbortController().signal) {
    this.signal = signal;
  }

  async isKnown(nativeId: string): Promise<boolean> {
    return this.shown.includes(nativeId);
  }

  assertCurrent(): void {}

  async begin(): Promise<void> {
    this.doubtful = true;
  }

  complete(): void {
    this.completed = true;
  }

  failed(): void {
    this.doubtful = false;
  }

  done(nativeId: string): void {
    this.shown.push(nativeId);
    this.doubtful = false;
  }
}
