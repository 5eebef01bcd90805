/** The stories on stand-ins: the embedded broker, and a homeserver that is a double. */
import { describe } from 'vitest';
import { accountStories } from './stories/accounts.ts';
import { commandStories } from './stories/commands.ts';
import { brokerStories, conversationStories } from './stories/conversation.ts';
import { discordStories } from './stories/discord.ts';
import { editStories } from './stories/edits.ts';
import { identityStories } from './stories/identity.ts';
import { mediaStories } from './stories/media.ts';
import { noticeBrokerStories, noticeStories } from './stories/notices.ts';
import { networkStories, presenceStories } from './stories/presence.ts';
import { reactionStories } from './stories/reactions.ts';
import { replyStories } from './stories/replies.ts';
import { standIns } from './stories/stand-ins.ts';
import { threadStories } from './stories/threads.ts';
import { typingStories } from './stories/typing.ts';

describe('on stand-ins', () => {
  conversationStories(standIns);
  discordStories(standIns);
  mediaStories(standIns);
  identityStories(standIns);
  commandStories(standIns);
  accountStories(standIns);
  brokerStories(standIns);
  replyStories(standIns);
  reactionStories(standIns);
  noticeStories(standIns);
  noticeBrokerStories(standIns);
  threadStories(standIns);
  typingStories(standIns);
  editStories(standIns);
  presenceStories(standIns);
  networkStories(standIns);
});
