/** What an instance that stands by tells of itself. */
import type { Config } from '../config.ts';
import type { Route } from '../http/route.ts';
import { accessTo } from './access.ts';
import { monitoringRoutes } from './routes.ts';
import { idleReport } from './status-report.ts';

/** Why it does nothing. */
export const STANDS_BY = 'This instance stands by: it takes over when no other one is active.';

/** It lives, and is not ready. */
export function standbyRoutes(http: NonNullable<Config['http']>): Route[] {
  return monitoringRoutes({
    access: accessTo(http),
    stuck: () => undefined,
    report: () => idleReport('standby', STANDS_BY),
  });
}
