import { describe, expect, test } from 'vitest';
import type { RoomRef } from '../../../src/event.ts';
import { openDouble } from './double.ts';
import { openingStories } from './opening-stories.ts';
import { Stage } from './stage.ts';

describe('on the stand-in', () => {
  openingStories(async () => (await openDouble()).site);
});

test('while the homeserver does not answer, nothing is opened, and nothing is left of it', async () => {
  const { matrix, site } = await openDouble();
  const stage = await Stage.open(site);
  const carol = matrix.addUser('carol');
  const room = matrix.addRoom({ creator: carol });
  const other = matrix.addRoom({ creator: carol });
  const { adapter } = await stage.started([room.id]);
  matrix.fail({ how: 'hang', path: /joined_rooms$/ });
  const hanging = new AbortController();
  const opening = adapter.open?.(other.id as RoomRef, hanging.signal);
  await matrix.waitForRequest(({ path }) => path.endsWith('/joined_rooms'));
  adapter.close?.(other.id as RoomRef);
  hanging.abort();
  await matrix.down();
  await expect(opening).rejects.toThrow(/could not be asked about it .*Try again later/);
  await expect(adapter.open?.(other.id as RoomRef, new AbortController().signal)).rejects.toThrow(/Try again later/);
  await matrix.up();
  expect(adapter.nativeRoomId?.(other.id as RoomRef)).toBeUndefined();
  await stage.close();
});
