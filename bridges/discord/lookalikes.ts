/** Names that a reader could take for somebody else's. */
import { offices } from '../../src/text/offices.ts';
import { skeleton } from '../../src/text/skeleton.ts';

/** What Discord forbids in any name: whoever spells it otherwise means to be taken for it. */
const brands = ['discord', 'clyde'].map(skeleton);

/**
 * Whether a name sounds as if Discord, the bridge, its bot, a game server or somebody in charge spoke.
 * @param voices the names of the bot and the server, where they are known
 */
export function soundsOfficial(name: string, voices: readonly (string | undefined)[]): boolean {
  const look = skeleton(name);
  if (look === '') return false;
  return (
    offices.has(look) || brands.some((brand) => look.includes(brand)) || voices.some((voice) => look === skeleton(voice ?? ''))
  );
}
