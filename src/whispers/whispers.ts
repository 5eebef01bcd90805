/** Private messages, between players and platform users and among the latter: each is kept, shown once, and can be answered. */
import type { Logger } from 'pino';
import type { DirectMessage } from '../adapter.ts';
import type { Avatars } from '../avatars/avatars.ts';
import type { Clock } from '../clock.ts';
import type { PmEvent } from '../crosschat/index.ts';
import {
  type AdapterId,
  type Author,
  type EventId,
  eventId,
  numberedId,
  type Party,
  type PlayerParty,
  type UserParty,
  type Whisper,
} from '../event.ts';
import type { FloodGate } from '../flood-gate.ts';
import { isBlank, presentableAuthor } from '../incoming.ts';
import type { Member } from '../member.ts';
import type { Bars } from '../moderation/bars.ts';
import type { Outbox } from '../outbox/outbox.ts';
import type { Blocks } from '../store/blocks.ts';
import { sanitizeName } from '../text/names.ts';
import { toPlain } from '../text/plain.ts';
import { literal, type RichText } from '../text/tree.ts';
import type { VirtualServer } from '../virtual-server.ts';
import { blockByWhisper, isBlocked } from './blocking.ts';
import type { Conversations } from './conversations.ts';
import { Deliveries, playersId, whispersId } from './deliveries.ts';
import { type Outcome, Outcomes } from './outcomes.ts';
import { BRIDGE, isSame, keyOf, partyOf, somebodyOn } from './parties.ts';
import * as sentences from './sentences.ts';
import { Settling } from './settling.ts';
import { Turns } from './turns.ts';

/** What whispers work with. */
export interface WhispersOptions {
  readonly outbox: Outbox;
  readonly conversations: Conversations;
  readonly blocks: Blocks;
  readonly avatars: Avatars;
  readonly flood: FloodGate;
  /** Of whom nothing is carried. */
  readonly bars: Pick<Bars, 'of'>;
  readonly memberOf: (adapter: AdapterId) => Member | undefined;
  /** Whether texts are written to the log now. */
  readonly logWhispers: () => boolean;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What somebody whispers. */
type Words = Pick<Whisper, 'body' | 'attachments' | 'emote'>;
type Addressee = PlayerParty | UserParty;

/** A command that the platform did not take for one, and the usual words for a whisper: whoever types that names somebody else. */
const MISTYPED = /^\s*(?:\/[a-z][a-z_-]*|!(?:pm|dm|w|whisper|msg|tell|r|reply))(?:\s|$)/i;

/** How long somebody who gave a command waits to learn whether it arrived, in milliseconds. */
const PATIENCE = 5_000;

/** The whispers of a bridge. */
export class Whispers {
  readonly #options: WhispersOptions;
  readonly #outcomes: Outcomes;
  readonly #turns = new Turns();
  readonly #settling: Settling;
  readonly #deliveries: Deliveries;

