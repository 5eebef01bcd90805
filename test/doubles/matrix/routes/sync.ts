/** The long poll. https://spec.matrix.org/v1.13/client-server-api/#get_matrixclientv3sync */
import { invalid } from '../error.ts';
import { FILTER, type Filter, parseFilter } from '../filter.ts';
import { positionOf } from '../history.ts';
import type { Homeserver } from '../homeserver.ts';
import { type Router, readInteger, type UserCall } from '../router.ts';
import { type SyncRequest, sync } from '../sync.ts';

export function syncRoutes(router: Router, { world }: Homeserver): void {
  router.user('GET', '/_matrix/client/v3/sync', async (call) => {
    const since = call.query.get('since');
    const request: SyncRequest = {
      session: call.session,
      since: since === null ? 0 : sincePosition(since, world.position),
      filter: filterOf(call),
      fullState: call.query.get('full_state') === 'true',
    };
    const timeout = readInteger(call, 'timeout') ?? 0;
    const waits = since !== null && timeout > 0 && !request.fullState;
    let answer = sync(world, request);
    if (answer.news || !waits) return answer.body;
    await new Promise<void>((resolve) => {
      const finish = () => {
        stopListening();
        stopTimer();
        call.signal.removeEventListener('abort', finish);
        resolve();
      };
      const stopListening = world.changed.listen(() => {
        answer = sync(world, request);
        if (answer.news) finish();
      });
      const stopTimer = world.clock.after(timeout, finish);
      call.signal.addEventListener('abort', finish);
    });
    return answer.body;
  });
}

/** A token from the future, of before a backup was put back, stands for now. */
function sincePosition(since: string, end: number): number {
  return Math.min(positionOf(since, 'Invalid stream token'), end);
}

/** A filter is given as JSON or as the id of one that was uploaded. */
function filterOf(call: UserCall): Filter {
  const text = call.query.get('filter');
  if (text === null) return {};
  if (text.startsWith('{')) return parseFilter(FILTER, text);
  const filter = call.session.user.filters[Number(text)];
  if (!filter) throw invalid('No such filter');
  return filter;
}
