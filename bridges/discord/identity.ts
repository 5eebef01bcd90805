/** As whom somebody from elsewhere appears in Discord: a webhook's name and picture. */
import { isBridge, type Message } from '../../src/event.ts';
import { sanitizeName } from '../../src/text/names.ts';
import { soundsOfficial } from './lookalikes.ts';
import { defaultPicture, isPicture } from './pictures.ts';

/** https://discord.com/developers/docs/resources/webhook#create-webhook */
const maxName = 80;
const nobody = 'Somebody';
/** Letters that look the same in another alphabet: they break the words that Discord forbids, unseen. */
const disguises: Record<string, string> = { o: '\u043e', O: '\u041e', e: '\u0435', E: '\u0415' };

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** How a webhook message shows its author. */
export interface Identity {
  readonly username: string;
  readonly avatar_url?: string;
}

/** Whose names are in use where somebody appears. */
export interface Neighbours {
  /** The bot's own name, once it is known. */
  readonly bot: string | undefined;
  /** Whether a name may be taken for a member's; undefined as long as nobody can tell. */
  resembles(name: string): boolean | undefined;
}

type Speaker = Pick<Message, 'author' | 'tag' | 'place'>;

/**
 * The name and picture of a message's author. A name that a reader could take for another's is marked: always one that sounds official,
 * and a member's where the template does not show where somebody is from.
 * @param template with `{name}`, `{server}` and `{platform}` in it, for example `{name} [{server}]`
 */
export function identityOf(speaker: Speaker, template: string, neighbours: Neighbours): Identity {
  const { author, tag, place } = speaker;
  const key = place.kind === 'server' ? `${tag}/${author.name}` : author.id;
  const picture = author.avatar !== undefined && isPicture(author.avatar) ? author.avatar : defaultPicture(key);
  const marked = isMistakable(speaker, template, neighbours);
  return { username: webhookName(speaker, template, marked), avatar_url: picture };
}

/** All the names that somebody may have been shown under: who is a neighbour, and what Discord refuses, changes. */
export function namesOf(speaker: Speaker, template: string): string[] {
  return [...[false, true].map((marked) => webhookName(speaker, template, marked)), nobody];
}

/**
 * An identity without what Discord refused of it for a reason of its own.
 * @param refused the names of the refused fields
 */
export function withoutRefused({ username, avatar_url }: Identity, refused: readonly string[]): Identity {
  const picture = refused.includes('avatar_url') ? undefined : avatar_url;
  return { username: refused.includes('username') ? nobody : username, ...(picture !== undefined && { avatar_url: picture }) };
}

/** Whether a reader could take somebody for another. */
function isMistakable(speaker: Speaker, template: string, { bot, resembles }: Neighbours): boolean {
  const { author } = speaker;
  if (isBridge(author)) return false;
  const name = sanitizeName(author.name) || nobody;
  if (soundsOfficial(name, [bot, speaker.tag])) return true;
  const showsPlace = /\{(?:server|platform)\}/.test(template);
  return showsPlace ? resembles(webhookName(speaker, template, false)) === true : resembles(name) !== false;
}

/** @param marked whether it says what they are, beside their name */
function webhookName({ author, tag, place }: Speaker, template: string, marked: boolean): string {
  const server = sanitizeName(tag);
  const [platform, kind] = place.kind === 'server' ? ['Game', 'player'] : [server, `${server} user`];
  const values: Record<string, string> = { server, platform };
  const fill = (name: string) => template.replaceAll(/\{(name|server|platform)\}/g, (_, key) => values[key] ?? name).trim();
  return fitted(sanitizeName(author.name) || nobody, marked ? ` (${kind})` : '', fill);
}

/** A filled template that can be sent. What is around a name stays whole as long as it can: nobody shall hide behind a long name where they are from. */
function fitted(name: string, mark: string, fill: (shown: string) => string): string {
  const excess = length(fill(name + mark)) - maxName;
  const shown = excess > 0 ? firstOf(name, Math.max(1, length(name) - excess)) : name;
  return allowed(firstOf(fill(shown + mark), maxName) || nobody);
}

/**
 * Discord refuses names with `discord` or `clyde` in them, and those that are `everyone` or `here`.
 * https://discord.com/developers/docs/resources/user#usernames-and-nicknames
 */
function allowed(name: string): string {
  const disguise = (letter: string) => disguises[letter] ?? letter;
  return name
    .replace(/(?<=disc)o(?=rd)/gi, disguise)
    .replace(/(?<=clyd)e/gi, disguise)
    .replace(/(?<=^@?(?:everyon|her))e$/i, disguise)
    .replace(/`(?=``)/g, '\u02cb');
}

/** In characters as Discord counts them: code points. */
function length(text: string): number {
  return [...text].length;
}

/** The first letters, as people see them, that take no more than so many code points. */
function firstOf(text: string, count: number): string {
  if (length(text) <= count) return text.trim();
  let kept = '';
  let size = 0;
  for (const { segment } of graphemes.segment(text)) {
    size += length(segment);
    if (size > count) break;
    kept += segment;
  }
  return (kept.trim() === '' ? [...text].slice(0, count).join('') : kept).trim();
}
