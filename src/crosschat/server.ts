import { CrossChatUser } from './user.ts';

/** What a server needs from the state it belongs to. */
export interface ServerOwner {
  readonly ownId: string;
  /** Whether a server is believed when it tells who its users are on Steam. */
  believes(serverId: string): boolean;
  addUser(name: string, extra?: Record<string, unknown>): Promise<CrossChatUser>;
  delUser(id: number, reason?: string): Promise<CrossChatUser | undefined>;
  sendOoc(serverId: string, type: string, payload: unknown): Promise<void>;
  now(): number;
}

/** A dialect of `cmd` in user payloads: the README's `add` and `del`, or `join` and `leave`. */
export type Dialect = 'add' | 'join';

/** A server on the network, as far as it told about itself. Its fields are for reading: the state changes them. */
export class CrossChatServer {
  readonly id: string;
  /** Whether it is believed when it tells who its users are on Steam. */
  readonly isBelieved: boolean;
  online = false;
  /** Unix seconds of the last start that it announced; 0 when it said that it is gone. */
  started = 0;
  /** Other people's JSON. */
  meta: Readonly<Record<string, unknown>> = {};
  readonly states = new Map<string, string>();
  readonly users = new Map<number, CrossChatUser>();
  /** The dialect that the server was last heard to speak. */
  dialect: Dialect | undefined;
  readonly #owner: ServerOwner;

  constructor(id: string, owner: ServerOwner) {
    this.id = id;
    this.isBelieved = id === owner.ownId || owner.believes(id);
    this.#owner = owner;
  }

  /** Adds a user of our own: works on our own server only. */
  async addUser(name: string, extra?: Record<string, unknown>): Promise<CrossChatUser> {
    this.#assertOwn();
    return this.#owner.addUser(name, extra);
  }

  /** Removes a user of our own: works on our own server only. */
  async delUser(id: number, reason?: string): Promise<CrossChatUser | undefined> {
    this.#assertOwn();
    return this.#owner.delUser(id, reason);
  }

  /** Sends this server an out-of-character message: any JSON value, or text as it stands. */
  sendOoc(type: string, payload: unknown): Promise<void> {
    return this.#owner.sendOoc(this.id, type, payload);
  }

  /** Looks up a user. With `ensure`, a user who was never announced is made up as `UnknownUser<id>` and not listed. */
  getUser(id: number, options: { ensure: true }): CrossChatUser;
  getUser(id: number, options?: { ensure?: boolean }): CrossChatUser | undefined;
  getUser(id: number, options: { ensure?: boolean } = {}): CrossChatUser | undefined {
    const known = this.users.get(id);
    if (known !== undefined || options.ensure !== true) return known;
    const firstSeen = Math.floor(this.#owner.now() / 1000);
    return new CrossChatUser({ id, server: this, name: `UnknownUser${id}`, firstSeen, placeholder: true });
  }

  #assertOwn(): void {
    if (this.id !== this.#owner.ownId) throw new TypeError(`Users of ${this.id} are announced by that server alone.`);
  }
}
