import { expect, test } from 'vitest';
import { isVanityUrl, parseSteamId } from '../../src/commands/steam-id.ts';

/** https://developer.valvesoftware.com/wiki/SteamID, of the account 22202. */
const GABE = '76561197960287930';

test.each([
  [GABE, GABE],
  [` ${GABE}\n`, GABE],
  ['STEAM_0:0:11101', GABE],
  ['STEAM_1:0:11101', GABE],
  ['steam_0:0:11101', GABE],
  ['[U:1:22202]', GABE],
  ['U:1:22202', GABE],
  ['[u:1:22202]', GABE],
  [`https://steamcommunity.com/profiles/${GABE}`, GABE],
  [`http://www.steamcommunity.com/profiles/${GABE}/`, GABE],
  [`steamcommunity.com/profiles/${GABE}?l=german`, GABE],
  [`https://steamcommunity.com/profiles/${GABE}#a`, GABE],
  ['https://steamcommunity.com/profiles/[U:1:22202]', GABE],
  ['https://steamcommunity.com/profiles/%5BU%3A1%3A22202%5D/', GABE],
  ['STEAM_0:1:2147483647', '76561202255233023'],
  ['[U:1:4294967295]', '76561202255233023'],
  ['STEAM_0:1:0', '76561197960265729'],
])('%j is %s', (text, id) => {
  expect(parseSteamId(text)).toBe(id);
});

test.each([
  ['', 'nothing'],
  ['Gordon', 'a name'],
  ['7656119796028793', 'a digit too few'],
  ['765611979602879300', 'a digit too many'],
  ['76561197960265728', 'account 0'],
  ['STEAM_0:0:0', 'account 0'],
  ['[U:1:0]', 'account 0'],
  ['76561202255233024', 'beyond the last account'],
  ['76569999999999999', 'beyond the last account'],
  ['[U:1:4294967296]', 'beyond the last account'],
  ['STEAM_0:0:2147483648', 'beyond the last account'],
  ['103582791429521412', 'a group'],
  ['[g:1:4]', 'a group'],
  ['STEAM_0:2:11101', 'no notation'],
  ['STEAM_2:0:11101', 'another universe'],
  ['[U:2:22202]', 'another universe'],
  ['STEAM_0:0:-1', 'a sign'],
  ['７６５６１１９７９６０２８７９３０', 'digits of another script'],
  [`${GABE} ${GABE}`, 'two of them'],
  [`https://evil.example/profiles/${GABE}`, 'another site'],
  [`https://steamcommunity.com.evil.example/profiles/${GABE}`, 'another site'],
  [`https://steamcommunity.com/profiles/${GABE}/edit`, 'another page'],
  ['https://steamcommunity.com/id/gabelogannewell', 'a name that only Steam knows'],
])('%j is none: %s', (text) => {
  expect(parseSteamId(text)).toBeUndefined();
});

test('an address with a name of its owner is known for what it is', () => {
  expect(isVanityUrl('https://steamcommunity.com/id/gabelogannewell/')).toBe(true);
  expect(isVanityUrl(`https://steamcommunity.com/profiles/${GABE}`)).toBe(false);
  expect(isVanityUrl('gabelogannewell')).toBe(false);
});
