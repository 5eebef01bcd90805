/** The commands of the console. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Invocation } from '../../../src/adapter.ts';
import type { CrossChat } from '../../../src/crosschat/index.ts';
import { literal } from '../../../src/text/tree.ts';
import { HOSTILE, Scene } from './scene.ts';

let here: Scene;
beforeEach(async () => {
  here = await Scene.start();
});
afterEach(() => here.stop());

/** The next event of this name at a peer. */
function next<Name extends 'say' | 'pm' | 'aowl' | 'user'>(at: CrossChat, name: Name): Promise<unknown> {
  return new Promise((resolve) => at.once(name as 'say', resolve));
}

describe('its commands', () => {
  it('are listed', async () => {
    await here.open();
    here.type('/help');
    await here.screen.waitFor(/^\/exit /);
    for (const name of ['status', 'health', 'reload', 'add', 'del', 'say', 'pm', 'sendlua', 'aowl_kick', 'aowl_slap_user']) {
      expect(here.screen.rows.some((row) => row.startsWith(`/${name} `))).toBe(true);
    }
  });

  it('show the network', async () => {
    await here.open();
    here.type('/status');
    await here.screen.waitFor(/^alpha: online, 1 user/);
    await here.screen.waitFor(/#1 Alice/);
    here.type('/status full');
    await here.screen.waitFor(/steamid64: "76561190000000001"/);
  });

  it('show what is wrong with the bridge, also when the network is away', async () => {
    await here.chat.stop();
    const faults: string[] = [];
    await here.open({ health: () => faults });
    here.type('/health');
    await here.screen.waitFor(/^All is well\.$/);
    faults.push('Discord room 1 is down since 12:00 UTC (no\nanswer); 5 wait.', `The database can't be written: ${HOSTILE}`);
    here.type('/health');
    await here.screen.waitFor(/^Discord room 1 is down since 12:00 UTC \(no \/ answer\); 5 wait\.$/);
    await here.screen.waitFor(/^The database can't be written: /);
    expect(here.screen.raw).not.toMatch(/(?!\n)[\p{Cc}\u202E]/u);
  });

  it('let the bridge read its configuration anew, as whoever runs it', async () => {
    const asked: Invocation[] = [];
    const run = async (invocation: Invocation) => {
      asked.push(invocation);
      return literal('The configuration is as it was.');
    };
    await here.open({ commands: { all: [], run, complete: async () => [] } });
    here.type('/reload');
    await here.screen.waitFor(/^The configuration is as it was\.$/);
    expect(asked).toMatchObject([{ command: 'bridge reload', caller: { rank: 'admin', isOperator: true } }]);
  });

  it('add a user, let it speak and whisper, and remove it, in the order typed', async () => {
    await here.open();
    const heard = next(here.alpha, 'say');
    const whispered = next(here.alpha, 'pm');
    here.type('/add  Dora \n/say 1 hello  there\n/pm 1 alpha 1 psst');
    expect(await heard).toMatchObject({ text: 'hello  there', user: { name: 'Dora' } });
    expect(await whispered).toMatchObject({ text: 'psst', toUserId: here.alice.id, from: { name: 'Dora' } });
    await here.screen.waitFor(/^Dora is user 1 now\.$/);
    await here.screen.waitFor(/^Said to 1 server\.$/);
    await here.screen.waitFor(/^Whispered to Alice on alpha\.$/);
    here.type('/del 1');
    await here.screen.waitFor(/^Dora is gone\.$/);
    here.type('/del 1');
    await here.screen.waitFor(/^There is no user 1 here/);
    here.type('/say 1 again');
    await here.screen.waitFor(/^There is no user 1 here; \/add makes one\.$/);
  });

  it('kick, ban and slap', async () => {
    await here.open();
    const asked: unknown[] = [];
    const all = new Promise<void>((resolve) => {
      here.alpha.on('aowl', ({ action, target, reason }) => asked.push({ action, target, reason }) === 3 && resolve());
    });
    here.type('/aowl_kick 76561190000000001');
    here.type('/aowl_ban 76561190000000001 being  rude');
    here.type('/aowl_slap_user alpha 7 for fun');
    await all;
    expect(asked).toEqual([
      { action: 'kick', target: { steamid64: '76561190000000001' }, reason: '' },
      { action: 'ban', target: { steamid64: '76561190000000001' }, reason: 'being  rude' },
      { action: 'slap', target: { serverId: 'alpha', userId: 7 }, reason: 'for fun' },
    ]);
  });

  it.each([
    ['/aowl_kick Bob', /Use it like this: \/aowl_kick <steamid64> \[reason\]/],
    ['/say hello', /Use it like this: \/say <userid> <message>/],
    ['/pm 1 alpha', /Use it like this: \/pm <from_user_id> <server_id> <to_user_id> <message>/],
    ['/add \u200B', /Use it like this: \/add <name>/],
    ['/status please', /Use it like this: \/status \[full\]/],
    ['/stauts', /There is no command \/stauts; did you mean \/status\?/],
    ['/pm 1 nowhere 1 hi', /There is no user 1 here/],
    ['/', /There is no command \/ /],
  ])('explain themselves when %j is typed', async (line, wanted) => {
    const { host } = await here.open();
    here.type(line);
    await here.screen.waitFor(wanted);
    expect(host.messages.all).toEqual([]);
  });

  it('say when something did not work', async () => {
    await here.open();
    here.type('/add Dora\n/pm 1 nowhere 1 hi');
    await here.screen.waitFor(/^That did not work: .*nowhere/);
  });

  it('wait for the network, but not for ever', async () => {
    await here.chat.stop();
    await here.open();
    here.type('/status');
    await here.clock.advance(6_000);
    await here.screen.waitFor(/^That did not work: \/status needs the network, and the broker can't be reached\.$/);
    here.type('/status');
    here.chat.start();
    await here.screen.waitFor(/^bridge: online/);
  });

  it('end the bridge', async () => {
    const { host } = await here.open();
    here.type('/exit');
    await host.shutdowns.waitFor(() => true);
  });
});
