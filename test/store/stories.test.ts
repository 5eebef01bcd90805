import { accountStories } from './account-stories.ts';
import { memoryStories } from './memory-stories.ts';
import { openTestStore } from './open.ts';
import { pruneStories } from './prune-stories.ts';
import { reactionStories } from './reaction-stories.ts';
import { recordStories } from './record-stories.ts';
import { roomStories } from './room-stories.ts';
import { threadStories } from './thread-stories.ts';
import { writerStories } from './writer-stories.ts';

accountStories(openTestStore);
memoryStories(openTestStore);
pruneStories(openTestStore);
reactionStories(openTestStore);
recordStories(openTestStore);
roomStories(openTestStore);
threadStories(openTestStore);
writerStories(openTestStore);
