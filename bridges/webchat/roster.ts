/** The servers and players beside the chat, as they are now. */

import type { Clock } from '../../src/clock.ts';
import type { CrossChat, CrossChatServer, CrossChatUser } from '../../src/crosschat/index.ts';
import type { ServerId } from '../../src/event.ts';
import { sanitizeName } from '../../src/text/names.ts';
import { connectLink, gameOf } from '../../src/text/server.ts';
import type { Server } from '../../web/chat/wire.ts';
import { personOf } from './entry.ts';

/** Changes of one server are gathered for so long, in milliseconds: a map change is one. */
const GATHERING = 500;
/** So many servers are listed, and so many players of each. */
const MAX_SERVERS = 200;
const MAX_PLAYERS = 200;

/** What the roster stands on. */
export interface RosterOptions {
  readonly chat: CrossChat;
  /** Whether those who use the page may know of a server. */
  readonly hears: (server: ServerId) => boolean;
  readonly clock: Clock;
  /** Where the bridge serves. */
  readonly base: () => string | undefined;
  /** A server changed; undefined when it went. */
  readonly changed: (id: string, server: Server | undefined) => void;
}

/** Watches the network. */
export class Roster {
  readonly #options: RosterOptions;
  readonly #dirty = new Set<string>();
  #cancel: (() => void) | undefined;
  readonly #note = ({ id }: CrossChatServer) => {
    if (!this.#options.hears(id as ServerId)) return;
    this.#dirty.add(id);
    this.#cancel ??= this.#options.clock.after(GATHERING, () => this.#tell());
  };
  readonly #listeners = {
    server: ({ server }: { server: CrossChatServer }) => this.#note(server),
    user: ({ user }: { user: CrossChatUser }) => this.#note(user.server),
  };

  constructor(options: RosterOptions) {
    this.#options = options;
  }

  /** Begins to watch. */
  start(): void {
    const { server, user } = this.#listeners;
    this.#options.chat.on('server', server).on('user', user).on('state', server).on('meta', server);
  }

  /** Ends it. */
  stop(): void {
    const { server, user } = this.#listeners;
    this.#options.chat.off('server', server).off('user', user).off('state', server).off('meta', server);
    this.#cancel?.();
  }

  /** All servers that are online. */
  all(): readonly Server[] {
    return this.#heard()
      .slice(0, MAX_SERVERS)
      .map((server) => this.#serverOf(server))
      .sort((one, other) => (one.id < other.id ? -1 : 1));
  }

  #tell(): void {
    this.#cancel = undefined;
    const online = new Map(this.#heard().map((server) => [server.id, server]));
    for (const id of this.#dirty) {
      const server = online.get(id);
      this.#options.changed(id, server && this.#serverOf(server));
    }
    this.#dirty.clear();
  }

  /** The servers that are online, and heard on the page. */
  #heard(): readonly CrossChatServer[] {
    const { chat, hears } = this.#options;
    return chat.state.online().filter(({ id }) => hears(id as ServerId));
  }

  #serverOf(server: CrossChatServer): Server {
    const users = [...server.users.values()];
    const join = connectLink(server);
    return {
      id: server.id,
      ...gameOf(server),
      ...(join && { join }),
      players: users.slice(0, MAX_PLAYERS).map((user) => this.#playerOf(user, server.id)),
      more: Math.max(0, users.length - MAX_PLAYERS),
    };
  }

  #playerOf(user: CrossChatUser, server: string): Server['players'][number] {
    const { id, firstSeen, extra, steamid64 } = user;
    const name = sanitizeName(user.name) || `Player ${id}`;
    const avatar = typeof extra['avatar'] === 'string' ? extra['avatar'] : undefined;
    const link = steamid64 && `https://steamcommunity.com/profiles/${steamid64}`;
    const author = { id: String(id), name, ...(avatar && { avatar }), ...(link && { link }) };
    const person = personOf(author, { kind: 'server', server: server as ServerId }, this.#options.base());
    return { id, name, since: firstSeen * 1_000, person };
  }
}
