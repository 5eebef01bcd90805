import type { Log } from './log.ts';
import type { CrossChatServer } from './server.ts';

/** Callbacks by name. One that throws is logged and disturbs nobody. */
export class Subscribers<Value> {
  readonly #callbacks = new Map<string, Set<(server: CrossChatServer, name: string, value: Value) => void>>();
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Returns the function that takes the callback off again. */
  add(name: string, callback: (server: CrossChatServer, name: string, value: Value) => void): () => void {
    const callbacks = this.#callbacks.get(name) ?? new Set();
    this.#callbacks.set(name, callbacks.add(callback));
    return () => {
      callbacks.delete(callback);
      if (callbacks.size === 0) this.#callbacks.delete(name);
    };
  }

  has(name: string): boolean {
    return this.#callbacks.has(name);
  }

  notify(server: CrossChatServer, name: string, value: Value): void {
    for (const callback of this.#callbacks.get(name) ?? []) {
      try {
        callback(server, name, value);
      } catch (err) {
        this.#log.error({ err, name }, `A subscriber of ${name} failed.`);
      }
    }
  }
}
