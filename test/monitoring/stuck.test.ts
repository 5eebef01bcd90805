/** When a restart would help, and when it would only lose something. */
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { HttpServer } from '../../src/http/server.ts';
import { monitoringRoutes } from '../../src/monitoring/routes.ts';
import { idleReport } from '../../src/monitoring/status-report.ts';
import type { Database } from '../../src/store/database.ts';
import { Writer } from '../../src/store/writer.ts';
import { settle, TestClock } from '../support/clock.ts';

const log = pino({ level: 'silent' });

test('a process that is stuck says so to whoever would restart it', async () => {
  let why: string | undefined;
  const report = () => idleReport('standby', 'It stands by.');
  const access = { token: undefined, isPublic: false };
  const routes = monitoringRoutes({ access, stuck: () => why, report });
  const http = await HttpServer.start({ host: '127.0.0.1', port: 0, routes, clock: new TestClock(), log });
  onTestFinished(() => http.stop());
  const health = async () => {
    const answer = await fetch(`${http.url}/healthz`);
    return [answer.status, await answer.text()];
  };
  expect(await health()).toEqual([200, 'ok\n']);
  why = 'The database has not finished writing for a minute.';
  expect(await health()).toEqual([503, `${why}\n`]);
});

test('it is known since when the database writes; one that says that it can not is not stuck', async () => {
  const clock = new TestClock();
  let finish = () => {};
  let refuse = (_error: Error) => {};
  const write = () =>
    new Promise<void>((resolve, reject) => {
      finish = resolve;
      refuse = reject;
    });
  const database: Database = {
    location: 'here',
    write,
    all: async () => [],
    size: async () => ({ used: 0, total: 0 }),
    shrink: async () => false,
    close: async () => {},
  };
  const writer = new Writer({ database, clock, random: () => 1, log });
  const statement = { sql: 'INSERT', values: [] };
  const kept = writer.add(statement);
  await new Promise(setImmediate);
  expect(writer.busySince).toBe(clock.now());
  refuse(new Error('the disk is full'));
  await settle();
  expect([writer.busySince, writer.fault]).toEqual([undefined, 'the disk is full.']);
  await clock.advance(1_000);
  expect(writer.busySince).toBeDefined();
  finish();
  await kept;
  expect([writer.busySince, writer.fault]).toEqual([undefined, undefined]);
});
