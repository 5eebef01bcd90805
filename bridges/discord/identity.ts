/** As whom a player appears in Discord: a webhook's name and picture. */
import type { Message } from '../../src/event.ts';
import { sanitizeName } from '../../src/text/names.ts';

/** https://discord.com/developers/docs/resources/webhook#create-webhook */
const maxName = 80;
const nobody = 'Somebody';
/** Letters that look the same in another alphabet: they break the words that Discord forbids, unseen. */
const lookAlikes: Record<string, string> = { o: '\u043e', O: '\u041e', e: '\u0435', E: '\u0415' };

/** How a webhook message shows its author. */
export interface Identity {
  readonly username: string;
  readonly avatar_url?: string;
}

/** @param template with `{name}` and `{server}` in it, for example `{name} [{server}]` */
export function identityOf({ author, tag }: Pick<Message, 'author' | 'tag'>, template: string): Identity {
  const username = webhookName(template, author.name, tag);
  return author.avatar !== undefined && isPicture(author.avatar) ? { username, avatar_url: author.avatar } : { username };
}

/**
 * An identity without what Discord refused of it for a reason of its own.
 * @param refused the names of the refused fields
 */
export function withoutRefused({ username, avatar_url }: Identity, refused: readonly string[]): Identity {
  const picture = refused.includes('avatar_url') ? undefined : avatar_url;
  return { username: refused.includes('username') ? nobody : username, ...(picture !== undefined && { avatar_url: picture }) };
}

function webhookName(template: string, name: string, server: string): string {
  const known = sanitizeName(name) || nobody;
  const tag = sanitizeName(server);
  const fill = (shown: string) => template.replaceAll(/\{(name|server)\}/g, (_, key) => (key === 'name' ? shown : tag)).trim();
  // The server stays whole as long as it can: nobody shall hide behind a long name where they are from.
  const excess = length(fill(known)) - maxName;
  const shown = excess > 0 ? fill(firstOf(known, Math.max(1, length(known) - excess))) : fill(known);
  return allowed(firstOf(shown, maxName) || nobody);
}

/**
 * Discord refuses names with `discord` or `clyde` in them, and those that are `everyone` or `here`.
 * https://discord.com/developers/docs/resources/user#usernames-and-nicknames
 */
function allowed(name: string): string {
  const disguise = (letter: string) => lookAlikes[letter] ?? letter;
  return name
    .replace(/(?<=disc)o(?=rd)/gi, disguise)
    .replace(/(?<=clyd)e/gi, disguise)
    .replace(/(?<=^@?(?:everyon|her))e$/i, disguise)
    .replace(/`(?=``)/g, '\u02cb');
}

function isPicture(url: string): boolean {
  return /^https?:\/\//i.test(url) && URL.canParse(url) && url.length <= 2_048;
}

/** In characters as Discord counts them: code points. */
function length(text: string): number {
  return [...text].length;
}

function firstOf(text: string, count: number): string {
  return [...text].slice(0, count).join('').trim();
}
