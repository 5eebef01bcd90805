/** What game servers ask for: kicks, bans and slaps of our people (`aowl`). */
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { AowlEvent } from '../crosschat/index.ts';
import type { ServerId } from '../event.ts';
import { FloodLimiter } from '../flood.ts';
import { Recent } from '../recent.ts';
import type { Ban } from '../store/bans.ts';
import type { Store } from '../store/store.ts';
import { anyGlob } from '../text/glob.ts';
import { sanitizeName } from '../text/names.ts';
import type { VirtualServer } from '../virtual-server.ts';
import type { Moderation, Order, Outcome, Person } from './moderation.ts';
import { RepeatedNotes } from './repeated-notes.ts';
import { describePerson, reasonIn } from './wording.ts';

/** What is made of orders with. */
export interface OrdersOptions {
  readonly moderation: Moderation;
  readonly store: Pick<Store, 'audit' | 'accounts'>;
  /** The ids of the servers that may moderate our people now, with `*` and `?`. */
  readonly servers: () => readonly string[];
  readonly clock: Clock;
  readonly log: Logger;
}

/** So many orders about our people a server may give in a minute. */
const PER_MINUTE = 30;
/** So many all servers together: without access rules on the broker, one can be as many servers as it likes. */
const PER_MINUTE_OF_ALL = 120;
/** So many different ones that came to nothing are told apart within a minute. */
const MAX_IDLE = 30;
/** So often a minute it is looked who somebody is that is not there: a server can name any number. */
const LOOKS = 30;
/** Of so many servers it is remembered what the operator was told of them. */
const MAX_PEERS = 1_000;
/** What is longer is for ever, in seconds: a hundred years. */
const MAX_DURATION = 3_155_760_000;

const REFUSED: Outcome = { words: 'this server may not moderate our people', isDone: false };
const ABSENT: Outcome = { words: 'they are not on the network now', isDone: false };

/** Takes the orders of game servers. */
export class Orders {
  readonly #options: OrdersOptions;
  readonly #flood: FloodLimiter;
  readonly #floodOfAll: FloodLimiter;
  /** Of what came to nothing, by the fault of whoever asked. */
  readonly #idle: RepeatedNotes;
  readonly #looks: FloodLimiter;
  /** Servers and what was wrong with an order of theirs. */
  readonly #complaints = new Recent<string, true>(MAX_PEERS);

  constructor(options: OrdersOptions) {
    this.#options = options;
    this.#flood = new FloodLimiter({ perMinute: PER_MINUTE, clock: options.clock });
    this.#floodOfAll = new FloodLimiter({ perMinute: PER_MINUTE_OF_ALL, clock: options.clock });
    this.#idle = new RepeatedNotes({ audit: options.store.audit, clock: options.clock, most: MAX_IDLE });
    this.#looks = new FloodLimiter({ perMinute: LOOKS, clock: options.clock });
  }

  /** Takes those that a virtual server gets. */
  listen(via: VirtualServer): void {
    via.chat.on('aowl', (event) => {
      const people = this.#peopleMeant(event, via);
      if (people.length > 0) this.#carryOut(event, people);
      else void this.#lookFurther(event, via);
    });
  }

  /** The people of this virtual server whom an order is about and who are there, or are known as a player. */
  #peopleMeant({ target }: AowlEvent, via: VirtualServer): readonly Person[] {
    if ('steamid64' in target) {
      const { store, moderation } = this.#options;
      return store.accounts.of(target.steamid64).filter((person) => moderation.memberOf(person)?.server === via);
    }
    const person = target.serverId === via.chat.state.ownId ? via.speaker(target.userId) : undefined;
    return person === undefined || person === 'bridge' ? [] : [person];
  }

  /** Who is silent for long can be banned as well. */
  async #lookFurther(event: AowlEvent, via: VirtualServer): Promise<void> {
    const { target } = event;
    if ('steamid64' in target || target.serverId !== via.chat.state.ownId) return;
    if (this.#looks.allow(event.server.id) !== 'yes') return;
    const what = `a ${event.action} of user ${target.userId} of ours`;
    try {
      const person = await via.everSpeaker(target.userId);
      if (person) this.#carryOut(event, [person]);
      else this.#complain(event.server.id, `${what}, who never was`);
    } catch (error) {
      const server = event.server.id;
      this.#options.log.error(
        { err: error, server },
        `A server asked for ${what}; it is not done, since the database can't be read.`,
      );
    }
  }

  #carryOut({ server, action, reason, extra }: AowlEvent, people: readonly Person[]): void {
    const verdict = this.#flood.allow(server.id);
    if (verdict === 'first-no') this.#complain(server.id, 'so much at once that some of it is not done');
    if (verdict !== 'yes' || !this.#isWithinLimit()) return;
    const { store, servers, clock } = this.#options;
    const by = sanitizeName(server.id) || 'a server without a name';
    const mayIt = anyGlob(servers())(server.id);
    if (!mayIt) this.#complain(server.id, `a ${action}, which it may not: it is not in moderation.servers`);
    const duration = durationIn(extra);
    const place = { kind: 'server', server: server.id as ServerId } as const;
    const until = duration === undefined ? undefined : clock.now() + duration;
    const mayChange = (ban: Ban) => ban.place?.kind === 'server' && ban.place.server === server.id;
    for (const person of people) {
      const outcome = mayIt ? this.#act(person, { action, by, place, reason, until, mayChange }) : REFUSED;
      const detail = [reasonIn(reason) || 'no reason given', outcome.words].join('; ');
      const deed = { who: `server ${by}`, action, target: describePerson(person), detail };
      if (outcome.isDone) store.audit.note(deed).catch(() => {});
      else this.#idle.note(JSON.stringify([server.id, action, outcome.words]), { ...deed, action: `${action} refused` });
    }
  }

  #isWithinLimit(): boolean {
    const verdict = this.#floodOfAll.allow('all');
    if (verdict === 'first-no')
      this.#options.log.warn(
        'Servers ask for so much about our people that some of it is not done: see who may be on the broker.',
      );
    return verdict === 'yes';
  }

  /** A kick and a slap are for those who are there; a ban is for anybody. */
  #act(person: Person, order: Order): Outcome {
    const { moderation } = this.#options;
    const { adapter, userId } = person;
    const isThere = moderation.memberOf(person)?.server.isPresent(adapter, userId) === true;
    return isThere || order.action === 'ban' ? moderation.act(person, order) : ABSENT;
  }

  /** Tells the operator, once for each server and matter. */
  #complain(serverId: string, what: string): void {
    const key = `${serverId} ${what.replace(/\d+/g, '')}`;
    if (this.#complaints.has(key)) return;
    this.#complaints.set(key, true);
    this.#options.log.warn({ server: serverId }, `A server asked for ${what}.`);
  }
}

/** For how long a ban is meant, in milliseconds; undefined for ever. Servers that give a time give it in seconds, and 0 for none. */
function durationIn(extra: Readonly<Record<string, unknown>>): number | undefined {
  const { duration } = extra;
  const seconds = typeof duration === 'string' && /^\d{1,12}(\.\d+)?$/.test(duration) ? Number(duration) : duration;
  return typeof seconds === 'number' && seconds > 0 && seconds <= MAX_DURATION ? seconds * 1_000 : undefined;
}
