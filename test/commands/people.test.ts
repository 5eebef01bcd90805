/** Who is there, who is who, and whispers to them. */
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { type Clock, systemClock } from '../../src/clock.ts';
import type { GameServer } from '../support/game-server.ts';
import { moderator, operator, Town } from './town.ts';

const GORDON = '76561197960287930';
let town: Town;
let alpha: GameServer;

beforeEach(async () => {
  town = await Town.open();
  alpha = await town.game('alpha', { map: 'gm_construct', gamemode: 'sandbox' });
});

describe('players', () => {
  test('are listed by server, with map, game mode and play time', async () => {
    const beta = await town.game('eu-beta');
    await town.player(alpha, 'Gordon', { first_seen: Math.floor(Date.now() / 1000) - 3_660 });
    await town.player(alpha, 'alyx');
    await town.player(beta, 'Barney');
    expect(await town.give('players')).toBe(
      'alpha (gm_construct, sandbox): 2 players\n- alyx (less than a minute)\n- Gordon (1 h 1 min)\neu-beta: 1 player\n- Barney (less than a minute)\n3 players on 2 servers.',
    );
    expect(await town.give('players', { server: 'EU-BETA' })).toBe('eu-beta: 1 player\n- Barney (less than a minute)');
    expect(await town.give('players', { server: 'alpa' })).toBe('There is no server alpa online; did you mean alpha?');
  });

  test('of other channels are seen by nobody but an operator', async () => {
    const beta = await town.game('eu-beta');
    await town.player(alpha, 'Gordon');
    await town.player(beta, 'Barney');
    const europe = { room: 'two' };
    expect(await town.give('players', {}, europe)).not.toContain('Gordon');
    expect(await town.give('players', {}, europe)).toContain('Barney');
    expect(await town.give('players', { server: 'alpha' }, europe)).toContain('There is no server alpha');
    expect(await town.give('whois', { who: 'Gordon' }, europe)).toContain('There is nobody called Gordon');
    expect(await town.suggests('players', 'server', '', europe)).toEqual(['eu-beta = eu-beta']);
    expect(await town.give('players', {}, { room: 'elsewhere', rooms: [] })).toContain(
      'No room here is joined to game servers yet',
    );
    const olga = { rank: 'admin', isOperator: true, room: 'elsewhere', rooms: [] } as const;
    expect(await town.give('players', {}, olga)).toContain('Gordon');
  });

  test('with hostile names are on one line each, and a crowd is summed up', async () => {
    await town.player(alpha, 'Evil\n- Admin (3 h)\u202Egnp');
    for (let n = 0; n < 65; n++) await alpha.join(`bot${n}`);
    await town.until(() => town.chat.state.servers.get('alpha')?.users.size === 66);
    const answer = await town.give('players');
    expect(answer.split('\n')).toHaveLength(62);
    expect(answer).toContain('\n- and 6 more');
    expect((await town.give('players', { server: 'alpha' })).split('\n').some((line) => line.startsWith('- Admin'))).toBe(false);
    const [evil] = await town.suggests('whois', 'who', 'evil');
    expect(evil).toBe('Evil / - Admin (3 h)gnp (alpha) = alpha/1');
  });

  test('are asked for in vain while the broker is down: that is said at once', async () => {
    // Nobody waits for anything: from then on no time passes.
    let passes = true;
    const after: Clock['after'] = (ms, action) => systemClock.after(ms, () => passes && action());
    town = await Town.open({ clock: { now: systemClock.now, after } });
    onTestFinished(() => {
      passes = true;
    });
    await town.breakNetwork();
    passes = false;
    expect(await town.give('players')).toBe(
      'The bridge has no connection to the MQTT broker now, so game servers are out of reach. Try again later.',
    );
    expect(await town.give('status')).toContain(
      'The bridge has no connection to the MQTT broker: game servers are out of reach.',
    );
  });
});

test('servers are listed with since when they are up', async () => {
  await town.player(alpha, 'Gordon');
  expect(await town.give('servers')).toMatch(
    /^- alpha \(gm_construct, sandbox\), 1 player, up since \d{4}-\d\d-\d\d \d\d:\d\d UTC$/,
  );
});

