/** What is the same for a bot and for an appservice. */
import { describe } from 'vitest';
import { AppserviceStage, openAppserviceDouble } from './appservice-stage.ts';
import { openDouble } from './double.ts';
import { encryptedStories } from './encrypted-stories.ts';
import { restrictedStories } from './restricted-stories.ts';
import { roomStories } from './room-stories.ts';
import { Stage } from './stage.ts';
import { unmappedStories } from './unmapped-stories.ts';

const bot = async () => {
  const stage = await Stage.open((await openDouble()).site);
  return { stage, botId: stage.bot.id };
};
const appservice = async () => {
  const stage = await AppserviceStage.open((await openAppserviceDouble()).site);
  return { stage, botId: stage.botId };
};

describe.each([
  ['as a bot', bot],
  ['as an appservice', appservice],
])('%s', (_, open) => {
  restrictedStories(open);
  unmappedStories(open);
  encryptedStories(open);
  roomStories(open);
});
