/** The stories that reach Matrix, where the bridge is an appservice there. */
import { describe } from 'vitest';
import { conversationStories } from './stories/conversation.ts';
import { mediaStories } from './stories/media.ts';
import { portalStories } from './stories/portals.ts';
import { reactionStories } from './stories/reactions.ts';
import { replyStories } from './stories/replies.ts';
import { appserviceStandIns } from './stories/stand-ins.ts';
import { threadStories } from './stories/threads.ts';
import { typingStories } from './stories/typing.ts';

describe('as an appservice, on stand-ins', () => {
  conversationStories(appserviceStandIns);
  mediaStories(appserviceStandIns);
  replyStories(appserviceStandIns);
  portalStories(appserviceStandIns);
  reactionStories(appserviceStandIns);
  threadStories(appserviceStandIns);
  typingStories(appserviceStandIns);
});
