/** The bridge as an appservice: the homeserver sends it what happens, and it speaks as a ghost for everybody. */
import { AdapterError, type AdapterHost, DeliveryError, type Route } from '../../../src/adapter.ts';
import type { Author, Place, PlayerParty, UserParty } from '../../../src/event.ts';
import { sanitizeName } from '../../../src/text/names.ts';
import { partnerIn } from '../direct/partner.ts';
import type { Homeserver } from '../homeserver.ts';
import type { Looks } from '../looks.ts';
import type { MissedLimits } from '../missed.ts';
import type { Listener } from '../sync.ts';
import type { Typist } from '../typing-out.ts';
import type { Uploads } from '../uploads.ts';
import type { Speaker, Voice, Voices } from '../voice.ts';
import { Absence } from './absence.ts';
import { Backlog } from './backlog.ts';
import type { AppserviceConfig } from './config.ts';
import { GhostIds } from './ghost-ids.ts';
import { GhostVoices } from './ghost-voices.ts';
import { Ghosts, registerUser } from './ghosts.ts';
import { Incoming } from './incoming.ts';
import { asUser } from './masquerade.ts';
import { ping } from './ping.ts';
import { Portals } from './portals.ts';
import { appserviceRoute } from './routes.ts';
import * as sentences from './sentences.ts';
import { lookUp } from './third-party.ts';

export interface AppserviceOptions {
  readonly config: AppserviceConfig;
  /** What ghosts are called: `{name}` is the speaker, `{server}` where they are. */
  readonly nameTemplate: string;
  /** How much is heard of what was said while we were away. */
  readonly limits: MissedLimits;
  readonly host: AdapterHost;
  readonly homeserver: Homeserver;
  readonly uploads: Uploads;
  /** Aborted when the adapter stops. */
  readonly ended: AbortSignal;
}

/** Milliseconds after which the rooms are looked at again, where that is due. */
const lookTime = 30_000;
/** Milliseconds until the homeserver is asked again whether it reaches us, if it did the last time. */
const pingTime = 300_000;

export class Appservice {
  readonly route: Route;
  readonly #options: AppserviceOptions;
  readonly #botId: string;
  readonly #ids: GhostIds;
  readonly #ghosts: Ghosts;
  readonly #incoming: Incoming;
  readonly #absence: Absence;
  #pingAt = 0;
  #found: string | undefined;

