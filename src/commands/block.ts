/** Whose whispers somebody does not want. */
import type { Party, UserParty } from '../event.ts';
import { literal } from '../text/tree.ts';
import * as blocking from '../whispers/blocking.ts';
import { keyOf, nameOf } from '../whispers/parties.ts';
import { type Command, type Given, optionOf } from './command.ts';
import { candidatesOf, folded } from './people.ts';
import { partyCalled, peopleFor } from './pm.ts';
import { Refusal } from './refusal.ts';

/** Keeps somebody from whispering to the caller. */
export const block: Command = {
  name: 'block',
  description: 'Let somebody whisper to you no more',
  rank: 'everybody',
  options: [{ name: 'player', description: 'Their name or SteamID', required: true, suggests: true }],
  run(given) {
    const { services, origin, invocation } = given;
    const party = blockable(optionOf(given, 'player'), given);
    const why = blocking.block(services.whispers.blocks, { adapter: origin.id, userId: invocation.caller.author.id }, party);
    if (why !== undefined) throw new Refusal(why);
    return literal(`${nameOf(party)} can't whisper to you any more. unblock lets them again.`);
  },
  candidates(_option, given) {
    const people = candidatesOf(peopleFor(given));
    const gone = partnersOf(given).map((party) => ({ value: keyOf(party), label: labelOf(party) }));
    return [...people, ...gone.filter(({ label }) => !people.some((person) => person.label === label))];
  },
};

/** Lets somebody whisper again. */
export const unblock: Command = {
  name: 'unblock',
  description: 'Let somebody whisper to you again',
  rank: 'everybody',
  isPersonal: true,
  options: [{ name: 'player', description: 'Whom you block', required: true, suggests: true }],
  run(given) {
    const { services, origin, invocation } = given;
    const { blocks } = services.whispers;
    const { id } = invocation.caller.author;
    const text = optionOf(given, 'player');
    const all = blocks.list(origin.id, id);
    const named = all.filter(({ name }) => folded(name) === folded(text) || folded(name).startsWith(`${folded(text)} on `));
    const found = all.find(({ who }) => who === text) ?? (named.length === 1 ? named[0] : undefined);
    if (found === undefined) {
      const names = all.map(({ name }) => name).join(', ');
      throw new Refusal(all.length === 0 ? 'You block nobody.' : `Say which of those whom you block: ${names}.`);
    }
    blocking.unblock(blocks, { adapter: origin.id, userId: id }, found.who);
    return literal(`${found.name} can whisper to you again.`);
  },
  candidates: (_option, { services, origin, invocation }) =>
    services.whispers.blocks.list(origin.id, invocation.caller.author.id).map(({ who, name }) => ({ value: who, label: name })),
};

/** Whom a text means: one with whom the caller whispered, who may be gone, or somebody who is there. @throws {Refusal} */
function blockable(text: string, given: Given): Party {
  const partners = partnersOf(given);
  const known = partners.find((party) => keyOf(party) === text);
  if (known !== undefined) return known;
  try {
    return partyCalled(text, given);
  } catch (error) {
    const [gone, ...others] = partners.filter(({ author }) => folded(author.name) === folded(text));
    if (gone === undefined || others.length > 0) throw error;
    return gone;
  }
}

/** As {@link candidatesOf} calls them. */
function labelOf(party: Party): string {
  return party.kind === 'player' ? `${party.author.name} (${party.server})` : party.author.name;
}

function partnersOf({ services, origin, invocation }: Given): readonly Party[] {
  const caller: UserParty = { kind: 'user', adapter: origin.id, author: invocation.caller.author };
  return services.whispers.partnersOf(caller);
}
