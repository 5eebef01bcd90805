/** Rich text as readable plain text. */
import { isAddress, readable } from './addresses.ts';
import type { RichText, TextNode } from './tree.ts';

/** A text in the making. */
interface Page {
  text: string;
  /** Whether the last thing written was a block: whatever comes next starts a line of its own. */
  afterBlock: boolean;
}

/**
 * Plain text that reads well in a chat without markup: styles are dropped, quotes and lists keep their signs, a link shows where it
 * leads. What a spoiler hides stays hidden: `[spoiler]` stands in its place.
 */
export function toPlain(tree: RichText): string {
  const page: Page = { text: '', afterBlock: false };
  writeAll(page, tree);
  return page.text;
}

function writeAll(page: Page, tree: RichText): void {
  for (const node of tree) write(page, node);
}

function write(page: Page, node: TextNode): void {
  switch (node.type) {
    case 'text':
    case 'code':
      writeInline(page, node.text);
      break;
    case 'bold':
    case 'italic':
    case 'underline':
    case 'strike':
      writeAll(page, node.children);
      break;
    case 'spoiler':
      writeInline(page, '[spoiler]');
      break;
    case 'mention':
      writeInline(page, `${node.of === 'room' ? '#' : '@'}${node.name}`);
      break;
    case 'emoji':
      writeInline(page, `:${node.name}:`);
      break;
    case 'link':
      writeInline(page, plainLink(toPlain(node.children), node.href));
      break;
    case 'codeBlock':
      writeBlock(page, node.text);
      break;
    case 'heading':
      writeBlock(page, toPlain(node.children));
      break;
    case 'quote':
      writeBlock(page, indent(toPlain(node.children), '> ', '> '));
      break;
    case 'list': {
      const first = node.start ?? 1;
      const items = node.items.map((item, index) => {
        const sign = node.ordered ? `${first + index}. ` : '- ';
        return indent(toPlain(item), sign, ' '.repeat(sign.length));
      });
      writeBlock(page, items.join('\n'));
      break;
    }
  }
}

function writeInline(page: Page, text: string): void {
  if (text === '') return;
  page.text += page.afterBlock ? `\n${text}` : text;
  page.afterBlock = false;
}

function writeBlock(page: Page, text: string): void {
  if (text === '') return;
  page.text += page.text === '' || (page.text.endsWith('\n') && !page.afterBlock) ? text : `\n${text}`;
  page.afterBlock = true;
}

function plainLink(text: string, href: string): string {
  return text === '' || isAddress(text, href) ? text || readable(href) : `${text} (${readable(href)})`;
}

function indent(text: string, first: string, others: string): string {
  return first + text.replaceAll('\n', `\n${others}`);
}
