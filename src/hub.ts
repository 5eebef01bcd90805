/** The hub: takes what happened on any side, finds who hears of it, and hands it to the outbox. */
import type { Logger } from 'pino';
import { Linking, type LinkingParts } from './accounts/linking.ts';
import type { DirectMessage, Memory } from './adapter.ts';
import type { Avatars } from './avatars/avatars.ts';
import type { ChannelMap } from './channel-map.ts';
import { type RoomAddress, roomId } from './channels.ts';
import type { Clock } from './clock.ts';
import type { CrossChatEvents } from './crosschat/index.ts';
import {
  type AdapterId,
  type Author,
  type Departure,
  type Heard,
  numberedId,
  type Place,
  type Profile,
  type RoomRef,
  type ServerId,
} from './event.ts';
import { FloodGate, type FloodGateOptions } from './flood-gate.ts';
import { dated, isBlank, originIn, presentable, presentableReaction, saidByPlayer } from './incoming.ts';
import type { Member } from './member.ts';
import type { Bars } from './moderation/bars.ts';
import type { Moderation } from './moderation/moderation.ts';
import { networkDestination, networkId } from './network-destination.ts';
import { Notices } from './notices/notices.ts';
import type { Draft } from './notices/server-watch.ts';
import { Origins } from './origins.ts';
import type { Outbox } from './outbox/outbox.ts';
import { ownMessage } from './own-message.ts';
import { Recent } from './recent.ts';
import { roomDestination } from './room-destination.ts';
import type { Blocks } from './store/blocks.ts';
import { sanitizeName } from './text/names.ts';
import { TypingSigns } from './typing.ts';
import type { NetworkDelivery, VirtualServer } from './virtual-server.ts';
import type { Conversations } from './whispers/conversations.ts';
import { partyOf } from './whispers/parties.ts';
import { TOO_MUCH } from './whispers/sentences.ts';
import { Whispers } from './whispers/whispers.ts';

/** What the hub is made of. */
export interface HubOptions {
  readonly map: ChannelMap;
  readonly outbox: Outbox;
  /** Messages a minute that one user, or one game server, may send now; 0 for no limit. */
  readonly flood: FloodGateOptions['perMinute'];
  /** Whether players are told now of reactions to what they said. */
  readonly gameReactions: () => boolean;
  /** The pictures of those who bring none. */
  readonly avatars: Avatars;
  readonly blocks: Blocks;
  readonly bars: Pick<Bars, 'of'>;
  readonly conversations: Conversations;
  /** Whether the texts of whispers are written to the log now. */
  readonly logWhispers: () => boolean;
  /** What {@link Hub.linking} is made of. */
  readonly linking: LinkingParts;
  /** Says of whom nothing is carried. */
  readonly moderation: Pick<Moderation, 'pass'>;
  /** Where the hub may keep small things over a restart. */
  readonly memory: Memory;
  readonly clock: Clock;
  readonly log: Logger;
}

type RoomPlace = Extract<Place, { kind: 'room' }>;

const MAX_SPEAKERS = 10_000;

/** The one place where all sides meet. */
export class Hub {
  readonly #options: HubOptions;
  readonly #members = new Map<AdapterId, Member>();
  /** Who spoke lately: what they said may still be on its way to the network. */
  readonly #spoke = new Recent<string, true>(MAX_SPEAKERS);
  readonly #origins: Origins;
  readonly #flood: FloodGate;
  readonly #typing: TypingSigns;
  readonly whispers: Whispers;
  /** Ties players to the accounts of platform users. */
  readonly linking: Linking;

