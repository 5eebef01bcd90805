/**
 * The rich-text tree: what every platform's markup is read into and written from. A line break is a `\n` inside a text node;
 * blocks (code block, quote, list, heading) stand on lines of their own by nature and need none around them.
 */
export type RichText = readonly TextNode[];

export type TextNode =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: StyleName; readonly children: RichText }
  | { readonly type: 'code'; readonly text: string }
  | { readonly type: 'codeBlock'; readonly text: string; readonly language?: string }
  | { readonly type: 'quote'; readonly children: RichText }
  | { readonly type: 'heading'; readonly level: number; readonly children: RichText }
  | { readonly type: 'list'; readonly ordered: boolean; readonly start?: number; readonly items: readonly RichText[] }
  | { readonly type: 'link'; readonly href: string; readonly children: RichText }
  | { readonly type: 'mention'; readonly name: string; readonly of: 'user' | 'role' | 'room' | 'everyone' }
  | { readonly type: 'emoji'; readonly name: string; readonly url?: string };

export type StyleName = 'bold' | 'italic' | 'underline' | 'strike' | 'spoiler';

/** A tree that is nothing but this text, taken literally; empty for an empty text. */
export function literal(text: string): RichText {
  return text === '' ? [] : [{ type: 'text', text }];
}

/** Whether a node stands on lines of its own. */
export function isBlock({ type }: TextNode): boolean {
  return type === 'codeBlock' || type === 'quote' || type === 'heading' || type === 'list';
}

/** How much text a tree holds, in UTF-16 units, without the names of mentions and the like. */
export function textLength(tree: RichText): number {
  let length = 0;
  for (const node of tree) {
    if ('text' in node) length += node.text.length;
    else if ('children' in node) length += textLength(node.children);
    else if (node.type === 'list') for (const item of node.items) length += textLength(item);
  }
  return length;
}
