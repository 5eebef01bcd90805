/** What open pages are told as time goes by. */
import type { Readable } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import { Live } from '../../src/operator/live.ts';
import { LogLines } from '../../src/operator/log-lines.ts';
import { Sessions } from '../../src/operator/sessions.ts';
import { type Source, standbySource } from '../../src/operator/source.ts';
import type { Letters } from '../../web/operator/wire.ts';
import { TestClock } from '../support/clock.ts';

/** A page that is open, of a bridge that shows this. */
function opened(more: Partial<Source>, token?: string) {
  const clock = new TestClock();
  const lines = new LogLines();
  const sessions = token === undefined ? undefined : new Sessions(token, clock);
  const source = { ...standbySource(['bridge'], 'It stands by.'), ...more };
  const live = new Live({ source, samples: () => [], lines, sessions, clock });
  onTestFinished(() => live.close());
  return { clock, lines, sessions, live };
}

/** The names of the events that a page was told since the last time, and what they say. */
function heard(stream: Readable | undefined): string[] {
  let text = '';
  for (let piece = stream?.read(); piece != null; piece = stream?.read()) text += String(piece);
  const events = text.split('\n\n');
  return events.filter((event) => event !== '').map((event) => event.replace(/^event: (.*)\ndata: /, '$1 '));
}

test('a database that does not answer is asked once, and the page says so until it does', async () => {
  let asked = 0;
  let answer = (_letters: Letters) => {};
  const letters = () => {
    asked += 1;
    return new Promise<Letters>((resolve) => {
      answer = resolve;
    });
  };
  const { clock, live } = opened({ letters });
  const page = live.open(undefined);
  heard(page);
  await clock.advance(2_000);
  expect(heard(page)).toEqual(['letters "unknown"', 'audit "unknown"']);
  await clock.advance(15_000);
  expect([asked, heard(page)]).toEqual([1, []]);
  answer({ total: 0, letters: [] });
  await clock.advance(0);
  expect(heard(page)).toEqual(['letters {"total":0,"letters":[]}', 'audit []']);
});

test('what was done from a page shows at once, and what the database has new besides after two seconds', async () => {
  let total = 3;
  const { clock, live } = opened({ letters: async () => ({ total, letters: [] }) });
  const page = live.open(undefined);
  await clock.advance(0);
  heard(page);
  total = 2;
  live.stir();
  await clock.advance(0);
  expect(heard(page)).toEqual(['letters {"total":2,"letters":[]}']);
  total = 7;
  await clock.advance(2_000);
  expect(heard(page)).toEqual(['letters {"total":7,"letters":[]}']);
});

test('of a flood of lines the newest are shown, and how many are not', async () => {
  const { clock, lines, live } = opened({});
  const page = live.open(undefined);
  await clock.advance(0);
  heard(page);
  for (let at = 0; at < 450; at++) lines.add(JSON.stringify({ level: 'info', msg: String(at) }));
  await clock.advance(500);
  const [log = ''] = heard(page);
  expect(JSON.parse(log.replace('log ', ''))).toMatchObject({ missed: 350, lines: { length: 100, 99: { text: '449' } } });
});

test('whose session is over is told to sign in once more', async () => {
  const { clock, live, sessions } = opened({}, 'a-token-of-the-operator');
  const entered = sessions?.enter('a-token-of-the-operator', '127.0.0.1');
  const session = sessions?.of(typeof entered === 'object' ? entered.cookie : undefined);
  await clock.advance(12 * 3_600_000 - 1_000);
  const page = live.open(session);
  await clock.advance(500);
  expect(heard(page).at(-1)).not.toContain('out ');
  await clock.advance(1_000);
  expect(heard(page).at(-1)).toContain('out {"why":"That was twelve hours.');
});

test('nothing is looked at while nobody looks', async () => {
  let looks = 0;
  const standby = standbySource(['bridge'], 'It stands by.');
  const state = () => {
    looks += 1;
    return standby.state();
  };
  const { clock, live } = opened({ state });
  await clock.advance(10_000);
  expect(looks).toBe(0);
  const page = live.open(undefined);
  await clock.advance(10_000);
  expect(looks).toBe(21);
  const closed = new Promise((resolve) => page?.once('close', resolve));
  page?.destroy();
  await closed;
  await clock.advance(10_000);
  expect(looks).toBe(21);
});
