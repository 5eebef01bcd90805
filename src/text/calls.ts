/** People who are called by name, `@Alice`, in what somebody elsewhere typed. */
import type { RichText, TextNode } from './tree.ts';

/** So many people may be called in one message. */
const MAX_CALLED = 5;
/** So many at-signs of one message are looked at. */
const MAX_SIGNS = 50;

/** An at-sign that begins a word, or an address, in which nobody is called. */
const SIGNS = /https?:\/\/\S+|(?<![\p{L}\p{N}_.@/])@(?=[^\s@])/gu;
/** How people are called on a platform. */
export interface Names {
  /** What stands for everybody, also where somebody is called so: it calls nobody. */
  readonly everybody: RegExp;
  /** So many characters has a name at most. */
  readonly longest: number;
}

/** The ids of those who are called exactly so; undefined when nobody is. */
export type FindPeople = (name: string) => readonly string[] | undefined;

/** A text with the people whom it calls. */
export interface Calling {
  readonly tree: RichText;
  /** The mentions in the tree that call somebody, with the id of whom. */
  readonly ids: ReadonlyMap<TextNode, string>;
}

/**
 * Finds out who is called in what somebody said: the longest name that fits, if it is one person's alone. What is quoted, code or a
 * link calls nobody.
 */
export function callsIn(said: RichText, find: FindPeople, names: Names): Calling {
  return new Caller(find, names).call(said);
}

class Caller {
  readonly #find: FindPeople;
  readonly #names: Names;
  readonly #called = new Set<string>();
  #signs = 0;

  constructor(find: FindPeople, names: Names) {
    this.#find = find;
    this.#names = names;
  }

  call(said: RichText): Calling {
    const ids = new Map<TextNode, string>();
    return { tree: this.#inTree(said, ids), ids };
  }

  #inTree(tree: RichText, ids: Map<TextNode, string>): RichText {
    return tree.flatMap((node) => this.#inNode(node, ids));
  }

  #inNode(node: TextNode, ids: Map<TextNode, string>): RichText {
    switch (node.type) {
      case 'text':
        return this.#inText(node.text, ids);
      case 'bold':
      case 'italic':
      case 'underline':
      case 'strike':
      case 'spoiler':
      case 'heading':
        return [{ ...node, children: this.#inTree(node.children, ids) }];
      case 'list':
        return [{ ...node, items: node.items.map((item) => this.#inTree(item, ids)) }];
      default:
        return [node];
    }
  }

  #inText(text: string, ids: Map<TextNode, string>): RichText {
    const nodes: TextNode[] = [];
    let from = 0;
    for (const { index, 0: sign } of text.matchAll(SIGNS)) {
      if (sign !== '@' || index < from || this.#signs >= MAX_SIGNS) continue;
      this.#signs += 1;
      const found = this.#nameAt(text, index + 1);
      if (found === undefined) continue;
      if (index > from) nodes.push({ type: 'text', text: text.slice(from, index) });
      const mention: TextNode = { type: 'mention', of: 'user', name: found.name };
      nodes.push(mention);
      ids.set(mention, found.id);
      from = index + 1 + found.name.length;
    }
    if (from < text.length) nodes.push({ type: 'text', text: text.slice(from) });
    return nodes;
  }

  /** Who is meant by what stands at a place, and by how much of it. */
  #nameAt(text: string, at: number): { name: string; id: string } | undefined {
    const { everybody, longest } = this.#names;
    const [line = ''] = text.slice(at, at + 2 * longest + 1).split('\n');
    for (let end = line.length; end > 0; end -= 1) {
      const name = line.slice(0, end);
      if (!endsWord(line, end) || [...name].length > longest || everybody.test(name)) continue;
      const found = this.#find(name);
      if (found === undefined) continue;
      const [id, ...others] = found;
      return id !== undefined && others.length === 0 && this.#mayCall(id) ? { name, id } : undefined;
    }
    return undefined;
  }

  #mayCall(id: string): boolean {
    if (!this.#called.has(id) && this.#called.size >= MAX_CALLED) return false;
    this.#called.add(id);
    return true;
  }
}

function endsWord(line: string, end: number): boolean {
  return !/\s$/.test(line.slice(0, end)) && !/^[\p{L}\p{N}\p{M}_]/u.test(line.slice(end));
}
