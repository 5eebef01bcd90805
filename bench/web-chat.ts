/** Many pages of the web chat at once. */
import { once } from 'node:events';
import { webchat } from '../bridges/webchat/index.ts';
import { heap, openBridge, spawn } from './peers.ts';

const PAGES = 200;
const PER_SECOND = 50;
const SECONDS = 20;

/** What the pages tell of themselves: each message's way from a game server to each page, in milliseconds. */
export interface Told {
  readonly p50: number;
  readonly p99: number;
  readonly heard: number;
}

/** How long 50 messages a second take from a game server to 200 pages, and what a page costs. */
export async function webChat(url: string): Promise<Record<string, number>> {
  const bridge = await openBridge(url, {
    modules: [webchat],
    adapters: { webchat: { config: { guests: true }, room: 'main' } },
    serves: true,
  });
  const before = heap();
  const child = spawn('pages', url, `${bridge.httpUrl}/chat/`, String(PAGES));
  await once(child, 'message');
  const held = heap() - before;
  const cpu = process.cpuUsage();
  child.send({ seconds: SECONDS, perSecond: PER_SECOND });
  const [told] = (await once(child, 'message')) as [Told];
  const { user, system } = process.cpuUsage(cpu);
  const after = heap() - before;
  child.kill();
  await bridge.stop();
  const expected = PAGES * PER_SECOND * SECONDS;
  if (told.heard !== expected) throw new Error(`${told.heard} of ${expected} messages arrived`);
  return {
    web_chat_p50_ms: told.p50,
    web_chat_p99_ms: told.p99,
    web_chat_kB_each_quiet: held / PAGES / 1_000,
    web_chat_kB_each_after: after / PAGES / 1_000,
    // Of one core, as long as they talk.
    web_chat_cpu_percent: (user + system) / SECONDS / 10_000,
  };
}
