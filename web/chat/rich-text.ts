/** Rich text as elements. */
import { h } from '../parts/dom.ts';
import type { Node as Piece } from './wire.ts';

/** What is nested deeper is shown flat. */
const MAX_DEPTH = 16;
/** An address in running text, without the signs that end a sentence or a bracket. */
const ADDRESS = /https?:\/\/[^\s<>"']{1,2000}[^\s<>"'.,:;!?)\]}]/g;

/** The elements of a text. */
export function elementsOf(pieces: readonly Piece[], depth = 0): Node[] {
  return pieces.flatMap((piece) => elementOf(piece, depth + 1));
}

function elementOf(piece: Piece, depth: number): Node | Node[] {
  if (depth > MAX_DEPTH) return document.createTextNode('…');
  switch (piece.type) {
    case 'text':
      return withLinks(piece.text);
    case 'code':
      return h('code', {}, piece.text);
    case 'codeBlock':
      // Whoever has no mouse scrolls it with the keys.
      return h('pre', { tabindex: '0' }, h('code', {}, piece.text));
    case 'bold':
      return h('strong', {}, ...elementsOf(piece.children, depth));
    case 'italic':
      return h('em', {}, ...elementsOf(piece.children, depth));
    case 'underline':
      return h('u', {}, ...elementsOf(piece.children, depth));
    case 'strike':
      return h('s', {}, ...elementsOf(piece.children, depth));
    case 'quote':
      return h('blockquote', {}, ...elementsOf(piece.children, depth));
    case 'spoiler':
      return spoiler(elementsOf(piece.children, depth));
    case 'heading':
      return h('p', { class: 'heading' }, ...elementsOf(piece.children, depth));
    case 'list': {
      const items = piece.items.map((item) => h('li', {}, ...elementsOf(item, depth)));
      return piece.ordered ? h('ol', { start: piece.start }, ...items) : h('ul', {}, ...items);
    }
    case 'link':
      return h('a', { href: piece.href }, ...elementsOf(piece.children, depth));
    case 'mention':
      return h('span', { class: 'mention' }, `${piece.of === 'room' ? '#' : '@'}${piece.name}`);
    case 'emoji':
      if (piece.url === undefined) return document.createTextNode(`:${piece.name}:`);
      return h('img', { class: 'emoji', src: piece.url, alt: `:${piece.name}:`, title: `:${piece.name}:`, loading: 'lazy' });
  }
}

/** Running text, with its addresses as links. */
function withLinks(text: string): Node[] {
  const nodes: Node[] = [];
  let at = 0;
  for (const { 0: address, index } of text.matchAll(ADDRESS)) {
    nodes.push(document.createTextNode(text.slice(at, index)), h('a', { href: address }, address));
    at = index + address.length;
  }
  nodes.push(document.createTextNode(text.slice(at)));
  return nodes;
}

/** What is hidden until somebody wants to see it: by mouse, by touch, or by key. */
function spoiler(hidden: readonly Node[]): Node {
  const show = () => button.replaceWith(h('span', {}, ...hidden));
  const button = h('button', { type: 'button', class: 'spoiler', on: { click: show } }, 'Spoiler: show');
  return button;
}
