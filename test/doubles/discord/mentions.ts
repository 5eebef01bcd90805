/** Who a text mentions, and who of them is pinged. https://discord.com/developers/docs/resources/message#allowed-mentions-object */
import type { Mentions } from './state.ts';

/** What a request allows; Discord takes null for any part of it. */
export interface AllowedMentions {
  readonly parse?: readonly ('users' | 'roles' | 'everyone')[] | null;
  readonly users?: readonly string[] | null;
  readonly roles?: readonly string[] | null;
  readonly replied_user?: boolean | null;
}

/**
 * The mentions in a text, wherever they stand: inside code and inside words as well. Discord is said to skip some of those; a
 * test of what can ping must not rely on it.
 */
export function mentionsIn(text: string): Mentions {
  const ids = (pattern: RegExp) => [...new Set([...text.matchAll(pattern)].flatMap((match) => match[1] ?? []))];
  return { everyone: /@(everyone|here)/.test(text), users: ids(/<@!?(\d+)>/g), roles: ids(/<@&(\d+)>/g) };
}

/** A text without its code, in which people's clients resolve no mention. */
export function withoutCode(text: string): string {
  return text.replace(/```.*?```|``.*?``|`[^`]*`/gs, '');
}

/**
 * What is left of a text's mentions under the request's `allowed_mentions`. Without any, everything counts.
 * @param repliedTo the id of the user whose message is answered
 */
export function permitted(found: Mentions, allowed: AllowedMentions | null | undefined, repliedTo?: string): Mentions {
  const replied = repliedTo !== undefined && (!allowed || allowed.replied_user) ? [repliedTo] : [];
  if (!allowed) return { ...found, users: [...new Set([...found.users, ...replied])] };
  const parse = allowed.parse ?? [];
  const users = found.users.filter((id) => parse.includes('users') || allowed.users?.includes(id));
  return {
    everyone: found.everyone && parse.includes('everyone'),
    users: [...new Set([...users, ...replied])],
    roles: found.roles.filter((id) => parse.includes('roles') || allowed.roles?.includes(id)),
  };
}
