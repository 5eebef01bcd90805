/** Makes the operator's page, of a bridge that works and of one that waits for its turn. */
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import type { Monitoring } from '../monitoring/monitoring.ts';
import { LogLines } from './log-lines.ts';
import { Operator } from './operator.ts';
import { sourceOf, standbySource } from './source.ts';
import { type Shown, serversOf } from './view.ts';

interface Surroundings {
  readonly config: Pick<Config, 'http' | 'adapters'>;
  /** The newest lines of the log; none are shown without them. */
  readonly lines?: LogLines | undefined;
  readonly clock: Clock;
  readonly log: Logger;
}

/** That of a bridge. @param parts as they are now */
export function bridgeOperator(
  { config: { http }, lines = new LogLines(), clock, log }: Surroundings,
  monitoring: Monitoring | undefined,
  parts: () => Shown,
): Operator | undefined {
  if (!http || !monitoring) return undefined;
  const source = sourceOf(parts, (connection) => monitoring.made(connection), clock);
  const read = async () => {
    const waiting = (parts().outbox?.reports() ?? []).reduce((sum, [, report]) => sum + report.waiting, 0);
    return { ...(await monitoring.totals()), waiting, players: serversOf(parts()).players };
  };
  return new Operator({ http, source, read, lines, clock, log });
}

/** That of an instance that stands by. @param why in a sentence */
export function standbyOperator(
  { config: { http, adapters }, lines = new LogLines(), clock, log }: Surroundings,
  why: string,
): Operator | undefined {
  const ids = [...new Set(adapters.map(({ serverId }) => serverId))];
  return http && new Operator({ http, source: standbySource(ids, why), lines, clock, log });
}
