/** A process of its own that opens the built store: `child.js FOLDER writes|stays|waits|counts`. */
import { pino } from 'pino';
import { systemClock } from '../../dist/src/clock.js';
import { openStore } from '../../dist/src/store/store.js';

const [, , dataDir, mode] = process.argv;
const options = { dataDir, clock: systemClock, random: Math.random, log: pino({ level: 'silent' }) };
const keepsAlive = setInterval(() => {}, 60_000);
if (mode === 'waits') process.stdout.write('waiting\n');
const store = await openStore(mode === 'waits' ? { ...options, wait: new AbortController().signal } : options);
await store.memory('test').set('token', 'from the child');
process.stdout.write('ready\n');
if (mode === 'counts') {
  // Says each number once it is kept.
  const sql = 'INSERT INTO audit (seq, at, who, action, target, detail) VALUES (?, 0, ?, ?, ?, ?)';
  for (let number = 1; ; number++) {
    const said = ['', '', '', 'x'.repeat(number % 5_000)];
    void store.writer.add({ sql, values: [number, ...said] }).then(() => process.stdout.write(`${number}\n`));
    if (number % 7 === 0) await new Promise(setImmediate);
  }
}
if (mode === 'writes') {
  clearInterval(keepsAlive);
  await store.close();
}
