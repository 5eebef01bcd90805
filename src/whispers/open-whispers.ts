import { type Blocks, openBlocks } from '../store/blocks.ts';
import type { Store } from '../store/store.ts';
import { conversationsOf } from '../store/whispers.ts';
import { Conversations } from './conversations.ts';

/** Recalls who whispered with whom, and who blocks whom. Rejects when the store can't be read. */
export async function openWhispers(
  { database, writer }: Pick<Store, 'database' | 'writer'>,
  now: () => number,
): Promise<{ readonly conversations: Conversations; readonly blocks: Blocks }> {
  const conversations = new Conversations(conversationsOf(database, writer));
  await conversations.restore();
  return { conversations, blocks: await openBlocks(database, writer, now) };
}
