/** Who wants no whispers of whom. */
import { type AdapterId, type Party, type PlayerParty, STEAM, type UserParty } from '../event.ts';
import type { Blocks } from '../store/blocks.ts';
import { keyOf, nameOf } from './parties.ts';

/** As whose the blocks of somebody are kept. */
export interface Keeper {
  readonly adapter: AdapterId;
  readonly userId: string;
}

/** So many people may somebody block, and so often may the people of one adapter do so, or all players. */
const MAX_BLOCKED = 500;
const MAX_BLOCKS = 20_000;

/** What a player whispers to whoever it is about. */
const COMMAND = /^[!/](un)?block(?:\s+(.*))?$/is;

/** @returns undefined for a player of whom nothing tells that they are the same tomorrow */
function keeperOf(party: PlayerParty | UserParty): Keeper | undefined {
  if (party.kind === 'user') return { adapter: party.adapter, userId: party.author.id };
  const { steamid64 } = party.author;
  return steamid64 === undefined ? undefined : { adapter: STEAM, userId: steamid64 };
}

/** Whether somebody wants no whispers of somebody else. */
export function isBlocked(blocks: Blocks, by: PlayerParty | UserParty, other: Party): boolean {
  const keeper = keeperOf(by);
  return keeper !== undefined && blocks.isBlocked(keeper.adapter, keeper.userId, keyOf(other));
}

/** Keeps somebody from whispering to somebody else. @returns why that can't be, as a sentence for who asked for it */
export function block(blocks: Blocks, { adapter, userId }: Keeper, other: Party): string | undefined {
  if (blocks.list(adapter, userId).length >= MAX_BLOCKED) return `You block ${MAX_BLOCKED} people, which is the most.`;
  if (blocks.count(adapter) >= MAX_BLOCKS)
    return 'Nothing was done: there are too many blocks already. Tell who runs the bridge.';
  // That it is kept is not waited for: it holds already.
  blocks.add(adapter, userId, { who: keyOf(other), name: nameOf(other) }).catch(() => {});
  return undefined;
}

/** Lets somebody whisper again. @param who tells them from everybody else */
export function unblock(blocks: Blocks, { adapter, userId }: Keeper, who: string): void {
  blocks.lift(adapter, userId, who).catch(() => {});
}

/** Carries out what a player whispers to somebody, if it is a command. @returns what to tell them; undefined when it is none */
export function blockByWhisper(text: string, player: PlayerParty, to: UserParty, blocks: Blocks): string | undefined {
  const [command, lift, more] = COMMAND.exec(text.trim()) ?? [];
  if (command === undefined) return undefined;
  const word = lift === undefined ? '!block' : '!unblock';
  if (more !== undefined) return `Nothing was done: whisper ${word}, and nothing else, to whoever it is about.`;
  const keeper = keeperOf(player);
  if (keeper === undefined)
    return "Nothing was done: without a SteamID from your server, nobody knows you again, and a block can't be kept.";
  if (lift === undefined)
    return (
      block(blocks, keeper, to) ?? `${nameOf(to)} can't whisper to you any more. Whisper !unblock to them to let them again.`
    );
  if (!isBlocked(blocks, player, to)) return `You do not block ${nameOf(to)}.`;
  unblock(blocks, keeper, keyOf(to));
  return `${nameOf(to)} can whisper to you again.`;
}