  constructor(options: WhispersOptions) {
    this.#options = options;
    this.#outcomes = new Outcomes(options.clock);
    this.#settling = new Settling(options.clock);
    this.#deliveries = new Deliveries({
      ...options,
      outcomes: this.#outcomes,
      turns: this.#turns,
      settling: this.#settling,
      whyNotReach: (from, to) => this.#whyNotReach(from, to),
      tell: (...told) => this.tell(...told),
    });
  }

  /** Who blocks whom. */
  get blocks(): Blocks {
    return this.#options.blocks;
  }

  /** With whom a user whispered, the latest first. */
  partnersOf(user: UserParty): Addressee[] {
    return this.#options.conversations.partners(user);
  }

  /** Lets an adapter's users be whispered to. */
  join(member: Member): void {
    this.#options.outbox.add(this.#deliveries.toUsers(member));
  }

  /** An adapter's users can be whispered to no more. Resolves when nothing more goes to them. */
  leave({ id }: Member): Promise<void> {
    return this.#options.outbox.remove(whispersId(id));
  }

  /** Lets players whisper, and be whispered to, through a virtual server. */
  listen(server: VirtualServer): void {
    this.#options.outbox.add(this.#deliveries.toPlayers(server));
    this.#settling.listen(server);
    server.chat.on('pm', (event) => this.#heardFromServer(server, event));
  }

  /** A player whispered to somebody on a virtual server. What is added to the store is kept together with the packet. */
  #heardFromServer(via: VirtualServer, { from: user, server, toUserId, text }: PmEvent): void {
    const speaker = via.speaker(toUserId);
    // Nothing answers a whisper to the bridge itself: that could be another bridge's answer.
    if (isBlank(text) || speaker === 'bridge') return;
    const { flood } = this.#options;
    const from = user ? partyOf(user) : somebodyOn(server);
    const tell = (sentence: string) => this.tell(from, sentence, via);
    const verdict = flood.ofPlayer(server.id, from.number ?? -1, from.author.name);
    if (verdict === 'first-no') tell(sentences.TOO_MUCH);
    if (verdict !== 'yes') return;
    if (speaker === undefined) {
      tell(sentences.NOBODY);
      return;
    }
    const to: UserParty = { kind: 'user', adapter: speaker.adapter, author: { id: speaker.userId, name: speaker.name } };
    const answer =
      blockByWhisper(text, from, to, this.blocks) ??
      (isBlocked(this.blocks, from, to) ? sentences.blockedByPlayer(to) : this.#whyNotReach(from, to));
    if (answer !== undefined) {
      tell(answer);
      return;
    }
    const tag = sanitizeName(server.id) || 'server';
    // Another bridge tells something about an earlier whisper: that is no conversation. Any server may claim to be one, so it is named.
    const isBridge = user?.extra['platform'] === 'bridge';
    const sender: Party = isBridge ? { ...BRIDGE, author: { ...BRIDGE.author, name: from.author.name } } : from;
    const words = { body: literal(isBridge ? `${tag}: ${text}` : text), attachments: [] };
    void this.#takeNew(sender, to, tag, words, via);
  }

  /** A user said something to the bridge in private. Resolves when it is taken. */
  async heardFromUser(member: Member, said: DirectMessage): Promise<void> {
    if (said.attachments.length === 0 && isBlank(toPlain(said.body))) return;
    const from = this.#user(member, said.author);
    await this.#turns.take(keyOf(from), () => this.#answered(member, from, said));
  }

  /** A user whispers to somebody by a command. Resolves with what became of it, or soon. */
  async send(adapter: AdapterId, author: Author, to: Addressee, body: RichText): Promise<Outcome> {
    const member = this.#options.memberOf(adapter);
    if (member === undefined) throw new Error(`there is no adapter ${adapter}`);
    const from = this.#user(member, author);
    const { flood, clock } = this.#options;
    const why =
      flood.ofUser(`${member.id}/${author.id}`, from.author.name, clock.now()) === 'yes'
        ? this.#whyNot(from, to)
        : sentences.TOO_MUCH;
    if (why !== undefined) return { kind: 'refused', why };
    this.#options.conversations.told(from, to, clock.now());
    let outcome: Promise<Outcome> | undefined;
    void this.#takeNew(from, to, member.adapter.platform, { body, attachments: [] }, member.server, (id) => {
      outcome = this.#outcomes.of(id, PATIENCE);
    });
    return outcome ?? { kind: 'waiting' };
  }

  async #answered(member: Member, from: UserParty, said: DirectMessage): Promise<void> {
    const { outbox, flood, conversations, clock } = this.#options;
    // It may be told again after a restart: to whom it went then is not to be asked anew.
    if ((await outbox.history.event(said.id)) !== undefined) return;
    const verdict = flood.ofUser(keyOf(from), from.author.name, said.at);
    if (verdict === 'first-no') this.tell(from, sentences.TOO_MUCH, member.server);
    if (verdict !== 'yes') return;
    const to = await this.#addressee(member, from, said);
    const why = typeof to === 'string' ? to : this.#whyNot(from, to);
    if (typeof to === 'string' || why !== undefined) {
      // Named after what it answers, so that it is told once.
      const id = `${said.id}/answer` as EventId;
      const answer = this.#whisper(id, BRIDGE, from, 'crosschat', { body: literal(String(why)), attachments: [] });
      return outbox.take(answer, member.id, [whispersId(member.id)]);
    }
    conversations.told(from, to, clock.now());
    const whisper = { ...this.#whisper(said.id, from, to, member.adapter.platform, said), at: said.at };
    this.#noteInLog(whisper);
    await outbox.take(whisper, member.id, [destinationOf(to, member.server)]);
  }

  /** Whom an answer is for, or why that is not known. */
  async #addressee(
    member: Member,
    from: UserParty,
    { place, isStranger, to, inReplyTo, body }: DirectMessage,
  ): Promise<Addressee | string> {
    const { outbox, conversations } = this.#options;
    if (isStranger === true) return sentences.STRANGER;
    if (to !== undefined) return (await this.#whyStranger(from, to)) ?? to;
    if (inReplyTo !== undefined) {
      const shown = await outbox.history.eventAt(whispersId(member.id), inReplyTo);
      const target = await outbox.history.event(shown ?? eventId(place, inReplyTo));
      const isTheirs = target?.kind === 'whisper' && (isSame(target.to, from) || isSame(target.from, from));
      if (!isTheirs) return sentences.UNKNOWN_REPLY;
      const other = isSame(target.from, from) ? target.to : target.from;
      // What the bridge itself says can't be answered: that is meant for whoever they whisper with.
      if (other.kind !== 'bridge')
        return other.kind === 'player' && other.number === undefined ? sentences.unnamed(other) : other;
    }
    if (MISTYPED.test(toPlain(body))) return sentences.NO_COMMAND;
    const found = conversations.addressee(from);
    if (found.kind === 'nobody') return sentences.NOBODY_YET;
    if (found.kind === 'unclear') return sentences.toWhom(found.parties);
    const { party } = found;
    return party.kind === 'player' && party.number === undefined ? sentences.unnamed(party) : party;
  }

  /** Why somebody can't whisper to somebody: a sentence for them. */
  #whyNot(from: UserParty, to: Addressee): string | undefined {
    if (this.#options.bars.of(from.adapter, from.author.id) !== undefined) return sentences.BARRED;
    if (isBlocked(this.blocks, from, to)) return sentences.blockedBySender(to);
    return this.#whyNotReach(from, to);
  }

  /** Why somebody on another platform can't be written to, whom nobody there may know of: a sentence. Rejects when the store can't be read. */
  async #whyStranger(from: UserParty, to: Addressee): Promise<string | undefined> {
    if (to.kind === 'player' || to.adapter === from.adapter) return undefined;
    const isPartner = this.partnersOf(from).some((partner) => isSame(partner, to));
    const isKnown = isPartner || (await this.#options.memberOf(to.adapter)?.server.knows(to.adapter, to.author.id));
    return isKnown ? undefined : sentences.notArrived(to, sentences.GONE);
  }

  /** Why nothing of somebody reaches somebody, as far as that is known before it is tried: a sentence for them. */
  #whyNotReach(from: Party, to: Addressee): string | undefined {
    const { bars, memberOf } = this.#options;
    if (isBlocked(this.blocks, to, from)) return sentences.notArrived(to, sentences.BLOCKED);
    if (to.kind === 'player') return undefined;
    const isReachable = memberOf(to.adapter)?.adapter.whisper !== undefined && bars.of(to.adapter, to.author.id) === undefined;
    return isReachable ? undefined : sentences.notArrived(to, sentences.UNREACHABLE);
  }

  #user({ id }: Member, author: Author): UserParty {
    return { kind: 'user', adapter: id, author: this.#options.avatars.dress(presentableAuthor(author), id) };
  }

  /** @param server by which players are reached */
  #takeNew(
    from: Party,
    to: Addressee,
    tag: string,
    words: Words,
    server: VirtualServer,
    named: (id: EventId) => void = () => {},
  ): Promise<void> {
    const make = (seq: number) => {
      const whisper = this.#whisper(numberedId(seq), from, to, tag, words);
      named(whisper.id);
      this.#noteInLog(whisper);
      return whisper;
    };
    return this.#options.outbox.takeNew(make, [destinationOf(to, server)]);
  }

  #whisper(id: EventId, from: Party, to: Addressee, tag: string, { body, attachments, emote }: Words): Whisper {
    const { conversations, clock } = this.#options;
    const now = clock.now();
    const begins = to.kind === 'user' && from.kind !== 'bridge' && conversations.begins(to, from, now);
    return { kind: 'whisper', id, at: now, from, to, tag, body, attachments, ...(emote && { emote }), ...(begins && { begins }) };
  }

  /** The bridge itself whispers to somebody. @param server by which players are reached */
  tell(to: Party, sentence: string, server: VirtualServer): void {
    if (to.kind === 'bridge' || (to.kind === 'player' && to.number === undefined)) return;
    void this.#takeNew(BRIDGE, to, 'crosschat', { body: literal(sentence), attachments: [] }, server);
  }

  #noteInLog({ id, from, to, body }: Whisper): void {
    const { log, logWhispers } = this.#options;
    if (from.kind === 'bridge') return;
    const whom = { event: id, from: keyOf(from), to: keyOf(to) };
    if (logWhispers()) log.info({ ...whom, text: toPlain(body) }, 'a whisper');
    else log.debug(whom, 'a whisper');
  }
}

function destinationOf(to: Addressee, server: VirtualServer): string {
  return to.kind === 'user' ? whispersId(to.adapter) : playersId(server);
}
