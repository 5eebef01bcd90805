/** Who has left, or was sent away, does not go on by way of the private chat with the bot. */
import { randomUUID } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { standIns } from '../stories/stand-ins.ts';
import { World } from '../stories/world.ts';
import { MatrixPerson } from '../support/matrix-person.ts';

const TOLD = 'That was sent to nobody: you are in none of the places any more';

async function open() {
  const world = await World.open(standIns);
  onTestFinished(() => world.close());
  const alpha = await world.game('alpha');
  const gordon = await alpha.join('Gordon');
  await world.bridge();
  /** A player whispers to somebody who just spoke. */
  const whispersTo = async (name: string, text: string) => {
    await alpha.chat.waitFor((line) => line.startsWith(`${name}@bridge: `));
    const [id = 0] = [...(alpha.users.get('bridge')?.values() ?? [])].flatMap((user) => (user.name === name ? [user.id] : []));
    await gordon.whispers('bridge', id, text);
  };
  /** Nobody came back to the network, and nothing was whispered. */
  const expectNothing = (name: string) => {
    expect(alpha.presence.all.filter((change) => change === `+${name}@bridge`)).toHaveLength(1);
    expect(alpha.packets.all.filter((packet) => packet.includes('/pm/') && packet.includes('find you'))).toEqual([]);
  };
  return { world, alpha, whispersTo, expectNothing };
}

test('of who left the Discord server, players hear nothing more', async () => {
  const { world, alpha, whispersTo, expectNothing } = await open();
  const alice = await world.discord.member('Alice');
  await alice.says('hello');
  await whispersTo('Alice', 'go away');
  await alice.direct.waitFor('go away');
  await alice.leaves();
  await alpha.presence.waitFor((change) => change === '-Alice@bridge');
  alice.direct.says('I will find you');
  // Discord lets no bot write to those with whom it shares no server.
  await expect.poll(() => world.lines.join().includes('a whisper was not taken'), { timeout: 15_000 }).toBe(true);
  expectNothing('Alice');
});

test('who left while the bridge was away is not there when it is back', async () => {
  const world = await World.open(standIns);
  onTestFinished(() => world.close());
  const alpha = await world.game('alpha');
  const bridge = await world.bridge();
  const [alice, bob] = [await world.discord.member('Alice'), await world.discord.member('Bob')];
  for (const one of [alice, bob]) await one.says('hello');
  await expect.poll(() => alpha.namesOn('bridge').length, { timeout: 15_000 }).toBe(2);
  await bridge.stop();
  await bob.leaves();
  const departures = () => alpha.presence.all.filter((change) => change === '-Bob@bridge').length;
  const before = departures();
  await world.bridge();
  await expect.poll(departures, { timeout: 15_000 }).toBe(before + 1);
  await alice.says('where is Bob?');
  await alpha.chat.waitFor((line) => line.endsWith('where is Bob?'));
  expect(alpha.namesOn('bridge')).toEqual(['Alice']);
});

test('who was sent out of the Matrix room is told so, and players hear nothing more of them', async () => {
  const { world, alpha, whispersTo, expectNothing } = await open();
  const { roomId, carol } = world.matrix;
  const account = await world.site.matrix.account(`dave_${randomUUID().slice(0, 8)}`);
  const dave = new MatrixPerson(world.site.matrix.url, account);
  onTestFinished(() => dave.close());
  await dave.join(roomId);
  await dave.rename('Dave');
  await dave.look();
  await dave.says(roomId, 'hello');
  await whispersTo('Dave', 'go away');
  const chat = await dave.invitations.waitFor(() => true);
  await dave.join(chat.roomId);
  await dave.waitFor(chat.roomId, 'go away');
  await carol.kicks(roomId, account.id);
  await alpha.presence.waitFor((change) => change === '-Dave@bridge');
  await dave.says(chat.roomId, 'I will find you');
  await dave.waitFor(chat.roomId, TOLD);
  expectNothing('Dave');
});
