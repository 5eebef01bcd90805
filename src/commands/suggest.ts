/** Choosing among many by what was typed so far. */
import { MAX_LABEL, MAX_SUGGESTIONS, type Suggestion } from '../command.ts';
import { excerpt } from '../text/excerpt.ts';
import { toLine } from '../text/line.ts';

/** Something to choose. */
export interface Candidate {
  readonly value: string;
  /** As others wrote it. */
  readonly label: string;
}

/** Discord takes no longer value. https://discord.com/developers/docs/interactions/application-commands#application-command-object-application-command-option-choice-structure */
const MAX_VALUE = 100;

/**
 * Those that fit what was typed, the best first: labels that begin with it, then those with a word that does, then those that hold it
 * anywhere, or whose value does. Equal ones by their label. Their labels are on one line, and short.
 */
export function suggest(typed: string, candidates: readonly Candidate[]): Suggestion[] {
  const wanted = folded(typed.trim());
  const fitting = candidates.flatMap((candidate) => {
    const label = folded(candidate.label);
    const rank = rankOf(wanted, label, candidate.value);
    return rank === undefined || candidate.value.length > MAX_VALUE ? [] : [{ candidate, label, rank }];
  });
  fitting.sort((a, b) => a.rank - b.rank || (a.label < b.label ? -1 : 1));
  return fitting.slice(0, MAX_SUGGESTIONS).map(({ candidate: { value, label } }) => ({
    value,
    label: excerpt(toLine(label), MAX_LABEL - 1) || value,
  }));
}

function rankOf(wanted: string, label: string, value: string): number | undefined {
  const at = label.indexOf(wanted);
  if (at === 0) return 0;
  if (at > 0 && label.includes(` ${wanted}`)) return 1;
  return at > 0 || folded(value).includes(wanted) ? 2 : undefined;
}

function folded(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}
