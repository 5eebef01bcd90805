/** The audit log, written before something is done, so that nothing is done that can't be written. */
import type { Clock } from '../clock.ts';
import type { Deed } from './audit.ts';
import type { Store } from './store.ts';

/** Milliseconds that a deed may take to be written. */
const TIME = 3_000;

/** Notes what is about to be done. Resolves with whether it would outlive a crash: where not, it must not be done. */
export async function noted({ audit, writer }: Pick<Store, 'audit' | 'writer'>, clock: Clock, deed: Deed): Promise<boolean> {
  if (writer.fault !== undefined) return false;
  let cancel = () => {};
  const late = new Promise<false>((resolve) => {
    cancel = clock.after(TIME, () => resolve(false));
  });
  const kept = audit.note(deed).then(
    () => true,
    () => false,
  );
  const isKept = await Promise.race([kept, late]);
  cancel();
  return isKept;
}
