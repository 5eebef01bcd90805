/** The stories that reach Matrix, where the bridge is an appservice there: on a Synapse that this file starts for itself. */
import { afterAll, beforeAll, describe, test, vi } from 'vitest';
import { commandStories } from '../stories/commands.ts';
import { conversationStories } from '../stories/conversation.ts';
import { editStories } from '../stories/edits.ts';
import { mediaStories } from '../stories/media.ts';
import { noticeStories } from '../stories/notices.ts';
import { portalStories } from '../stories/portals.ts';
import { reactionStories } from '../stories/reactions.ts';
import { replyStories } from '../stories/replies.ts';
import { standIns } from '../stories/stand-ins.ts';
import { threadStories } from '../stories/threads.ts';
import { typingStories } from '../stories/typing.ts';
import type { Site } from '../stories/world.ts';
import { hasOwnSynapse } from '../support/own-synapse.ts';
import { synapseWithAppservices } from '../support/synapse-appservices.ts';

/** More than there are bridges in all stories. */
const appservices = 150;

// Ghosts join before they speak, and this homeserver keeps everything in one SQLite file.
vi.setConfig({ testTimeout: 60_000 });

if (hasOwnSynapse) {
  describe('as an appservice, on Synapse', () => {
    let homeserver: Awaited<ReturnType<typeof synapseWithAppservices>>;
    beforeAll(async () => {
      homeserver = await synapseWithAppservices(appservices);
    }, 120_000);
    afterAll(() => homeserver?.synapse.stop());

    const realServers = async (): Promise<Site> => {
      const { broker, close } = await standIns();
      const { url, account, appservice } = homeserver;
      return { broker, matrix: { url, account, appservice, violations: () => [] }, close };
    };
    conversationStories(realServers);
    mediaStories(realServers);
    commandStories(realServers);
    threadStories(realServers, 20);
    editStories(realServers);
    replyStories(realServers);
    portalStories(realServers);
    reactionStories(realServers);
    typingStories(realServers);
    noticeStories(realServers);
  });
} else {
  test.skip('the stories of an appservice need SYNAPSE_PYTHON');
}
