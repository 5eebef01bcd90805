/** A new configuration that can't hold, or not yet. */
import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { first, olga, openStage, type Stage } from './stage.ts';

const [main] = first.channels;

/** What is written, and what the one who asked is told after that nothing has changed. */
const BAD: readonly [what: string, file: (good: Record<string, unknown>) => unknown, why: RegExp][] = [
  ['no YAML', () => 'channels: [', /config\.yaml: .+/],
  ['no map', () => '- a list', /must be a map of settings/],
  ['a key that there is not', (good) => ({ ...good, chanels: [] }), /chanels/],
  ['a key of an adapter that there is not', (good) => ({ ...good, adapters: { platform: { tokn: 'x' }, other: {} } }), /tokn/],
  ['a value of another kind', (good) => ({ ...good, idle_minutes: 'soon' }), /idle_minutes/],
  ['a kind of adapter that there is not', (good) => ({ ...good, adapters: { platform: {}, other: { type: 'irc' } } }), /irc/],
  [
    'rooms of an adapter that there is not',
    (good) => ({ ...good, channels: [{ name: 'main', rooms: { elsewhere: 'x' } }] }),
    /there is no adapter "elsewhere"/,
  ],
  ['two channels of one name', (good) => ({ ...good, channels: [main, main] }), /two channels "main"/],
  ['a variable that is not set', (good) => ({ ...good, adapters: { platform: { token: '${NO_SUCH}' }, other: {} } }), /NO_SUCH/],
  [
    'a room that can not be opened',
    (good) => ({ ...good, channels: [{ name: 'main', rooms: { platform: ['open', 'locked'] } }] }),
    /The bot may not write in locked\./,
  ],
  [
    'another kind of adapter',
    (good) => ({ ...good, adapters: { platform: { type: 'other' }, other: {} } }),
    /adapters\.platform\.type/,
  ],
  ['nothing but the machine itself', (good) => ({ ...good, adapters: {}, channels: [] }), /lies a restart/],
  ['a server id that can not be one', (good) => ({ ...good, server_id: 'a/b' }), /server/i],
];

test('what can not hold changes nothing, and says why to whoever asked and in the log', async () => {
  const stage = await openStage();
  const { platform, other, game, control, lines, connects, refused, audit } = stage;
  platform.refusals.set('locked', 'The bot may not write in locked.');
  const good = JSON.parse(readFileSync(stage.file, 'utf8')) as Record<string, unknown>;
  for (const [what, file, why] of BAD) {
    const written = file(good);
    const answer = await refused(typeof written === 'string' ? written : JSON.stringify(written));
    expect(answer, what).toMatch(/^ControlError: The configuration was read anew, and nothing has changed\. ./);
    expect(answer, what).toMatch(why);
    const logged = lines.all.map((line) => JSON.parse(line) as { level: number; msg: string });
    expect(logged.filter(({ level }) => level === 50).at(-1)?.msg, what).toBe(answer.replace('ControlError: ', ''));
  }
  await platform.says('one', 'Alice', 'all as before');
  await Promise.all([
    game.chat.waitFor((line) => line === 'Alice@bridge: all as before'),
    other.sees.waitFor((line) => line === 'else Alice: all as before'),
    platform.sees.waitFor((line) => line === 'two Alice: all as before'),
  ]);
  expect(control.channels().map(({ name }) => name)).toEqual(['main', 'side']);
  expect([...platform.comesAndGoes.all, ...other.comesAndGoes.all]).toEqual(['start good', 'start good']);
  expect(platform.opened).toEqual(new Set());
  expect(connects()).toBe(0);
  expect(await audit()).toEqual([]);
});

describe('what can not change while it runs', () => {
  test('is named, and all else holds', async () => {
    const { broker, platform, game, connects, reload } = await openStage();
    const settings = {
      mqtt: { url: broker.url, allow_anonymous: true, keepalive: 7 },
      idle_minutes: 5,
      store: { keep_days: 3 },
      http: { port: 0 },
      moderation: { servers: ['alpha'], ban_reason: false },
      server_id: 'elsewhere',
      adapters: { platform: {}, other: {}, more: { type: 'other', server_id: 'own' } },
      channels: [{ name: 'main', rooms: { platform: ['one', 'new'], more: 'x' } }],
    };
    const words =
      'The new configuration holds: the channel "main" has changed; the channel "side" is gone; moderation.servers has changed. ' +
      'idle_minutes, store.keep_days, moderation.ban_reason, mqtt.keepalive, http.host, http.port, server_id and adapters.more hold from the next start of the bridge.';
    expect(await reload(settings)).toBe(words);
    await platform.says('new', 'Alice', 'hello');
    await game.chat.waitFor((line) => line === 'Alice@bridge: hello');
    expect(connects()).toBe(0);
    // It is said as long as it is so.
    expect(await reload(settings)).toBe(words.slice(words.indexOf('idle_minutes')));
    expect(await reload()).toMatch(/^The new configuration holds: .*moderation\.servers has changed\.$/);
    expect(await reload()).toBe('The configuration is as it was.');
  });
});

test('one that comes during the start waits for it', async () => {
  let answer: Promise<string> | undefined;
  await openStage({}, ({ reload }) => {
    answer = reload({ flood: { user_per_minute: 0 } });
  });
  expect(await answer).toBe('The new configuration holds: flood.user_per_minute has changed.');
});

