/** What the operator reads of Lua code that they run on game servers. */

import type { Clock } from '../../src/clock.ts';
import { LUA_TIMEOUT, type RemoteLua } from '../../src/crosschat/index.ts';
import { replyText } from '../../src/text/lua-reply.ts';

/** Sends code. Resolves with what was done; the answer is printed as it comes, or that none came in time. @throws when the server can't be reached */
export async function sendLua(
  lua: RemoteLua,
  { serverId, code, clock, print }: { serverId: string; code: string; clock: Clock; print: (text: string) => void },
): Promise<string> {
  const { id, reply } = await lua.send(serverId, code, 'console', clock);
  reply.then((answer) =>
    print(
      answer === undefined
        ? `${serverId} did not answer Lua ${id} within ${LUA_TIMEOUT / 1_000} s. It may not allow remote Lua.`
        : `${serverId} answers Lua ${id}: ${replyText(answer.result)}`,
    ),
  );
  return `Sent to ${serverId} as Lua ${id}.`;
}
