/** What game servers do to the people of our platforms, from their order to what everybody sees. */
import { beforeEach, describe, expect, test } from 'vitest';
import { literal } from '../../src/text/tree.ts';
import type { GameServer } from '../support/game-server.ts';
import { idOf, order, Square } from './square.ts';

const GORDON = '76561197960287930';

let square: Square;
let alpha: GameServer;
let beta: GameServer;

beforeEach(async () => {
  square = await Square.open();
  alpha = await square.game('alpha');
  beta = await square.game('beta', 'join');
});

/** Alice says something in the room `one`, and alpha sees her. */
async function aliceSpeaks(): Promise<void> {
  await square.here.says('one', 'Alice', 'hello');
  await alpha.chat.waitFor((line) => line.endsWith('Alice@bridge: hello'));
}

/** An order about Alice, as alpha sees her. */
const aboutAlice = (more: Record<string, unknown> = {}) => ({
  server_id: 'bridge',
  user_id: idOf(alpha, 'bridge', 'Alice'),
  ...more,
});

/** Everything that was said so far has arrived everywhere: Bob says so. */
async function bobSpeaks(text: string): Promise<void> {
  await square.here.says('two', 'Bob', text);
  for (const game of [alpha, beta]) await game.chat.waitFor((line) => line === `Bob@bridge: ${text}`);
  await square.there.sees.waitFor((change) => change === `far Bob: ${text}`);
}

