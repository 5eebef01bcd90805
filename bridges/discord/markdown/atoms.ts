import type { RichText, TextNode } from '../../../src/text/tree.ts';

/** The names behind the ids in a Discord message; absent for what is gone or hidden. */
export interface Names {
  user(id: string): string | undefined;
  role(id: string): string | undefined;
  channel(id: string): string | undefined;
}

/** Something read from a text, and the position after it. */
export interface Found {
  readonly nodes: RichText;
  readonly end: number;
}

const maxUrl = 2_048;
const tag =
  /<(?:@!?(?<user>\d{1,20})|@&(?<role>\d{1,20})|#(?<channel>\d{1,20})|(?<animated>a?):(?<emoji>\w{1,32}):(?<emojiId>\d{1,20})|t:(?<time>-?\d{1,13})(?::(?<style>[tTdDfFRsS]))?|\/(?<command>[^<>:\n]{1,100}):\d{1,20}|id:(?<page>customize|browse|guide|home|linked-roles)(?::\d{1,20})?|(?<url>https?:\/\/[^\s<>]{1,2048}))>/y;

/**
 * Reads what Discord writes in angle brackets: mentions, custom emoji, times, slash commands, pages of the guild, and URLs without a
 * preview.
 * https://discord.com/developers/docs/reference#message-formatting
 */
export function tagAt(text: string, at: number, names: Names, inLink: boolean): Found | undefined {
  tag.lastIndex = at;
  const match = tag.exec(text);
  if (match === null) return undefined;
  const { user, role, channel, animated, emoji, emojiId, time, style, command, page, url } = match.groups ?? {};
  const found = (...nodes: RichText): Found => ({ nodes, end: at + match[0].length });
  if (user !== undefined) return found({ type: 'mention', name: names.user(user) ?? 'unknown-user', of: 'user' });
  if (role !== undefined) return found({ type: 'mention', name: names.role(role) ?? 'unknown-role', of: 'role' });
  if (channel !== undefined) return found({ type: 'mention', name: names.channel(channel) ?? 'unknown', of: 'room' });
  if (emoji !== undefined && emojiId !== undefined) return found(emojiNode(emoji, emojiId, animated === 'a'));
  if (time !== undefined) {
    const words = timeInWords(Number(time), style);
    return words === undefined ? undefined : found({ type: 'text', text: words });
  }
  if (command !== undefined) return found({ type: 'text', text: `/${command}` });
  if (page !== undefined) return found({ type: 'mention', name: guildPages[page] ?? page, of: 'room' });
  if (url === undefined || !URL.canParse(url)) return undefined;
  return found(inLink ? { type: 'text', text: url } : { type: 'link', href: url, children: [{ type: 'text', text: url }] });
}

/** A custom emoji. https://discord.com/developers/docs/reference#image-formatting */
export function emojiNode(name: string, id: string, animated: boolean): TextNode {
  return { type: 'emoji', name, url: `https://cdn.discordapp.com/emojis/${id}.${animated ? 'gif' : 'png'}` };
}

/** The pages of a guild that are no channels, as Discord's clients call them. */
const guildPages: Readonly<Record<string, string>> = {
  customize: 'Channels & Roles',
  browse: 'Browse Channels',
  guide: 'Server Guide',
  home: 'Server Guide',
  'linked-roles': 'Linked Roles',
};

/** A moment, in seconds since the epoch, for readers in any time zone; undefined when it is beyond what a Date can hold. */
function timeInWords(seconds: number, style = 'f'): string | undefined {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return undefined;
  const [day = '', clock = ''] = date.toISOString().split('T');
  if (style === 'd' || style === 'D') return day;
  if (style === 't') return `${clock.slice(0, 5)} UTC`;
  if (style === 'T') return `${clock.slice(0, 8)} UTC`;
  return `${day} ${clock.slice(0, style === 'S' ? 8 : 5)} UTC`;
}

/**
 * Reads a bare URL the way Discord's clients do: up to white space or `<`, without the punctuation at its end, and without a
 * closing parenthesis that it did not open.
 * @param ends whether something else than the URL begins at a position
 */
export function urlAt(text: string, at: number, ends: (at: number) => boolean): Found {
  let end = at + text.slice(at, at + 8).indexOf('://') + 3;
  let unclosed = 0;
  while (end < text.length && end - at < maxUrl && !isSpace(text, end) && text[end] !== '<' && !ends(end)) {
    if (text[end] === '(') unclosed += 1;
    if (text[end] === ')') unclosed -= 1;
    end += 1;
  }
  for (;;) {
    const last = text[end - 1] ?? '';
    if (last === ')' && unclosed < 0) unclosed += 1;
    else if (!/[.,:;"'\]]/.test(last)) break;
    end -= 1;
  }
  const url = text.slice(at, end);
  const words = { type: 'text', text: url } as const;
  return { nodes: [URL.canParse(url) ? { type: 'link', href: url, children: [words] } : words], end };
}

const angledTarget = /<(https?:\/\/[^\s<>]{1,2048})>/y;
const targetEnd = /(?:\s{1,9}"[^"\n]{0,200}")?\s{0,9}\)/y;

/** Reads the `(https://…)` of a masked link: in angle brackets, or with balanced parentheses; a title is left out. */
export function linkTargetAt(text: string, at: number): { readonly href: string; readonly end: number } | undefined {
  let end = at + 1;
  if (text[at] !== '(') return undefined;
  let href = match(angledTarget, text, end)?.[1];
  if (href !== undefined) end += href.length + 2;
  else {
    for (let unclosed = 0; end < text.length && end - at < maxUrl && !isSpace(text, end); end += 1) {
      if (text[end] === '(') unclosed += 1;
      if (text[end] === ')') unclosed -= 1;
      if (unclosed < 0) break;
    }
    href = text.slice(at + 1, end);
  }
  const close = match(targetEnd, text, end);
  return close !== null && /^https?:\/\//.test(href) && URL.canParse(href) ? { href, end: end + close[0].length } : undefined;
}

function isSpace(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code <= 32 || (code > 127 && /\s/.test(text[at] ?? ''));
}

function match(sticky: RegExp, text: string, at: number): RegExpExecArray | null {
  sticky.lastIndex = at;
  return sticky.exec(text);
}