describe('whois', () => {
  test('tells name, server, SteamID, profile and picture of a player', async () => {
    await town.player(alpha, 'Gordon', { steamid64: GORDON, avatar: 'https://avatars.example/g.png' });
    for (const who of [
      'Gordon',
      'gordon',
      GORDON,
      'STEAM_0:0:11101',
      `https://steamcommunity.com/profiles/${GORDON}`,
      'alpha/1',
    ]) {
      expect(await town.give('whois', { who })).toMatch(
        new RegExp(
          `^Gordon is on alpha, since .* UTC \\(less than a minute\\)\nSteamID ${GORDON}\nProfile: https://steamcommunity.com/profiles/${GORDON}\nPicture: https://avatars.example/g.png$`,
        ),
      );
    }
  });

  test('tells who speaks from a platform, once they spoke', async () => {
    expect(await town.give('whois', { who: 'Bob' })).toBe('There is nobody called Bob on the servers.');
    await town.platform.says('one', 'Bob', 'hello');
    await alpha.chat.waitFor((line) => line.includes('hello'));
    expect(await town.give('whois', { who: 'bob' })).toMatch(/^Bob speaks from platform, since /);
  });

  test('asks which one, where several have the name, and takes no part of a name for it', async () => {
    await town.player(alpha, 'Gordon');
    await town.player(alpha, 'Gordon', { steamid64: GORDON });
    expect(await town.give('whois', { who: 'Gordon' })).toBe(
      `Several people are called Gordon. Say which one: alpha/1 on alpha and ${GORDON} on alpha.`,
    );
    expect(await town.give('whois', { who: 'Gordo' })).toBe('There is nobody called Gordo on the servers; did you mean Gordon?');
    expect(await town.give('whois', { who: 'Gor' })).toBe('There is nobody called Gor on the servers.');
  });

  test('says that only Steam knows a name of its own', async () => {
    expect(await town.give('whois', { who: 'https://steamcommunity.com/id/gaben' })).toContain('Only Steam knows');
  });

  test('passes on no address that is none', async () => {
    await town.player(alpha, 'Mallory', { avatar: 'javascript:alert(1)', link: 'file:///etc/passwd' });
    const answer = await town.give('whois', { who: 'Mallory' });
    expect(answer).not.toMatch(/javascript|file:/);
  });

  test('is suggested from the live network, by SteamID where there is one', async () => {
    const gordon = await town.player(alpha, 'Gordon', { steamid64: GORDON });
    await town.player(alpha, 'Alyx');
    expect(await town.suggests('whois', 'who', '')).toEqual(['Alyx (alpha) = alpha/2', `Gordon (alpha) = ${GORDON}`]);
    await gordon.leaves();
    await town.until(() => town.chat.state.servers.get('alpha')?.users.size === 1);
    expect(await town.suggests('whois', 'who', 'g')).toEqual([]);
  });
});

