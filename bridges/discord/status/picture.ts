/** What there is to show of the game servers. */
import type { AdapterHost } from '../../../src/adapter.ts';
import type { Clock } from '../../../src/clock.ts';
import { sanitizeName } from '../../../src/text/names.ts';
import { connectLink, gameOf } from '../../../src/text/server.ts';
import { unlinked } from '../../../src/text/unlinked.ts';

type Chat = AdapterHost['chat'];
type Server = ReturnType<Chat['state']['me']>;

/** One server. The names are fit to be shown. */
export interface ServerFacts {
  readonly id: string;
  readonly name: string;
  readonly isOnline: boolean;
  /** Empty where it is not known. */
  readonly map: string;
  readonly gamemode: string;
  /** Those who play, in the order of their names. */
  readonly players: readonly string[];
  readonly link: string | undefined;
}

/** What can be seen. */
export interface Sight {
  /** `soon` while it isn't clear yet, `lost` when there is no connection to the broker. */
  readonly state: 'seen' | 'lost' | 'soon';
  /** By id; none unless seen. */
  readonly servers: readonly ServerFacts[];
  /** Milliseconds after which it may be otherwise, though nothing happens. */
  readonly again?: number;
}

/** A server that is back within this was changing its map, in milliseconds: nobody needs to see that it was gone. */
const SERVER_GRACE = 30_000;
/** Likewise for our own connection, and the time in which servers tell who is there when we are back. */
const OWN_GRACE = 60_000;
const ARRIVAL = 5_000;

/** Looks at the network, and overlooks what is over in a moment. */
export class Picture {
  readonly #chat: Chat;
  readonly #clock: Clock;
  /** When the connection was lost, or found; undefined before the first look. */
  #turned: number | undefined;
  #isReady = false;
  /** What the servers were like when they were seen last, and when they were missed first. */
  readonly #seen = new Map<string, { readonly facts: ServerFacts; readonly missed: number | undefined }>();

  constructor(chat: Chat, clock: Clock) {
    this.#chat = chat;
    this.#clock = clock;
  }

  /** Takes note of whether there is a connection. To be called when that changes. @returns when it came, or was lost */
  notice(): number {
    const isReady = this.#chat.status === 'ready';
    if (this.#turned === undefined || isReady !== this.#isReady) this.#turned = this.#clock.now();
    this.#isReady = isReady;
    return this.#turned;
  }

  look(): Sight {
    const now = this.#clock.now();
    const turned = this.notice();
    const again = turned + (this.#isReady ? ARRIVAL : OWN_GRACE) - now;
    if (again > 0) return { state: 'soon', servers: [], again };
    return this.#isReady ? this.#seenNow(now) : { state: 'lost', servers: [] };
  }

  #seenNow(now: number): Sight {
    const { state } = this.#chat;
    for (const id of this.#seen.keys()) if (!state.servers.has(id)) this.#seen.delete(id);
    let again: number | undefined;
    const servers: ServerFacts[] = [];
    for (const server of state.servers.values()) {
      if (server.id === state.ownId) continue;
      const before = this.#seen.get(server.id);
      const missed = server.online ? undefined : (before?.missed ?? now);
      const wait = before?.facts.isOnline === true && missed !== undefined ? missed + SERVER_GRACE - now : 0;
      const facts = wait > 0 && before !== undefined ? before.facts : factsOf(server);
      if (wait > 0) again = Math.min(again ?? wait, wait);
      this.#seen.set(server.id, { facts, missed });
      servers.push(facts);
    }
    servers.sort((a, b) => (a.id < b.id ? -1 : 1));
    return { state: 'seen', servers, ...(again !== undefined && { again }) };
  }
}

function factsOf(server: Server): ServerFacts {
  const players = Array.from(server.users.values(), ({ id, name }) => sanitizeName(name) || `Player ${id}`);
  return {
    id: server.id,
    name: nameOf(server.id),
    isOnline: server.online,
    ...(server.online ? gameOf(server) : { map: '', gamemode: '' }),
    players: players.map(unlinked).sort((a, b) => a.localeCompare(b, 'en')),
    link: connectLink(server),
  };
}

/** A server that is awaited, and of which nothing is known. */
export function unknownServer(id: string): ServerFacts {
  return { id, name: nameOf(id), isOnline: false, map: '', gamemode: '', players: [], link: undefined };
}

function nameOf(id: string): string {
  return unlinked(sanitizeName(id)) || 'a server without a name';
}
