/** The other processes of a benchmark: the embedded broker, a publisher, or pages of the web chat. */
import { pino } from 'pino';
import { startBroker } from '../src/broker.ts';
import { openPages } from './pages.ts';
import { connect, PREFIX, publishAll } from './peers.ts';

const [role, url = '', server, count] = process.argv.slice(2);
if (role === 'broker') {
  const broker = await startBroker({ log: pino({ level: 'silent' }) });
  process.send?.({ url: broker.url });
  process.on('disconnect', () => process.exit());
} else if (role === 'pages') await openPages(url, server ?? '', Number(count));
else {
  const client = await connect(url, 'bench-game');
  const payload = JSON.stringify({ say: 'the quick brown fox jumps over the lazy dog' });
  const says = function* () {
    for (let n = 0; n < Number(count); n++) yield [`${PREFIX}m/game/${server}/say/1`, payload] as const;
  };
  await publishAll(client, says());
  await client.endAsync();
  process.exit();
}
