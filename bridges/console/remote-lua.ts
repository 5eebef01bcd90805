/** Running Lua code on game servers: `ooc/lua`, answered by `ooc/lua_reply`. The protocol's README, "CrossLua". */
import { z } from 'zod';
import type { Clock } from '../../src/clock.ts';
import type { CrossChatState, OocEvent } from '../../src/crosschat/index.ts';
import { toLine } from '../../src/text/line.ts';

/** Milliseconds that a server has for its answer. */
const REPLY_TIMEOUT = 30_000;
/** UTF-16 units of an answer that are shown. */
const MAX_REPLY = 4_000;

const replySchema = z.object({ id: z.coerce.number(), result: z.unknown() });

export interface RemoteLuaOptions {
  readonly state: CrossChatState;
  readonly clock: Clock;
  readonly print: (text: string) => void;
}

/** Sends code and prints the answers as they come, or that none came in time. */
export class RemoteLua {
  readonly #options: RemoteLuaOptions;
  /** By the number that code was sent under: the server it went to, and what stops the wait. */
  readonly #waiting = new Map<number, { serverId: string; cancel: () => void }>();
  #count = 0;

  constructor(options: RemoteLuaOptions) {
    this.#options = options;
  }

  /** @throws when the server can't be reached */
  async send(serverId: string, code: string): Promise<string> {
    const { state, clock, print } = this.#options;
    this.#count += 1;
    const id = this.#count;
    const cancel = clock.after(REPLY_TIMEOUT, () => {
      this.#waiting.delete(id);
      print(`${serverId} did not answer Lua ${id} within ${REPLY_TIMEOUT / 1000} s. It may not allow remote Lua.`);
    });
    this.#waiting.set(id, { serverId, cancel });
    try {
      await state.sendOoc(serverId, 'lua', { id, code, steamid: 'console' });
    } catch (error) {
      this.#forget(id);
      throw error;
    }
    return `Sent to ${serverId} as Lua ${id}.`;
  }

  /** Prints an out-of-character message if it is an answer that is waited for. */
  hear({ server, type, payload }: OocEvent): void {
    if (type !== 'lua_reply') return;
    const reply = replySchema.safeParse(payload).data;
    // An answer to what we never asked is some stranger's text.
    if (reply === undefined || this.#waiting.get(reply.id)?.serverId !== server.id) return;
    this.#forget(reply.id);
    const result = typeof reply.result === 'string' ? reply.result : (JSON.stringify(reply.result) ?? '');
    this.#options.print(`${server.id} answers Lua ${reply.id}: ${toLine(result.slice(0, MAX_REPLY))}`);
  }

  /** Waits for no answer any more. */
  close(): void {
    for (const id of [...this.#waiting.keys()]) this.#forget(id);
  }

  #forget(id: number): void {
    this.#waiting.get(id)?.cancel();
    this.#waiting.delete(id);
  }
}
