/** Who somebody is. */

import { playerOf } from '../incoming.ts';
import { asLines } from '../text/lines.ts';
import { inWords, moment } from '../text/time.ts';
import { literal, type RichText } from '../text/tree.ts';
import { type Command, optionOf } from './command.ts';
import { candidatesOf, personCalled } from './people.ts';
import { profileUrl } from './steam-id.ts';
import { bold, serverName } from './words.ts';

/** What is known of a player, or of a platform user who spoke. */
export const whois: Command = {
  name: 'whois',
  description: 'Who a player is, or somebody who spoke from another platform',
  rank: 'everybody',
  needsNetwork: true,
  options: [{ name: 'who', description: 'Their name or SteamID', required: true, suggests: true }],
  run(given) {
    const { view, services } = given;
    const { user, name } = personCalled(optionOf(given, 'who'), [...view.players(), ...view.speakers()]);
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
  candidates: (_option, { view }) => candidatesOf([...view.players(), ...view.speakers()]),
};

function linkLine(what: string, href: string | undefined): RichText {
  return href === undefined ? [] : [...literal(`${what}: `), { type: 'link', href, children: literal(href) }];
}
