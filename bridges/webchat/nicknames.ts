/** How guests may call themselves. */
import { sanitizeName } from '../../src/text/names.ts';
import { offices } from '../../src/text/offices.ts';
import { skeleton } from '../../src/text/skeleton.ts';

/** Code points of a nickname. */
const MAX = 32;

/** A nickname that somebody can have, or why they can't, in a sentence. */
export type Nickname = { readonly name: string } | { readonly fault: string };

/**
 * Checks a nickname: nobody gets the name of somebody who is here, or one that looks like it.
 * @param taken the names of all who could be mistaken
 */
export function nickname(given: string, taken: Iterable<string>): Nickname {
  const name = sanitizeName(given);
  if (name === '') return { fault: 'Choose a name that others can see.' };
  if ([...name].length > MAX) return { fault: `Choose a name of at most ${MAX} characters.` };
  const look = skeleton(name);
  if (offices.has(look)) return { fault: 'That name sounds as if you ran this place. Choose another one.' };
  for (const other of taken)
    if (skeleton(other) === look) return { fault: 'Somebody is called like that, or nearly so. Choose another name.' };
  return { name };
}
