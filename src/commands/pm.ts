/** Whispers to players. */
import { DeliveryError } from '../adapter.ts';
import { toLine } from '../text/line.ts';
import { splitText } from '../text/split.ts';
import { literal } from '../text/tree.ts';
import { type Command, optionOf } from './command.ts';
import { candidatesOf, personCalled } from './people.ts';
import { Refusal } from './refusal.ts';
import { serverName } from './words.ts';

/** The longest line of a game's chat, in UTF-16 units, and how many of them one whisper may have. */
const MAX_LINE = 500;
const MAX_LINES = 3;

/** A whisper to a player; the caller becomes visible to the network first, so that it can be answered. */
export const pm: Command = {
  name: 'pm',
  description: 'Whisper to a player',
  rank: 'everybody',
  needsNetwork: true,
  options: [
    { name: 'player', description: 'Their name or SteamID', required: true, suggests: true },
    { name: 'text', description: 'What to whisper', required: true, isText: true },
  ],
  async run(given) {
    const { view, origin, invocation } = given;
    const { user, name } = personCalled(optionOf(given, 'player'), view.players());
    const parts = splitText(toLine(optionOf(given, 'text')), MAX_LINE);
    if (parts.length === 0) throw new Refusal('There is nothing to whisper.');
    if (parts.length > MAX_LINES)
      throw new Refusal(`A whisper has at most ${(MAX_LINES * MAX_LINE).toLocaleString('en')} characters.`);
    const speaker = { adapter: origin.id, platform: origin.type, author: invocation.caller.author };
    try {
      for (const part of parts) await origin.server.whisper(user.server.id, user.id, part, speaker);
    } catch (error) {
      if (!(error instanceof DeliveryError)) throw error;
      throw new Refusal(`The whisper to ${name} did not arrive: ${error.message}`);
    }
    return literal(`Whispered to ${name} on ${serverName(user.server.id)}.`);
  },
  candidates: (_option, { view }) => candidatesOf(view.players()),
};
