/** Each command of the README and the guides is run by a test, as it stands there, or it is said here why none runs it. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { pages, project, shellLines } from './markdown.ts';

const read = (path: string) => readFileSync(project + path, 'utf8');

/** What runs commands, which stand in it literally. */
const runners = ['.ci/run', 'test/container/clone.test.ts', 'test/container/compose.test.ts', 'test/container/setup.ts'].map(
  read,
);

const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };

/** What no test runs. Their pages tell readers as well where a command needs an account, or the rights of an administrator. */
const NOT_RUN: Readonly<Record<string, readonly string[]>> = {
  'needs root, systemd and its journal': [
    'sudo cp -r . /opt/crosschat-bridge && cd /opt/crosschat-bridge && sudo npm ci && sudo npm run build && sudo npm prune --omit=dev',
    'sudo mkdir /etc/crosschat-bridge && sudo cp .env.example /etc/crosschat-bridge/.env',
    'sudo cp deploy/systemd/crosschat-bridge.service /etc/systemd/system/',
    'sudo systemctl enable --now crosschat-bridge && journalctl -fu crosschat-bridge',
    'systemctl start crosschat-bridge',
    'systemctl stop crosschat-bridge',
    'systemctl reload crosschat-bridge',
    'systemctl edit crosschat-bridge',
    'journalctl -fu crosschat-bridge',
    'systemctl reload mosquitto',
    'mosquitto_passwd /etc/mosquitto/passwords alpha',
  ],
  'needs a cluster': ['kubectl rollout restart deployment crosschat-bridge', `kubectl exec POD -- sh -c 'kill -HUP 1'`],
  'needs images that are not to be had where the tests run': [
    'docker compose --profile synapse up -d',
    'docker compose --profile synapse exec synapse register_new_matrix_user -c /data/homeserver.yaml http://127.0.0.1:8008',
    'docker buildx build --platform linux/amd64,linux/arm64 .',
  ],
  'opens a port to the network': ['MQTT_BIND=0.0.0.0 docker compose up -d'],
  'needs a repository to pull from; the rest of it is run': ['git pull && npm ci && npm run build'],
  'is of another program': [
    'pg_dump --format=custom --file=backup.dump "$DATABASE_URL"',
    'pg_restore --clean --if-exists --dbname="$DATABASE_URL" backup.dump',
    'openssl rand -hex 24',
    'ssh -L 8080:127.0.0.1:8080 <the machine>',
  ],
  'is of another program, and its SQL is run by program.test.ts': [`sqlite3 data/crosschat.db "VACUUM INTO 'backup.db'"`],
  'takes long; a shorter one is run': ['npm run torture', 'npm run torture -- --minutes 5 --seed 1'],
  'measures, and proves nothing': ['npm run bench', 'npm run bench -- --only web-chat'],
  'writes anew what generated.test.ts holds to the code': ['npm run docs'],
  'is an example of one that .ci/run gives': [
    'npx vitest run --project stand-ins test/outbox/order.test.ts',
    'npm install && npm test',
  ],
  'is no whole command': ['npm start --'],
};

/** Whether a test takes it from the guides by itself, and fails where it does not know it: `program.test.ts` and `shell.test.ts`. */
const isOfProgram = (line: string) => /^(printf .* \| )?crosschat-bridge /.test(line);

/** Whether it stands in what runs commands, or is a script that does. */
function isRun(line: string): boolean {
  const [, script = line === 'npm test' ? 'test' : ''] = /^npm run ([\w:]+)$/.exec(line) ?? [];
  const does = scripts[script]?.replace(/^vitest .*(--project \w+).*/, '$1');
  return runners.some(
    (text) =>
      text.includes(line) ||
      (script !== '' && text.includes(`npm run --silent ${script}`)) ||
      (does !== undefined && text.includes(does)),
  );
}

const given = pages().flatMap(({ path, text }) => shellLines(text).map((line) => ({ path, line })));
const excused = new Set(Object.values(NOT_RUN).flat());

test('every command is run by a test, or it is said why not', () => {
  const left = given.filter(({ line }) => !excused.has(line) && !isOfProgram(line) && !isRun(line));
  expect(left).toEqual([]);
});

test('nothing is excused that stands nowhere, or that is run', () => {
  const lines = given.map(({ line }) => line);
  expect([...excused].filter((line) => !lines.includes(line) || isOfProgram(line))).toEqual([]);
});