describe('who is kicked', () => {
  test('is off the network, is told by whom and why, and nothing of theirs is carried for a minute', async () => {
    await square.bridge();
    // From now on it is known that beta speaks the newer dialect, which knows reasons.
    await (await beta.join('Barney')).says('hi');
    await square.there.sees.waitFor((change) => change === 'far Barney: hi');
    const first = await square.here.says('one', 'Alice', 'hello', 'hello');
    await alpha.chat.waitFor((line) => line === 'Alice@bridge: hello');
    await beta.chat.waitFor((line) => line === 'Alice@bridge: hello');
    await order(alpha, 'kick', 'bridge', aboutAlice({ reason: 'too\nloud  @everyone' }));
    for (const game of [alpha, beta]) await game.presence.waitFor((change) => change === '-Alice@bridge');
    await beta.packets.waitFor((packet) => packet.includes('"cmd":"leave","reason":"kicked: too / loud @everyone"'));
    await square.here.sees.waitFor((change) => change.startsWith('one Bridge: Alice, alpha kicked you'));
    await square.here.says('one', 'Alice', 'what?');
    await square.here.edits(first, 'hello again');
    await square.here.reacts('one', 'Alice', 'hello', '👍');
    await square.here.says('two', 'Alice', 'is this room better?');
    await bobSpeaks('she is gone');
    const heard = alpha.chat.all.filter((line) => line.includes('@bridge'));
    expect(heard).toEqual(['Alice@bridge: hello', 'Bob@bridge: she is gone']);
    expect(alpha.namesOn('bridge')).toEqual(['Bob']);
    expect(square.there.in('far').slice(1)).toEqual(['Alice: hello', 'Bob: she is gone']);
    expect(square.here.in('one').slice(1)).toEqual([
      'Bridge: Alice, alpha kicked you (too / loud @everyone). For 1 min, what you say is not carried to the other places.',
      'Bob: she is gone',
    ]);
    expect(await square.audit()).toEqual(['server alpha: kick Alice (Alice, here): too / loud @everyone; not carried for 1 min']);

    await square.clock.leap(61_000);
    await square.here.says('one', 'Alice', 'back again');
    for (const game of [alpha, beta]) await game.chat.waitFor((line) => line === 'Alice@bridge: back again');
    await square.there.sees.waitFor((change) => change === 'far Alice: back again');
    expect(idOf(alpha, 'bridge', 'Alice')).toBe(1);
  });

  test('is muted for as long as is configured, also over a restart, and what they take back is taken back', async () => {
    const bridge = await square.bridge({ moderation: { mute_seconds: 7_200 } });
    const said = await square.here.says('one', 'Alice', 'oops');
    await alpha.chat.waitFor((line) => line === 'Alice@bridge: oops');
    await square.there.sees.waitFor((change) => change === 'far Alice: oops');
    await order(alpha, 'kick', 'bridge', aboutAlice());
    await alpha.presence.waitFor((change) => change === '-Alice@bridge');
    await bridge.stop();
    await square.clock.leap(3_600_000);
    await square.bridge();
    await square.here.says('one', 'Alice', 'still there?');
    await square.here.removes(said);
    await bobSpeaks('no');
    expect(square.there.in('far')).toEqual(['Bob: no']);
    expect(alpha.namesOn('bridge')).toEqual(['Bob']);
    await square.clock.leap(3_601_000);
    await square.here.says('one', 'Alice', 'now');
    await alpha.chat.waitFor((line) => line === 'Alice@bridge: now');
  });

  test('is not heard afterwards of what they said meanwhile, though it comes late, since the bridge was away', async () => {
    const bridge = await square.bridge();
    const early = await square.here.says('one', 'Alice', 'before');
    await alpha.chat.waitFor((line) => line === 'Alice@bridge: before');
    await order(alpha, 'kick', 'bridge', aboutAlice());
    await square.here.sees.waitFor((change) => change.includes('alpha kicked you'));
    const at = square.clock.now();
    await bridge.stop();
    await square.clock.leap(300_000);
    await square.bridge();
    const late = (text: string, when: number) =>
      square.here.host.message({ ...early, id: `${early.id} ${text}` as typeof early.id, at: when, body: literal(text) });
    await late('in the midst of it', at + 30_000);
    await late('after it', at + 90_000);
    await alpha.chat.waitFor((line) => line.endsWith('after it'));
    expect(alpha.chat.all).toHaveLength(2);
    expect(square.here.in('one').filter((post) => post.startsWith('Bridge'))).toHaveLength(1);
  });

  test('is only off the network where a mute of no seconds is configured', async () => {
    await square.bridge({ moderation: { mute_seconds: 0 } });
    await aliceSpeaks();
    await order(alpha, 'kick', 'bridge', aboutAlice({ reason: 'spam' }));
    await alpha.presence.waitFor((change) => change === '-Alice@bridge');
    await square.here.says('one', 'Alice', 'here I am');
    await alpha.chat.waitFor((line) => line === 'Alice@bridge: here I am');
    expect(square.here.in('one')).toEqual(['Bridge: Alice, alpha kicked you (spam).']);
  });

  test('again and again is told once', async () => {
    await square.bridge();
    await aliceSpeaks();
    const kick = aboutAlice({ reason: 'spam' });
    for (let n = 0; n < 100; n++) await order(alpha, 'kick', 'bridge', { ...kick, reason: `spam ${n}` });
    await bobSpeaks('that was enough');
    expect(square.here.in('one').filter((post) => post.startsWith('Bridge'))).toHaveLength(1);
    expect((await square.audit()).length).toBeLessThan(40);
    expect(square.warnings()).toEqual(['A server asked for so much at once that some of it is not done.']);
  });
});

