import { type DefaultTreeAdapterMap, parseFragment } from 'parse5';

/** What a `formatted_body` may hold. https://spec.matrix.org/v1.13/client-server-api/#mroommessage-msgtypes */
const elements =
  'del h1 h2 h3 h4 h5 h6 blockquote p a ul ol sup sub li b i u strong em s code hr br div table thead tbody tr th td caption pre span img details summary';
const attributes: Readonly<Record<string, Readonly<Record<string, RegExp>>>> = {
  a: { href: /^(https?:\/\/|mailto:)/i },
  ol: { start: /^-?\d+$/ },
  code: { class: /^language-/ },
  span: { 'data-mx-spoiler': /^/ },
  img: { 'data-mx-emoticon': /^$/, src: /^mxc:/, alt: /^:/, title: /^:/, height: /^32$/ },
};

type Node = DefaultTreeAdapterMap['node'];

/** Whatever a browser finds in some HTML that the specification does not allow. */
export function forbidden(html: string): string[] {
  return inNode(parseFragment(html), 0);
}

function inNode(node: Node, depth: number): string[] {
  if (depth > 100) return ['too deep'];
  if (node.nodeName === '#text') return [];
  if (!('childNodes' in node)) return [node.nodeName];
  const inside = node.childNodes.flatMap((child) => inNode(child, depth + 1));
  if (!('tagName' in node)) return inside;
  const allowed = attributes[node.tagName] ?? {};
  const odd = node.attrs.filter(({ name, value }) => allowed[name]?.test(value) !== true);
  const isKnown = elements.split(' ').includes(node.tagName);
  return [...(isKnown ? [] : [node.tagName]), ...odd.map(({ name, value }) => `${name}=${value}`), ...inside];
}
