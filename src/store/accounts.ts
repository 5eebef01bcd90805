/** Which platform accounts and which players are one person: the table account. */
import type { AdapterId, Author } from '../event.ts';
import type { Database, Value } from './database.ts';
import type { Writer } from './writer.ts';

/** A platform account whose owner has shown, in a game, that a SteamID is theirs. */
export interface Account {
  readonly adapter: AdapterId;
  /** The platform's own id of the user. */
  readonly userId: Author['id'];
  readonly steamid64: string;
  /** Their name on the platform when they were seen last, for people. */
  readonly name: string;
  /** The address of their picture there, where anybody can fetch it. */
  readonly avatar: string | undefined;
  /** When it was shown, in milliseconds since the epoch. */
  readonly at: number;
}

/**
 * The accounts that are known to be a player's. On each adapter, an account has at most one SteamID, and a SteamID at most one account.
 * They stay in memory: they are asked for at each message.
 */
export interface Accounts {
  /** A player's accounts, on whatever adapters. */
  of(steamid64: string): readonly Account[];
  /** A player's account on one adapter. */
  on(adapter: AdapterId, steamid64: string): Account | undefined;
  /** Whose account it is. */
  find(adapter: AdapterId, userId: Author['id']): Account | undefined;
  /** Whether so many are known that no more are taken. */
  readonly isFull: boolean;
  /** Keeps an account, in place of what was known of it, and of the one that the player had on its adapter. Resolves when that is kept. */
  put(account: Account): Promise<void>;
  /** Forgets an account. Resolves when that is kept. */
  remove(adapter: AdapterId, userId: Author['id']): Promise<void>;
}

/** So many fit into memory without being felt. */
const MOST = 50_000;

const ALL = 'SELECT * FROM account ORDER BY at';
const CLEAR = 'DELETE FROM account WHERE adapter = ? AND (user_id = ? OR steamid64 = ?)';
const PUT = 'INSERT INTO account (adapter, user_id, steamid64, name, avatar, at) VALUES (?, ?, ?, ?, ?, ?)';
const REMOVE = 'DELETE FROM account WHERE adapter = ? AND user_id = ?';

interface Row extends Readonly<Record<string, Value>> {
  readonly adapter: string;
  readonly user_id: string;
  readonly steamid64: string;
  readonly name: string;
  readonly avatar: string | null;
  readonly at: number;
}

/** Reads the accounts. */
export async function openAccounts(database: Database, writer: Writer): Promise<Accounts> {
  const byUser = new Map<string, Account>();
  /** By SteamID, then by adapter. */
  const byPlayer = new Map<string, Map<AdapterId, Account>>();

  function forget(account: Account | undefined): void {
    if (account === undefined) return;
    byUser.delete(keyOf(account.adapter, account.userId));
    const others = byPlayer.get(account.steamid64);
    others?.delete(account.adapter);
    if (others?.size === 0) byPlayer.delete(account.steamid64);
  }
  function remember(account: Account): void {
    const { adapter, userId, steamid64 } = account;
    forget(byUser.get(keyOf(adapter, userId)));
    forget(byPlayer.get(steamid64)?.get(adapter));
    byUser.set(keyOf(adapter, userId), account);
    const known = byPlayer.get(steamid64) ?? new Map<AdapterId, Account>();
    byPlayer.set(steamid64, known.set(adapter, account));
  }

  for (const row of await database.all<Row>(ALL)) remember(accountIn(row));
  return {
    of: (steamid64) => [...(byPlayer.get(steamid64)?.values() ?? [])],
    on: (adapter, steamid64) => byPlayer.get(steamid64)?.get(adapter),
    find: (adapter, userId) => byUser.get(keyOf(adapter, userId)),
    get isFull() {
      return byUser.size >= MOST;
    },
    put(account) {
      const { adapter, userId, steamid64, name, avatar, at } = account;
      remember(account);
      return writer.add(
        { sql: CLEAR, values: [adapter, userId, steamid64] },
        { sql: PUT, values: [adapter, userId, steamid64, name, avatar ?? null, at] },
      );
    },
    remove(adapter, userId) {
      forget(byUser.get(keyOf(adapter, userId)));
      return writer.add({ sql: REMOVE, values: [adapter, userId] });
    },
  };
}

function keyOf(adapter: AdapterId, userId: string): string {
  return `${adapter}/${userId}`;
}

function accountIn({ adapter, user_id, steamid64, name, avatar, at }: Row): Account {
  return { adapter: adapter as AdapterId, userId: user_id, steamid64, name, avatar: avatar ?? undefined, at };
}
