import { isAddress } from '../../src/text/addresses.ts';
import type { RichText } from '../../src/text/tree.ts';
import { words } from '../support/words.ts';

/** What a piece of text stands in. */
interface Place {
  /** The blocks around it, the outermost first. */
  readonly blocks: readonly string[];
  readonly styles: readonly string[];
}

/**
 * What a person sees of a tree: each piece of text with its look. Nobody sees in which order styles are nested, whether a blank is bold,
 * in which spelling an address is followed, or that it became a link by itself; a mention or an emoji reads like the same as text.
 */
export function seen(tree: RichText): string[] {
  const pieces: { text: string; look: string }[] = [];
  const write = (text: string, look: string) => {
    const last = pieces.at(-1);
    if (last?.look === look) last.text += text;
    else pieces.push({ text, look });
  };
  walk(tree, { blocks: [], styles: [] }, (text, { blocks, styles }) => {
    const place = blocks.join(' > ');
    const look = [...new Set(styles)].sort().join(' ');
    const shown = text.replaceAll('\u200b', '').replaceAll('\u00a0', ' ');
    for (const piece of shown.split(/(\s+)/))
      if (piece !== '') write(piece, `${place} | ${/\S/.test(piece) || look.includes('code') ? look : ''}`);
  });
  return pieces.map(({ text, look }) => `${look}: ${text.replace(/ +\n/g, '\n')}`);
}

function walk(tree: RichText, place: Place, write: (text: string, place: Place) => void): void {
  for (const node of tree) {
    const styled = (look: string): Place => ({ ...place, styles: [...place.styles, look] });
    const inBlock = (look: string): Place => ({ ...place, blocks: [...place.blocks, look] });
    switch (node.type) {
      case 'text':
        write(node.text, place);
        break;
      case 'code':
        write(node.text, styled('code'));
        break;
      case 'codeBlock':
        write(node.text, inBlock(`code ${node.language ?? ''}`));
        break;
      case 'mention':
        write(`${node.of === 'room' ? '#' : '@'}${node.name}`, place);
        break;
      case 'emoji':
        write(`:${node.name}:`, place);
        break;
      case 'quote':
        walk(node.children, inBlock('quote'), write);
        break;
      case 'heading':
        walk(node.children, inBlock(`heading ${node.level}`), write);
        break;
      case 'list':
        for (const [index, item] of node.items.entries()) {
          walk(item, inBlock(node.ordered ? `${(node.start ?? 1) + index}.` : `- ${index}`), write);
        }
        break;
      case 'link':
        if (isAddress(words(node.children), node.href)) write(address(node.href), place);
        else walk(node.children, styled(`link ${address(node.href)}`), write);
        break;
      default:
        walk(node.children, styled(node.type), write);
    }
  }
}

/** An address in one spelling. */
function address(href: string): string {
  const { href: spelled } = URL.canParse(href) ? new URL(href) : { href };
  return decodeURIComponent(spelled).replace(/^mailto:|\/$/g, '');
}
