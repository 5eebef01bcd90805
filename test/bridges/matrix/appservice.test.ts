import { openAppserviceDouble } from './appservice-stage.ts';
import { appserviceStories } from './appservice-stories.ts';
import { ghostStories } from './ghost-stories.ts';

const open = async () => (await openAppserviceDouble()).site;
appserviceStories(open);
ghostStories(open);
