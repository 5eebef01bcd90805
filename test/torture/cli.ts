/** `npm run torture`: see docs/testing.md. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { hasMosquitto } from './broker.ts';
import { GROUPS } from './disturbances.ts';
import { Journal } from './journal.ts';
import { isClean, report } from './report.ts';
import { torture } from './torture.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    seed: { type: 'string' },
    kills: { type: 'string' },
    cuts: { type: 'string' },
    faults: { type: 'string' },
    only: { type: 'string', default: GROUPS.join(',') },
    named: { type: 'string', default: '' },
    broker: { type: 'string', default: hasMosquitto ? 'mosquitto' : 'embedded' },
    pace: { type: 'string', default: '500' },
    patience: { type: 'string', default: '90' },
    program: { type: 'string', default: 'dist/src/main.js' },
    quiet: { type: 'boolean', default: false },
  },
});
const print = (line: string) => process.stdout.write(`${line}\n`);
const minutes = numberOf('minutes', values.minutes);
const groups = GROUPS.filter((group) => values.only.split(',').includes(group));
if (groups.length === 0) throw new Error(`--only takes some of ${GROUPS.join(',')}`);
if (values.broker !== 'mosquitto' && values.broker !== 'embedded') throw new Error('--broker takes mosquitto or embedded');

const folder = mkdtempSync(join(tmpdir(), 'crosschat-torture-'));
const outcome = await torture({
  seed: values.seed === undefined ? Date.now() % 2 ** 32 : numberOf('seed', values.seed),
  duration: minutes * 60_000,
  kills: values.kills === undefined ? Math.round(minutes * 10) : numberOf('kills', values.kills),
  cuts: values.cuts === undefined ? Math.round(minutes * 4) : numberOf('cuts', values.cuts),
  faults: values.faults === undefined ? Math.round(minutes * 20) : numberOf('faults', values.faults),
  groups: new Set(groups),
  named: values.named,
  slow: true,
  pace: numberOf('pace', values.pace),
  broker: values.broker,
  program: resolve(values.program),
  patience: numberOf('patience', values.patience) * 1_000,
  journal: new Journal(folder, values.quiet ? undefined : print),
});
for (const line of report(outcome, folder)) print(line);
process.exit(isClean(outcome) ? 0 : 1);

function numberOf(name: string, text: string): number {
  const number = Number(text);
  if (!Number.isFinite(number) || number < 0) throw new Error(`--${name} takes a number, not "${text}"`);
  return number;
}
