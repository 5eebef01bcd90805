/** Watches the network for what people in rooms want to know of game servers. */
import type { Clock } from '../clock.ts';
import type { CrossChat, CrossChatEvents, CrossChatUser } from '../crosschat/index.ts';
import type { ServerId } from '../event.ts';
import { sanitizeName } from '../text/names.ts';
import type { Player } from './players.ts';
import { type Draft, ServerWatch } from './server-watch.ts';

/** What watching takes. */
export interface NoticesOptions {
  readonly chat: CrossChat;
  readonly clock: Clock;
  /** There is something to tell of a server. */
  readonly tell: (server: ServerId, draft: Draft) => void;
}

/** A server, and what ends the wait for its next notice. */
interface Watched {
  readonly watch: ServerWatch;
  due: number | undefined;
  cancel: () => void;
}

/** So many servers are watched; of those that are not online, the one that has been known longest makes room. */
const MAX_SERVERS = 1_000;

/** The notices of one network, as one virtual server sees it. */
export class Notices {
  readonly #options: NoticesOptions;
  readonly #servers = new Map<string, Watched>();

  constructor(options: NoticesOptions) {
    this.#options = options;
  }

  /** Watches from now on, as long as the virtual server is there. */
  start(): void {
    this.#options.chat
      .on('server', (event) => this.#server(event))
      .on('user', (event) => this.#user(event))
      .on('state', ({ server, key, value }) => {
        if (key === 'map') this.#map(server.id, value);
      })
      .on('meta', ({ server, meta: { map } }) => {
        if (typeof map === 'string' && !server.states.has('map')) this.#map(server.id, map);
      })
      .on('ready', () => this.#each((watch, now) => watch.found(now)))
      .on('down', () => this.#each((watch, now) => watch.lost(now)));
  }

  #server({ server, change, quiet }: CrossChatEvents['server'][0]): void {
    const isNews = !quiet && this.#isSettled;
    this.#note(server.id, (watch, now) => (change === 'offline' ? watch.went(now) : watch.came(now, isNews)));
  }

  #user({ user, change, burst, reason }: CrossChatEvents['user'][0]): void {
    // Users of bridges become visible by what they say: that is news enough.
    if (change === 'update' || typeof user.extra['platform'] === 'string') return;
    // Lua servers say so of who was there before the map changed.
    const stayed = change === 'add' && user.extra['connected_this_map'] === false;
    const isNews = !burst && !stayed && this.#isSettled;
    const player = playerOf(user);
    this.#note(user.server.id, (watch, now) =>
      change === 'add' ? watch.joined(now, player, isNews) : watch.left(now, player, isNews, reason),
    );
  }

  #map(serverId: string, value: string): void {
    const map = sanitizeName(value);
    if (map !== '') this.#note(serverId, (watch, now) => watch.onMap(now, map, this.#isSettled));
  }

  /** Before the connection is ready, the broker tells what was so before, and hands over what it kept for us. */
  get #isSettled(): boolean {
    return this.#options.chat.status === 'ready';
  }

  #each(change: (watch: ServerWatch, now: number) => void): void {
    for (const id of this.#servers.keys()) this.#note(id, change);
  }

  #note(serverId: string, change: (watch: ServerWatch, now: number) => void): void {
    const watched = this.#watched(serverId);
    if (watched === undefined) return;
    change(watched.watch, this.#options.clock.now());
    this.#wait(serverId, watched);
  }

  #watched(serverId: string): Watched | undefined {
    const known = this.#servers.get(serverId);
    if (known !== undefined) return known;
    if (this.#servers.size >= MAX_SERVERS && !this.#makeRoom()) return undefined;
    const watched: Watched = { watch: new ServerWatch(sanitizeName(serverId) || 'server'), due: undefined, cancel: () => {} };
    this.#servers.set(serverId, watched);
    return watched;
  }

  #makeRoom(): boolean {
    for (const [id, { watch, cancel }] of this.#servers) {
      if (watch.isOnline) continue;
      cancel();
      return this.#servers.delete(id);
    }
    return false;
  }

  #wait(serverId: string, watched: Watched): void {
    const { clock, tell } = this.#options;
    const { watch } = watched;
    if (watch.due === watched.due) return;
    watched.cancel();
    watched.due = watch.due;
    if (watch.due === undefined) return;
    watched.cancel = clock.after(Math.max(0, watch.due - clock.now()), () => {
      watched.due = undefined;
      for (const draft of watch.tell(clock.now())) tell(serverId as ServerId, draft);
      this.#wait(serverId, watched);
    });
  }
}

function playerOf({ id, name, steamid64 }: CrossChatUser): Player {
  return { id, who: steamid64 ?? name, name };
}
