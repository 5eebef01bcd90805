/** Where the operator's page gets what it shows. */
import type { AuditEntry, Bans, Letters, Servers, State } from '../../web/operator/wire.ts';
import type { Clock } from '../clock.ts';
import type { Control } from '../control.ts';
import type { Guises } from '../moderation/same-bans.ts';
import type { Store } from '../store/store.ts';
import { toLine } from '../text/line.ts';
import { bansOf, idleState, type Shown, serversOf, stateOf } from './view.ts';

/** What can be done, and with what it is noted. */
export interface Hands {
  readonly control: Control;
  readonly store: Store;
  readonly identities: Guises;
}

/** What is shown. What asks the database rejects where that does not answer. */
export interface Source {
  /** Ids of the bridge on the network. */
  ids(): readonly string[];
  state(): State;
  servers(): Servers;
  bans(): Bans;
  letters(): Promise<Letters>;
  /** @param person only what somebody did, or what was done to them */
  audit(person?: string): Promise<readonly AuditEntry[]>;
  /** Undefined while nothing can be done. */
  hands(): Hands | undefined;
}

/** So many dead letters and entries of the audit log are shown. */
const MAX_LETTERS = 50;
const MAX_ENTRIES = 100;

/** What a bridge shows. @param made how often a connection was made, where that is known */
export function sourceOf(parts: () => Shown, made: (connection: string) => number | undefined, clock: Clock): Source {
  const hands = () => {
    const { control, store, identities, standstill } = parts();
    return control && store && identities && standstill === undefined ? { control, store, identities } : undefined;
  };
  return {
    ids: () => parts().servers.map(({ chat }) => chat.state.ownId),
    state: () => stateOf(parts(), made),
    servers: () => serversOf(parts()),
    bans: () => bansOf(parts().store?.bans.list(clock.now()) ?? []),
    async letters() {
      const { total, letters } = (await hands()?.control.deadLetters(MAX_LETTERS)) ?? { total: 0, letters: [] };
      return { total, letters: letters.map((one) => ({ ...one, text: toLine(one.text), reason: toLine(one.reason) })) };
    },
    async audit(person) {
      const entries = (await hands()?.store.audit.list(MAX_ENTRIES, person)) ?? [];
      return entries.map(({ at, who, action, target, detail }) => ({
        at,
        who: toLine(who),
        action: toLine(action),
        target: toLine(target),
        detail: toLine(detail),
      }));
    },
    hands,
  };
}

/** What an instance shows that stands by. */
export function standbySource(ids: readonly string[], why: string): Source {
  return {
    ids: () => ids,
    state: () => idleState('standby', why),
    servers: () => ({ servers: [], more: 0, players: 0 }),
    bans: () => ({ total: 0, bans: [] }),
    letters: async () => ({ total: 0, letters: [] }),
    audit: async () => [],
    hands: () => undefined,
  };
}
