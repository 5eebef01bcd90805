/** The audit log, written before something is done, so that nothing is done that can't be written. */

import type { Deed } from '../adapter.ts';
import type { Clock } from '../clock.ts';
import type { Store } from './store.ts';

/** Milliseconds that a deed may take to be written. */
const TIME = 3_000;

/** Notes what is about to be done. Resolves with whether it would outlive a crash: where not, it must not be done. */
export async function noted({ audit, writer }: Pick<Store, 'audit' | 'writer'>, clock: Clock, deed: Deed): Promise<boolean> {
  return writer.fault === undefined && isInTime(audit.note(deed), clock);
}

/** Resolves with whether all that the running stretch of code writes would soon outlive a crash. */
export async function keptSoon(writer: Store['writer'], clock: Clock): Promise<boolean> {
  return writer.fault === undefined && isInTime(writer.add(), clock);
}

async function isInTime(written: Promise<void>, clock: Clock): Promise<boolean> {
  let cancel = () => {};
  const late = new Promise<false>((resolve) => {
    cancel = clock.after(TIME, () => resolve(false));
  });
  const kept = written.then(
    () => true,
    () => false,
  );
  const isKept = await Promise.race([kept, late]);
  cancel();
  return isKept;
}
