/** From nothing to a configuration. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { newFolder, PROGRAM, Program, runToEnd } from './program.ts';

const ID = '123456789012345678';
const TOKEN = `${Buffer.from(ID).toString('base64')}.abc.def`;

test('without a terminal it takes what is given, and writes what the bridge understands', async () => {
  const folder = newFolder();
  const words = ['discord', `discord.channel=${ID}`, 'matrix.mode=appservice', 'matrix.homeserver=http://127.0.0.1:9'];
  const args = ['init', '--broker-url', 'mqtts://127.0.0.1:9', ...words];
  const { code, out, err, output } = await runToEnd(args, { folder, env: { DISCORD_TOKEN: TOKEN } });
  expect([code, err]).toEqual([0, '']);
  expect(out).toContain(`https://discord.com/oauth2/authorize?client_id=${ID}&scope=bot&permissions=`);
  expect(out).toMatch(/Message Content Intent.*without/);
  expect(out).toMatch(/mosquitto_passwd .* bridge /);
  expect(out).toContain('topic write crosschat/state/bridge/#');
  expect(out).toMatch(/Next: "crosschat-bridge check"/);
  const secrets = readFileSync(join(folder, '.env'), 'utf8');
  expect(secrets).toContain(`DISCORD_TOKEN=${TOKEN}`);
  for (const [, secret = ''] of secrets.matchAll(/^\w+=(.+)$/gm)) expect(output).not.toContain(secret);
  expect(statSync(join(folder, '.env')).mode & 0o777).toBe(0o600);
  const registration = parse(readFileSync(join(folder, 'registration.yaml'), 'utf8'));
  expect(secrets).toContain(`MATRIX_AS_TOKEN=${registration.as_token}`);
  const config = readFileSync(join(folder, 'config.yaml'), 'utf8');
  const [, schema = ''] = /^# yaml-language-server: \$schema=(.+)$/m.exec(config) ?? [];
  expect(existsSync(schema)).toBe(true);

  const again = await runToEnd(args, { folder, env: { DISCORD_TOKEN: TOKEN } });
  expect([again.code, again.err]).toEqual([
    1,
    'init: .env and registration.yaml and config.yaml are there already. Write over them with --force, or go to another folder.',
  ]);
  expect(readFileSync(join(folder, '.env'), 'utf8')).toBe(secrets);
});

test('a program is told what was written and what is to be done', async () => {
  const folder = newFolder();
  const { code, out } = await runToEnd(['init', '--json', 'matrix.mode=appservice', 'matrix.homeserver=http://127.0.0.1:9'], {
    folder,
  });
  const { files, said } = JSON.parse(out);
  expect([code, files]).toEqual([0, ['.env', 'config.yaml', 'registration.yaml']]);
  expect(said.at(-2)).toMatch(/^Next: "crosschat-bridge check"/);
  expect(said.at(-1)).toMatch(/^The operator's page is then at http:/);
});

const hasTerminal = /util-linux/.test(spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout ?? '');

test.skipIf(!hasTerminal)('at a terminal it asks, and shows no secret', async () => {
  const folder = newFolder();
  const program = new Program(['-qefc', `'${process.execPath}' '${PROGRAM}' init`, '/dev/null'], {
    command: 'script',
    stdin: 'pipe',
    folder,
  });
  const answer = async (question: string, text: string) => {
    await program.waitFor(question);
    program.types(text);
  };
  await answer('an id that none of them has [bridge]', 'me');
  await answer('The address of the MQTT broker', 'nonsense');
  await answer('It must be an address like mqtts', 'mqtts://broker.example');
  await answer('Its user for the bridge (- for none) [me]', '');
  await answer('The password of that user', 'hunter22');
  await answer('Add discord (y, n) [n]', 'y');
  await answer('The token of the bot', TOKEN);
  await answer('The id of a channel', '');
  await answer('Add matrix', 'n');
  expect(await program.ended).toEqual({ code: 0, signal: null });
  expect(program.output).not.toMatch(/hunter22|abc\.def/);
  expect(program.output).toContain(`client_id=${ID}&`);
  expect(readFileSync(join(folder, '.env'), 'utf8')).toContain(`MQTT_PASSWORD=hunter22\nDISCORD_TOKEN=${TOKEN}\n`);
  expect(parse(readFileSync(join(folder, 'config.yaml'), 'utf8'))).toMatchObject({
    server_id: 'me',
    mqtt: { url: 'mqtts://broker.example', username: 'me' },
  });
});