describe('who is banned', () => {
  test('is not heard until that is lifted, also over a restart, and is told once each time', async () => {
    const bridge = await square.bridge();
    await aliceSpeaks();
    await order(alpha, 'ban', 'bridge', aboutAlice({ reason: 'aim bot' }));
    await alpha.presence.waitFor((change) => change === '-Alice@bridge');
    await square.here.says('one', 'Alice', 'first');
    await square.here.says('one', 'Alice', 'second');
    await bobSpeaks('she is banned');
    await bridge.stop();
    await square.clock.leap(30 * 86_400_000);
    await square.bridge();
    await square.here.says('two', 'Alice', 'third');
    await square.here.says('two', 'Alice', 'fourth');
    await bobSpeaks('still');
    const told = 'Bridge: Alice, alpha banned you (aim bot). From now on, what you say is not carried to the other places.';
    expect(square.here.in('one').filter((post) => post === told)).toHaveLength(1);
    expect(square.here.in('two').filter((post) => post === told)).toHaveLength(1);
    expect(square.there.in('far').filter((post) => post.startsWith('Alice'))).toEqual(['Alice: hello']);
    expect(await square.gives('Mona', 'bans')).toContain('Alice (Alice), for ever: aim bot. By alpha');
    expect(await square.gives('Mona', 'unban', { who: 'Alice' })).toContain('Lifted the ban of Alice');
    await square.here.says('one', 'Alice', 'free');
    await alpha.chat.waitFor((line) => line === 'Alice@bridge: free');
    await square.there.sees.waitFor((change) => change === 'far Alice: free');
    expect(idOf(alpha, 'bridge', 'Alice')).toBe(1);
  });

  test('for some time is heard after it', async () => {
    await square.bridge();
    await aliceSpeaks();
    await order(alpha, 'ban', 'bridge', aboutAlice({ extra: { duration: '7200' } }));
    await alpha.presence.waitFor((change) => change === '-Alice@bridge');
    await square.here.sees.waitFor((change) => /alpha banned you\. Until 20\d\d-\d\d-\d\d \d\d:\d\d UTC, what/.test(change));
    await square.clock.leap(7_100_000);
    await square.here.says('one', 'Alice', 'too early');
    await square.clock.leap(101_000);
    await square.here.says('one', 'Alice', 'on time');
    await alpha.chat.waitFor((line) => line === 'Alice@bridge: on time');
    expect(alpha.chat.all).toEqual(['Alice@bridge: hello', 'Alice@bridge: on time']);
  });

  test('for a time that is none is so for ever', async () => {
    await square.bridge();
    await aliceSpeaks();
    const target = aboutAlice();
    const durations = [-5, 0, 1e300, '1e9', 'soon', '', null, [60], { seconds: 60 }, true];
    for (const [index, duration] of durations.entries()) {
      await order(alpha, 'ban', 'bridge', { ...target, reason: `number ${index}`, extra: { duration } });
      await expect.poll(() => square.gives('Mona', 'bans')).toContain(`for ever: number ${index}`);
    }
    await order(alpha, 'ban', 'bridge', { ...target, extra: 'nothing like that' });
    await order(alpha, 'ban', 'bridge', { ...target, reason: 'a minute', extra: { duration: 60 } });
    await expect.poll(() => square.gives('Mona', 'bans')).toMatch(/until .*: a minute/);
    expect(square.here.in('one').filter((post) => post.startsWith('Bridge'))).toHaveLength(1);
  });

  test('may have been silent for long; nobody else who is not there is hit', async () => {
    const bridge = await square.bridge();
    await aliceSpeaks();
    const target = aboutAlice();
    await square.clock.leap(31 * 60_000);
    await alpha.presence.waitFor((change) => change === '-Alice@bridge');
    await order(alpha, 'kick', 'bridge', target);
    await order(alpha, 'slap', 'bridge', target);
    await bridge.stop();
    await square.bridge();
    await order(alpha, 'ban', 'bridge', { ...target, reason: 'late' });
    await expect.poll(() => square.audit()).toHaveLength(3);
    await square.here.says('one', 'Alice', 'hello?');
    await bobSpeaks('nobody answers her');
    expect(alpha.chat.all).toEqual(['Alice@bridge: hello', 'Bob@bridge: nobody answers her']);
    expect((await square.audit()).map((entry) => entry.replace(/^.*; /, ''))).toEqual([
      'they are not on the network now',
      'they are not on the network now',
      'not carried until the ban is lifted',
    ]);
  });

  test('is not kicked as well, and who is kicked can be banned as well', async () => {
    await square.bridge();
    await aliceSpeaks();
    const target = aboutAlice();
    await order(alpha, 'kick', 'bridge', target);
    await order(alpha, 'ban', 'bridge', { ...target, extra: { duration: 300 } });
    await order(alpha, 'kick', 'bridge', target);
    await square.here.sees.waitFor((change) => change.includes('alpha banned you'));
    await square.clock.leap(70_000);
    await square.here.says('one', 'Alice', 'a minute is not enough');
    await square.clock.leap(240_000);
    await square.here.says('one', 'Alice', 'five are');
    await alpha.chat.waitFor((line) => line === 'Alice@bridge: five are');
    expect(alpha.chat.all).toHaveLength(2);
  });

  test('is not quoted either, and what of theirs still waited to be said in games is not said', async () => {
    await square.bridge();
    await aliceSpeaks();
    await order(alpha, 'ban', 'bridge', aboutAlice());
    await alpha.presence.waitFor((change) => change === '-Alice@bridge');
    const message = await square.here.says('one', 'Bob', 'hear, hear');
    const replyTo = { author: 'Alice', by: 'Alice', text: 'the secret' };
    const { host } = square.here;
    await host.message({ ...message, id: `${message.id} 2` as typeof message.id, replyTo });
    await host.message({ ...message, id: `${message.id} 3` as typeof message.id, replyTo: { ...replyTo, by: 'Carol' } });
    await alpha.chat.waitFor((line) => line.includes('(re Alice: the secret) hear, hear'));
    expect(alpha.chat.all.slice(1, 3)).toEqual(['Bob@bridge: hear, hear', 'Bob@bridge: hear, hear']);
  });
});

