import { urlAt } from './atoms.ts';

/** How the smallest pieces of Discord's markdown are written so that they are read as nothing else. */

/** Breaks a sequence without being seen. */
const gap = '\u200b';

const urlStart = /https?:\/\//g;
const markup = /[\\*_~|`[\]<]/g;
const lineStart = /^([^\S\n]*)(#|>|-|\d{1,9}(?=\.))/gm;

/** @param marks the marks of the styles around the text: a URL must not close them */
export function escapeText(words: string, marks: readonly string[]): string {
  const text = tidy(words);
  let out = '';
  let from = 0;
  for (const { index } of text.matchAll(urlStart)) {
    if (index < from) continue;
    const { end } = urlAt(text, index, (at) => text[at] === '>');
    let next = end;
    while (/[.,:;"'\])]/.test(text[next] ?? '')) next += 1;
    // Discord takes `\<` behind a URL for a part of it, but not behind one in angle brackets.
    const url = shownUrl(text.slice(index, end), /[<>]/.test(text[next] ?? ''), marks);
    out += escapeWords(text.slice(from, index), from === 0) + url + text.slice(end, next);
    from = next;
  }
  return out + escapeWords(text.slice(from), from === 0);
}

function escapeWords(words: string, atStart: boolean): string {
  return words.replace(markup, '\\$&').replace(lineStart, (all, space: string, mark: string, index: number) => {
    if (index === 0 && !atStart) return all;
    return /\d/.test(mark) ? `${space}${mark}\\` : `${space}\\${mark}`;
  });
}

/** A URL as somebody typed it. One that names a user before its host, to mislead about where it leads, is shown and not linked. */
function shownUrl(address: string, inAngles: boolean, marks: readonly string[]): string {
  if (URL.canParse(address) && new URL(address).username !== '') return codeSpan(address, marks);
  const url = safeUrl(address, marks);
  return inAngles ? `<${url}>` : url;
}

/** A URL in which no character can close a style or code, ping anybody or turn the direction; browsers take it for the same one. */
function safeUrl(address: string, marks: readonly string[]): string {
  let safe = address.replace(/@(?=everyone|here)/g, '%40').replace(/[`|\p{Bidi_Control}]/gu, encodeURIComponent);
  for (const mark of marks) {
    if (safe.includes(mark)) safe = safe.replaceAll(mark[0] ?? mark, percent);
  }
  return safe;
}

function percent(char: string): string {
  return `%${char.charCodeAt(0).toString(16).toUpperCase()}`;
}

/** Whether Discord makes a link of it. */
export function isUrl(href: string): boolean {
  return /^https?:\/\//i.test(href) && URL.canParse(href);
}

/** A masked link; the bare address where there are no words, and both where the words show an address to mislead with. */
export function link(words: string, href: string, marks: readonly string[]): string {
  const url = new URL(href);
  const named = url.username !== '' || url.password !== '';
  [url.username, url.password] = ['', ''];
  const address = safeUrl(url.href.replace(/[()<>\\|`*"\s]/g, percent), marks);
  if (misleads(words, url.hostname)) return `${words} (<${address}>)`;
  if (words.trim() !== '') return `[${words}](${address})`;
  const standsAlone = !named && /^https?:\/\/[^\s<>"'`\\]+$/.test(href) && urlAt(href, 0, () => false).end === href.length;
  return standsAlone ? safeUrl(href, marks) : `<${address}>`;
}

/** Whether the words of a link look like an address themselves, and not like that of the host which it leads to. */
function misleads(words: string, host: string): boolean {
  const seen = words
    .normalize('NFKC')
    .replace(/[\p{C}\p{Default_Ignorable_Code_Point}\\*_~|`]/gu, '')
    .replace(/[\u2044\u2215\u29f8\u2571]/g, '/')
    .replace(/[\ua789\u2236\u02d0]/g, ':')
    .replace(/\u3002/g, '.')
    .trim();
  if (/[a-z]:\/\//i.test(seen)) return true;
  const [shown] = /^[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)*\.\p{L}{2,}(?=$|[/:?#])/u.exec(seen) ?? [];
  return shown !== undefined && shown.toLowerCase() !== host;
}

/** Code in a line. Its delimiter is one or two back-ticks, since three would open a block. */
export function codeSpan(code: string, marks: readonly string[]): string {
  if (code === '') return '';
  let text = splitMarks(tidy(code), marks);
  const runs = new Set(Array.from(text.matchAll(/`+/g), (run) => run[0].length));
  const ticks = runs.has(1) ? '``' : '`';
  if (runs.has(1) && runs.has(2)) text = text.replace(/`(?=`)/g, `\`${gap}`);
  const left = /^ *`/.test(text) ? ' ' : '';
  const right = /` ?$/.test(text) ? ' ' : '';
  return `${ticks}${left}${text}${right}${ticks}`;
}

/** Code on lines of its own. */
export function codeBlock(code: string, language: string | undefined, marks: readonly string[]): string {
  const text = splitMarks(tidy(code), marks).replace(/`(?=``)/g, `\`${gap}`);
  if (text.trim() === '') return '';
  const name = language !== undefined && /^[a-z0-9_+\-.#]{1,64}$/i.test(language) ? language : '';
  return `\`\`\`${name}\n${text}\n\`\`\``;
}

/** Keeps code, in which nothing can be escaped, from closing a style around it. */
function splitMarks(code: string, marks: readonly string[]): string {
  let text = code;
  for (const mark of marks) if (mark.length > 1) text = text.replaceAll(mark, `${mark[0]}${gap}${mark[1]}`);
  return text;
}

/**
 * Breaks what Discord's servers, which look at no markup, could take for a mention.
 * @param called the ids of members who are pinged by this text anyway
 */
export function guardMentions(markdown: string, called: ReadonlySet<string>): string {
  return markdown.replace(/@(?=everyone|here)|<@(?=[!&]?\d)(?=(?:(\d+)>)?)/g, (sign, id?: string) =>
    id !== undefined && called.has(id) ? sign : `${sign}${gap}`,
  );
}

/**
 * With line breaks that are none but `\n`, since what only looks or is read like one would leave a quote, and without halves of
 * characters and the ones that turn words round.
 */
function tidy(text: string): string {
  return text.replace(/\r\n?|[\v\f\u0085\u2028\u2029]/g, '\n').replace(/[\p{Cs}\u202d\u202e]/gu, '');
}

/** Without line breaks. */
export function oneLine(text: string): string {
  return tidy(text).replace(/\n+/g, ' ');
}
