/** Files from the page on all sides: Discord and Matrix get them as files, games as links, and a restart in between loses none. */
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { builtIns } from '../../../bridges/index.ts';
import { Bridge } from '../../../src/bridge.ts';
import { systemClock } from '../../../src/clock.ts';
import { parseConfig } from '../../../src/config.ts';
import { type StandIns, standIns } from '../../e2e/stand-ins.ts';
import { newFolder } from '../../store/open.ts';
import { Visitor } from './visitor.ts';

const PUBLIC_URL = 'https://bridge.example';
/** Two bridges with all platforms start here, on a machine that may have much else to do. In milliseconds. */
const PATIENCE = 30_000;
const CONTENT = 'GIF89a: a cat';

/** A bridge between all sides and a web chat. @param homeserver where it looks for Matrix */
async function startBridge(place: StandIns, dataDir: string, homeserver = place.matrix.url): Promise<Bridge> {
  const { settings } = place;
  const raw = {
    mqtt: { url: settings.MQTT_URL, username: settings.MQTT_USERNAME, password: settings.MQTT_PASSWORD },
    data_dir: dataDir,
    http: { port: 0, public_url: PUBLIC_URL },
    adapters: {
      webchat: { guests: true, uploads: { from: 'everybody' } },
      discord: { token: settings.DISCORD_TOKEN, api_url: settings.DISCORD_API_URL },
      matrix: { homeserver_url: homeserver, access_token: settings.MATRIX_ACCESS_TOKEN },
    },
    channels: [{ name: 'main', rooms: { webchat: 'main', discord: place.channel.id, matrix: place.room.id } }],
  };
  const config = await parseConfig({ raw, variables: new Map(), file: undefined }, builtIns(undefined));
  const log = pino({ level: 'silent' });
  const bridge = new Bridge({ config, log, clock: systemClock, random: Math.random, shutdown: () => {} });
  onTestFinished(() => bridge.stop());
  await bridge.start();
  await bridge.ready(AbortSignal.timeout(PATIENCE));
  return bridge;
}

test('a file is a file on Discord, a link in games, and on Matrix as well when that is back after a restart', {
  timeout: 90_000,
}, async () => {
  const place = await standIns();
  const alpha = await place.game('alpha');
  const dataDir = newFolder();
  const first = await startBridge(place, dataDir, 'http://127.0.0.1:1');
  const robin = await Visitor.enter({ url: first.httpUrl ?? '' }, 'Robin');
  const { ticket } = await robin.post('announce', { size: CONTENT.length });
  const headers = { 'content-type': 'application/octet-stream', origin: robin.site.url };
  const uploaded = await robin.fetch(`upload/${ticket}`, { method: 'POST', headers, body: CONTENT });
  const { id = '' } = (await uploaded.json()) as { id?: string };
  const file = { id, name: 'cat.gif', description: 'A cat on the roof' };
  expect(await robin.say('look', { files: [file] })).toEqual({ status: 200 });

  await expect.poll(() => place.channel.messages.at(-1)?.attachments.length, { timeout: PATIENCE }).toBe(1);
  const [onDiscord] = place.channel.messages.at(-1)?.attachments ?? [];
  expect(onDiscord).toMatchObject({ filename: 'cat.gif', description: 'A cat on the roof' });
  expect(await (await fetch(onDiscord?.url ?? '')).text()).toBe(CONTENT);
  const line = await alpha.chat.waitFor((said) => said.includes('cat.gif'), PATIENCE);
  const [link = ''] = /\/media\/\S+/.exec(line) ?? [];
  const linked = await fetch(`${first.httpUrl}${link}`);
  expect([linked.headers.get('content-type'), await linked.text()]).toEqual(['image/gif', CONTENT]);
  await first.stop();

  const second = await startBridge(place, dataDir);
  const seen = await place.room.waitFor((message) => message.msgtype === 'm.image', PATIENCE);
  expect(seen.content).toMatchObject({ filename: 'cat.gif', info: { mimetype: 'image/gif', size: CONTENT.length } });
  // With the message, the file goes, and so does what stands behind the link.
  const back = new Visitor({ url: second.httpUrl ?? '' });
  back.cookie = robin.cookie;
  const page = await back.open();
  const entry = await page.entry('look');
  await back.post('remove', { room: 'main', id: entry.id });
  expect((await fetch(`${second.httpUrl}${link}`)).status).toBe(404);
});
