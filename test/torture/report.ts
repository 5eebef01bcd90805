/** What a torture found, in words. */
import type { Fault } from './tally.ts';
import type { Outcome } from './torture.ts';

const SHOWN = 25;

/** Everything worth reading; the last line holds the figures. */
export function report(outcome: Outcome, folder: string): string[] {
  const { sent, lost, doubled, disordered, misnamed, happened, remarks } = outcome;
  return [
    ...[...happened].sort().map(([name, times]) => `${String(times).padStart(5)} × ${name}`),
    ...remarks,
    ...listed('lost', lost),
    ...listed('doubled', doubled),
    ...listed('out of order', disordered),
    ...listed('under another name', misnamed),
    `Logs: ${folder}`,
    `${sent} sent, ${lost.length} lost, ${doubled.length} doubled, ${disordered.length} out of order`,
  ];
}

/** Whether nothing was lost, doubled, out of order or under another name. */
export function isClean({ lost, doubled, disordered, misnamed }: Outcome): boolean {
  return lost.length + doubled.length + disordered.length + misnamed.length === 0;
}

function listed(what: string, faults: readonly Fault[]): string[] {
  const lines = faults
    .slice(0, SHOWN)
    .map(
      ({ where, speaker, text, at, as = speaker }) =>
        `${what} in ${where}: ${speaker}${as === speaker ? '' : ` as ${as}`} at ${new Date(at).toISOString()}: ${text.slice(0, 80)}`,
    );
  return faults.length > SHOWN ? [...lines, `… and ${faults.length - SHOWN} more ${what}: see journal.log`] : lines;
}
