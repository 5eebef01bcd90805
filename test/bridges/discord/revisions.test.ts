/** Edits and deletions by people in Discord. */
import { expect, it } from 'vitest';
import { words } from '../../support/host.ts';
import { connected, says, send } from './setup.ts';

it('tells of an edit, with the message as it reads now', async () => {
  const { general, alice, host } = await connected();
  const message = alice.says(general, 'helo');
  await host.waitForMessage('helo');
  alice.edits(message, '**hello**');
  const edit = await host.edits.waitFor(() => true);
  expect(edit).toMatchObject({
    kind: 'edit',
    id: expect.stringMatching(new RegExp(`^discord/${general.id}/${message.id}/edit/\\d+$`)),
    place: { room: general.id },
    message: { id: `discord/${general.id}/${message.id}`, author: { name: 'Alice' }, body: [{ type: 'bold' }] },
  });
  expect(host.messages.all).toHaveLength(1);
});

it('tells of edits and deletions of messages that were said long ago', async () => {
  const { general, alice, host } = await connected();
  const old = alice.says(general, 'old');
  const older = alice.says(general, 'older');
  for (let n = 0; n < 30; n++) alice.says(general, `${n}`);
  await host.waitForMessage('29');
  alice.edits(old, 'new');
  const edit = await host.edits.waitFor(({ message }) => words(message.body) === 'new');
  expect(edit.message.author).toMatchObject({ name: 'Alice', id: alice.id });
  alice.deletes(older);
  await host.removals.waitFor(({ target }) => target.endsWith(older.id));
});

it('tells of many edits in a burst, each by another name, in order', async () => {
  const { general, alice, host } = await connected();
  const message = alice.says(general, 'first');
  for (let n = 0; n < 50; n++) alice.edits(message, `version ${n}`);
  await host.edits.waitFor((edit) => words(edit.message.body) === 'version 49');
  expect(new Set(host.edits.all.map(({ id }) => id)).size).toBe(50);
  expect(host.edits.all.map((edit) => words(edit.message.body))).toEqual(Array.from({ length: 50 }, (_, n) => `version ${n}`));
});

it('takes no preview of a link for an edit', async () => {
  const { general, alice, host } = await connected();
  const plain = alice.says(general, 'https://a.example');
  const edited = alice.says(general, 'https://b.example');
  alice.edits(edited, 'https://c.example');
  await host.edits.waitFor(() => true);
  for (const message of [plain, edited]) general.unfurl(message, { title: 'A', url: 'https://a.example' });
  alice.says(general, 'last');
  await host.waitForMessage('last');
  expect(host.edits.all).toHaveLength(1);
});

it('tells of deletions, also of many at once', async () => {
  const { general, alice, host } = await connected();
  const messages = ['one', 'two', 'three'].map((text) => alice.says(general, text));
  await host.waitForMessage('three');
  const [one, ...others] = messages;
  if (one) alice.deletes(one);
  alice.deletes(...others);
  await host.removals.waitFor(({ target }) => target.endsWith(messages[2]?.id ?? ''));
  expect(host.removals.all.map(({ target }) => target)).toEqual(messages.map(({ id }) => `discord/${general.id}/${id}`));
  expect(new Set(host.removals.all.map(({ id }) => id)).size).toBe(3);
});

it('tells nothing of what the bridge, other bots and other channels do', async () => {
  const made = await connected();
  const { general, alice, guild, host } = made;
  const other = guild.addTextChannel('other');
  const elsewhere = alice.says(other, 'elsewhere');
  const by = general.addWebhook('other', alice).says('by a webhook');
  const message = says('by the bridge');
  await send(made, general, message);
  const own = general.messages.at(-1);
  alice.says(general, 'mark');
  await host.waitForMessage('mark');
  alice.edits(elsewhere, 'changed');
  if (own) alice.edits(own, 'changed');
  alice.edits(by, 'changed');
  alice.deletes(elsewhere);
  if (own) alice.deletes(own, by);
  alice.says(general, 'last');
  await host.waitForMessage('last');
  expect(host.edits.all).toEqual([]);
  expect(host.removals.all).toEqual([]);
});

it('keeps edits and deletions in order with messages over a break of the connection', async () => {
  const { discord, general, alice, host } = await connected();
  const first = alice.says(general, 'first');
  await host.waitForMessage('first');
  discord.gateway.drop();
  const second = alice.says(general, 'second');
  alice.edits(first, 'first, edited');
  alice.edits(second, 'second, edited');
  alice.deletes(second);
  await discord.waitForGateway('resumed');
  await host.removals.waitFor(() => true);
  expect(host.messages.all).toHaveLength(2);
  expect(host.edits.all.map(({ message }) => message.id.split('/').at(-1))).toEqual([first.id, second.id]);
});
