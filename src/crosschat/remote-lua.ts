/** Running Lua code on game servers: `ooc/lua`, answered by `ooc/lua_reply`. The protocol's README, "CrossLua". */
import type { CrossChat } from './chat.ts';
import type { Clock } from './clock.ts';
import type { OocEvent } from './events.ts';

/** Milliseconds that a server has for its answer. */
export const LUA_TIMEOUT = 30_000;

/** Code that was sent. */
export interface LuaSent {
  /** The number that it was sent under. */
  readonly id: number;
  /** What the server answers: JSON of any kind. Undefined when it did not in time. */
  readonly reply: Promise<LuaReply | undefined>;
}

interface LuaReply {
  readonly result: unknown;
}

/** Code whose answer is waited for. */
interface Waiting {
  readonly serverId: string;
  finish(reply: LuaReply | undefined): void;
  readonly cancel: () => void;
}

/** By connection: whoever sends code over one of them shares its numbers. */
const known = new WeakMap<CrossChat, RemoteLua>();

/** Sends code, and finds the answer to it. What others ask to be run is never run. */
export class RemoteLua {
  readonly #chat: CrossChat;
  readonly #waiting = new Map<number, Waiting>();
  #count = 0;

  private constructor(chat: CrossChat) {
    this.#chat = chat;
    chat.on('ooc', (event) => this.#hear(event));
  }

  /** That of a connection. */
  static over(chat: CrossChat): RemoteLua {
    const lua = known.get(chat) ?? new RemoteLua(chat);
    known.set(chat, lua);
    return lua;
  }

  /**
   * Sends code as it is, byte for byte.
   * @param by the SteamID64 of the sender, or another name, as the server logs it
   * @throws when the server can't be reached
   */
  async send(serverId: string, code: string, by: string, clock: Clock): Promise<LuaSent> {
    this.#count += 1;
    const id = this.#count;
    const reply = new Promise<LuaReply | undefined>((resolve) => {
      const finish: Waiting['finish'] = (answer) => {
        cancel();
        this.#waiting.delete(id);
        resolve(answer);
      };
      const cancel = clock.after(LUA_TIMEOUT, () => finish(undefined));
      this.#waiting.set(id, { serverId, finish, cancel });
    });
    try {
      await this.#chat.state.sendOoc(serverId, 'lua', { id, code, steamid: by });
    } catch (error) {
      this.#waiting.get(id)?.finish(undefined);
      throw error;
    }
    return { id, reply };
  }

  /** Waits for no answer any more: none comes. */
  close(): void {
    for (const { cancel } of this.#waiting.values()) cancel();
    this.#waiting.clear();
  }

  #hear({ server, type, payload }: OocEvent): void {
    if (type !== 'lua_reply' || typeof payload !== 'object' || payload === null || !('id' in payload)) return;
    // An answer to what we never asked is some stranger's text.
    const waiting = this.#waiting.get(Number(payload.id));
    if (waiting?.serverId === server.id) waiting.finish({ result: 'result' in payload ? payload.result : undefined });
  }
}
