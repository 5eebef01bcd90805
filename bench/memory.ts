import { connect, heap, PREFIX, publishAll, setServers, startBridge } from './peers.ts';

const SERVERS = 100;
const USERS = 100;

/** How much the heap grows by knowing 100 servers with 100 users each. */
export async function memory(url: string): Promise<Record<string, number>> {
  const { bridge, host } = await startBridge(url, () => {});
  const before = heap();
  const everybody = new Promise<void>((resolve) => {
    let seen = 0;
    host.chat.on('user', () => {
      if (++seen === SERVERS * USERS) resolve();
    });
  });
  await setServers(url, SERVERS, true);
  const client = await connect(url, 'bench-game');
  for (let server = 0; server < SERVERS; server++) {
    const topic = `${PREFIX}m/s${server}/bench/user`;
    await publishAll(
      client,
      Array.from({ length: USERS }, (_, n) => [topic, userOf(server, n + 1)] as const),
    );
  }
  await everybody;
  const grown = heap() - before;
  await client.endAsync();
  await setServers(url, SERVERS, false);
  await bridge.stop();
  return { memory_heap_added: grown / 1e6 };
}

function userOf(server: number, id: number): string {
  const steamid64 = String(76561197960265728n + BigInt(server * USERS + id));
  const burst = id === 1 ? 'start' : id === USERS ? 'end' : true;
  return JSON.stringify({
    id,
    cmd: 'add',
    name: `Player ${id} of ${server}`,
    first_seen: 1_750_000_000,
    server: `s${server}`,
    burst,
    steamid64,
    team: 1,
  });
}