test('who is slapped says ow to every server, which their room is shown, but not for ever', async () => {
  await square.bridge({ channels: [{ name: 'main', servers: ['alpha'], rooms: { here: 'one', there: 'far' } }] });
  await aliceSpeaks();
  await order(alpha, 'slap', 'bridge', aboutAlice({ reason: 'wake up' }));
  for (const game of [alpha, beta]) await game.chat.waitFor((line) => line === 'Alice@bridge: ow');
  await square.here.sees.waitFor((change) => change === 'one Bridge: alpha slapped Alice (wake up): ow');
  for (let n = 0; n < 20; n++) await order(alpha, 'slap', 'bridge', aboutAlice());
  await square.here.says('one', 'Alice', 'enough');
  await alpha.chat.waitFor((line) => line === 'Alice@bridge: enough');
  expect(alpha.chat.all.filter((line) => line === 'Alice@bridge: ow')).toHaveLength(6);
  expect(alpha.namesOn('bridge')).toEqual(['Alice']);
});

describe('an order', () => {
  test('that is malformed, or about somebody else, does nothing, and is told to the operator once', async () => {
    await square.bridge();
    await aliceSpeaks();
    const payloads = ['', 'nonsense', '[]', '7', '{"user_id":1}', '{"server_id":"bridge","user_id":"1e0"}', { steamid64: 'x' }];
    const others = [
      { server_id: 'beta', user_id: 1 },
      { server_id: 'bridge', user_id: 99 },
      { server_id: 'bridge', user_id: 100 },
      { server_id: 'bridge', user_id: Number.MAX_SAFE_INTEGER },
      { steamid64: GORDON },
    ];
    for (const action of ['kick', 'ban', 'slap']) {
      for (const payload of [...payloads, ...others]) await order(alpha, action, 'bridge', payload);
    }
    await bobSpeaks('nothing happened');
    await aliceSpeaks();
    expect(alpha.namesOn('bridge')).toEqual(['Alice', 'Bob']);
    expect(await square.audit()).toEqual([]);
    const told = square.warnings().filter((warning) => warning.startsWith('A server asked'));
    expect(told).toEqual(['kick', 'ban', 'slap'].map((action) => expect.stringContaining(`a ${action} of user`)));
    expect(square.warnings()).toHaveLength(4);
  });

  test('of a server that may not moderate is refused, and noted', async () => {
    await square.bridge({ moderation: { servers: ['b*'] } });
    await aliceSpeaks();
    for (const action of ['kick', 'ban', 'slap']) await order(alpha, action, 'bridge', aboutAlice({ reason: 'mine' }));
    await square.here.says('one', 'Alice', 'ha');
    await alpha.chat.waitFor((line) => line === 'Alice@bridge: ha');
    const refused = 'mine; this server may not moderate our people';
    expect(await square.audit()).toEqual(
      ['kick', 'ban', 'slap'].map((action) => `server alpha: ${action} refused Alice (Alice, here): ${refused}`),
    );
    await order(beta, 'kick', 'bridge', aboutAlice());
    await alpha.presence.waitFor((change) => change === '-Alice@bridge');
  });

  test('about a player is one about the people who are linked with them, and hits each once', async () => {
    await square.bridge({}, { here: 'bridge-here', there: 'bridge-there' });
    const gordon = await alpha.join('Gordon', { steamid64: GORDON });
    const answer = await square.gives('Alice', 'link');
    const [code = ''] = /\b[A-Z0-9]{6}\b/.exec(answer) ?? [];
    await gordon.says(code);
    await square.here.sees.waitFor((change) => /one Bridge: .*link/i.test(change));
    await square.here.says('one', 'Alice', 'hello');
    await square.there.says('far', 'Dave', 'hello');
    for (const line of ['Alice@bridge-here: hello', 'Dave@bridge-there: hello'])
      await alpha.chat.waitFor((said) => said === line);
    for (const server of ['bridge-here', 'bridge-there'])
      await order(beta, 'ban', server, { steamid64: GORDON, reason: 'cheats' });
    await alpha.presence.waitFor((change) => change === '-Alice@bridge-here');
    await square.here.says('one', 'Alice', 'again');
    await square.here.says('one', 'Bob', 'the end');
    await alpha.chat.waitFor((line) => line === 'Bob@bridge-here: the end');
    expect(alpha.namesOn('bridge-there')).toEqual(['Dave']);
    expect(alpha.chat.all.filter((line) => line.startsWith('Alice'))).toEqual(['Alice@bridge-here: hello']);
    expect((await square.audit()).filter((entry) => entry.startsWith('server'))).toEqual([
      'server beta: ban Alice (Alice, here): cheats; not carried until the ban is lifted',
    ]);
  });

  test('names one virtual server, and hits nobody of another one', async () => {
    await square.bridge({}, { here: 'bridge-here', there: 'bridge-there' });
    await square.here.says('one', 'Alice', 'hello');
    await square.there.says('far', 'Dave', 'hello');
    await alpha.chat.waitFor((line) => line === 'Dave@bridge-there: hello');
    await alpha.chat.waitFor((line) => line === 'Alice@bridge-here: hello');
    for (const server of ['bridge-here', 'bridge-there']) {
      await order(beta, 'ban', server, { server_id: 'bridge-there', user_id: 1 });
    }
    await alpha.presence.waitFor((change) => change === '-Dave@bridge-there');
    await square.here.says('one', 'Alice', 'still here');
    await square.there.says('far', 'Dave', 'not me');
    await alpha.chat.waitFor((line) => line === 'Alice@bridge-here: still here');
    expect(alpha.chat.all.at(-1)).toBe('Alice@bridge-here: still here');
    expect(await square.audit()).toHaveLength(1);
  });

  test('is done on the platform as well, where that is configured there, and what came of it is noted', async () => {
    await square.bridge();
    square.here.sanctionResult = 'timed out for 1 min';
    await aliceSpeaks();
    const target = aboutAlice({ reason: 'spam', extra: { duration: 60 } });
    await order(alpha, 'slap', 'bridge', target);
    await order(alpha, 'ban', 'bridge', target);
    const { until, ...sanction } = await square.here.sanctions.waitFor(() => true);
    expect(sanction).toEqual({ userId: 'Alice', action: 'ban', by: 'alpha', reason: 'spam' });
    expect((until ?? 0) - square.clock.now()).toBeGreaterThan(50_000);
    await expect.poll(() => square.audit()).toContain('alpha: ban on Platform Alice (Alice, here): timed out for 1 min');
    expect(square.here.sanctions.all).toHaveLength(1);
  });
});
