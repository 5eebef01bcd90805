/** Nobody is seen whom an earlier run of the bridge has left behind. */
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { startBroker } from '../../src/broker.ts';
import { idOf, Square } from '../moderation/square.ts';
import { newFolder } from '../store/open.ts';
import { Stage } from './stage.ts';

test('those of a platform that is not configured any more are gone, and those of one that speaks elsewhere now are there', async () => {
  const square = await Square.open();
  const alpha = await square.game('alpha');
  const first = await square.bridge();
  await square.here.says('one', 'Alice', 'hello');
  await square.there.says('far', 'Dave', 'hello');
  for (const name of ['Alice', 'Dave']) await alpha.chat.waitFor((line) => line === `${name}@bridge: hello`);
  await first.stop();
  const second = await square.bridge({ adapters: { there: {} }, channels: [{ name: 'main', rooms: { there: 'far' } }] });
  await expect.poll(() => alpha.namesOn('bridge')).toEqual(['Dave']);
  await second.stop();
  await square.bridge({}, { there: 'bridge-there' });
  await square.there.says('far', 'Dave', 'again');
  await alpha.chat.waitFor((line) => line === 'Dave@bridge-there: again');
  await square.here.says('one', 'Alice', 'again');
  await alpha.chat.waitFor((line) => line === 'Alice@bridge: again');
  expect([alpha.namesOn('bridge'), alpha.namesOn('bridge-there')]).toEqual([['Alice'], ['Dave']]);
  expect(idOf(alpha, 'bridge', 'Alice')).toBe(1);
});

test('those whose leaving the end of a process has swallowed are gone for servers that keep whom they are not told of', async () => {
  const broker = await startBroker({ port: 0, log: pino({ level: 'silent' }) });
  onTestFinished(() => broker.stop());
  const stage = await Stage.open(broker.url, newFolder(), true);
  onTestFinished(() => stage.close());
  await stage.take({ kind: 'speak', user: 'Alice' });
  await stage.take({ kind: 'speak', user: 'Bob' });
  await stage.quiet();
  await stage.take({ kind: 'leave', user: 'Alice' });
  await stage.take({ kind: 'crash' });
  await stage.quiet();
  await stage.take({ kind: 'speak', user: 'Alice' });
  await stage.take({ kind: 'leave', user: 'Alice' });
  await stage.take({ kind: 'leave', user: 'Bob' });
  await stage.take({ kind: 'crash' });
  await stage.take({ kind: 'crash' });
  await stage.quiet();
});
