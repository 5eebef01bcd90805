import { urlAt } from './atoms.ts';

/** How the smallest pieces of Discord's markdown are written so that they are read as nothing else. */

/** Breaks a sequence without being seen. */
const gap = '\u200b';

const urlStart = /https?:\/\//g;
const markup = /[\\*_~|`[\]<]/g;
const lineStart = /^([^\S\n]*)(#|>|-|\d{1,9}(?=\.))/gm;

/** @param marks the marks of the styles around the text: a URL must not close them */
export function escapeText(text: string, marks: readonly string[]): string {
  let out = '';
  let from = 0;
  for (const { index } of text.matchAll(urlStart)) {
    if (index < from) continue;
    const { end } = urlAt(text, index, (at) => text[at] === '>');
    // Discord takes `\<` behind a URL for a part of it, but not behind one in angle brackets.
    const url = safeUrl(text.slice(index, end), marks);
    out += escapeWords(text.slice(from, index), from === 0) + (/[<>]/.test(text[end] ?? '') ? `<${url}>` : url);
    from = end;
    while (/[.,:;"'\])]/.test(text[from] ?? '')) from += 1;
    out += text.slice(end, from);
  }
  return out + escapeWords(text.slice(from), from === 0);
}

function escapeWords(words: string, atStart: boolean): string {
  return words.replace(markup, '\\$&').replace(lineStart, (all, space: string, mark: string, index: number) => {
    if (index === 0 && !atStart) return all;
    return /\d/.test(mark) ? `${space}${mark}\\` : `${space}\\${mark}`;
  });
}

/** A URL in which no character can close a style or ping anybody; browsers take it for the same one. */
function safeUrl(address: string, marks: readonly string[]): string {
  let safe = address.replace(/@(?=everyone|here)/g, '%40');
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
  const address = safeUrl(new URL(href).href.replace(/[()<>\\|`*"\s]/g, percent), marks);
  if (/https?:\/\//i.test(words)) return `${words} (<${address}>)`;
  if (words.trim() !== '') return `[${words}](${address})`;
  const standsAlone = /^https?:\/\/[^\s<>"'`\\]+$/.test(href) && urlAt(href, 0, () => false).end === href.length;
  return standsAlone ? safeUrl(href, marks) : `<${address}>`;
}

/** Code in a line. Its delimiter is one or two back-ticks, since three would open a block. */
export function codeSpan(code: string, marks: readonly string[]): string {
  if (code === '') return '';
  let text = splitMarks(code, marks);
  const runs = new Set(Array.from(text.matchAll(/`+/g), (run) => run[0].length));
  const ticks = runs.has(1) ? '``' : '`';
  if (runs.has(1) && runs.has(2)) text = text.replaceAll('``', `\`${gap}\``);
  const left = /^ *`/.test(text) ? ' ' : '';
  const right = /` ?$/.test(text) ? ' ' : '';
  return `${ticks}${left}${text}${right}${ticks}`;
}

/** Code on lines of its own. */
export function codeBlock(code: string, language: string | undefined, marks: readonly string[]): string {
  const text = splitMarks(code, marks).replace(/`(?=``)/g, `\`${gap}`);
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

/** Without line breaks. */
export function oneLine(text: string): string {
  return text.replace(/[\r\n]+/g, ' ');
}
