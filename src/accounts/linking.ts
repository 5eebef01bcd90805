/** Tying players to platform accounts: who says, in a game, the code that an account got is its owner. */
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { SayEvent } from '../crosschat/index.ts';
import type { AdapterId, Author, Place, RoomRef } from '../event.ts';
import { FloodLimiter } from '../flood.ts';
import { originIn } from '../incoming.ts';
import type { Member } from '../member.ts';
import { RepeatedNotes } from '../moderation/repeated-notes.ts';
import type { Account, Accounts } from '../store/accounts.ts';
import type { Audit } from '../store/audit.ts';
import type { LinkCode } from '../store/link-codes.ts';
import type { OptOuts } from '../store/opt-outs.ts';
import { sanitizeName } from '../text/names.ts';
import type { VirtualServer } from '../virtual-server.ts';
import { partyOf } from '../whispers/parties.ts';
import type { Whispers } from '../whispers/whispers.ts';
import { codeIn } from './code.ts';
import type { Codes, Owner } from './codes.ts';

/** What is kept of it. */
export interface LinkingParts {
  readonly accounts: Accounts;
  readonly codes: Codes;
  readonly audit: Audit;
  readonly optOuts: Pick<OptOuts, 'has'>;
  /** Whether a player is banned: nobody gets rid of a ban by becoming somebody else. */
  isBanned(steamid64: string): boolean;
}

/** What linking works with. */
export interface LinkingOptions extends LinkingParts {
  /** Undefined for an adapter that is not configured any more. */
  memberOf(adapter: AdapterId): Member | undefined;
  readonly whispers: Pick<Whispers, 'tell'>;
  /** Says something in a room, as the bridge itself. */
  say(place: RoomPlace, text: string): void;
  readonly clock: Clock;
  readonly log: Logger;
}

type RoomPlace = Extract<Place, { kind: 'room' }>;

/** Tries a minute. Who guesses for as long as a code is good has a chance of one in eight million. */
const TRIES = { player: 5, server: 30 };

/** So many different refusals are told apart within a minute. */
const MAX_REFUSALS = 100;

const BANNED = 'This SteamID is banned here, so it stays tied to the account that it is tied to.';

/** The one place where accounts are tied to players, and untied. */
export class Linking {
  readonly #options: LinkingOptions;
  readonly #triesOfPlayers: FloodLimiter;
  readonly #triesOfServers: FloodLimiter;
  readonly #refusals: RepeatedNotes;

  constructor(options: LinkingOptions) {
    const { audit, clock } = options;
    this.#options = options;
    this.#refusals = new RepeatedNotes({ audit, clock, most: MAX_REFUSALS });
    this.#triesOfPlayers = new FloodLimiter({ perMinute: TRIES.player, clock });
    this.#triesOfServers = new FloodLimiter({ perMinute: TRIES.server, clock });
  }

  /** A code for an account. Undefined when too many people have one now. */
  begin(owner: Owner): string | undefined {
    return this.#options.codes.issue(owner);
  }

  /** Unties an account. Resolves when that is kept: with whom it was tied to, or with why it stays: a sentence. */
  async end(adapter: AdapterId, userId: Author['id']): Promise<Account | string | undefined> {
    const { accounts, isBanned } = this.#options;
    const account = accounts.find(adapter, userId);
    if (account === undefined) return undefined;
    if (isBanned(account.steamid64)) {
      this.#refuse(account, account.steamid64, 'unlink refused');
      return BANNED;
    }
    const kept = accounts.remove(adapter, userId);
    this.#identified(account);
    await kept;
    return account;
  }

  /** The picture of somebody on a platform where they have shown who they are, unless they want nothing carried from there. */
  pictureOf(steamid64: string | undefined): string | undefined {
    if (steamid64 === undefined) return undefined;
    const { accounts, optOuts } = this.#options;
    const isOpen = ({ adapter, userId }: Account) => !optOuts.has(adapter, userId);
    return accounts.of(steamid64).find((account) => account.avatar !== undefined && isOpen(account))?.avatar;
  }

  /** How a platform user looks now: news if they are linked. */
  seen(adapter: AdapterId, { id, name, avatar }: Author): void {
    const { accounts } = this.#options;
    const account = accounts.find(adapter, id);
    if (account === undefined || (account.name === name && account.avatar === avatar)) return;
    accounts.put({ ...account, name, avatar }).catch(() => {});
  }

