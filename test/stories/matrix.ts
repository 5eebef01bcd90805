/** All stories that reach Matrix. They are the same on the stand-in and on Synapse, whether the bridge is a bot there or an appservice. */
import { accountStories } from './accounts.ts';
import { commandStories } from './commands.ts';
import { conversationStories } from './conversation.ts';
import { editStories } from './edits.ts';
import { ghostWhisperStories } from './ghost-whispers.ts';
import { identityStories } from './identity.ts';
import { mediaStories } from './media.ts';
import { noticeStories } from './notices.ts';
import { portalStories } from './portals.ts';
import { presenceStories } from './presence.ts';
import { reactionStories } from './reactions.ts';
import { replyStories } from './replies.ts';
import { threadStories } from './threads.ts';
import { typingStories } from './typing.ts';
import { whisperRefusalStories } from './whisper-refusals.ts';
import { whisperStories } from './whispers.ts';
import type { OpenSite } from './world.ts';

/** @param openSite gives the broker and the homeserver that they happen on @param many how often a story of many goes on */
export function matrixStories(openSite: OpenSite, many?: number): void {
  conversationStories(openSite);
  mediaStories(openSite);
  identityStories(openSite);
  commandStories(openSite);
  accountStories(openSite);
  editStories(openSite);
  replyStories(openSite);
  reactionStories(openSite);
  typingStories(openSite);
  noticeStories(openSite);
  presenceStories(openSite);
  whisperStories(openSite);
  whisperRefusalStories(openSite);
  threadStories(openSite, many);
}

/** Those that happen only where everybody is a Matrix user of their own. */
export function ghostStories(openSite: OpenSite): void {
  portalStories(openSite);
  ghostWhisperStories(openSite);
}
