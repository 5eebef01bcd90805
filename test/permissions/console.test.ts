/** The console gives every right to whoever sits there; what is done from it to others is noted before it is done. */
import { PassThrough } from 'node:stream';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { consoleModule } from '../../bridges/console/index.ts';
import { openTerminal } from '../../bridges/console/terminal.ts';
import { startBroker } from '../../src/broker.ts';
import { CrossChat } from '../../src/crosschat/index.ts';
import { Screen } from '../bridges/console/screen.ts';
import { testHost } from '../support/host.ts';

const GORDON = '76561197960287930';

async function open({ hasFullDisk = false } = {}) {
  const broker = await startBroker({ port: 0, log: pino({ level: 'silent' }) });
  onTestFinished(() => broker.stop());
  const [chat, alpha] = ['bridge', 'alpha'].map((serverId) => {
    const peer = new CrossChat({ serverId, urls: [broker.url], allowAnonymous: true });
    peer.start();
    onTestFinished(() => peer.stop());
    return peer;
  }) as [CrossChat, CrossChat];
  await Promise.all([chat.whenReady(), alpha.whenReady()]);
  await expect.poll(() => chat.state.online().length, { interval: 5 }).toBe(1);
  const [screen, input] = [new Screen(), new PassThrough()];
  const terminal = openTerminal(input, screen.output);
  onTestFinished(() => terminal.close());
  const host = testHost({ id: 'console', rooms: ['main'], chat, hasFullDisk });
  const module = consoleModule(terminal);
  const adapter = module.create(module.schema.parse({ name: 'Olga', allow_remote_lua: true }), host);
  await adapter.start();
  onTestFinished(() => adapter.stop());
  const sent: string[] = [];
  alpha.on('aowl', ({ action }) => sent.push(action));
  return { host, screen, sent, type: (line: string) => void input.write(`${line}\n`) };
}

const DEEDS = [
  [`/aowl_kick ${GORDON}`, 'kick', GORDON, 'no reason given'],
  [`/aowl_ban ${GORDON} cheats`, 'ban', GORDON, 'cheats'],
  [`/aowl_slap ${GORDON}`, 'slap', GORDON, 'no reason given'],
  ['/aowl_kick_user alpha 7', 'kick', 'user 7 of alpha', 'no reason given'],
  ['/aowl_ban_user alpha 7 rude', 'ban', 'user 7 of alpha', 'rude'],
  ['/aowl_slap_user alpha 7', 'slap', 'user 7 of alpha', 'no reason given'],
] as const;

test('what is done to others is noted, and code as well; what is not sent is not', async () => {
  const { host, screen, sent, type } = await open();
  for (const [line, action, target] of DEEDS) {
    type(line);
    await screen.waitFor(new RegExp(`^Asked 1 server to ${action} ${target}\\.$`));
  }
  type('/sendlua alpha print(1)');
  await screen.waitFor(/\[y\/N\]$/);
  type('n');
  await screen.waitFor(/^Nothing was sent\.$/);
  type('/sendlua alpha print(2)');
  await screen.waitFor(/print\(2\) \[y\/N\]$/);
  type('y');
  await screen.waitFor(/^Sent to alpha as Lua/);
  const who = 'Olga (console)';
  expect(host.deeds.all).toEqual([
    ...DEEDS.map(([, action, target, detail]) => ({ who, action, target, detail })),
    { who, action: 'lua', target: 'alpha', detail: 'print(2)' },
  ]);
  await expect.poll(() => sent.length, { interval: 5 }).toBe(DEEDS.length);
});

test('what can not be noted is not done', async () => {
  const { screen, sent, type } = await open({ hasFullDisk: true });
  const refusals = (count: number) =>
    expect.poll(() => screen.rows.filter((text) => text.startsWith('It could not be written')).length).toBe(count);
  for (const [index, [line]] of DEEDS.entries()) {
    type(line);
    await refusals(index + 1);
  }
  type('/sendlua alpha print(1)');
  await screen.waitFor(/\[y\/N\]$/);
  type('y');
  await refusals(DEEDS.length + 1);
  expect(sent).toEqual([]);
});
