/** What the bridge tells those whose whispers do not arrive. Each stands alone: people read it in a chat of their own. */
import type { Party, PlayerParty, UserParty } from '../event.ts';
import { excerpt } from '../text/excerpt.ts';
import { nameOf } from './parties.ts';

const MAX_LISTED = 5;

/** @param why behind the name, without a full stop: `takes no direct messages` */
export function notArrived(to: Party, why: string): string {
  return `Your whisper did not arrive: ${nameOf(to)} ${why}.`;
}

/** A fault that is nobody's choice. */
export function failed(to: Party, reason: string): string {
  return `Your whisper to ${nameOf(to)} did not arrive: ${excerpt(reason)}.`;
}

/** For who whispers to somebody who does not look now. */
export function keptFor(to: Party): string {
  return `${nameOf(to)} is not there now, and reads it when they come back.`;
}

/** Behind the name of somebody who blocks the sender: no more than that is anybody's business. */
export const BLOCKED = 'does not take messages from you';
/** Behind the name of somebody whom no whisper can reach. */
export const UNREACHABLE = "can't be reached by whispers";
/** Behind the name of a player. */
export const GONE = 'is not there any more';

/** Behind the name of a player whose server is not there. */
export function serverAway({ server }: PlayerParty): string {
  return `can't be reached: ${server} is offline`;
}

/** For a player who whispers to somebody who left. */
export const NOBODY = 'Your whisper did not arrive: they are not here any more.';

/** For somebody of whom nothing is carried. */
export const BARRED = 'That was sent to nobody: nothing of you is carried now, since you want it so, or a moderator does.';

/** For somebody who has left, or was sent away from, where people are heard. */
export const STRANGER = 'That was sent to nobody: you are in none of the places any more that are joined to the game servers.';

/** For somebody who whispers to somebody whom they block. */
export function blockedBySender(to: Party): string {
  return `You block ${nameOf(to)}, who could not answer. Use unblock first.`;
}

/** For a player who whispers to somebody whom they block. */
export function blockedByPlayer(to: Party): string {
  return `You block ${nameOf(to)}, who could not answer. Whisper !unblock to them first.`;
}

/** For an answer that could be for several people. */
export function toWhom(parties: readonly (PlayerParty | UserParty)[]): string {
  const names = parties.slice(0, MAX_LISTED).map(nameOf).join(', ');
  return `To whom? It was sent to nobody, since several people wrote to you: ${names}. Answer by the reply function on the message that you mean.`;
}

/** For an answer to a message of which nobody knows any more who wrote it. */
export const UNKNOWN_REPLY =
  'That was sent to nobody: the bridge does not know any more who wrote the message that you answer. Use the command pm.';

/** For somebody who writes to the bridge, and nobody wrote to them. */
export const NOBODY_YET = 'That was sent to nobody: no one has whispered to you lately. The command pm whispers to somebody.';

/** For somebody whose command was not taken for one: it would go to whoever they whispered with last. */
export const NO_COMMAND =
  'That was sent to nobody, since it looks like a command, and is none here. The command pm whispers to somebody whom you name; what begins otherwise goes to the last one.';

/** For somebody who answers a player of whom their server does not tell who it is. */
export function unnamed(to: PlayerParty): string {
  return `That was sent to nobody: ${to.server} does not tell who whispered to you.`;
}

/** For whoever says too much at once. */
export const TOO_MUCH =
  'That was too much at once: what you say is not carried to the other places until you pause for a minute.';
