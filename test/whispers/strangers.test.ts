/** A private chat with somebody of another platform is for those whom the network has seen: nobody writes to strangers by their id. */
import { beforeEach, expect, test } from 'vitest';
import { type AdapterId, eventId, type Place, type RoomRef, type UserParty } from '../../src/event.ts';
import { literal } from '../../src/text/tree.ts';
import { Square } from '../moderation/square.ts';
import type { GameServer } from '../support/game-server.ts';

let square: Square;
let alpha: GameServer;

beforeEach(async () => {
  square = await Square.open();
  for (const platform of [square.here, square.there]) platform.takesWhispers = true;
  alpha = await square.game('alpha');
});

/** Somebody on the platform `here` says something in a chat with the user of somebody on `there`. */
async function writes(from: string, to: string, text: string): Promise<void> {
  const place: Place = { kind: 'room', adapter: 'here' as AdapterId, room: `chat of ${from}` as RoomRef };
  const whom: UserParty = { kind: 'user', adapter: 'there' as AdapterId, author: { id: to, name: to } };
  const words = { body: literal(text), attachments: [], author: { id: from, name: from } };
  await square.here.host.direct({ id: eventId(place, text), place, at: square.clock.now(), to: whom, ...words });
}

test('who never spoke is written to by nobody; who spoke once is, also much later and after a restart', async () => {
  const bridge = await square.bridge();
  await square.there.says('far', 'Dave', 'hello');
  await alpha.chat.waitFor((line) => line === 'Dave@bridge: hello');
  await writes('Mallory', 'Silent', 'I know your id');
  await square.here.whispered.waitFor((line) => line === 'Mallory: Your whisper did not arrive: Silent is not there any more.');
  await square.clock.leap(3 * 3_600_000);
  await alpha.presence.waitFor((change) => change === '-Dave@bridge');
  await writes('Carol', 'Dave', 'first');
  await square.there.whispered.waitFor((line) => line === 'Dave: first');
  await bridge.stop();
  await square.bridge();
  await writes('Carol', 'Dave', 'second');
  await square.there.whispered.waitFor((line) => line === 'Dave: second');
  expect(square.there.whispered.all).toEqual(['Dave: first', 'Dave: second']);
});