  /** Whether what a player says is a code, so that nobody else may read it. Whoever it is for is told what came of it. */
  hears(via: VirtualServer, said: SayEvent): boolean {
    const code = codeIn(said.text);
    if (code === undefined) return false;
    const { server, user } = said;
    // Each virtual server hears the line: what one of them lets through, all do.
    const own = via.chat.state.ownId;
    const verdicts = [
      this.#triesOfPlayers.allow(`${own} ${server.id} ${user.steamid64 ?? user.id}`),
      this.#triesOfServers.allow(`${own} ${server.id}`),
    ];
    if (verdicts.some((verdict) => verdict !== 'yes')) {
      if (verdicts.includes('first-no'))
        this.#answer(via, said, 'Those were too many codes. Wait a minute, then say yours again.');
      return true;
    }
    const found = this.#options.codes.find(code);
    if (found === undefined) return false;
    const member = this.#options.memberOf(found.claim.adapter);
    // One of them acts, and all keep it to themselves.
    if (member !== undefined && member.server !== via) return true;
    this.#answer(via, said, member !== undefined && found.isGood ? this.#claimed(found.claim, member, said) : OVER);
    return true;
  }

  /** What a player is told who said a good code. */
  #claimed(claim: LinkCode, { adapter: { platform } }: Member, { server, user, extra }: SayEvent): string {
    const { accounts, codes, audit, clock, log, isBanned } = this.#options;
    const { adapter, userId, name, avatar, room } = claim;
    // What a bridge passes on was said on a platform, by somebody who need not be who they say they are in a game.
    const steamid64 = originIn(extra) === undefined ? user.steamid64 : undefined;
    if (steamid64 === undefined)
      return 'This server does not tell your SteamID, or is not believed, so you can not be linked from here.';
    if (accounts.isFull) return 'The bridge can take no more accounts. Tell those who run it.';
    const before = accounts.on(adapter, steamid64);
    const other = accounts.find(adapter, userId);
    const isMoved = before?.userId !== userId;
    if (isMoved && [steamid64, other?.steamid64].some((id) => id !== undefined && isBanned(id))) {
      this.#refuse(claim, steamid64, 'link refused');
      return BANNED;
    }
    codes.spend(claim.code);
    const account: Account = { adapter, userId, steamid64, name, avatar, at: clock.now() };
    accounts.put(account).catch(() => {});
    const player = sanitizeName(user.name) || 'a player';
    const whom = `${player} (${steamid64}, on ${sanitizeName(server.id)})`;
    audit
      .note({ who: whom, action: 'link', target: `${sanitizeName(name)} (${userId}, ${adapter})`, detail: '' })
      .catch(() => {});
    log.info({ adapter, server: server.id }, 'a platform account is linked to a player');
    this.#identified(account);
    if (before !== undefined && isMoved) {
      this.#identified(before);
      this.#tell(before, room, `Your player ${player} is linked to another account now, and no longer to yours.`);
    }
    const where = sanitizeName(server.id);
    this.#tell(account, room, `You are linked to the player ${player} on ${where} now. The command "unlink" ends it.`);
    return `You are linked to ${sanitizeName(name)} on ${platform} now.`;
  }

  /** Somebody who is banned would get rid of that by becoming somebody else: moderators may want to know. */
  #refuse({ adapter, userId, name }: Pick<Account, 'adapter' | 'userId' | 'name'>, steamid64: string, action: string): void {
    const who = `${sanitizeName(name)} (${userId}, ${adapter})`;
    this.#refusals.note(JSON.stringify([who, action]), { who, action, target: steamid64, detail: BANNED });
  }

  /** The network sees who somebody is. */
  #identified({ adapter, userId }: Account): void {
    this.#options.memberOf(adapter)?.server.identified(adapter, userId);
  }

  #answer(via: VirtualServer, { user }: SayEvent, text: string): void {
    this.#options.whispers.tell(partyOf(user), text, via);
  }

  /** Tells somebody something in private, or where they asked, if their platform has no other place. */
  #tell({ adapter, userId, name }: Account, room: RoomRef, text: string): void {
    const { memberOf, whispers, say } = this.#options;
    const member = memberOf(adapter);
    if (member?.adapter.whisper === undefined) say({ kind: 'room', adapter, room }, `${sanitizeName(name)}: ${text}`);
    else whispers.tell({ kind: 'user', adapter, author: { id: userId, name } }, text, member.server);
  }
}

const OVER = 'This code is good no more. Ask for a new one where you got it, and say that one within ten minutes.';
