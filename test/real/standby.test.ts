/** Standby with MQTT 5, on a Mosquitto of its own, with the real times; and with PostgreSQL, where `DATABASE_URL` says so. */
import { randomBytes } from 'node:crypto';
import postgres from 'postgres';
import { describe, expect, onTestFinished, test } from 'vitest';
import { standbyTimes } from '../../src/lease.ts';
import { killedWithBacklog, startProgram } from '../stories/standby.ts';
import { newDataDir, StandbyPlace } from '../support/instance.ts';
import { hasMosquitto, startMosquitto } from '../torture/broker.ts';

async function open(): Promise<{ url: string; place: StandbyPlace }> {
  const broker = await startMosquitto(newDataDir());
  onTestFinished(() => broker.close());
  const url = `mqtt://127.0.0.1:${broker.port}`;
  return { url, place: await StandbyPlace.open(url) };
}

/** Somebody in the game talks, until it is ended. @returns what was said while there was a bridge to hear it */
function talk({ game, gordon }: StandbyPlace): () => Promise<string[]> {
  const said: string[] = [];
  let going = true;
  const talking = (async () => {
    for (let number = 0; going; number++) {
      if (game.isOnline('bridge')) {
        said.push(`line ${number}`);
        await gordon.says(`line ${number}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
  })();
  return async () => {
    going = false;
    await talking;
    return said;
  };
}

describe.runIf(hasMosquitto)('standby on Mosquitto', () => {
  test('the active one is killed: the other takes over when its will is published, and the game has lost nothing', {
    timeout: 180_000,
  }, async () => {
    const { url, place } = await open();
    const first = startProgram(place.settings(url, newDataDir()));
    await first.waitFor('the bot can read and write');
    await place.game.presence.waitFor(() => place.game.isOnline('bridge'));
    const second = startProgram(place.settings(url, newDataDir()));
    await second.waitFor('This one stands by');
    const ended = talk(place);
    await place.channel.waitFor('line 2');
    await first.kill('SIGKILL');
    const killedAt = performance.now();
    await second.out.waitFor((line) => line.includes('the bot can read and write'), 100_000);
    expect(performance.now() - killedAt).toBeGreaterThan(60_000);
    await place.game.presence.waitFor(() => place.game.isOnline('bridge'));
    const said = await ended();
    await place.gordon.says('the end');
    await place.channel.waitFor('the end', 20_000);
    expect(said.length).toBeGreaterThan(50);
    expect(place.heardOnDiscord().flatMap((text) => text.split('\n'))).toEqual([...said, 'the end']);
    place.expectNeverTwo();
  });

  test('the network of the active one is cut: it steps back before the other takes over', { timeout: 180_000 }, async () => {
    const { place } = await open();
    const times = standbyTimes();
    const active = await place.start(times);
    await active.lines.waitFor((line) => line.includes('the bot can read and write'), 15_000);
    const second = await place.start(times);
    await second.lines.waitFor((line) => line.includes('stands by'), 15_000);
    await place.game.presence.waitFor(() => place.game.isOnline('bridge'));
    const ended = talk(place);
    await place.channel.waitFor('line 2');
    active.proxy.hold();
    const cutAt = performance.now();
    await active.lines.waitFor((line) => line.includes('has stepped back'), 60_000);
    expect(performance.now() - cutAt).toBeLessThan(58_000);
    await second.lines.waitFor((line) => line.includes('the bot can read and write'), 60_000);
    active.proxy.drop();
    active.proxy.release();
    await active.lines.waitFor((line) => line.includes('Another instance is active'), 15_000);
    const said = await ended();
    await place.gordon.says('the end');
    await place.channel.waitFor('the end', 20_000);
    expect(place.heardOnDiscord().flatMap((text) => text.split('\n'))).toEqual([...said, 'the end']);
    place.expectNeverTwo();
  });

  const { DATABASE_URL } = process.env;
  test.runIf(DATABASE_URL)('killed, with one PostgreSQL: the other goes on with all that waited', async () => {
    const schema = `standby_${randomBytes(6).toString('hex')}`;
    const admin = postgres(DATABASE_URL ?? '', { max: 1, onnotice: () => {} });
    await admin.unsafe(`CREATE SCHEMA ${schema}`);
    onTestFinished(async () => {
      await admin.unsafe(`DROP SCHEMA ${schema} CASCADE`);
      await admin.end();
    });
    const { url, place } = await open();
    const database = new URL(DATABASE_URL ?? '');
    database.searchParams.set('search_path', schema);
    await killedWithBacklog(place, url, { database_url: database.href });
  });
});
