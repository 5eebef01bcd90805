/** Whispers on their way: to the users of each adapter, and to players. Whoever can't be reached delays nobody: the sender is told. */
import type { Logger } from 'pino';
import { DeliveryError } from '../adapter.ts';
import type { Clock } from '../clock.ts';
import type { AdapterId, Event, Party, PlayerParty, UserParty, Whisper } from '../event.ts';
import type { Member } from '../member.ts';
import type { Bars } from '../moderation/bars.ts';
import { networkId } from '../network-destination.ts';
import type { Destination, KeptAttempt } from '../outbox/destination.ts';
import { Recent } from '../recent.ts';
import type { VirtualServer } from '../virtual-server.ts';
import type { Conversations } from './conversations.ts';
import type { Outcomes } from './outcomes.ts';
import { keyOf, whereIs } from './parties.ts';
import * as sentences from './sentences.ts';
import type { Settling } from './settling.ts';
import type { Turns } from './turns.ts';

/** What deliveries work with. */
export interface DeliveriesOptions {
  readonly conversations: Conversations;
  readonly outcomes: Outcomes;
  readonly turns: Turns;
  readonly settling: Settling;
  /** Of whom nothing is carried. */
  readonly bars: Pick<Bars, 'of'>;
  readonly memberOf: (adapter: AdapterId) => Member | undefined;
  /** Why nothing of somebody reaches somebody, as far as that is known before it is tried: a sentence for them. */
  readonly whyNotReach: (from: Party, to: PlayerParty | UserParty) => string | undefined;
  /** The bridge itself whispers to somebody; players are reached by the server. */
  readonly tell: (to: Party, sentence: string, server: VirtualServer) => void;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The id of the destination of whispers to an adapter's users. */
export function whispersId(adapter: AdapterId): string {
  return `whispers/${adapter}`;
}

/** The id of the destination of whispers to players, through a virtual server. */
export function playersId({ chat }: VirtualServer): string {
  return `players/${chat.state.ownId}`;
}

/** Of so many pairs it is remembered. */
const MAX_TOLD = 1_000;

/** What becomes of whispers. */
export class Deliveries {
  readonly #options: DeliveriesOptions;
  /** Who was told that somebody is away, and since when that one was. */
  readonly #toldAway = new Recent<string, number>(MAX_TOLD);

  constructor(options: DeliveriesOptions) {
    this.#options = options;
  }

  /** The destination of whispers to an adapter's users. */
  toUsers(member: Member): Destination {
    const { turns } = this.#options;
    const toUser = this.#toUser.bind(this);
    return {
      id: whispersId(member.id),
      name: `whispers on ${member.adapter.platform}`,
      group: member.id,
      async deliver(event, attempt) {
        if (event.kind !== 'whisper' || event.to.kind !== 'user') return;
        const { to } = event;
        // An answer may come before the platform has confirmed what it answers: it waits for that.
        await turns.take(keyOf(to), () => toUser(member, event, to, attempt));
      },
      lost: (event, reason) => this.#lost(event, reason),
    };
  }

  /** The destination of whispers to players. */
  toPlayers(server: VirtualServer): Destination {
    const toPlayer = this.#toPlayer.bind(this);
    return {
      id: playersId(server),
      name: `whispers to players (as ${server.chat.state.ownId})`,
      group: networkId(server),
      async deliver(event, attempt) {
        if (event.kind === 'whisper' && event.to.kind === 'player') await toPlayer(server, event, event.to, attempt);
      },
      lost: (event, reason) => this.#lost(event, reason),
    };
  }

  async #toUser(member: Member, whisper: Whisper, to: UserParty, attempt: KeptAttempt): Promise<void> {
    const { from } = whisper;
    // They may have been blocked while it waited.
    const why = from.kind === 'bridge' ? undefined : this.#options.whyNotReach(from, to);
    if (why !== undefined) {
      this.#refuse(whisper, attempt, why);
      return;
    }
    const awaySince = member.adapter.awaySince?.(to.author.id);
    try {
      await member.adapter.whisper?.(to.author.id, whisper, attempt);
    } catch (error) {
      if (!(error instanceof DeliveryError) || error.passing) throw error;
      this.#refuse(whisper, attempt, sentences.notArrived(to, error.message));
      return;
    }
    this.#arrived(whisper, attempt, awaySince);
  }

  async #toPlayer(server: VirtualServer, whisper: Whisper, to: PlayerParty, attempt: KeptAttempt): Promise<void> {
    const { memberOf, settling, bars, whyNotReach } = this.#options;
    const { from } = whisper;
    const platform = from.kind === 'user' ? memberOf(from.adapter)?.type : 'bridge';
    if (platform === undefined) {
      this.#refuse(whisper, attempt, sentences.failed(to, 'your platform is not there any more'));
      return;
    }
    const { state } = server.chat;
    await server.ready(attempt.signal);
    await settling.wait(to, server, attempt.signal);
    // They may have been banned while it waited, and must not be seen again; or blocked.
    const why = () =>
      from.kind === 'user' && bars.of(from.adapter, from.author.id) !== undefined ? sentences.BARRED : whyNotReach(from, to);
    const find = () => (why() === undefined ? whereIs(to, state) : undefined);
    if (await server.deliverWhisper(whisper, platform, find, attempt)) {
      this.#arrived(whisper, attempt);
      return;
    }
    const isAway = !state.online().some(({ id }) => id === to.server);
    this.#refuse(whisper, attempt, why() ?? sentences.notArrived(to, isAway ? sentences.serverAway(to) : sentences.GONE));
  }

  /** @param awaySince since when whoever it is for has not been looking */
  #arrived(whisper: Whisper, attempt: KeptAttempt, awaySince?: number): void {
    const { conversations, outcomes, clock } = this.#options;
    const { id, from, to } = whisper;
    attempt.complete();
    if (to.kind === 'user' && from.kind !== 'bridge') conversations.heard(to, from, clock.now());
    if (awaySince === undefined || from.kind === 'bridge') outcomes.settle(id, { kind: 'arrived' });
    else this.#kept(whisper, awaySince);
  }

  /** It is read later: who gave a command is told each time, and everybody else once while the other one is away. */
  #kept(whisper: Whisper, awaySince: number): void {
    const { id, from, to } = whisper;
    const note = sentences.keptFor(to);
    const pair = `${keyOf(from)} ${keyOf(to)}`;
    if (!this.#options.outcomes.settle(id, { kind: 'kept', note }) && this.#toldAway.get(pair) !== awaySince)
      this.#tell(whisper, note);
    this.#toldAway.set(pair, awaySince);
  }

  /** It never arrives, as it may happen: the sender is told, in the same transaction. */
  #refuse(whisper: Whisper, attempt: KeptAttempt, why: string): void {
    attempt.complete();
    this.#options.log.debug({ event: whisper.id }, 'a whisper was not taken; the sender is told');
    this.#tellSender(whisper, why);
  }

  /** It was given up. */
  #lost(event: Event, reason: string): void {
    if (event.kind === 'whisper') this.#tellSender(event, sentences.failed(event.to, reason));
  }

  #tellSender(whisper: Whisper, why: string): void {
    if (!this.#options.outcomes.settle(whisper.id, { kind: 'refused', why })) this.#tell(whisper, why);
  }

  #tell({ from, to }: Whisper, sentence: string): void {
    const { memberOf, tell } = this.#options;
    const home = from.kind === 'user' ? from.adapter : to.kind === 'user' ? to.adapter : undefined;
    const server = home && memberOf(home)?.server;
    if (server) tell(from, sentence, server);
  }
}
