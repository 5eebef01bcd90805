/** Who somebody is. */

import { playerOf } from '../incoming.ts';
import { asLines } from '../text/lines.ts';
import { inWords, moment } from '../text/time.ts';
import { literal, type RichText } from '../text/tree.ts';
import { type Command, type Given, optionOf } from './command.ts';
import { candidatesOf, personCalled } from './people.ts';
import { profileUrl } from './steam-id.ts';
import type { Person } from './view.ts';
import { bold, serverName } from './words.ts';

/** What is known of a player, or of a platform user who spoke. */
export const whois: Command = {
  name: 'whois',
  description: 'Who a player is, or somebody who spoke from another platform',
  rank: 'everybody',
  needsNetwork: true,
  options: [{ name: 'who', description: 'Their name or SteamID', required: true, suggests: true }],
  run(given) {
    const { services } = given;
    const { user, name } = personCalled(optionOf(given, 'who'), peopleFor(given));
    const { avatar, link } = playerOf(user);
    const { platform } = user.extra;
    const isOurs = services.servers.some(({ chat }) => chat.state.me() === user.server);
    const where = isOurs && typeof platform === 'string' ? `speaks from ${platform}` : `is on ${serverName(user.server.id)}`;
    const since = user.firstSeen * 1_000;
    const { steamid64 } = user;
    return asLines([
      [...bold(name), ...literal(` ${where}, since ${moment(since)} (${inWords(Math.max(0, services.clock.now() - since))})`)],
      steamid64 === undefined ? [] : [...literal('SteamID '), { type: 'code', text: steamid64 }],
      linkLine('Profile', link ?? (steamid64 && profileUrl(steamid64))),
      linkLine('Picture', avatar),
    ]);
  },
  candidates: (_option, given) => candidatesOf(peopleFor(given)),
};

/** Everybody whom the caller can see, and the caller: who only whispered is visible as well, and was heard nowhere. */
function peopleFor({ view, origin, invocation }: Given): Person[] {
  const own = invocation.caller.author.id;
  return [...view.players(), ...view.speakers(({ adapter, userId }) => adapter === origin.id && userId === own)];
}

function linkLine(what: string, href: string | undefined): RichText {
  return href === undefined ? [] : [...literal(`${what}: `), { type: 'link', href, children: literal(href) }];
}
