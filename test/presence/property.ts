/** Whatever happens, in whatever order: all who watch agree on who is there, and so do the rules. */
import fc from 'fast-check';
import { newFolder } from '../store/open.ts';
import type { Step } from './model.ts';
import { observers, Stage } from './stage.ts';

const user = fc.constantFrom('Alice', 'Bob', 'Carol');
const server = fc.constantFrom(...observers);

const rename = fc
  .tuple(user, fc.constantFrom('Great', 'Small'))
  .map(([user, how]): Step => ({ kind: 'rename', user, name: `${user} the ${how}` }));

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: user.map((user): Step => ({ kind: 'speak', user })) },
  {
    weight: 3,
    arbitrary: rename,
  },
  { weight: 2, arbitrary: user.map((user): Step => ({ kind: 'leave', user })) },
  { weight: 2, arbitrary: user.map((user): Step => ({ kind: 'kick', user })) },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: 'idle' }) },
  { weight: 2, arbitrary: fc.constant<Step>({ kind: 'cut' }) },
  { weight: 2, arbitrary: fc.constant<Step>({ kind: 'mend' }) },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: 'restart' }) },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: 'crash' }) },
  { weight: 1, arbitrary: server.map((server): Step => ({ kind: 'server restart', server })) },
);

/** A broker that knows nothing of anybody. */
interface EmptyBroker {
  readonly url: string;
  /**
   * Whether what happens in the moment of a reconnect may come in another order than it happened, so that nothing is done then: aedes sends
   * what it has queued for a session after what is retained by now.
   */
  readonly mixesUp?: boolean;
  close(): Promise<void>;
}

/** @param openBroker called for each run */
export async function presenceHolds(openBroker: () => Promise<EmptyBroker>, runs: number): Promise<void> {
  const property = fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 12 }), async (steps) => {
    const broker = await openBroker();
    const stage = await Stage.open(broker.url, newFolder(), broker.mixesUp);
    try {
      for (const one of steps) await stage.take(one);
      if (!stage.model.isConnected) await stage.take({ kind: 'mend' });
      await stage.quiet();
    } finally {
      await stage.close();
      await broker.close();
    }
  });
  await fc.assert(property, { numRuns: runs, endOnFailure: true });
}
