/** What becomes of the words and the presence of people who want nothing carried. */
import { beforeEach, expect, test } from 'vitest';
import type { GameServer } from '../support/game-server.ts';
import { idOf, Square } from './square.ts';

let square: Square;
let alpha: GameServer;

beforeEach(async () => {
  square = await Square.open();
  alpha = await square.game('alpha');
});

/** Everything that was said so far has arrived everywhere: Bob says so. */
async function bobSpeaks(text: string): Promise<void> {
  await square.here.says('two', 'Bob', text);
  await alpha.chat.waitFor((line) => line === `Bob@bridge: ${text}`);
  await square.there.sees.waitFor((change) => change === `far Bob: ${text}`);
}

test('who wants privacy is gone from the network, and nothing of theirs is carried, until they want it otherwise', async () => {
  const bridge = await square.bridge();
  const early = await square.here.says('one', 'Alice', 'hello', 'early');
  const wrong = await square.here.says('one', 'Alice', 'oops');
  await alpha.chat.waitFor((line) => line === 'Alice@bridge: oops');
  expect(await square.gives('Alice', 'privacy')).toContain('Your privacy is off');
  expect(await square.gives('Alice', 'privacy', { set: 'maybe' })).toBe('set is one of on, off.');
  expect(await square.gives('Alice', 'privacy', { set: 'on' })).toMatch(
    /^Your privacy is on: nothing that you say, edit or react/,
  );
  await alpha.presence.waitFor((change) => change === '-Alice@bridge');

  await square.here.says('one', 'Alice', 'between us');
  await square.here.edits(early, 'hello there');
  await square.here.reacts('one', 'Alice', 'early', '👍');
  square.here.renames('Alice', 'Alicia');
  await square.here.removes(wrong);
  await bobSpeaks('quiet here');
  await bridge.stop();
  await square.bridge();
  await square.here.says('one', 'Alice', 'still between us');
  await bobSpeaks('very quiet');
  expect(square.there.in('far')).toEqual(['Alice: hello', 'Bob: quiet here', 'Bob: very quiet']);
  expect(alpha.chat.all.filter((line) => line.includes('between us') || line.includes('there'))).toEqual([]);
  expect(alpha.namesOn('bridge')).toEqual(['Bob']);
  // Nobody else is told: neither the room, nor the moderators.
  expect(square.here.in('one').join()).not.toContain('privacy');
  expect(await square.audit()).toEqual([]);

  expect(await square.gives('Alice', 'privacy', { set: 'off' })).toContain('Your privacy is off');
  await square.here.says('one', 'Alice', 'back');
  await alpha.chat.waitFor((line) => line === 'Alicia@bridge: back');
  expect(idOf(alpha, 'bridge', 'Alicia')).toBe(1);
});

test('it holds for one platform and one person, whatever they are called', async () => {
  await square.bridge();
  await square.gives('Alice', 'privacy', { set: 'on' });
  square.here.names.set('Alice 2', 'Alice');
  await square.there.says('far', 'Alice', 'from there');
  await square.here.says('one', 'Alice 2', 'my namesake');
  await alpha.chat.waitFor((line) => line === 'Alice@bridge: from there');
  await alpha.chat.waitFor((line) => line === 'Alice@bridge: my namesake');
});

test('others do not carry their words either, by answering them', async () => {
  await square.bridge();
  await square.gives('Alice', 'privacy', { set: 'on' });
  const message = await square.here.says('one', 'Bob', 'I agree');
  const replyTo = { author: 'Alice', by: 'Alice', text: 'my secret' };
  const { host } = square.here;
  const answer = { ...message, id: `${message.id} answer` as typeof message.id, replyTo };
  await host.message(answer);
  await host.edit({
    kind: 'edit',
    id: `${message.id} edit` as typeof message.id,
    at: Date.now(),
    place: message.place,
    message: answer,
  });
  const thread = { id: 'here/one/secret' as typeof message.id, name: 'my secret', by: 'Alice' };
  await host.message({ ...message, id: `${message.id} thread` as typeof message.id, thread });
  await bobSpeaks('the end');
  expect(square.there.in('far')).toEqual(['Bob: I agree', 'Bob: I agree', 'Bob: I agree', 'Bob: the end']);
  expect(alpha.chat.all.join()).not.toContain('secret');
});

test('what still waited for game servers is not said, and makes nobody visible', async () => {
  await square.bridge();
  await bobSpeaks('before');
  await square.cut();
  await square.here.says('one', 'Alice', 'too late');
  await square.here.says('one', 'Carol', 'me too');
  await square.gives('Alice', 'privacy', { set: 'on' });
  await square.mend();
  await alpha.chat.waitFor((line) => line === 'Carol@bridge: me too', 15_000);
  expect(alpha.chat.all.join()).not.toContain('too late');
  await expect.poll(() => alpha.namesOn('bridge')).toEqual(['Bob', 'Carol']);
});
