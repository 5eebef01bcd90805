/** The other processes of a benchmark: the embedded broker, or a publisher. */
import { pino } from 'pino';
import { startBroker } from '../src/broker.ts';
import { connect, PREFIX } from './peers.ts';

/** How many publishes a publisher has on their way at once. */
const WINDOW = 500;

const [role, url = '', server, count] = process.argv.slice(2);
if (role === 'broker') {
  const broker = await startBroker({ log: pino({ level: 'silent' }) });
  process.send?.({ url: broker.url });
  process.on('disconnect', () => process.exit());
} else {
  const client = await connect(url, 'bench-game');
  const payload = JSON.stringify({ say: 'the quick brown fox jumps over the lazy dog' });
  let left = Number(count);
  const publishNext = async () => {
    while (left-- > 0) await client.publishAsync(`${PREFIX}m/game/${server}/say/1`, payload, { qos: 2 });
  };
  await Promise.all(Array.from({ length: WINDOW }, publishNext));
  await client.endAsync();
  process.exit();
}
