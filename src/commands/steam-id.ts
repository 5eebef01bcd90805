/** SteamIDs in the notations that people use. https://developer.valvesoftware.com/wiki/SteamID */

/** The 64-bit id of account 0 of the public universe: individual accounts count from there. */
const BASE = 76_561_197_960_265_728n;
const MAX_ACCOUNT = 0xffff_ffffn;

const ID64 = /^7656\d{13}$/;
const ID2 = /^STEAM_[01]:([01]):(\d{1,10})$/i;
const ID3 = /^\[?U:1:(\d{1,10})\]?$/i;
const PROFILE = /^(?:https?:\/\/)?(?:www\.)?steamcommunity\.com\/profiles\/([^/?#]+)\/?(?:[?#].*)?$/i;
const VANITY = /^(?:https?:\/\/)?(?:www\.)?steamcommunity\.com\/id\//i;

/**
 * The SteamID64 that a text stands for: `76561197960287930`, `STEAM_0:0:11101`, `[U:1:22202]`, or the address of a profile with one of
 * them; undefined for anything else, and for what is no person's account.
 */
export function parseSteamId(text: string): string | undefined {
  const trimmed = text.trim();
  const [, inProfile] = PROFILE.exec(trimmed) ?? [];
  const id = inProfile?.replace(/%5B/gi, '[').replace(/%5D/gi, ']').replace(/%3A/gi, ':') ?? trimmed;
  const account = accountOf(id);
  return account === undefined || account < 1n || account > MAX_ACCOUNT ? undefined : String(BASE + account);
}

/** Whether it is a profile's address with a name of its owner's choice, which only Steam can look up. */
export function isVanityUrl(text: string): boolean {
  return VANITY.test(text.trim());
}

/** The address of a profile. */
export function profileUrl(steamid64: string): string {
  return `https://steamcommunity.com/profiles/${steamid64}`;
}

function accountOf(id: string): bigint | undefined {
  if (ID64.test(id)) return BigInt(id) - BASE;
  const [, parity, half] = ID2.exec(id) ?? [];
  if (parity !== undefined && half !== undefined) return BigInt(half) * 2n + BigInt(parity);
  const [, account] = ID3.exec(id) ?? [];
  return account === undefined ? undefined : BigInt(account);
}
