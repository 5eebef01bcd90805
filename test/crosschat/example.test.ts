import { afterEach, expect, test } from 'vitest';
import { joinNetwork, type OnNetwork } from '../../docs/examples/game-server.ts';
import { startBroker, type TestBroker } from '../support/broker.ts';
import { RawPeer } from './raw-peer.ts';

let broker: TestBroker | undefined;
const games: OnNetwork[] = [];
const lines = new Map<string, string[]>();

function play(serverId: string): OnNetwork {
  const seen: string[] = [];
  lines.set(serverId, seen);
  const options = { serverId, urls: [broker?.url ?? ''], allowAnonymous: true };
  const game = joinNetwork({ print: (line) => seen.push(line) }, options);
  games.push(game);
  return game;
}

afterEach(async () => {
  await Promise.all(games.splice(0).map((game) => game.stop()));
  await broker?.close();
});

test('the example of the guide does what the guide says', async () => {
  broker = await startBroker();
  const alpha = play('alpha');
  const beta = play('beta');
  const seenBy = (id: string, line: string) => expect.poll(() => lines.get(id), { interval: 5 }).toContain(line);
  const ann = await alpha.join({ name: 'Ann', steamid64: '76561197986413226' });
  const bob = await beta.join({ name: 'Bob' });
  const observer = await RawPeer.connect({ url: broker.url, id: 'observer' });
  await observer.hears('state/alpha/status', ({ started }: { started: number }) => started > 0);
  await observer.hears('state/beta/status', ({ started }: { started: number }) => started > 0);
  await expect
    .poll(
      async () => {
        await alpha.say(ann, 'hello');
        return lines.get('beta');
      },
      { interval: 5 },
    )
    .toContain('[alpha] Ann: hello');
  await beta.say(bob, 'hi Ann');
  await seenBy('alpha', '[beta] Bob: hi Ann');
  const cid = await beta.join({ name: 'Cid' });
  await seenBy('alpha', 'Cid joined beta');
  await beta.leave(cid, 'had to go');
  await seenBy('alpha', 'Cid left beta');
  await alpha.changeMap('desert');
  expect(await observer.hears('state/alpha/map')).toBe('desert');
  await observer.send('m/observer/alpha/ooc/aowl_kick', { steamid64: '76561197986413226', reason: 'spam' });
  await seenBy('beta', 'Ann left alpha');
  await observer.close();
});
