/** The game servers as a source: takes what is said and done there, as each virtual server hears it, and finds who hears of it. */
import type { Linking } from './accounts/linking.ts';
import type { Avatars } from './avatars/avatars.ts';
import type { ChannelMap } from './channel-map.ts';
import { type RoomAddress, roomId } from './channels.ts';
import type { Clock } from './clock.ts';
import type { CrossChatEvents } from './crosschat/index.ts';
import { type AdapterId, numberedId, type Place, type ServerId } from './event.ts';
import type { FloodGate } from './flood-gate.ts';
import { isBlank, originIn, saidByPlayer } from './incoming.ts';
import type { Member } from './member.ts';
import { networkId } from './network-destination.ts';
import { Notices } from './notices/notices.ts';
import type { Draft } from './notices/server-watch.ts';
import type { Origins } from './origins.ts';
import type { Outbox } from './outbox/outbox.ts';
import type { VirtualServer } from './virtual-server.ts';
import { partyOf } from './whispers/parties.ts';
import { TOO_MUCH } from './whispers/sentences.ts';
import type { Whispers } from './whispers/whispers.ts';

/** What it takes to listen to game servers. */
interface NetworkSourceOptions {
  readonly map: ChannelMap;
  readonly outbox: Outbox;
  readonly flood: FloodGate;
  readonly origins: Origins;
  readonly linking: Linking;
  readonly whispers: Whispers;
  readonly avatars: Avatars;
  readonly memberOf: (adapter: AdapterId) => Member | undefined;
  readonly clock: Clock;
}

/** What game servers say, and what happens on them. */
export class NetworkSource {
  readonly #options: NetworkSourceOptions;

  constructor(options: NetworkSourceOptions) {
    this.#options = options;
  }

  /** Takes what a virtual server hears, for the rooms of its adapters. */
  listen(server: VirtualServer): void {
    const { outbox, flood, avatars, clock } = this.#options;
    const { chat } = server;
    new Notices({ chat, clock, tell: (id, draft) => this.#notice(server, id, draft) }).start();
    chat.on('say', (event) => this.#said(server, event));
    chat.on('user', ({ user, change }) => {
      if (change !== 'del' && user.steamid64 !== undefined) avatars.expect(user.steamid64);
    });
    chat.on('ready', () => {
      flood.cameBack();
      outbox.retry(networkId(server));
    });
    chat.on('server', ({ server: { id }, change }) => {
      if (change !== 'offline') flood.cameBack(id);
    });
  }

  #said(via: VirtualServer, event: CrossChatEvents['say'][0]): void {
    const { map, outbox, flood, origins, linking, whispers, avatars, clock } = this.#options;
    const { server, user, text, extra } = event;
    if (isBlank(text)) return;
    const origin = originIn(extra);
    if (origin && origins.isOurs(server.id, origin)) return;
    if (linking.hears(via, event)) return;
    const { rooms } = map.hearersOf({ kind: 'server', server: server.id as ServerId });
    const heardIn = this.#behind(via, rooms);
    if (heardIn.length === 0) return;
    // Before the connection is ready, the broker hands over what it kept for us.
    if (via.chat.status !== 'ready') flood.cameBack(server.id);
    const verdict = flood.ofPlayer(server.id, user.id, user.name);
    if (verdict === 'first-no') whispers.tell(partyOf(user), TOO_MUCH, via);
    if (verdict !== 'yes') return;
    // Without waiting before this: what is added to the store with it must be in the same transaction.
    const said = (seq: number) => {
      const message = saidByPlayer(event, seq, clock.now());
      const { steamid64 } = user;
      const picture = linking.pictureOf(steamid64);
      return { ...message, author: avatars.dress(message.author, server.id, { steamid64, picture }) };
    };
    void outbox.takeNew(said, heardIn.map(roomId));
  }

  /** Something happened on a game server, as one virtual server sees it: those rooms of its adapters are told that want to know. */
  #notice(via: VirtualServer, server: ServerId, { subject, tag, body }: Draft): void {
    const { map, outbox, clock } = this.#options;
    const place: Place = { kind: 'server', server };
    const rooms = this.#behind(via, map.hearersOf(place).told(subject));
    outbox.tell((seq) => ({ kind: 'notice', id: numberedId(seq), at: clock.now(), place, tag, body }), rooms.map(roomId));
  }

  /** Those rooms that hear the game servers through a virtual server. */
  #behind(via: VirtualServer, rooms: readonly RoomAddress[]): readonly RoomAddress[] {
    const { memberOf } = this.#options;
    return rooms.filter((room) => memberOf(room.adapter)?.server === via);
  }
}
