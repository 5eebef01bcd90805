/** `crosschat-bridge store info|prune|export|audit`. */
import { userInfo } from 'node:os';
import { type Clock, systemClock } from '../clock.ts';
import { type Config, ConfigError } from '../config.ts';
import { type AuditEntry, MAX_DEEDS } from '../store/audit.ts';
import { exportEvents } from '../store/export.ts';
import { type StoreInfo, storeInfo } from '../store/info.ts';
import { prune } from '../store/prune.ts';
import type { Store } from '../store/store.ts';
import { count } from '../text/count.ts';
import { toLine } from '../text/line.ts';
import { inWords } from '../text/time.ts';
import { actionOf } from './arguments.ts';
import { besideBridge } from './beside.ts';
import { defineCommand } from './command.ts';

export const storeCommand = defineCommand({
  name: 'store',
  summary: 'look into the database (info, export, audit), or delete what is too old (prune)',
  words: 'info|prune|export|audit',
  options: { json: { type: 'boolean', help: 'info and prune as one JSON object, audit as JSON lines, as export always is' } },
  more: `  info    say what the database holds, and how each room and server fares
  prune   delete now what is older or more than the configuration lets be kept
  export  print all events that are kept, as JSON lines
  audit   print what moderators and operators did, the newest first

All of it works beside a bridge that runs.`,
  run({ values, words: [word, extra] }, surroundings) {
    const action = actionOf('store', word, ['info', 'prune', 'export', 'audit']);
    if (extra !== undefined) throw new ConfigError([`store ${action}: ${extra} means nothing here; --help lists what there is.`]);
    const { print } = surroundings;
    return besideBridge(values.config, surroundings, async ({ store, config }) => {
      if (action === 'prune') {
        const { words, ...done } = await pruned(store, config.store, systemClock);
        await print(values.json ? JSON.stringify(done) : words);
      } else if (action === 'audit')
        for (const entry of await store.audit.list(MAX_DEEDS))
          await print(values.json ? JSON.stringify(entry) : entryLine(entry));
      else if (action === 'export')
        for await (const line of exportEvents(store.database, { whispers: config.logWhispers })) await print(line);
      else {
        const info = await storeInfo(store.database);
        await print(values.json ? JSON.stringify(info, null, 2) : described(info, systemClock.now()).join('\n'));
      }
      return 0;
    });
  },
});

function entryLine({ at, who, action, target, detail }: AuditEntry): string {
  return toLine(`${new Date(at).toISOString()} ${who}: ${action} ${target}${detail === '' ? '' : `: ${detail}`}`);
}

async function pruned(
  store: Store,
  keep: Config['store'],
  clock: Clock,
): Promise<{ words: string; events: number; bytes: number }> {
  const { events, bytes } = await prune({ ...store, ...keep, now: clock.now() });
  const words = `${count(events, 'event')} deleted; the database is ${megabytes(bytes)} smaller.`;
  await store.audit.note({ who: userInfo().username, action: 'store prune', target: store.database.location, detail: words });
  return { words, events, bytes };
}

/** Lines that describe a store to people. */
function described(info: StoreInfo, now: number): string[] {
  const { location, size, schema, oldestWaiting, destinations } = info;
  const lines = [
    `${location}: ${megabytes(size.total)}, of which ${megabytes(size.used)} in use; schema ${schema}`,
    `${count(info.events, 'event')}, ${info.waiting} waiting to be delivered, ${info.dead} given up; ${count(info.speakers, 'speaker')}, ${count(info.bans, 'ban')}`,
  ];
  if (oldestWaiting !== null) lines.push(`The oldest has waited for ${inWords(now - oldestWaiting)}.`);
  for (const { name, state, since, reason, waiting, dead } of destinations) {
    const long = since === null ? '' : ` for ${inWords(now - since)}`;
    lines.push(`  ${name}: ${state}${long}${reason === null ? '' : ` (${reason})`}, ${waiting} waiting, ${dead} given up`);
  }
  return lines;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
