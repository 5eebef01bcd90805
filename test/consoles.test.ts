/** Two programs on one network, each with a console of its own: as with the stand-alone console beside a bridge. */
import { PassThrough } from 'node:stream';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { builtIns, openTerminal, type Terminal } from '../bridges/index.ts';
import { Bridge } from '../src/bridge.ts';
import { startBroker } from '../src/broker.ts';
import { systemClock } from '../src/clock.ts';
import { parseConfig } from '../src/config.ts';
import { Recorder } from './support/host.ts';

async function open(url: string, serverId: string, lines: Recorder<string>, terminal?: Terminal): Promise<Bridge> {
  const raw = { mqtt: { url, allow_anonymous: true }, server_id: serverId, adapters: { console: { name: 'Operator' } } };
  const config = await parseConfig({ raw, variables: new Map(), file: undefined }, builtIns(terminal));
  const log = pino({ level: 'info', base: null }, { write: (line: string) => lines.add(line) });
  const bridge = new Bridge({ config, log, clock: systemClock, random: Math.random, shutdown: () => {} });
  await bridge.start();
  await bridge.ready();
  return bridge;
}

test('what is typed on one console is heard through the other program, whose channel has the same name', async () => {
  const broker = await startBroker({ port: 0, log: pino({ level: 'silent' }) });
  const lines = new Recorder<string>();
  const bridge = await open(broker.url, 'bridge', lines);
  const input = new PassThrough();
  const terminal = openTerminal(input, new PassThrough());
  const desk = await open(broker.url, 'desk', new Recorder<string>(), terminal);

  input.write('the server restarts in five minutes\n');
  await lines.waitFor((line) => line.includes('[desk] Operator: the server restarts in five minutes'));
  expect(lines.all.join()).not.toContain('another bridge');

  terminal.close();
  await desk.stop();
  await bridge.stop();
  await broker.stop();
});
