/** The stories on stand-ins: the embedded broker, and a homeserver that is a double. */
import { pino } from 'pino';
import { describe } from 'vitest';
import { startBroker } from '../src/broker.ts';
import { MatrixDouble } from './doubles/matrix/index.ts';
import { commandStories } from './stories/commands.ts';
import { brokerStories, conversationStories } from './stories/conversation.ts';
import { discordStories } from './stories/discord.ts';
import { editStories } from './stories/edits.ts';
import { identityStories } from './stories/identity.ts';
import { mediaStories } from './stories/media.ts';
import { noticeBrokerStories, noticeStories } from './stories/notices.ts';
import { reactionStories } from './stories/reactions.ts';
import { replyStories } from './stories/replies.ts';
import { threadStories } from './stories/threads.ts';
import { whisperStories } from './stories/whispers.ts';
import type { Site } from './stories/world.ts';

async function standIns(): Promise<Site> {
  const log = pino({ level: 'silent' });
  const matrix = await MatrixDouble.start();
  let broker = await startBroker({ port: 0, log });
  const { url } = broker;
  return {
    broker: {
      url,
      credentials: () => undefined,
      stop: () => broker.stop(),
      start: async () => {
        broker = await startBroker({ port: Number(new URL(url).port), log });
      },
    },
    matrix: {
      url: matrix.url,
      account: async (localpart) => matrix.addUser(localpart),
      violations: () => matrix.violations,
    },
    close: async () => {
      await matrix.stop();
      await broker.stop();
    },
  };
}

describe('on stand-ins', () => {
  conversationStories(standIns);
  discordStories(standIns);
  mediaStories(standIns);
  identityStories(standIns);
  commandStories(standIns);
  brokerStories(standIns);
  replyStories(standIns);
  reactionStories(standIns);
  noticeStories(standIns);
  noticeBrokerStories(standIns);
  threadStories(standIns);
  editStories(standIns);
  whisperStories(standIns);
});
