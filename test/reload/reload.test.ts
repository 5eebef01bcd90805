/** The configuration is read anew while everybody talks. */
import { expect, test } from 'vitest';
import { first, openStage } from './stage.ts';

const [main, side] = first.channels;

/** What a platform's room holds of one speaker. */
const saidBy = (posts: readonly string[], name: string) => posts.filter((post) => post.startsWith(name));

test('what changes in channels and limits holds at once; no connection ends, and what is said meanwhile arrives once', async () => {
  const { platform, other, game, connects, reload, audit } = await openStage();
  const gordon = await game.join('Gordon');
  let isOver = false;
  const talk = (async () => {
    const said: string[] = [];
    for (let n = 0; !isOver && n < 2_000; n++) {
      said.push(`${n}`);
      await platform.says('one', 'Alice', `${n}`);
      await new Promise(setImmediate);
    }
    return said;
  })();
  await platform.sees.waitFor((line) => line === 'two Alice: 0');
  const words = await reload({
    channels: [
      { ...main, rooms: { platform: ['one', 'two', 'four'], other: 'else' } },
      { name: 'new', rooms: { other: 'far' } },
    ],
    flood: { user_per_minute: 0 },
  });
  expect(words).toBe(
    'The new configuration holds: the channel "new" is new; the channel "main" has changed; the channel "side" is gone; flood.user_per_minute has changed.',
  );
  isOver = true;
  const said = await talk;
  await platform.says('one', 'Alice', 'the end');
  await other.sees.waitFor((line) => line.endsWith('the end'));
  await platform.sees.waitFor((line) => line === 'four Alice: the end');
  await game.chat.waitFor((line) => line.endsWith('the end'));
  // Up to the flood limit before, and all of it after.
  const heard = platform.in('two');
  expect(new Set(heard).size).toBe(heard.length);
  expect(other.in('else')).toEqual(heard);
  expect(said.length).toBeGreaterThan(0);
  await gordon.says('hello to the new ones');
  await platform.sees.waitFor((line) => line === 'four Gordon: hello to the new ones');
  await other.sees.waitFor((line) => line === 'far Gordon: hello to the new ones');
  expect(platform.comesAndGoes.all).toEqual(['start good']);
  expect(other.comesAndGoes.all).toEqual(['start good']);
  expect(connects()).toBe(0);
  const [deed] = await audit();
  expect(deed).toMatchObject({ who: 'Olga (platform 7)', action: 'reload', target: 'the configuration', detail: words });
});

test('an adapter with another token is started anew, alone; what waits for it and is said meanwhile arrives once, in order', async () => {
  const { platform, other, connects, reload } = await openStage();
  let goOn = () => {};
  const blocked = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const begun = new Promise<void>((resolve) => {
    platform.sending = () => {
      resolve();
      return blocked;
    };
  });
  await other.says('else', 'Bob', 'one');
  await other.says('else', 'Bob', 'two');
  await begun;
  const reloaded = reload({ adapters: { platform: { token: 'better' }, other: {} } });
  await other.says('else', 'Bob', 'three');
  platform.sending = undefined;
  await platform.comesAndGoes.waitFor((line) => line === 'stop good');
  expect(await reloaded).toBe('The new configuration holds: Platform (platform) was started anew.');
  await other.says('else', 'Bob', 'four');
  await platform.sees.waitFor((line) => line === 'one Bob: four');
  // What was broken off with the old one ends there, and shows nothing.
  goOn();
  await platform.says('two', 'Alice', 'hello');
  await other.sees.waitFor((line) => line === 'else Alice: hello');
  expect(saidBy(platform.in('one'), 'Bob')).toEqual(['Bob: one', 'Bob: two', 'Bob: three', 'Bob: four']);
  expect(platform.comesAndGoes.all).toEqual(['start good', 'stop good', 'start better']);
  expect(other.comesAndGoes.all).toEqual(['start good']);
  expect(connects()).toBe(0);
});

test('a room that is taken out gets nothing more, and who spoke there leaves; one that is put in takes part', async () => {
  const { platform, other, game, reload } = await openStage();
  const gordon = await game.join('Gordon');
  await platform.says('two', 'Alice', 'hi');
  await platform.says('one', 'Carol', 'hi');
  await other.says('else', 'Bob', 'hi');
  await game.chat.waitFor((line) => line === 'Bob@bridge: hi');
  await reload({ channels: [{ name: 'main', rooms: { platform: ['one', 'new'], other: 'else' } }, side] });
  await game.presence.waitFor((change) => change === '-Alice@bridge');
  expect(game.namesOn('bridge').sort()).toEqual(['Bob', 'Carol']);
  expect(platform.opened).toEqual(new Set(['new']));
  await gordon.says('who is there?');
  await platform.sees.waitFor((line) => line === 'new Gordon: who is there?');
  await platform.says('two', 'Alice', 'nobody hears me');
  await platform.says('new', 'Dora', 'I do');
  await game.chat.waitFor((line) => line === 'Dora@bridge: I do');
  expect(platform.in('two')).toEqual(['Carol: hi', 'Bob: hi']);
  expect(other.in('else')).not.toContain('Alice: nobody hears me');
});

