/** The outbox on a real PostgreSQL: what waits, is taken back and is tried again survives a restart there as well. */
import { randomBytes } from 'node:crypto';
import postgres from 'postgres';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { DeliveryError } from '../../src/adapter.ts';
import type { EventId } from '../../src/event.ts';
import { deadLetters, retryLetter } from '../../src/store/dead-letters.ts';
import { edited, LineRoom, open, removed, take } from '../outbox/line-room.ts';
import { message, openOutbox, place, Room } from '../outbox/setup.ts';
import { TestClock } from '../support/clock.ts';

const url = process.env['DATABASE_URL'];

describe.runIf(url)('the outbox on PostgreSQL', () => {
  const admin = postgres(url ?? '', { max: 1, onnotice: () => {} });
  afterAll(() => admin.end());

  /** The address of an empty database. */
  async function newDatabase(): Promise<string> {
    const schema = `test_${randomBytes(6).toString('hex')}`;
    await admin.unsafe(`CREATE SCHEMA ${schema}`);
    onTestFinished(async () => {
      await admin.unsafe(`DROP SCHEMA ${schema} CASCADE`);
    });
    const at = new URL(url ?? '');
    at.searchParams.set('search_path', schema);
    return at.href;
  }

  test('goes on in order where it was, without what was taken back, and tries dead letters again', async () => {
    const databaseUrl = await newDatabase();
    const names = Array.from({ length: 500 }, (_, n) => `${n}`);
    const room = new Room();
    room.onSend = (event) => {
      if (event.id === '0') throw new DeliveryError('that word is forbidden', { passing: false });
      return event.id === '2' ? new Promise(() => {}) : undefined;
    };
    const first = await openOutbox([room], { databaseUrl });
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
    const second = await openOutbox([after], { databaseUrl });
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

  test('what was edited while it waited is shown once, and what was begun as it was begun', async () => {
    const databaseUrl = await newDatabase();
    const clock = new TestClock();
    const room = new LineRoom(clock);
    room.hold();
    const first = await open(room, { clock, databaseUrl });
    const names = Array.from({ length: 320 }, (_, n) => `${n}`);
    await take(first, message('begun'), edited('begun', 'BEGUN', 'late'));
    await first.say(...names);
    await take(first, edited('250', '250 A', 'e1'), edited('250', '250 B', 'e2'), removed('e2'), edited('0', '0 A'));
    await first.close();

    const after = new LineRoom(clock, undefined, room.posts);
    const second = await open(after, { clock, databaseUrl });
    await after.shows(['BEGUN', ...names.map((name) => (name === '250' || name === '0' ? `${name} A` : name))]);
    expect(after.deeds.filter((deed) => deed.startsWith('edit'))).toEqual(['edit: BEGUN']);
    await second.store.writer.flushed();
    expect(await second.store.database.all('SELECT * FROM delivery')).toEqual([]);
  });
});