describe('who speaks from a platform', () => {
  const staff = { room: 'two' };
  const nobody = (name: string) => `There is nobody called ${name} on the servers.`;

  /** Everybody is seen by now. */
  async function speak(...all: readonly (readonly [room: string, name: string])[]): Promise<void> {
    for (const [room, name] of all) await town.platform.says(room, name, 'hello');
    await town.until(() => all.every(([, name]) => [...town.chat.state.me().users.values()].some((user) => user.name === name)));
  }

  test('is known to those only who hear them: nobody learns who is in a channel of others', async () => {
    await speak(['one', 'Bob'], ['two', 'Sam'], ['two', 'Both'], ['one', 'Both']);
    for (const [command, option] of [
      ['pm', 'player'],
      ['whois', 'who'],
      ['block', 'player'],
    ] as const) {
      expect(await town.suggests(command, option, '')).toEqual(['Bob (bridge) = bridge/1', 'Both (bridge) = bridge/3']);
      expect(await town.suggests(command, option, '', staff)).toEqual(['Both (bridge) = bridge/3', 'Sam (bridge) = bridge/2']);
      expect(await town.give(command, { [option]: 'Sam', text: 'psst' })).toBe(nobody('Sam'));
      expect(await town.give(command, { [option]: 'bridge/2', text: 'psst' })).toBe(nobody('bridge/2'));
    }
    expect(await town.suggests('whois', 'who', 'sam', operator)).toEqual(['Sam (bridge) = bridge/2']);
    // Who speaks somewhere else as well gets out of no moderator's sight by it.
    expect(await town.suggests('kick', 'player', 'both', { ...moderator, ...staff })).toEqual(['Both (bridge) = bridge/3']);
    expect(await town.give('whois', { who: 'Both' }, staff)).toContain('speaks from platform');
  });

  test('is known to whom they whispered with', async () => {
    town = await Town.open({ takesWhispers: true });
    await town.game('alpha');
    await speak(['two', 'Sam'], ['one', 'Alice']);
    expect(await town.give('pm', { player: 'Alice', text: 'psst' }, { ...operator, id: 'Sam', name: 'Sam' })).toBe(
      'Whispered to Alice.',
    );
    expect(await town.give('pm', { player: 'Sam', text: 'who are you?' }, { id: 'Alice' })).toBe('Whispered to Sam.');
    expect(await town.give('pm', { player: 'Sam', text: 'hello?' }, { id: 'Bob' })).toBe(nobody('Sam'));
    expect(town.platform.whispered.all).toEqual(['Alice: psst', 'Sam: who are you?']);
  });
});

describe('a whisper', () => {
  test('comes from the caller, who is visible by then, and can be answered', async () => {
    const gordon = await town.player(alpha, 'Gordon');
    expect(await town.give('pm', { player: 'Gordon', text: 'psst\nover here' })).toBe('Whispered to Gordon on alpha.');
    const packet = await alpha.packets.waitFor((one) => one.includes('/pm/'));
    const [, from, to, text] = /\/pm\/(\d+)\/(\d+) (.*)$/.exec(packet) ?? [];
    expect(Number(to)).toBe(gordon.id);
    expect(JSON.parse(text ?? '')).toEqual({ say: 'psst / over here' });
    expect(alpha.users.get('bridge')?.get(Number(from))?.name).toBe('Alice');
    // Nothing of it stands in the log.
    expect(town.lines.all.join('\n')).not.toContain('psst');
    expect(town.platform.in('one')).toEqual([]);
  });

  test('that is long comes in several lines, and one that is too long does not', async () => {
    await town.player(alpha, 'Gordon');
    expect(await town.give('pm', { player: 'Gordon', text: 'word '.repeat(180) })).toContain('Whispered');
    await town.until(() => alpha.packets.all.filter((one) => one.includes('/pm/')).length === 2);
    expect(await town.give('pm', { player: 'Gordon', text: 'x'.repeat(901) })).toBe(
      'A whisper to a player has at most 900 characters.',
    );
    expect(await town.give('pm', { player: 'Gordon', text: '\u202e\u0000' })).toBe('There is nothing to whisper.');
    expect(await town.give('pm', { player: 'Gordon' })).toBe('pm needs text: <player> <text>');
  });

  test('to somebody who has left is not sent', async () => {
    const gordon = await town.player(alpha, 'Gordon', { steamid64: GORDON });
    await gordon.leaves();
    await town.until(() => town.chat.state.servers.get('alpha')?.users.size === 0);
    expect(await town.give('pm', { player: GORDON, text: 'psst' })).toContain('There is nobody called');
    expect(alpha.packets.all.some((one) => one.includes('/pm/'))).toBe(false);
  });
});

test('somebody who gives commands without end is told to wait', async () => {
  // However long it takes to give them, they come at once.
  const now = Date.now();
  town = await Town.open({ clock: { ...systemClock, now: () => now } });
  await town.game('alpha');
  for (let n = 0; n < 30; n++) expect(await town.give('servers')).toContain('alpha');
  expect(await town.give('servers')).toBe('Those were too many commands. Wait a minute.');
  expect(await town.give('servers', {}, { id: '99' })).toContain('alpha');
});
