/** A bridge that says no goodbye when it is stopped: a restart is seen by no player, and what they say meanwhile is heard. */
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { Bridge } from '../../src/bridge.ts';
import { systemClock } from '../../src/clock.ts';
import { parseConfig } from '../../src/config.ts';
import { newFolder } from '../store/open.ts';
import { GameServer } from '../support/game-server.ts';
import { Platform } from '../support/platform.ts';
import { hasMosquitto, startMosquitto } from '../torture/broker.ts';
import { journalFolder } from '../torture/setup.ts';

test.skipIf(!hasMosquitto)('what players say between a stop and the next start is heard then, once and in order', async () => {
  const broker = await startMosquitto(journalFolder());
  onTestFinished(() => broker.close());
  const url = `mqtt://127.0.0.1:${broker.port}`;
  const game = await GameServer.start({ url, id: 'alpha' });
  onTestFinished(() => game.stop());
  const platform = new Platform();
  const dataDir = newFolder();
  const begin = async () => {
    const raw = {
      mqtt: { url, allow_anonymous: true },
      goodbye: false,
      data_dir: dataDir,
      adapters: { platform: {} },
      channels: [{ name: 'main', rooms: { platform: ['one'] } }],
    };
    const config = await parseConfig(
      { raw, variables: new Map(), file: undefined },
      { platform: { load: async () => platform.module } },
    );
    const log = pino({ level: 'silent' });
    const bridge = new Bridge({ config, log, clock: systemClock, random: Math.random, shutdown: () => {} });
    await bridge.start();
    onTestFinished(() => bridge.stop());
    await bridge.ready(AbortSignal.timeout(30_000));
    return bridge;
  };
  const gordon = await game.join('Gordon');
  const lines = Array.from({ length: 30 }, (_, index) => `line ${index}`);
  let bridge = await begin();
  await platform.says('one', 'Alice', 'hello');
  await game.chat.waitFor((line) => line === 'Alice@bridge: hello');
  for (let at = 0; at < lines.length; at += 10) {
    const said = lines.slice(at, at + 10);
    for (const line of said.slice(0, 5)) await gordon.says(line);
    await bridge.stop();
    for (const line of said.slice(5)) await gordon.says(line);
    bridge = await begin();
  }
  await platform.sees.waitFor((change) => change.endsWith(lines.at(-1) ?? ''));
  expect(platform.in('one')).toEqual(lines.map((line) => `Gordon: ${line}`));
  await platform.says('one', 'Alice', 'hello again');
  await game.chat.waitFor((line) => line === 'Alice@bridge: hello again');
  expect(game.presence.all).toEqual(['online bridge', '+Alice@bridge']);
});