  constructor(options: AppserviceOptions) {
    const { config, host, homeserver } = options;
    this.#options = options;
    this.#botId = `@${config.bot}:${config.server_name}`;
    this.#ids = new GhostIds(config.ghosts, config.server_name);
    this.#ghosts = new Ghosts({ ...host, homeserver, ids: this.#ids });
    const backlog = new Backlog({ ...host, homeserver, limits: options.limits });
    this.#incoming = new Incoming({ ...host, botId: this.#botId, ids: this.#ids, ghosts: this.#ghosts, backlog });
    const patience = config.leave_after_hours * 3_600_000;
    this.#absence = new Absence({ ...host, ghosts: this.#ghosts, patience, ended: options.ended });
    const portals = new Portals({ config, host, homeserver });
    this.route = appserviceRoute(config.url, config.hs_token, {
      transaction: (id, transaction) => this.#incoming.take(id, transaction),
      user: async (userId) => (await this.meet(userId)) !== undefined,
      alias: (alias) => portals.ask(alias),
      thirdParty: (path, query) => lookUp(path, query, { host, ids: this.#ids, portals }),
    });
  }

  /** Makes the bridge's own account, unless there is one. @throws {AdapterError} when the registration does not fit */
  async register(): Promise<void> {
    const { homeserver, ended } = this.#options;
    try {
      await registerUser(homeserver, this.#botId, ended);
    } catch (fault) {
      throw fault instanceof DeliveryError ? new AdapterError(fault.message) : fault;
    }
  }

  /** @throws {AdapterError} when the homeserver knows us by another id than we think */
  requireSelf(userId: string): void {
    if (userId !== this.#botId) throw new AdapterError(sentences.otherServer(userId, this.#options.config));
  }

  /** As whom messages are shown. @param own the bridge itself */
  voices(own: Voice): Voices {
    const { host } = this.#options;
    return new GhostVoices(own, {
      ...this.#options,
      ids: this.#ids,
      ghosts: this.#ghosts,
      serverId: host.chat.state.ownId,
      puppetOf: (speaker) => this.#puppetOf(speaker),
      looksOf: (speaker, signal) => this.#looksOf(speaker, signal),
      spoke: (roomId, userId) => this.#absence.spoke(roomId, userId),
    });
  }

  /** How somebody's ghost is to look. */
  async #looksOf(speaker: Speaker, signal: AbortSignal): Promise<Looks> {
    const { nameTemplate, uploads } = this.#options;
    const { author, tag } = speaker;
    const name = nameTemplate.replace(/\{name\}|\{server\}/g, (hole) => (hole === '{name}' ? author.name : tag));
    return { name, avatar: await uploads.avatarOf(speaker, signal) };
  }

  #puppetOf({ place, author }: Speaker): string | undefined {
    const { config, host } = this.#options;
    if (!config.double_puppeting || place.kind !== 'server' || author.steamid64 === undefined) return undefined;
    const userId = host.linkedUser(author.steamid64);
    return userId?.endsWith(`:${config.server_name}`) && !this.isOurs(userId) ? userId : undefined;
  }

  /** The ghost that types for somebody; undefined where it is not in the room: nobody comes only to type. Rejects with what the homeserver says. */
  async typistOf(roomId: string, place: Place, author: Author): Promise<Typist | undefined> {
    const userId = this.#ids.of(place, author);
    if (!(await this.#ghosts.members.in(roomId)).has(userId)) return undefined;
    return { userId, caller: asUser(this.#options.homeserver, userId) };
  }

  /** Whether a user is one of ours: what they do is done by us. */
  isOurs(userId: string): boolean {
    return userId === this.#botId || this.#ids.isGhost(userId);
  }

  /**
   * Whom a ghost stands for; undefined where nobody knows. A player has that ghost then, also one who has said nothing yet.
   * Rejects with what the homeserver says.
   */
  async meet(userId: string): Promise<PlayerParty | UserParty | undefined> {
    const { host, ended } = this.#options;
    const partner = partnerIn(host.chat.state, this.#ids.read(userId));
    if (partner?.kind !== 'player') return partner;
    const { server, author } = partner;
    const place = { kind: 'server', server } as const;
    // Of several ways to write an id, one is right: else somebody could have several ghosts.
    if (this.#ids.of(place, author) !== userId) return undefined;
    const looks = await this.#looksOf({ place, author, tag: sanitizeName(server) || 'server' }, ended);
    await this.#ghosts.exists(userId, looks, ended);
    return partner;
  }

  /** Takes no part in a room any more. Never rejects. */
  leave(roomId: string): Promise<void> {
    return this.#absence.leaveAll(roomId);
  }

  /** Resolves when all is written. */
  settled(): Promise<void> {
    return this.#absence.settled();
  }

  /**
   * Hands over what happens, until there is a reason to look at the rooms again. Rejects when the homeserver is not there.
   * @param answered called when what happens is handed over from now on
   */
  async follow(listener: Listener, answered: () => void): Promise<void> {
    this.#incoming.open(listener);
    answered();
    await this.#absence.begin(() => listener.roomIds());
    await this.#ping();
    await this.#incoming.changed(lookTime, this.#options.ended);
  }

  async #ping(): Promise<void> {
    const { config, host, homeserver } = this.#options;
    if (host.clock.now() < this.#pingAt) return;
    const { ok, text } = await ping(homeserver, config);
    this.#pingAt = ok ? host.clock.now() + pingTime : 0;
    if (text !== this.#found) host.log[ok ? 'info' : 'error'](text);
    this.#found = text;
  }
}
