import { expect } from 'vitest';
import type { CrossChat } from '../../src/crosschat/index.ts';

/** Stops, which is said to take 5 s at most; a machine that stands still for a while has ten more. */
export async function stopsInTime(chat: CrossChat): Promise<void> {
  const began = performance.now();
  await chat.stop();
  expect(performance.now() - began).toBeLessThan(15_000);
  expect(chat.status).toBe('stopped');
}