  constructor(options: HubOptions) {
    const { outbox, clock, log } = options;
    this.#options = options;
    this.#origins = new Origins(options);
    this.#flood = new FloodGate({ perMinute: options.flood, clock, log });
    const memberOf = (adapter: AdapterId) => this.#members.get(adapter);
    this.#typing = new TypingSigns({ ...options, memberOf });
    this.whispers = new Whispers({ ...options, flood: this.#flood, memberOf });
    this.linking = new Linking({
      ...options.linking,
      memberOf,
      whispers: this.whispers,
      say: (place, text) => void outbox.takeNew((seq) => ownMessage(place, text, seq, clock.now()), [roomId(place)]),
      clock,
      log,
    });
  }

  /** Recalls what earlier processes knew of those who have joined. Comes before the first event. */
  restore(): Promise<void> {
    return this.#origins.restore();
  }

  /** Lets an adapter take part. */
  join(member: Member): void {
    this.#members.set(member.id, member);
    this.#origins.join(member);
    this.whispers.join(member);
    for (const room of member.rooms) this.addRoom(member, room);
  }

  /** An adapter takes part no more; its rooms were removed before. Resolves when nothing more goes to its users. */
  async leave(member: Member): Promise<void> {
    this.#members.delete(member.id);
    this.#origins.leave(member);
    for (const { userId } of member.server.speakersOf(member.id)) member.server.dismiss(member.id, userId);
    await this.whispers.leave(member);
  }

  /** A room of an adapter is in the channel map. Nothing is shown there before its adapter is released. */
  addRoom(member: Member, room: RoomRef): void {
    const { outbox, map, log } = this.#options;
    const address = { adapter: member.id, room };
    const { history, threads, reactions } = outbox;
    // The bridge may speak there already: the room of the mod log need not be in a channel.
    if (outbox.report(roomId(address)) === undefined)
      outbox.add(roomDestination({ address, member, history, threads, reactions, log }));
    outbox.setPaused(roomId(address), !map.isCarried(address));
  }

  /** A room is no longer in the channel map: who spoke there last leaves the network. Resolves when nothing more goes there. */
  removeRoom(address: RoomAddress): Promise<void> {
    this.forgetRoom(address);
    return this.#options.outbox.remove(roomId(address));
  }

  /** A room is no longer in the channel map, though the bridge speaks there all the same. */
  forgetRoom({ adapter, room }: RoomAddress): void {
    const { outbox } = this.#options;
    const member = this.#members.get(adapter);
    for (const { userId } of member?.server.speakersOf(adapter, room) ?? []) if (member) this.left(member, userId);
    // A pause was of the channel.
    outbox.setPaused(roomId({ adapter, room }), false);
  }

  /** Something was paused in the channel map, or goes on: what waits does so as well. */
  followPauses(): void {
    const { outbox, map } = this.#options;
    for (const address of map.rooms) outbox.setPaused(roomId(address), !map.isCarried(address));
  }

  /** Lets what game servers say to a virtual server be heard in the rooms of its adapters, and the other way round. */
  listen(server: VirtualServer): void {
    const { outbox, gameReactions } = this.#options;
    const circumstances = (adapter: AdapterId, place: Place | undefined) => this.#circumstances(adapter, place);
    outbox.add(networkDestination(server, circumstances, () => (gameReactions() ? outbox : undefined), outbox.threads));
    this.whispers.listen(server);
    new Notices({ ...this.#options, chat: server.chat, tell: (id, draft) => this.#notice(server, id, draft) }).start();
    server.chat.on('say', (event) => this.#heardFromServer(server, event));
    server.chat.on('user', ({ user, change }) => {
      if (change !== 'del' && user.steamid64 !== undefined) this.#options.avatars.expect(user.steamid64);
    });
    server.chat.on('ready', () => {
      this.#flood.cameBack();
      outbox.retry(networkId(server));
    });
    server.chat.on('server', ({ server: { id }, change }) => {
      if (change !== 'offline') this.#flood.cameBack(id);
    });
  }

  /** Something happened in a room. Resolves when it is taken. */
  async heardFromRoom(event: Heard): Promise<void> {
    const { place } = event;
    const member = place.kind === 'room' ? this.#members.get(place.adapter) : undefined;
    if (place.kind !== 'room' || !member || !this.#isCarried(event, place)) return;
    if (event.kind === 'message') this.#typing.ended(place, event.author.id);
    const passed = this.#options.moderation.pass(event, place);
    if (passed?.kind === 'message') this.linking.seen(member.id, passed.author);
    const shown = passed && this.#admit(passed, member, place);
    if (!shown) return;
    const rooms = this.#hearersOf(shown, place).map(roomId);
    if (shown.kind === 'message' || shown.kind === 'reaction') this.#spoke.set(speakerKey(member.id, shown.author.id), true);
    await this.#options.outbox.take(shown, member.id, [...rooms, networkId(member.server)]);
  }

  /** A user said something to the bridge in private. Resolves when it is taken. */
  heardInPrivate(member: Member, message: DirectMessage): Promise<void> {
    return this.whispers.heardFromUser(member, message);
  }

  /** Somebody types in a room, or has stopped. */
  typing({ id: adapter }: Member, room: RoomRef, author: Author, isTyping: boolean): void {
    const place = { kind: 'room', adapter, room } as const;
    if (isTyping) this.#typing.begun(place, author);
    else this.#typing.ended(place, author.id);
  }

  /** A user's name or looks changed. */
  changed(member: Member, author: Author): void {
    const { clock, avatars } = this.#options;
    this.linking.seen(member.id, author);
    const dressed = avatars.dress(author, member.id);
    this.#tellOf(member, author.id, { kind: 'profile', at: clock.now(), adapter: member.id, author: dressed });
  }

  /** A user left the platform's rooms. */
  left(member: Member, userId: Author['id']): void {
    const { clock } = this.#options;
    this.#tellOf(member, userId, { kind: 'departure', at: clock.now(), adapter: member.id, userId });
  }

  /** Platforms tell of everybody; the network knows those only who spoke, or whose words an earlier process left waiting. */
  #tellOf(member: Member, userId: Author['id'], news: Omit<Profile, 'id'> | Omit<Departure, 'id'>): void {
    const { id, server } = member;
    const { outbox } = this.#options;
    const mayWait = (outbox.report(networkId(server))?.waiting ?? 0) > 0;
    if (!mayWait && !this.#spoke.has(speakerKey(id, userId)) && !server.isPresent(id, userId)) return;
    void outbox.takeNext((seq) => ({ ...news, id: numberedId(seq) }), id, [networkId(server)]);
  }

  /** The event as others see it; undefined when it is not carried. */
  #admit(event: Heard, member: Member, place: RoomPlace): Heard | undefined {
    if (event.kind === 'removal' || event.kind === 'reaction-removal') return event;
    const bare =
      event.kind === 'reaction' ? presentableReaction(event) : presentable(event.kind === 'edit' ? event.message : event);
    const shown = bare && { ...bare, author: this.#options.avatars.dress(bare.author, member.id) };
    if (!shown || !this.#mayPass(shown.author, event.at, member, place)) return undefined;
    if (shown.kind !== 'message') return shown;
    return event.kind === 'edit' ? { ...event, message: shown } : dated(shown, this.#options.clock.now());
  }

  #mayPass({ id, name }: Author, at: number, member: Member, place: RoomPlace): boolean {
    const verdict = member.everywhere ? 'yes' : this.#flood.ofUser(`${member.id}/${id}`, name, at);
    if (verdict === 'first-no') {
      const { outbox, clock } = this.#options;
      void outbox.takeNew((seq) => ownMessage(place, tooMuch(name), seq, clock.now()), [roomId(place)]);
    }
    return verdict === 'yes';
  }

  #heardFromServer(via: VirtualServer, event: CrossChatEvents['say'][0]): void {
    const { server, user, text, extra } = event;
    if (isBlank(text)) return;
    const origin = originIn(extra);
    if (origin && this.#origins.isOurs(server.id, origin)) return;
    if (this.linking.hears(via, event)) return;
    const { rooms } = this.#options.map.hearersOf({ kind: 'server', server: server.id as ServerId });
    const heardIn = rooms.filter((room) => this.#members.get(room.adapter)?.server === via);
    if (heardIn.length === 0) return;
    // Before the connection is ready, the broker hands over what it kept for us.
    if (via.chat.status !== 'ready') this.#flood.cameBack(server.id);
    const verdict = this.#flood.ofPlayer(server.id, user.id, user.name);
    if (verdict === 'first-no') this.whispers.tell(partyOf(user), TOO_MUCH, via);
    if (verdict !== 'yes') return;
    // Without waiting before this: what is added to the store with it must be in the same transaction.
    const { outbox, clock, avatars } = this.#options;
    const said = (seq: number) => {
      const message = saidByPlayer(event, seq, clock.now());
      const { steamid64 } = user;
      const picture = this.linking.pictureOf(steamid64);
      return { ...message, author: avatars.dress(message.author, server.id, { steamid64, picture }) };
    };
    void outbox.takeNew(said, heardIn.map(roomId));
  }

  /** Something happened on a game server, as one virtual server sees it: those rooms of its adapters are told that want to know. */
  #notice(via: VirtualServer, server: ServerId, { subject, tag, body }: Draft): void {
    const { map, outbox, clock } = this.#options;
    const place: Place = { kind: 'server', server };
    const rooms = map
      .hearersOf(place)
      .told(subject)
      .filter((room) => this.#members.get(room.adapter)?.server === via);
    outbox.tell((seq) => ({ kind: 'notice', id: numberedId(seq), at: clock.now(), place, tag, body }), rooms.map(roomId));
  }

  /** What the configuration says now of where an event is from. */
  #circumstances(adapter: AdapterId, place: Place | undefined): Omit<NetworkDelivery, 'event' | 'adapter'> | undefined {
    const member = this.#members.get(adapter);
    if (!member) return undefined;
    if (place?.kind !== 'room') return { platform: member.type, servers: () => true, origin: undefined };
    const hearers = this.#options.map.hearersOfTaken(place);
    if (!hearers) return undefined;
    const { servers } = hearers;
    return { platform: member.type, servers, origin: this.#origins.of(member, place.room) };
  }

  /** What is paused is not carried; but what is taken back is taken back, so that nobody reads it after the pause. */
  #isCarried({ kind }: Heard, place: RoomPlace): boolean {
    const { map } = this.#options;
    return kind === 'removal' || kind === 'reaction-removal' ? map.has(place) : map.isCarried(place);
  }

  /** Changes go wherever the message may be, or wait. */
  #hearersOf({ kind }: Heard, place: RoomPlace): readonly RoomAddress[] {
    const { map } = this.#options;
    return (kind === 'message' || kind === 'reaction' ? map.hearersOf(place) : map.reachOf(place)).rooms;
  }
}

/** What a flooder is told, once. */
function tooMuch(name: string): string {
  return `${sanitizeName(name) || 'You'}, that was too much at once: what you say is not carried to the other places until you pause for a minute.`;
}

function speakerKey(adapter: AdapterId, userId: Author['id']): string {
  return `${adapter}/${userId}`;
}