test('an adapter is taken out, and put in again; one that can not start says so, and the others go on', async () => {
  const { platform, other, game, bridge, reload } = await openStage();
  const gordon = await game.join('Gordon');
  await other.says('else', 'Bob', 'hi');
  await game.chat.waitFor((line) => line === 'Bob@bridge: hi');
  const channels = [{ name: 'main', rooms: { platform: ['one', 'two'] } }];
  expect(await reload({ adapters: { platform: {} }, channels })).toBe(
    'The new configuration holds: Platform (other) is gone; the channel "main" has changed; the channel "side" is gone.',
  );
  await game.presence.waitFor((change) => change === '-Bob@bridge');
  expect(other.comesAndGoes.all).toEqual(['start good', 'stop good']);
  await gordon.says('anybody?');
  await platform.sees.waitFor((line) => line === 'one Gordon: anybody?');
  expect(other.in('else')).toEqual([]);

  expect(await reload({ adapters: { platform: {}, other: { token: 'bad' } } })).toBe(
    'The new configuration holds: Platform (other) is new; the channel "side" is new; the channel "main" has changed. ' +
      'Platform (other) does not run: The platform does not know the token.',
  );
  expect(bridge.health()).toContain('Platform (other) is not running: The platform does not know the token.');
  await gordon.says('wait for it');
  await platform.sees.waitFor((line) => line === 'one Gordon: wait for it');
  expect(await reload()).toBe('The new configuration holds: Platform (other) was started anew.');
  await other.sees.waitFor((line) => line === 'else Gordon: wait for it');
  expect(bridge.health()).toEqual([]);
  expect(platform.comesAndGoes.all).toEqual(['start good']);
});

test('an adapter that failed is tried again though nothing has changed, and the others are left alone', async () => {
  const { platform, other, reload } = await openStage({ adapters: { platform: {}, other: { token: 'bad' } } });
  expect(await reload()).toContain('Platform (other) does not run');
  expect(other.comesAndGoes.all).toEqual(['stop bad']);
  expect(platform.comesAndGoes.all).toEqual(['start good']);
});

test('a room that can not be opened: nothing changes, and those that could are closed again', async () => {
  const { platform, game, control, reload } = await openStage();
  platform.refusals.set('locked', 'The bot may not write in locked.');
  const wanted = reload({
    adapters: { platform: {}, other: { token: 'better' } },
    channels: [{ name: 'main', rooms: { platform: ['one', 'open', 'locked'] } }],
  });
  await expect(wanted).rejects.toThrow(
    'The configuration was read anew, and nothing has changed. The bot may not write in locked.',
  );
  expect(platform.opened).toEqual(new Set());
  expect(control.channels().map(({ name }) => name)).toEqual(['main', 'side']);
  await platform.says('two', 'Alice', 'all as before');
  await game.chat.waitFor((line) => line === 'Alice@bridge: all as before');
});

test('while the broker is away, the configuration is followed all the same, and what waits goes to whom it was for', async () => {
  const { bridge, broker, platform, other, game, reload } = await openStage();
  await broker.stop();
  await expect.poll(() => bridge.health().length).toBeGreaterThan(0);
  await platform.says('one', 'Alice', 'said before');
  await other.sees.waitFor((line) => line === 'else Alice: said before');
  await reload({ channels: [{ name: 'main', rooms: { platform: ['two', 'new'], other: 'else' } }] });
  await platform.says('new', 'Dora', 'said after');
  await other.sees.waitFor((line) => line === 'else Dora: said after');
  await broker.start();
  await game.chat.waitFor((line) => line === 'Dora@bridge: said after', 15_000);
  expect(game.chat.all).toEqual(['Alice@bridge: said before', 'Dora@bridge: said after']);
  expect(platform.in('new')).toEqual([]);
});

test('what an adapter serves by HTTP comes and goes with it, and is that of the new one when it is started anew', async () => {
  const { bridge, reload } = await openStage({ http: { port: 0 } });
  const status = async () => (await fetch(`${bridge.httpUrl}/chat/`)).status;
  expect(await status()).toBe(404);
  const withChat = (chat: object) => ({
    http: { port: 0 },
    adapters: { platform: {}, other: {}, chat: { type: 'webchat', ...chat } },
    channels: [{ name: 'main', rooms: { platform: ['one', 'two'], other: 'else', chat: 'lobby' } }],
  });
  await reload(withChat({ guests: true }));
  expect(await status()).toBe(200);
  expect(await reload(withChat({ guests: true, typing: true }))).toBe(
    'The new configuration holds: Web chat (chat) was started anew.',
  );
  expect(await status()).toBe(200);
  await reload({ http: { port: 0 } });
  expect(await status()).toBe(404);
});
