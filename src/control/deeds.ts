/** What people did, for the operator: in the log, and for ever in the audit log. */
import type { Logger } from 'pino';
import type { Actor } from '../control.ts';
import type { Audit } from '../store/audit.ts';

/** Notes who did what. Resolves when it is kept, or can't be for now: the deed itself is done. */
export async function noteDeed(
  { audit, log }: { readonly audit: Audit; readonly log: Logger },
  action: string,
  target: string,
  by: Actor,
): Promise<void> {
  const who = actorWords(by);
  log.info({ who, action }, `${who}: ${action} ${target}`);
  await audit.note({ who, action, target, detail: '' });
}

/** `Alice (discord 123456789)` */
export function actorWords({ name, via, id }: Actor): string {
  return `${name} (${via} ${id})`;
}
