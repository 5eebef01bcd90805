/** What a configuration asks to be served. */
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../src/clock.ts';
import { serve } from '../src/serve.ts';
import { Recorder } from './support/host.ts';

const lines = new Recorder<string>();
const log = pino({ base: null }, { write: (line: string) => lines.add(JSON.parse(line).msg) });

function serveAt(port: number | undefined, isPrivate = false, host = '127.0.0.1') {
  const http =
    port === undefined ? undefined : { host, port, publicUrl: undefined, monitoringToken: undefined, operatorToken: undefined };
  return serve({ config: { http, maxFileBytes: 1 }, clock: systemClock, log }, [], isPrivate);
}

test('nothing is served unless it is configured; then it is said where', async () => {
  expect(await serveAt(undefined)).toBeUndefined();
  const http = await serveAt(0);
  onTestFinished(() => http?.stop());
  expect(lines.all).toEqual([`The bridge serves HTTP at ${http?.url}`]);
  expect((await fetch(`${http?.url}/`)).status).toBe(404);
});

test('a port that is taken is a problem of the configuration', async () => {
  const http = await serveAt(0);
  onTestFinished(() => http?.stop());
  const port = Number(new URL(http?.url ?? '').port);
  await expect(serveAt(port)).rejects.toMatchObject({
    name: 'ConfigError',
    problems: [`http: another program listens on 127.0.0.1 port ${port} already; set HTTP_PORT or http.port to a free one.`],
  });
  await http?.stop();
  const next = await serveAt(port);
  await next?.stop();
});

test('a bridge that nobody has to find beforehand takes another port', async () => {
  const http = await serveAt(0);
  onTestFinished(() => http?.stop());
  const other = await serveAt(Number(new URL(http?.url ?? '').port), true);
  onTestFinished(() => other?.stop());
  expect((await fetch(`${other?.url}/`)).status).toBe(404);
  expect(other?.url).not.toBe(http?.url);
});
