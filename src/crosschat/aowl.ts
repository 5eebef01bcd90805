/** What one server may ask all others to do to a user. */
export type AowlAction = 'kick' | 'ban' | 'slap';

/** The actions by their OOC type. */
export const AOWL_TYPES: ReadonlyMap<string, AowlAction> = new Map([
  ['aowl_kick', 'kick'],
  ['aowl_ban', 'ban'],
  ['aowl_slap', 'slap'],
]);

/**
 * Whom it hits. Game servers act on a SteamID64 only; servers of virtual users (a web chat, a bridge) only on a server's id
 * with a user's id.
 */
export type AowlTarget = { readonly steamid64: string } | { readonly serverId: string; readonly userId: number };

/** The payload of an aowl message. */
export function aowlPayload(target: AowlTarget, reason: string, extra: Readonly<Record<string, unknown>>): string {
  const who = 'steamid64' in target ? { steamid64: target.steamid64 } : { server_id: target.serverId, user_id: target.userId };
  return JSON.stringify({ ...who, reason, extra });
}
