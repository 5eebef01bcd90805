/** What somebody is told who let the bridge read its configuration anew. */
import { channelWords, listed } from '../control/sentences.ts';
import type { Changes } from './changes.ts';

/** An adapter that came, went, or is another one now. */
export interface Moved {
  /** For people: its platform, and its id. */
  readonly name: string;
  readonly how: 'added' | 'replaced' | 'removed';
  /** Why it does not run: a sentence. */
  readonly fault?: string | undefined;
}

/** What happened to something: to one, and to several. */
const VERBS = {
  added: ['is new', 'are new'],
  replaced: ['was started anew', 'were started anew'],
  changed: ['has changed', 'have changed'],
  removed: ['is gone', 'are gone'],
} as const;

/** What is so now: sentences. */
export function outcome(
  { applied, held, channels }: Pick<Changes, 'applied' | 'held' | 'channels'>,
  adapters: readonly Moved[],
): string {
  const ofAdapters = (wanted: Moved['how']) => adapters.filter(({ how }) => how === wanted).map(({ name }) => name);
  const ofChannels = (how: keyof typeof channels) => channels[how].map(({ name }) => channelWords(name));
  const done = [
    ...clause(ofAdapters('added'), VERBS.added),
    ...clause(ofAdapters('replaced'), VERBS.replaced),
    ...clause(ofAdapters('removed'), VERBS.removed),
    ...clause(ofChannels('added'), VERBS.added),
    ...clause(ofChannels('changed'), VERBS.changed),
    ...clause(ofChannels('removed'), VERBS.removed),
    ...clause(applied, VERBS.changed),
  ];
  const all = [
    ...(done.length > 0 ? [`The new configuration holds: ${done.join('; ')}.`] : []),
    ...adapters.flatMap(({ name, fault }) => (fault === undefined ? [] : [`${name} does not run: ${fault}`])),
    ...clause(held, ['holds', 'hold']).map((words) => `${words} from the next start of the bridge.`),
  ];
  return all.length > 0 ? all.join(' ') : 'The configuration is as it was.';
}

/** Nothing, or what is so of these. */
function clause(names: readonly string[], [one, several]: readonly [string, string]): string[] {
  return names.length === 0 ? [] : [`${listed(names)} ${names.length === 1 ? one : several}`];
}
