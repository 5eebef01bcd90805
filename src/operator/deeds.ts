/** What is done from the page. Each is in the audit log before it is done, or together with it. */
import type { Requests } from '../../web/operator/wire.ts';
import type { Clock } from '../clock.ts';
import { type Actor, ControlError } from '../control.ts';
import { sameBans } from '../moderation/same-bans.ts';
import { noted } from '../store/noted.ts';
import { sanitizeName } from '../text/names.ts';
import type { Hands } from './source.ts';

/** What can be asked for. */
export type Wish = Exclude<keyof Requests, 'sign-in' | 'sign-out'>;

const NOT_NOTED = 'It could not be written to the audit log, so nothing was done. The log of the bridge says what is wrong.';

/**
 * Does what somebody asks for on the page.
 * @returns what is so now: a sentence
 * @throws {ControlError} when it can't be done
 */
export function does<Name extends Wish>(
  name: Name,
  wish: Requests[Name],
  by: Actor,
  hands: Hands,
  clock: Clock,
): Promise<string> {
  const { control, store } = hands;
  // What control does is noted in the same transaction.
  if (store.writer.fault !== undefined) throw new ControlError(NOT_NOTED);
  const deeds: { readonly [Name in Wish]: (wish: Requests[Name]) => Promise<string> } = {
    pause: ({ target }) => control.pause(target, by),
    resume: ({ target }) => control.resume(target, by),
    retry: ({ ids }) => control.retry(ids, by),
    drop: ({ ids }) => control.drop(ids, by),
    unban: (whom) => unban(whom, by, hands, clock),
  };
  return deeds[name](wish);
}

/** Lifts a ban, and the others of the same person. @throws {ControlError} when there is none */
async function unban(
  { adapter, userId }: Requests['unban'],
  by: Actor,
  { store, identities }: Hands,
  clock: Clock,
): Promise<string> {
  const held = store.bans.list(clock.now());
  const ban = held.find((one) => one.adapter === adapter && one.userId === userId);
  if (!ban) throw new ControlError('There is no such ban any more.');
  const name = sanitizeName(ban.name) || ban.userId;
  const who = `${by.name} (${by.id}, ${by.via})`;
  const detail = `was banned for: ${ban.reason}`;
  if (!(await noted(store, clock, { who, action: 'unban', target: `${name} (${userId})`, detail })))
    throw new ControlError(NOT_NOTED);
  await Promise.all(sameBans(ban, identities, held).map((one) => store.bans.lift(one.adapter, one.userId)));
  return `Lifted the ban of ${name} here. Where a game server keeps one of its own, lift it there too.`;
}
