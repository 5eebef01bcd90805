/** Pages of the web chat, and a game server on which somebody talks: in a process of their own. */
import { request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { connect, PREFIX } from './peers.ts';
import type { Told } from './web-chat.ts';

/** Opens pages; then says so, and waits for what it is to do. */
export async function openPages(brokerUrl: string, chatUrl: string, count: number): Promise<void> {
  const times: number[] = [];
  for (let page = 0; page < count; page++) await openPage(chatUrl, page, (sent) => times.push(now() - sent));
  process.send?.('open');
  process.once('message', async ({ seconds, perSecond }: { seconds: number; perSecond: number }) => {
    const game = await connect(brokerUrl, 'bench-web-game');
    const sent: Promise<unknown>[] = [];
    const begin = now();
    for (let message = 0; message < seconds * perSecond; message++) {
      await pause(Math.max(0, begin + (message * 1_000) / perSecond - now()));
      sent.push(game.publishAsync(`${PREFIX}m/game/bench/say/1`, JSON.stringify({ say: `sent ${now()}` }), { qos: 2 }));
    }
    await Promise.all(sent);
    // Whatever is later than that is far from what is asked for.
    for (let tries = 0; times.length < count * seconds * perSecond && tries < 100; tries++) await pause(100);
    times.sort((one, other) => one - other);
    const at = (share: number) => times[Math.floor(times.length * share)] ?? Number.NaN;
    process.send?.({ p50: at(0.5), p99: at(0.99), heard: times.length } satisfies Told);
  });
}

/** Resolves when its stream is open. */
async function openPage(url: string, page: number, heard: (sent: number) => void): Promise<void> {
  // Each from an address of its own: so many guests are not let in from one.
  const address = { 'x-forwarded-for': `192.0.2.${page % 250}`, origin: new URL(url).origin };
  const answer = await fetch(`${url}guest`, {
    method: 'POST',
    headers: { ...address, 'content-type': 'application/json' },
    body: JSON.stringify({ name: `Page number ${page}` }),
  });
  const [cookie = ''] = answer.headers.getSetCookie()[0]?.split(';') ?? [];
  if (cookie === '') throw new Error(await answer.text());
  await new Promise<void>((resolve, reject) => {
    const stream = request(`${url}events`, { headers: { ...address, cookie } }, (response) => {
      let rest = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        const events = `${rest}${text}`.split('\n\n');
        rest = events.pop() ?? '';
        for (const event of events) {
          if (event.startsWith('event: ready')) resolve();
          const [, sent] = /"sent (\d+\.?\d*)"/.exec(event) ?? [];
          if (sent !== undefined) heard(Number(sent));
        }
      });
    });
    stream.on('error', reject).end();
  });
}

/** The same clock in all processes of this machine, in milliseconds. */
function now(): number {
  return performance.timeOrigin + performance.now();
}
