/** However much it is made to tell, and whatever goes wrong: tokens and passwords stay out of the log. */
import { expect, test } from 'vitest';
import { Program } from './program.ts';
import { standIns } from './stand-ins.ts';

test('a log at level trace holds no token and no password', async () => {
  const { settings, secrets, broker, discord, matrix, channel, room, alice, carol, game: openGame } = await standIns();
  const token = 'monitoring-token/of "nobody"'.replaceAll(' ', '-');
  const operatorToken = 'operator-token-of-nobody';
  const http = { HTTP_PORT: '0', HTTP_MONITORING_TOKEN: token, HTTP_OPERATOR_TOKEN: operatorToken };
  const program = new Program([], { env: { ...settings, ...http, LOG_LEVEL: 'trace' } });
  const game = await openGame('alpha');
  const gordon = await game.join('Gordon');
  await Promise.all(
    ['Connected to the MQTT broker', 'the bot can read and write', 'may speak'].map((words) => program.waitFor(words)),
  );
  await game.presence.waitFor((change) => change === 'online bridge');
  const [, url] = /serves HTTP at ([^"]+)/.exec(await program.waitFor('serves HTTP at')) ?? [];
  for (const given of [token, 'wrong'])
    await fetch(`${url}/metrics?token=${given}`, { headers: { authorization: `Bearer ${given}` } });
  for (const given of [operatorToken, 'wrong'])
    await fetch(`${url}/operator/sign-in`, {
      method: 'POST',
      headers: { origin: url ?? '', 'content-type': 'application/json' },
      body: JSON.stringify({ token: given }),
    });
  await program.waitFor("somebody signed in on the operator's page");
  await gordon.says('first');
  await channel.waitFor('first');
  await room.waitFor('Gordon (alpha): first');

  // Faults of every kind, in requests whose addresses and headers hold secrets.
  const execute = 'POST /webhooks/:webhook/:token';
  discord.faults.next(1, { stored: false, answer: { status: 500 } }, execute);
  discord.faults.next(1, { stored: false, answer: 'reset' }, execute);
  discord.faults.next(1, { stored: false, answer: { status: 403 } }, execute);
  matrix.fail({ how: 'answer', status: 500, errcode: 'M_UNKNOWN', path: /\/send\// });
  matrix.fail({ how: 'drop', path: /\/send\// });
  await gordon.says('second');
  await gordon.says('third');
  await room.waitFor('Gordon (alpha): third');
  await channel.waitFor('third');
  for (const { id } of channel.webhooks) channel.deleteWebhook({ id });
  await gordon.says('fourth');
  await channel.waitFor('fourth');
  discord.gateway.close(4000);
  await matrix.restart();
  await broker.stop();
  await program.waitFor('Lost the connection');
  await broker.start();
  alice.says(channel, 'fifth');
  room.says(carol, 'sixth');
  await game.chat.waitFor((line) => line.endsWith('@bridge: fifth'));
  await game.chat.waitFor((line) => line.endsWith('@bridge: sixth'));

  await program.kill('SIGTERM');
  expect(program.log.length).toBeGreaterThan(10);
  expectNone([...secrets(), token, operatorToken], program.output);
});

test('nor does the console, whose password came with the address', async () => {
  const { settings, secrets, game: openGame } = await standIns();
  const url = new URL(settings.MQTT_URL);
  url.username = 'desk';
  url.password = settings.MQTT_PASSWORD;
  const game = await openGame('alpha');
  const program = new Program(['console', '--url', url.href, '--server-id', 'desk'], {
    stdin: 'pipe',
    env: { LOG_LEVEL: 'trace' },
  });
  program.types(`I say nothing`);
  await game.chat.waitFor((line) => line.includes('I say'));
  program.types('/exit');
  expect((await program.ended).code).toBe(0);
  expectNone(secrets(), program.output);
});

/** Neither as they are nor as JSON or an address would hold them. */
function expectNone(secrets: readonly string[], output: string): void {
  for (const secret of secrets) {
    expect(output).not.toContain(secret);
    expect(output).not.toContain(JSON.stringify(secret).slice(1, -1));
    expect(output).not.toContain(encodeURIComponent(secret));
  }
}
