/** The audit log, as commands write it: before anything is done, and nothing is done that can't be written. */
import { noted } from '../store/noted.ts';
import { sanitizeName } from '../text/names.ts';
import { actorOf, type Given } from './command.ts';
import { Refusal } from './refusal.ts';

/** What is done. */
export interface Deed {
  /** In a word or two: `ban`, `kick refused`. */
  readonly action: string;
  /** To whom. */
  readonly target: string;
  readonly detail: string;
}

/**
 * Notes what is about to be done. Resolves when it would outlive a crash.
 * @throws {Refusal} when it can't be written now
 */
export async function record(given: Given, deed: Deed): Promise<void> {
  const { store, clock } = given.services;
  if (await noted(store, clock, { who: whoIs(given), ...deed })) return;
  throw new Refusal('It could not be written to the audit log, so nothing was done. The log of the bridge says what is wrong.');
}

/** Notes what came of something, or that it was refused. What can't be written is told in the log by the store. */
export function recordLater(given: Given, deed: Deed): void {
  given.services.store.audit.note({ who: whoIs(given), ...deed }).catch(() => {});
}

/** Who gives a command, as the audit log names them. */
export function whoIs(given: Given): string {
  const { name, id, via } = actorOf(given);
  return `${sanitizeName(name)} (${id}, ${via})`;
}
