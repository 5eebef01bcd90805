/** Who may moderate, where the operator says so for each command: the key `permissions`. */
import { z } from 'zod';
import { type CommandInfo, moderationCommands, type Rank } from '../../../src/adapter.ts';

const ids = 'must be a list of Matrix user ids, like "@alice:example.org"';
const idsOrLevels = `${ids}, or power levels, like 50`;

const id = z.string(ids).regex(/^@[^\s:]*:\S+$/, ids);

function list<Item extends z.ZodType>(item: Item, error: string) {
  return z
    .preprocess((given) => (typeof given === 'string' || typeof given === 'number' ? [given] : given), z.array(item, error))
    .optional();
}

const anybody = list(z.union([id, z.number().int()], idsOrLevels), idsOrLevels);
/** Nobody gets to run code on a server by power that was given for something else. */
const byName = list(id, ids);
const error = `must be a map from ${moderationCommands.join(', ')} to who may use it`;
const perCommand = z.strictObject(
  { kick: anybody, slap: anybody, ban: anybody, unban: anybody, bans: anybody, lua: byName },
  error,
);

/** Lists for commands; in `rooms`, those of single rooms in their place. */
export const grantsSchema = perCommand.extend({ rooms: z.record(z.string(), perCommand).default({}) }).prefault({});

/** Whom the configuration names: a user, or who has at least a power level. */
export type Grants = z.infer<typeof grantsSchema>;

/** What somebody may, before it is looked whom the configuration names. */
interface Standing {
  readonly rank: Rank;
  readonly isOperator: boolean;
  /** Their power level in the room; undefined where it does not count. */
  readonly level: number | undefined;
}

/** What somebody may, for one command. Where the configuration names people for it, nothing else makes a moderator. */
export function rankFor(
  { name, rank, needsListing }: Pick<CommandInfo, 'name' | 'rank' | 'needsListing'>,
  userId: string,
  standing: Standing,
  { grants, allowLua, room }: { readonly grants: Grants; readonly allowLua: boolean; readonly room: string },
): { rank: Rank; isOperator: boolean; isListed: boolean } {
  const { isOperator, level } = standing;
  const command = moderationCommands.find((known) => known === name);
  const names = needsListing && !allowLua ? [] : command && (grants.rooms[room]?.[command] ?? grants[command]);
  const isListed =
    names?.some((one) => one === userId || (typeof one === 'number' && level !== undefined && level >= one)) ?? false;
  if (isOperator || names === undefined) return { rank: standing.rank, isOperator, isListed };
  return { rank: isListed ? rank : 'everybody', isOperator, isListed };
}
