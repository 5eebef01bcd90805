/** Tying a platform account to a player, and untying it. */
import { literal } from '../text/tree.ts';
import type { Command } from './command.ts';
import { recordLater } from './record.ts';
import { Refusal } from './refusal.ts';
import { code } from './words.ts';

/** A code that the caller says in a game, to show which player they are. */
export const link: Command = {
  name: 'link',
  description: 'Show which player you are: you get a code that you say in the game',
  rank: 'everybody',
  options: [],
  isConfidential: true,
  run({ invocation, origin, services }) {
    const { author } = invocation.caller;
    const { id: userId, name, avatar } = author;
    const got = services.linking.begin({ adapter: origin.id, userId, name, avatar, room: invocation.room });
    if (got === undefined) throw new Refusal('Too many people have a code just now. Try again in ten minutes.');
    const known = services.store.accounts.find(origin.id, userId);
    const instead = known && ` You are linked to SteamID ${known.steamid64} until then.`;
    return [
      ...literal('Say '),
      ...code(got),
      ...literal(
        ` in the chat of a game server within ten minutes, with nothing else in the line. Nobody reads it there but the bridge. Tell it to nobody: whoever says it is taken for you.${instead ?? ''}`,
      ),
    ];
  },
};

/** Ends it. */
export const unlink: Command = {
  name: 'unlink',
  description: 'Be linked to a player no longer',
  rank: 'everybody',
  isPersonal: true,
  options: [],
  async run(given) {
    const { invocation, origin, services } = given;
    const ended = await services.linking.end(origin.id, invocation.caller.author.id);
    if (ended === undefined) throw new Refusal('You are linked to no player.');
    if (typeof ended === 'string') throw new Refusal(ended);
    recordLater(given, { action: 'unlink', target: ended.steamid64, detail: '' });
    return literal(`You are linked to SteamID ${ended.steamid64} no longer.`);
  },
};
