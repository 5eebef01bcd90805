/** The files of a message. */
import { h } from '../parts/dom.ts';
import type { File } from './wire.ts';

/** They open beside the page, which goes on. */
const BESIDE = { target: '_blank', rel: 'noopener' } as const;

/** The files, or nothing where there are none. */
export function filesElement(files: readonly File[]): HTMLElement | undefined {
  if (files.length === 0) return undefined;
  return h('ul', { class: 'files' }, ...files.map((file) => h('li', {}, fileElement(file))));
}

function fileElement(file: File): HTMLElement {
  const { url, shown, spoiler } = file;
  if (url === undefined) return h('span', { class: 'file' }, wordsOf(file));
  if (shown !== true) return linkTo(file);
  return spoiler === true ? hidden(file) : picture(file);
}

function picture(file: File): HTMLElement {
  const { name, url, width, height, description } = file;
  const link = h('a', { href: url, class: 'picture', ...BESIDE });
  const image = h('img', {
    src: url,
    alt: description ?? name,
    title: description,
    width,
    height,
    loading: 'lazy',
    decoding: 'async',
    // Files are kept for a time only.
    on: { error: () => link.replaceWith(linkTo(file)) },
  });
  link.append(image);
  return link;
}

/** A picture that is seen only by who wants to. */
function hidden(file: File): HTMLElement {
  const show = () => {
    const shown = picture(file);
    button.replaceWith(shown);
    shown.focus();
  };
  const button = h(
    'button',
    { type: 'button', class: 'spoiler spoiler-picture', on: { click: show } },
    h('span', {}, 'Spoiler: show the picture'),
    file.description === undefined ? undefined : h('span', { class: 'unseen' }, ` ${file.name}`),
  );
  return button;
}

function linkTo(file: File): HTMLElement {
  return h('a', { class: 'file', href: file.url, ...BESIDE }, wordsOf(file));
}

function wordsOf({ name, description }: File): string {
  return description === undefined ? name : `${name}: ${description}`;
}
