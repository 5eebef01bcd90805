/** Members asked for over the gateway. https://discord.com/developers/docs/events/gateway-events#request-guild-members */
import { GatewayIntentBits } from 'discord.js';
import { z } from 'zod';
import { memberWithUser } from './shapes.ts';
import type { Guild, Member } from './state.ts';

const CHUNK = 1000;

const ids = z.union([z.string(), z.array(z.string()).max(100)]);
export const requestMembersSchema = z.union([
  z.object({ guild_id: z.string(), user_ids: ids, nonce: z.string().max(32).optional() }),
  z.object({ guild_id: z.string(), query: z.string(), limit: z.number().int().min(0), nonce: z.string().max(32).optional() }),
]);

/** The events that answer; undefined when the intents don't allow the question. */
export function membersChunk(guild: Guild, request: z.infer<typeof requestMembersSchema>, intents: number): object[] | undefined {
  const { found, missing } =
    'user_ids' in request ? byId(guild, [request.user_ids].flat()) : { found: byName(guild, request), missing: [] };
  const whole = 'query' in request && request.query === '' && request.limit === 0;
  if (whole && !(intents & GatewayIntentBits.GuildMembers)) return undefined;
  const count = Math.max(1, Math.ceil(found.length / CHUNK));
  return Array.from({ length: count }, (_, index) => ({
    guild_id: guild.id,
    members: found.slice(index * CHUNK, (index + 1) * CHUNK).map(memberWithUser),
    chunk_index: index,
    chunk_count: count,
    ...(missing.length > 0 && { not_found: missing }),
    ...(request.nonce !== undefined && { nonce: request.nonce }),
  }));
}

function byId(guild: Guild, wanted: readonly string[]): { found: Member[]; missing: string[] } {
  return {
    found: wanted.flatMap((id) => guild.members.get(id) ?? []),
    missing: wanted.filter((id) => !guild.members.has(id)),
  };
}

function byName(guild: Guild, { query, limit }: { readonly query: string; readonly limit: number }): Member[] {
  const start = query.toLowerCase();
  const found = [...guild.members.values()].filter(({ nick, user }) =>
    [nick, user.globalName, user.username].some((name) => name?.toLowerCase().startsWith(start)),
  );
  return query === '' && limit === 0 ? found : found.slice(0, Math.min(limit || 100, 100));
}
