/** `/healthz`, `/readyz` and `/metrics`. */
import type { HttpAnswer, HttpRequest, Route } from '../http/route.ts';
import { type AccessOptions, mayAsk } from './access.ts';
import type { StatusReport } from './status-report.ts';

/** What the routes answer with. */
export interface MonitoringOptions {
  readonly access: AccessOptions;
  /** Why the process can't go on and would better be started again, in a sentence; undefined while it can. */
  readonly stuck: () => string | undefined;
  readonly report: () => Promise<StatusReport> | StatusReport;
  /** In Prometheus' text format; absent where nothing is counted. */
  readonly metrics?: () => Promise<string>;
}

const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';
const REFUSED: HttpAnswer = {
  status: 403,
  headers: { 'www-authenticate': 'Bearer' },
  body: 'This is for those who run the bridge: see http.monitoring_token in the configuration.\n',
};

/** Makes the routes. */
export function monitoringRoutes({ access, stuck, report, metrics }: MonitoringOptions): Route[] {
  return [
    {
      prefix: '/healthz',
      unlimited: true,
      answer() {
        const why = stuck();
        return { status: why === undefined ? 200 : 503, body: `${why ?? 'ok'}\n` };
      },
    },
    {
      prefix: '/readyz',
      async answer(request) {
        const state = await report();
        const status = state.ready ? 200 : 503;
        // Whether it is ready is no secret: a load balancer need not know the token.
        if (!mayAsk(request, access)) return { status, body: state.ready ? 'ready\n' : 'not ready\n' };
        if (!wantsJson(request)) return { status, body: `${state.ready ? 'ready' : state.reasons.join('\n')}\n` };
        return { status, headers: { 'content-type': 'application/json' }, body: `${JSON.stringify(state)}\n` };
      },
    },
    {
      prefix: '/metrics',
      async answer(request) {
        if (!mayAsk(request, access)) return REFUSED;
        if (!metrics) return { status: 503, body: 'This instance stands by: it counts nothing.\n' };
        return { status: 200, headers: { 'content-type': METRICS_TYPE }, body: await metrics() };
      },
    },
  ];
}

function wantsJson({ headers }: HttpRequest): boolean {
  return headers.accept?.includes('application/json') === true;
}
