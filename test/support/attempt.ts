import type { Attempt } from '../../src/adapter.ts';

/** An attempt that remembers what it is told; handed to the next `send`, it is the next attempt. */
export class TestAttempt implements Attempt {
  readonly signal: AbortSignal;
  readonly shown: string[] = [];
  doubtful = false;

  constructor(signal: AbortSignal = new AbortController().signal) {
    this.signal = signal;
  }

  async isKnown(nativeId: string): Promise<boolean> {
    return this.shown.includes(nativeId);
  }

  async begin(): Promise<void> {
    this.doubtful = true;
  }

  failed(): void {
    this.doubtful = false;
  }

  done(nativeId: string): void {
    this.shown.push(nativeId);
    this.doubtful = false;
  }
}
