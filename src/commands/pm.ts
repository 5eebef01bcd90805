/** Whispers to players, and to users of all platforms. */
import type { PlayerParty, UserParty } from '../event.ts';
import { isBlank } from '../incoming.ts';
import type { Identity } from '../moderation/identities.ts';
import { MAX_TEXT } from '../text/game.ts';
import { literal } from '../text/tree.ts';
import { keyOf, nameOf, partyOf } from '../whispers/parties.ts';
import { type Command, type Given, optionOf } from './command.ts';
import { candidatesOf, personCalled } from './people.ts';
import { Refusal } from './refusal.ts';
import type { Person } from './view.ts';

/** A whisper; the caller becomes visible to the network first, so that it can be answered. */
export const pm: Command = {
  name: 'pm',
  description: 'Whisper to a player, or to somebody on another platform',
  rank: 'everybody',
  needsNetwork: true,
  options: [
    { name: 'player', description: 'Their name or SteamID', required: true, suggests: true },
    { name: 'text', description: 'What to whisper', required: true, isText: true },
  ],
  async run(given) {
    const { origin, invocation, services } = given;
    const to = partyCalled(optionOf(given, 'player'), given);
    const text = optionOf(given, 'text');
    if (isBlank(text)) throw new Refusal('There is nothing to whisper.');
    if (to.kind === 'player' && text.length > MAX_TEXT)
      throw new Refusal(`A whisper to a player has at most ${MAX_TEXT} characters.`);
    const body = literal(text);
    const outcome = await services.whispers.send(origin.id, invocation.caller.author, to, body);
    if (outcome.kind === 'refused') throw new Refusal(outcome.why);
    if (outcome.kind === 'kept') return literal(outcome.note);
    if (outcome.kind === 'waiting')
      return literal(`The whisper to ${nameOf(to)} is on its way; you are told if it does not arrive.`);
    return literal(`Whispered to ${nameOf(to)}.`);
  },
  candidates: (_option, given) => candidatesOf(peopleFor(given)),
};

/** Whom somebody can whisper to: the players that they see, and those on our platforms whom they hear, or whispered with. */
export function peopleFor({ view, services, origin, invocation }: Given): readonly Person[] {
  const caller: UserParty = { kind: 'user', adapter: origin.id, author: invocation.caller.author };
  const partners = new Set(services.whispers.partnersOf(caller).map(keyOf));
  const keyOfUser = ({ adapter, userId }: Identity) => keyOf({ kind: 'user', adapter, author: { id: userId, name: '' } });
  return [...view.players(), ...view.speakers((who) => partners.has(keyOfUser(who)))];
}

/** The one whom a text names. @throws {Refusal} when that is nobody, or several, or the caller */
export function partyCalled(text: string, given: Given): PlayerParty | UserParty {
  const { services, invocation, origin } = given;
  const { user, name } = personCalled(text, peopleFor(given));
  const own = services.servers.find(({ chat }) => chat.state.ownId === user.server.id);
  if (own === undefined) return partyOf(user);
  const speaker = own.speaker(user.id);
  if (speaker === undefined || speaker === 'bridge') throw new Refusal(`${name} is not there any more.`);
  const { adapter, userId } = speaker;
  if (adapter === origin.id && userId === invocation.caller.author.id) throw new Refusal('That is you.');
  return { kind: 'user', adapter, author: { id: userId, name } };
}
