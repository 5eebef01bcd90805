/** What the operator sees on the console, and says there. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RoomRef } from '../../../src/event.ts';
import { TestAttempt } from '../../support/attempt.ts';
import type { TestHost } from '../../support/host.ts';
import { HOSTILE, Scene } from './scene.ts';

let here: Scene;
beforeEach(async () => {
  here = await Scene.start();
});
afterEach(() => here.stop());

describe('the console', () => {
  it('shows what is said, with time, server and name', async () => {
    const { adapter } = await here.open();
    await adapter.send('main' as RoomRef, here.said('hello\nthere'), new TestAttempt());
    expect(here.screen.rows).toContain('09:05 [alpha] Alice: hello / there');
  });

  it('shows the channel where there are several', async () => {
    const { adapter } = await here.open({ rooms: ['main', 'staff'] });
    await adapter.send('staff' as RoomRef, here.said('hello'), new TestAttempt());
    expect(here.screen.rows).toContain('09:05 #staff [alpha] Alice: hello');
  });

  it('says what is typed, under the name of the operator', async () => {
    const { host } = await here.open();
    here.type('hello all');
    const message = await host.waitForMessage('hello all');
    expect(message).toMatchObject({ place: { kind: 'room', adapter: 'console', room: 'main' }, author: { name: 'Olga' } });
    here.type('//help is a word');
    await host.waitForMessage('/help is a word');
    expect(new Set(host.messages.all.map(({ id }) => id)).size).toBe(2);
  });

  it('talks in another channel', async () => {
    const { host } = await here.open({ rooms: ['main', 'staff'] });
    here.type('/channel');
    await here.screen.waitFor(/^\* main/);
    here.type('/channel nowhere');
    await here.screen.waitFor(/There is no channel nowhere; there are main, staff/);
    here.type('/channel staff');
    here.type('secret');
    expect(await host.waitForMessage('secret')).toMatchObject({ place: { room: 'staff' } });
  });

  it('tells who comes and goes', async () => {
    await here.open();
    const bob = await here.alpha.state.addUser('Bob');
    await here.screen.waitFor(/^09:05 \* Bob joined alpha$/);
    await here.alpha.state.delUser(bob.id);
    await here.screen.waitFor(/^09:05 \* Bob left alpha$/);
    await here.alpha.state.setState('map', 'gm_construct');
    await here.screen.waitFor(/\* alpha is on gm_construct$/);
    await here.alpha.stop();
    await here.screen.waitFor(/\* alpha is offline$/);
    here.alpha.start();
    await here.screen.waitFor(/\* alpha is online$/);
    await here.alpha.whenReady();
    await here.alpha.state.sendOoc('bridge', 'shutdown', 'changing map');
    await here.screen.waitFor(/\* alpha goes down \(changing map\)$/);
    expect(here.screen.rows.filter((row) => row.includes('Alice joined'))).toEqual([]);
  });

  it('shows whispers to our users', async () => {
    await here.open();
    const own = await here.chat.state.addUser('Dora');
    await here.alpha.state.pm(here.alice.id, 'bridge', own.id, 'psst');
    await here.screen.waitFor(/^09:05 \* Alice on alpha whispers to Dora: psst$/);
  });

  it('shows again what was edited, and says what was taken back', async () => {
    const { adapter } = await here.open();
    const first = here.said('helo');
    const shown = new TestAttempt();
    await adapter.send('main' as RoomRef, first, shown);
    expect(shown.shown).toHaveLength(1);
    const edit = here.editOf(first, 'hello');
    await adapter.edit?.('main' as RoomRef, edit, shown.shown, new TestAttempt());
    expect(here.screen.rows).toContain('09:05 [alpha] Alice (edited): hello');
    await adapter.remove?.('main' as RoomRef, shown.shown, new AbortController().signal);
    expect(here.screen.rows).toContain('09:05 * taken back: [alpha] Alice (edited): hello');
    await adapter.remove?.('main' as RoomRef, ['of last week'], new AbortController().signal);
    expect(here.screen.rows).toContain('09:05 * a message from before was taken back');
  });

  it('shows a message once, also when it is tried again after a crash', async () => {
    const { adapter } = await here.open();
    const attempt = new TestAttempt();
    await adapter.send('main' as RoomRef, here.said('hello'), attempt);
    await adapter.send('main' as RoomRef, here.said('hello'), attempt);
    expect(here.screen.rows.filter((row) => row.endsWith('hello'))).toHaveLength(1);
  });

  it('lets nobody command the terminal or fake a line', async () => {
    const { adapter } = await here.open();
    await adapter.send(
      'main' as RoomRef,
      here.said(HOSTILE, { author: { id: '1', name: HOSTILE }, tag: HOSTILE }),
      new TestAttempt(),
    );
    const eve = await here.alpha.state.addUser(HOSTILE);
    await here.screen.waitFor(/Eve.* joined alpha/);
    const own = await here.chat.state.addUser('Dora');
    await here.alpha.state.pm(eve.id, 'bridge', own.id, HOSTILE);
    await here.screen.waitFor(/whispers to Dora/);
    await here.alpha.state.setState('map', HOSTILE);
    await here.screen.waitFor(/alpha is on/);
    here.type('/status full');
    await here.screen.waitFor(/map = /);
    here.type(`/nonsense${HOSTILE}`);
    await here.screen.waitFor(/There is no command/);
    expect(here.screen.raw).not.toMatch(/(?!\n)[\p{Cc}\u202E]/u);
    expect(here.screen.rows.filter((row) => row.startsWith('12:00'))).toEqual([]);
  });
});

describe('without a terminal', () => {
  const logged = ({ lines }: TestHost) => JSON.parse(lines.all.at(-1) ?? '{}') as Record<string, unknown>;

  it('logs the beginning of a long message, and how much more there was', async () => {
    const { adapter, host } = await here.open({ terminal: undefined });
    await adapter.send('main' as RoomRef, here.said('1234 '.repeat(1_000)), new TestAttempt());
    expect(logged(host)['msg']).toMatch(/^\[alpha\] Alice: (1234 ){199}1234… \(4,000 more characters\)$/);
  });

  it('logs edits and removals', async () => {
    const { adapter, host } = await here.open({ terminal: undefined });
    const attempt = new TestAttempt();
    await adapter.send('main' as RoomRef, here.said('helo'), attempt);
    await adapter.edit?.('main' as RoomRef, here.editOf(here.said('helo'), 'hello'), attempt.shown, new TestAttempt());
    expect(logged(host)).toMatchObject({ server: 'alpha', name: 'Alice', msg: '[alpha] Alice (edited): hello' });
    await adapter.remove?.('main' as RoomRef, attempt.shown, new AbortController().signal);
    expect(logged(host)['msg']).toBe('* taken back: [alpha] Alice (edited): hello');
  });

  it('logs each message as one line', async () => {
    const { adapter, host } = await here.open({ terminal: undefined });
    await adapter.send('main' as RoomRef, here.said(`hello\n${HOSTILE}`), new TestAttempt());
    expect(logged(host)).toMatchObject({ server: 'alpha', name: 'Alice' });
    expect(logged(host)['msg']).toMatch(/^\[alpha\] Alice: hello \/ /);
    expect(String(logged(host)['msg'])).not.toMatch(/\p{Cc}/u);
  });
});
