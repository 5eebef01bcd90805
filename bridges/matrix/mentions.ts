/** Who is pinged by a message. https://spec.matrix.org/v1.13/client-server-api/#user-and-room-mentions */
import type { RichText } from '../../src/text/tree.ts';
import type { Calls } from './render-html.ts';

/** What stands for the whole room among those who are called. */
export const everybody = '*';

export interface Mentions {
  readonly user_ids?: readonly string[];
  readonly room?: true;
}

/** @param answered who is answered in this room */
export function mentionsOf(part: RichText, calls: Calls, answered: string | undefined): Mentions {
  const called = calledIn(part, calls);
  const isAll = called.delete(everybody);
  if (answered !== undefined) called.add(answered);
  return { ...(called.size > 0 && { user_ids: [...called] }), ...(isAll && { room: true }) };
}

function calledIn(tree: RichText, calls: Calls, found = new Set<string>()): Set<string> {
  if (calls.size === 0) return found;
  for (const node of tree) {
    const id = calls.get(node);
    if (id !== undefined) found.add(id);
    if ('children' in node) calledIn(node.children, calls, found);
    else if (node.type === 'list') for (const item of node.items) calledIn(item, calls, found);
  }
  return found;
}
