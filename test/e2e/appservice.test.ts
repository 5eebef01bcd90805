/** The built program as an appservice, killed while a homeserver waits for its answer: that tells the same again, and nobody hears it twice. */

import { writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { appserviceKeys, registrationFor } from '../support/appservice-keys.ts';
import { freePort } from '../support/free-port.ts';
import { newFolder, Program } from './program.ts';
import { standIns } from './stand-ins.ts';

/** When the program is killed, in the life of a transaction. */
type Moment = 'as it arrives' | 'in the midst of it' | 'when all is stored, before the homeserver hears of that';

test.each<Moment>(['as it arrives', 'in the midst of it', 'when all is stored, before the homeserver hears of that'])(
  'killed %s: nothing is lost, and nothing comes twice',
  async (moment) => {
    const { matrix, room, carol, settings, game: openGame } = await standIns();
    const port = await freePort();
    const line = await openLine(port);
    const keys = { ...(await appserviceKeys(matrix.serverName)), url: line.url };
    const appservice = matrix.addAppservice(registrationFor(keys));
    const folder = newFolder();
    const config = {
      mqtt: { url: settings.MQTT_URL, username: settings.MQTT_USERNAME, password: settings.MQTT_PASSWORD },
      adapters: { matrix: { homeserver_url: matrix.url, appservice: keys } },
      channels: [{ name: 'main', rooms: { matrix: settings.MATRIX_ROOM } }],
      http: { port },
    };
    writeFileSync(join(folder, 'config.yaml'), JSON.stringify(config));
    const start = async () => {
      const program = new Program([], { folder });
      await Promise.all([program.waitFor('Connected to the MQTT broker'), program.waitFor('is in it and may speak')]);
      return program;
    };
    const game = await openGame('alpha');
    const gordon = await game.join('Gordon');
    const first = await start();
    room.says(carol, 'before');
    await game.chat.waitFor((said) => said === 'Carol@bridge: before');

    const isKilled = line.cutNext(moment, () => first.kill('SIGKILL'));
    const all = Array.from({ length: 20 }, (_, n) => `line ${n}`);
    for (const text of all) room.says(carol, text);
    room.says(carol, '!pm Gordon psst');
    expect(await isKilled).toMatchObject({ signal: 'SIGKILL' });
    const second = await start();
    room.says(carol, 'after');
    await game.chat.waitFor((said) => said === 'Carol@bridge: after', 20_000);
    await appservice.settled();
    await gordon.says('I am here');
    await room.waitFor('I am here');

    const expected = ['before', ...all, 'after'].map((text) => `Carol@bridge: ${text}`);
    expect(game.chat.all).toEqual(expected);
    const whispers = game.packets.all.filter((packet) => packet.includes('psst'));
    // A command that was cut off has no answer, and whoever gave it gives it again: that is better than twice.
    expect(whispers.length).toBeLessThanOrEqual(1);
    expect((await second.kill('SIGTERM')).code).toBe(0);
    expect(matrix.violations).toEqual([]);
  },
  120_000,
);

/** What stands between the homeserver and the program. */
async function openLine(port: number) {
  let cut: { readonly moment: Moment; readonly kill: () => void } | undefined;
  const server = createServer(async (request, response) => {
    const body = await read(request);
    const isCut = cut !== undefined && request.url?.includes('/transactions/') === true;
    const { moment, kill } = (isCut && cut) || {};
    if (isCut) cut = undefined;
    try {
      if (moment === 'as it arrives') kill?.();
      const url = `http://127.0.0.1:${port}${request.url}`;
      const { method = 'GET', headers } = request;
      const { authorization = '' } = headers;
      const answering = fetch(url, { method, headers: { authorization }, ...(method !== 'GET' && { body }) });
      if (moment === 'in the midst of it') setImmediate(() => kill?.());
      const answer = await answering;
      const text = await answer.text();
      if (moment !== undefined) throw new Error('killed');
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(text);
    } catch {
      kill?.();
      response.destroy();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    /** Kills the program at that moment of the next transaction. */
    cutNext: <T>(moment: Moment, kill: () => Promise<T>): Promise<T> =>
      new Promise((resolve) => {
        cut = { moment, kill: () => void kill().then(resolve) };
      }),
  };
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
