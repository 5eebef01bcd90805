/** What people did, for the operator: in the log, and for ever in the audit log. */
import type { Logger } from 'pino';
import type { Actor } from '../control.ts';
import type { Audit } from '../store/audit.ts';
import { sanitizeName } from '../text/names.ts';

/** Notes who did what. It is kept together with whatever else is added to the store without waiting in between. */
export function noteDeed(
  { audit, log }: { readonly audit: Audit; readonly log: Logger },
  action: string,
  target: string,
  by: Actor,
): void {
  const who = actorWords(by);
  log.info({ who, action }, `${who}: ${action} ${target}`);
  void audit.note({ who, action, target, detail: '' });
}

/** With a name that can be shown to anybody. */
export function presentableActor(by: Actor): Actor {
  return { ...by, name: sanitizeName(by.name) || 'Somebody' };
}

/** `Alice (discord 123456789)` */
export function actorWords({ name, via, id }: Actor): string {
  return `${name} (${via} ${id})`;
}
