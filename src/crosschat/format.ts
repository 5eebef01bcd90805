import { toJson } from './json.ts';
import type { CrossChatServer } from './server.ts';
import { oneLine } from './text.ts';

const WIDTH = 80;
const PLAIN = (text: string): string => text;
const paint =
  (code: number) =>
  (text: string): string =>
    `\u001b[${code}m${text}\u001b[0m`;

/** How to show the network. */
export interface StatusFormat {
  /** Extras of the users, states and meta of the servers as well. */
  readonly full?: boolean;
  /** With ANSI colors. */
  readonly color?: boolean;
}

/** The servers and their users as lines for a terminal, ours first. Users of an offline server are not shown. */
export function formatStatus(ownId: string, servers: Iterable<CrossChatServer>, { full, color }: StatusFormat): string {
  const green = color === true ? paint(32) : PLAIN;
  const red = color === true ? paint(31) : PLAIN;
  const grey = color === true ? paint(90) : PLAIN;
  const lines: string[] = [];
  const sorted = [...servers].sort((a, b) => Number(b.id === ownId) - Number(a.id === ownId) || (a.id < b.id ? -1 : 1));
  for (const server of sorted) {
    const users = server.online ? [...server.users.values()].sort((a, b) => a.id - b.id) : [];
    const state = server.online ? green('online') : red('offline');
    const count = server.online ? `, ${users.length} ${users.length === 1 ? 'user' : 'users'}` : '';
    lines.push(`${oneLine(server.id, WIDTH)}: ${state}${count}${server.id === ownId ? grey(' (this server)') : ''}`);
    if (full === true) {
      for (const [key, value] of server.states) lines.push(grey(`  ${oneLine(key, WIDTH)} = ${oneLine(value, WIDTH)}`));
      for (const key of Object.keys(server.meta)) lines.push(grey(`  ${pair(key, server.meta[key])}`));
    }
    for (const user of users) {
      lines.push(`  ${grey(`#${user.id}`)} ${oneLine(user.name, WIDTH)}`);
      if (full !== true) continue;
      for (const key of Object.keys(user.extra)) lines.push(grey(`    ${pair(key, user.extra[key])}`));
    }
  }
  return lines.join('\n');
}

function pair(key: string, value: unknown): string {
  return `${oneLine(key, WIDTH)}: ${oneLine(toJson(value) ?? '', WIDTH)}`;
}
