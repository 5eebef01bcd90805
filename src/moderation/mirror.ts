/** Doing on a platform what was done to one of its people on the network, where that is configured. */
import type { Logger } from 'pino';
import type { Sanction } from '../adapter.ts';
import type { Clock } from '../clock.ts';
import type { Member } from '../member.ts';
import { keptSoon } from '../store/noted.ts';
import type { Store } from '../store/store.ts';
import type { Order, Person } from './moderation.ts';
import { describePerson } from './wording.ts';

/** What it works with. */
interface MirrorOptions {
  readonly store: Pick<Store, 'audit' | 'writer'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Asks the platform. What is asked for is noted in the stretch of code that runs now: nothing is done that the audit log does not have. */
export function mirror(
  person: Person,
  { id, adapter }: Member,
  { action, by, reason, until }: Pick<Order, 'action' | 'by' | 'reason' | 'until'>,
  { store, clock, log }: MirrorOptions,
): void {
  if (action === 'slap' || adapter.moderate === undefined) return;
  const sanction: Sanction = { userId: person.userId, action, by, reason, until };
  const isKept = keptSoon(store.writer, clock);
  const ask = async () =>
    (await isKept) ? adapter.moderate?.(sanction) : 'it was not done, since it could not be written to the audit log';
  ask()
    .catch((error: unknown) => {
      log.error({ err: error, adapter: id }, `a ${action} could not be done on ${adapter.platform}, by a fault in the bridge`);
      return 'it failed by a fault in the bridge';
    })
    .then((result) => {
      if (result === undefined) return;
      const target = describePerson(person);
      log.info({ adapter: id, user: person.userId }, `${action} on ${adapter.platform}: ${result}`);
      store.audit.note({ who: by, action: `${action} on ${adapter.platform}`, target, detail: result }).catch(() => {});
    });
}
