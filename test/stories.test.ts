/** The stories on stand-ins: the embedded broker, and a homeserver that is a double. */
import { describe } from 'vitest';
import { brokerStories } from './stories/conversation.ts';
import { discordStories } from './stories/discord.ts';
import { matrixStories } from './stories/matrix.ts';
import { noticeBrokerStories } from './stories/notices.ts';
import { networkStories } from './stories/presence.ts';
import { standIns } from './stories/stand-ins.ts';

describe('on stand-ins', () => {
  matrixStories(standIns);
  discordStories(standIns);
  brokerStories(standIns);
  noticeBrokerStories(standIns);
  networkStories(standIns);
});