test('two at once come one after the other, as do those who add rooms; after the end there is none', async () => {
  const { bridge, control, platform, reload, reloader } = await openStage();
  const channelsWith = (room: string) => ({ channels: [{ name: 'main', rooms: { platform: ['one', room] } }] });
  let open = () => {};
  platform.opening = new Promise((resolve) => {
    open = resolve;
  });
  const both = [reload(channelsWith('new')), reload(channelsWith('newer'))];
  const added = control.add('main', { adapter: 'platform', room: 'by-hand' }, olga);
  open();
  await Promise.all([...both, added]);
  const rooms = control.channels().flatMap((channel) => channel.rooms.map(({ room }) => room));
  // Both read what was written last.
  expect(rooms).toEqual(['one', 'newer', 'by-hand']);
  expect(platform.opened).toEqual(new Set(['newer', 'by-hand']));
  await bridge.stop();
  await expect(reloader.reload(olga)).rejects.toThrow('nothing has changed. The bridge does not run.');
});

test('what was added and paused by hand stays so; what the configuration has by itself, and has no more, is added again', async () => {
  const { control, platform, game, lines, reload } = await openStage();
  await control.add('main', { adapter: 'platform', room: 'new' }, olga);
  await control.pause({ adapter: 'platform', room: 'two' }, olga);
  const room = (name: string) => control.channels().flatMap(({ rooms }) => rooms.filter((one) => one.room === name))[0];
  await reload({ flood: { user_per_minute: 0 } });
  expect(room('new')).toMatchObject({ added: { name: 'Olga' } });
  expect(room('two')).toMatchObject({ paused: true });
  await reload({ channels: [{ name: 'main', rooms: { platform: ['one', 'new'] } }] });
  expect(room('new')).toMatchObject({ added: undefined });
  expect(room('two')).toBeUndefined();
  await reload();
  expect(room('new')).toMatchObject({ added: { name: 'Olga' } });
  expect(room('two')).toMatchObject({ paused: true });
  await reload({ channels: [{ name: 'another', rooms: { platform: ['one'] } }] });
  expect(room('new')).toBeUndefined();
  await lines.waitFor((line) => line.includes('which Olga added to the channel \\"main\\"'));
  await platform.says('one', 'Alice', 'to the servers');
  await game.chat.waitFor((line) => line === 'Alice@bridge: to the servers');
  expect(platform.in('new')).toEqual([]);
});

test('the room of the mod log moves with the configuration, also where it is in no channel', async () => {
  const { control, platform, other, reload } = await openStage({ mod_log: { adapter: 'platform', room: 'mods' } });
  await control.pause({ channel: 'side' }, olga);
  await platform.sees.waitFor((line) => line === 'mods Bridge: Olga (platform 7): pause the channel "side"');
  await reload({ mod_log: { adapter: 'other', room: 'staff' } });
  await other.sees.waitFor((line) => line.startsWith('staff Bridge: Olga (platform 7): reload the configuration'));
  expect(platform.opened).toEqual(new Set());
  expect(other.opened).toEqual(new Set(['staff']));
  await reload({});
  await control.resume({ channel: 'side' }, olga);
  await platform.says('one', 'Alice', 'the end');
  await other.sees.waitFor((line) => line === 'else Alice: the end');
  expect(other.in('staff')).toHaveLength(1);
  expect(platform.in('mods')).toHaveLength(1);
});

test('twenty times in a row leave nothing behind', async () => {
  const { platform, reload } = await openStage();
  const hosts: WeakRef<object>[] = [];
  const turn = async (n: number) => {
    hosts.push(new WeakRef(platform.host));
    await reload({
      adapters: { platform: { token: `${n}` }, other: {} },
      channels: [{ name: `main${n}`, rooms: { platform: ['one', `room${n}`], other: `else${n}` } }],
    });
  };
  for (let n = 0; n < 3; n++) await turn(n);
  const before = process.getActiveResourcesInfo().length;
  for (let n = 3; n < 20; n++) await turn(n);
  // Sockets and timers end a little after those who had them; two timers are those of the poll.
  await expect.poll(() => process.getActiveResourcesInfo().length).toBeLessThanOrEqual(before + 4);
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  const alive = () => {
    gc();
    return hosts.filter((host) => host.deref() !== undefined).length;
  };
  await expect.poll(alive).toBeLessThan(4);
});

test('whoever runs the bridge reloads it by a command; others are told that they may not', async () => {
  const { platform, lines, reload }: Stage = await openStage();
  await reload();
  const give = (isOperator: boolean) =>
    platform.host.commands.run({
      command: 'bridge reload',
      options: new Map(),
      caller: { author: { id: 'olga', name: 'Olga' }, rank: 'admin', isOperator },
      room: platform.host.rooms[0] ?? ('one' as never),
      rooms: platform.host.rooms,
    });
  expect(JSON.stringify(await give(false))).toContain('is for those who run the bridge only');
  expect(JSON.stringify(await give(true))).toContain('The configuration is as it was.');
  await lines.waitFor((line) => line.includes('"who":"Olga (platform one olga)"') && line.includes('is as it was'));
});
