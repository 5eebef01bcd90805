/** The outbox on a real PostgreSQL: what waits, is taken back and is tried again survives a restart there as well. */
import { randomBytes } from 'node:crypto';
import postgres from 'postgres';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { DeliveryError } from '../../src/adapter.ts';
import type { EventId } from '../../src/event.ts';
import { deadLetters, retryLetter } from '../../src/store/dead-letters.ts';
import { openOutbox, place, Room } from '../outbox/setup.ts';

const url = process.env['DATABASE_URL'];

describe.runIf(url)('the outbox on PostgreSQL', () => {
  const admin = postgres(url ?? '', { max: 1, onnotice: () => {} });
  afterAll(() => admin.end());

  test('goes on in order where it was, without what was taken back, and tries dead letters again', async () => {
    const schema = `test_${randomBytes(6).toString('hex')}`;
    await admin.unsafe(`CREATE SCHEMA ${schema}`);
    onTestFinished(async () => {
      await admin.unsafe(`DROP SCHEMA ${schema} CASCADE`);
    });
    const at = new URL(url ?? '');
    at.searchParams.set('search_path', schema);
    const names = Array.from({ length: 500 }, (_, n) => `${n}`);
    const room = new Room();
    room.onSend = (event) => {
      if (event.id === '0') throw new DeliveryError('that word is forbidden', { passing: false });
      return event.id === '2' ? new Promise(() => {}) : undefined;
    };
    const first = await openOutbox([room], { databaseUrl: at.href });
    await first.say(...names);
    await room.sees.waitFor((text) => text === '1');
    for (const target of ['5', '450']) {
      const removal = {
        kind: 'removal',
        id: `removal of ${target}` as EventId,
        at: 0,
        place,
        target: target as EventId,
      } as const;
      await first.outbox.take(removal, 'discord', [room.id]);
    }
    await first.close();

    const after = new Room();
    const second = await openOutbox([after], { databaseUrl: at.href });
    // Known already.
    await second.say('7', 'end');
    await after.sees.waitFor((text) => text === 'end');
    const left = names.slice(2).filter((name) => name !== '5' && name !== '450');
    expect(after.texts).toEqual([...left, 'removal', 'removal', 'end']);
    for await (const letter of deadLetters(second.store.database, {})) void second.store.writer.add(retryLetter(letter));
    await second.store.writer.flushed();
    await second.clock.advance(2_000);
    await after.sees.waitFor((text) => text === '0');
  });
});
