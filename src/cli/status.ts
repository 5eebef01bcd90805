/** `crosschat-bridge status`: how the running bridge is. */
import { systemClock } from '../clock.ts';
import type { Config } from '../config.ts';
import { ConfigError } from '../config-problems.ts';
import { urlAt } from '../http/url.ts';
import type { StatusReport } from '../monitoring/status-report.ts';
import type { QueueReport } from '../outbox/queue-report.ts';
import { type StoreInfo, storeInfo } from '../store/info.ts';
import { toLine } from '../text/line.ts';
import { inWords } from '../text/time.ts';
import { besideBridge } from './beside.ts';
import { defineCommand } from './command.ts';
import { givenHttp, givenSettings } from './given-config.ts';

/** So long is waited for an answer, in milliseconds. */
const PATIENCE = 5_000;

export const statusCommand = defineCommand({
  name: 'status',
  summary: 'say how the running bridge is: connections, rooms, what waits, servers, players, dead letters',
  options: {
    json: {
      type: 'boolean',
      help: 'print one JSON object: {ready, reasons, report} or, where no bridge answers, {ready, reasons, store}',
    },
  },
  more: `The bridge is asked where the key http of the configuration says. Where it does not answer, its database says how it was.
It exits with 0 when the bridge is ready, and with 1 when it is not, or nobody knows.`,
  async run({ values }, surroundings) {
    const { print } = surroundings;
    const http = givenHttp(givenSettings(surroundings.adapters, values.config));
    const answer = await ask(http);
    const now = systemClock.now();
    if ('report' in answer) {
      const { report } = answer;
      await print(values.json ? json({ ...verdict(report), report }) : describeReport(report, now).join('\n'));
      return report.ready ? 0 : 1;
    }
    const { ready, why } = answer;
    const store = await lookInto(values.config, surroundings);
    if (values.json) await print(json({ ready, reasons: [why], store: typeof store === 'string' ? null : store }));
    else await print([why, ...(typeof store === 'string' ? [store] : describeStore(store, now))].join('\n'));
    return ready ? 0 : 1;
  },
});

/** What the bridge says; without a report, a sentence says why there is none. */
type Answer = { readonly report: StatusReport } | { readonly ready: boolean; readonly why: string };

const unknown = (why: string): Answer => ({ ready: false, why });

async function ask(http: Config['http']): Promise<Answer> {
  if (!http) return unknown('The bridge can not be asked: http is not configured.');
  if (http.port === 0) return unknown('The bridge can not be asked: http.port is 0, so nobody knows where it listens.');
  const url = `${urlAt(http.host, http.port)}/readyz`;
  try {
    const headers = {
      accept: 'application/json',
      ...(http.monitoringToken && { authorization: `Bearer ${http.monitoringToken}` }),
    };
    const answer = await fetch(url, { headers, signal: AbortSignal.timeout(PATIENCE) });
    if (answer.headers.get('content-type')?.startsWith('application/json')) {
      return { report: (await answer.json()) as StatusReport };
    }
    const said = (await answer.text()).trim();
    if (!/^(not )?ready$/.test(said)) return unknown(`What answers at ${url} is no bridge of this version.`);
    return {
      ready: said === 'ready',
      why: `The bridge at ${url} is ${said}. It says more where http.monitoring_token is configured.`,
    };
  } catch (error) {
    return unknown(`No bridge answers at ${url} (${whyNot(error)}).`);
  }
}

function whyNot(error: unknown): string {
  const { cause, name } = error as Error;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : name;
}

/** Looks at what the bridge keeps. @returns a sentence when there is nothing to look at */
async function lookInto(
  config: string | undefined,
  surroundings: Parameters<typeof besideBridge>[1],
): Promise<StoreInfo | string> {
  let info: StoreInfo | undefined;
  try {
    await besideBridge(config, surroundings, async ({ store }) => {
      info = await storeInfo(store.database);
      return 0;
    });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.join('\n');
  }
  return info ?? 'Its database says nothing.';
}

function verdict({ ready, reasons }: StatusReport) {
  return { ready, reasons };
}

function json(value: unknown): string {
  return JSON.stringify(value, null, 2);
}

function describeReport(report: StatusReport, now: number): string[] {
  const { ready, reasons, warnings, role, connections, queues, channels, network, deadLetters } = report;
  if (role !== 'active') return ['The bridge is not ready.', ...reasons.map((reason) => `✗ ${reason}`)];
  const named = new Set(channels.flatMap(({ rooms }) => rooms));
  const others = Object.entries(queues).filter(([id]) => !named.has(id));
  const servers = Object.entries(network.servers).map(([id, players]) => `${toLine(id)} (${players})`);
  return [
    ready ? 'The bridge is ready.' : 'The bridge is not ready.',
    ...connections.map(({ name, fault }) => (fault === undefined ? `✓ ${name}` : `✗ ${name}: ${fault}`)),
    ...warnings.map((warning) => `! ${warning}`),
    ...channels.flatMap(({ name, paused, rooms }) => [
      `Channel ${name}${paused ? ' is paused' : ''}`,
      ...rooms.flatMap((id) => (queues[id] ? `  ${queueWords(queues[id], now)}` : [])),
    ]),
    ...others.map(([, queue]) => queueWords(queue, now)),
    `${Object.keys(network.servers).length} game servers online${servers.length > 0 ? `: ${servers.join(', ')}` : ''}`,
    `${network.players} players, ${network.speakers} speakers`,
    deadLetters === null ? 'The database does not answer.' : `${deadLetters} dead letters`,
  ];
}

function queueWords({ name, state, waiting, oldest }: QueueReport, now: number): string {
  const since = oldest === undefined || waiting === 0 ? '' : `, the oldest since ${inWords(Math.max(0, now - oldest))}`;
  return `${name}: ${state}, ${waiting} waiting${since}`;
}

function describeStore({ location, waiting, dead, destinations, oldestWaiting }: StoreInfo, now: number): string[] {
  const since = oldestWaiting === null ? '' : `, the oldest since ${inWords(Math.max(0, now - oldestWaiting))}`;
  return [
    `How it was, by ${location}: ${waiting} waiting${since}; ${dead} dead letters`,
    ...destinations.map((one) => `  ${one.name}: ${one.state}, ${one.waiting} waiting, ${one.dead} given up`),
  ];
}
