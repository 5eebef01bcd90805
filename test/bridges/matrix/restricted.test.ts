import { describe } from 'vitest';
import { AppserviceStage, openAppserviceDouble } from './appservice-stage.ts';
import { openDouble } from './double.ts';
import { restrictedStories } from './restricted-stories.ts';
import { Stage } from './stage.ts';

describe('as a bot', () => {
  restrictedStories(async () => {
    const stage = await Stage.open((await openDouble()).site);
    return { stage, botId: stage.bot.id };
  });
});

describe('as an appservice', () => {
  restrictedStories(async () => {
    const stage = await AppserviceStage.open((await openAppserviceDouble()).site);
    return { stage, botId: stage.botId };
  });
});
