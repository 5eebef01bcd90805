/** Channels that come and go while the Discord adapter runs. */
import { afterEach, expect, it, vi } from 'vitest';
import type { RoomRef } from '../../../src/event.ts';
import { words } from '../../support/host.ts';
import { connected, failure, restarted, type Scene, says, send } from './setup.ts';

const open = ({ adapter }: Scene, channel: { readonly id: string }) =>
  Promise.resolve(adapter.open?.(channel.id as RoomRef, new AbortController().signal));
const refusal = async (made: Scene, id: string) => String(await failure(open(made, { id })));
const heard = ({ host }: Scene) => host.messages.all.map(({ body }) => words(body));
afterEach(() => vi.useRealTimers());

/** A second guild with the same bot, a channel, and a person who is in no other one. */
function elsewhere({ discord, bot }: Scene) {
  const guild = discord.addGuild('Elsewhere');
  guild.addBot(bot, ['ManageWebhooks']);
  return { guild, channel: guild.addTextChannel('games'), eve: guild.addMember('eve', { displayName: 'Eve' }) };
}

it('a channel of another guild is heard from now on and written to, after a restart as well', async () => {
  const made = await connected();
  const { channel, eve } = elsewhere(made);
  eve.says(channel, 'before');
  await open(made, channel);
  expect(channel.webhooks).toHaveLength(1);
  eve.says(channel, 'hello');
  expect(await made.host.waitForMessage('hello')).toMatchObject({
    place: { adapter: 'discord', room: channel.id },
    author: { name: 'Eve' },
  });
  await send(made, channel, says('hello yourself'));
  expect(channel.messages.map(({ content }) => content)).toEqual(['before', 'hello', 'hello yourself']);
  eve.renames('Evelyn');
  await made.host.profiles.waitFor(({ name }) => name === 'Evelyn');
  await made.adapter.stop();
  eve.says(channel, 'meanwhile');
  const again = await restarted(made, { rooms: [made.general.id, channel.id] });
  await again.host.waitForMessage('meanwhile');
  expect(heard(made)).toEqual(['hello']);
  expect(heard(again)).toEqual(['meanwhile']);
});

it('what is said there while the connection is broken is heard when a new one begins', async () => {
  const made = await connected();
  const { channel, eve } = elsewhere(made);
  await open(made, channel);
  eve.says(channel, 'one');
  await made.host.waitForMessage('one');
  made.discord.gateway.forgetSessions();
  made.discord.gateway.drop();
  eve.says(channel, 'two');
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 5_000 });
  await made.discord.waitForGateway('identified', 2);
  eve.says(channel, 'three');
  await made.host.waitForMessage('three');
  expect(heard(made)).toEqual(['one', 'two', 'three']);
});

it('one that is closed is heard no more, and opened again it begins anew', async () => {
  const made = await connected();
  const { channel, eve } = elsewhere(made);
  const thread = channel.addThread('side', eve);
  await open(made, channel);
  eve.says(channel, 'one');
  eve.says(thread, 'in a thread');
  await made.host.waitForMessage('in a thread');
  made.adapter.close?.(channel.id as RoomRef);
  eve.says(channel, 'two');
  eve.says(thread, 'in a thread, unheard');
  made.alice.says(made.general, 'elsewhere');
  await made.host.waitForMessage('elsewhere');
  await open(made, channel);
  eve.says(channel, 'three');
  await made.host.waitForMessage('three');
  await made.adapter.stop();
  eve.says(channel, 'four');
  const again = await restarted(made, { rooms: [made.general.id, channel.id] });
  await again.host.waitForMessage('four');
  expect(heard(made)).toEqual(['one', 'in a thread', 'elsewhere', 'three']);
  expect(heard(again)).toEqual(['four']);
});

it('one where something is missing is not opened, and the sentence says what', async () => {
  const made = await connected();
  const { guild, channel, eve } = elsewhere(made);
  const hidden = guild.addTextChannel('hidden', { rules: [{ of: guild.everyone, deny: ['ViewChannel'] }] });
  const mute = guild.addTextChannel('mute', { rules: [{ of: guild.everyone, deny: ['SendMessages'] }] });
  const full = guild.addTextChannel('full');
  for (let n = 0; n < 15; n++) full.addWebhook(`webhook ${n}`, eve);
  const foreign = made.discord.addGuild('Foreign').addTextChannel('foreign');
  expect(await refusal(made, hidden.id)).toMatch(/^AdapterError: .*(View Channel)/);
  expect(await refusal(made, mute.id)).toMatch(/^AdapterError: Discord channel #mute in Elsewhere: the bot lacks Send Messages/);
  expect(await refusal(made, full.id)).toMatch(/^AdapterError: #full in Elsewhere has as many webhooks as Discord allows/);
  expect(await refusal(made, foreign.id)).toMatch(/^AdapterError: .*can't see it.*invite it to the server/);
  expect(await refusal(made, guild.addForum('posts').id)).toMatch(/is a forum/);
  for (const id of ['123456789012345678', `00${channel.id}`, 'general', '1'.repeat(300)]) {
    expect(await refusal(made, id)).toMatch(/^AdapterError: There is no Discord channel/);
  }
  for (const unheard of [mute, full]) eve.says(unheard, 'unheard');
  made.alice.says(made.general, 'the end');
  await made.host.waitForMessage('the end');
  expect(heard(made)).toEqual(['the end']);
});

it('while there is no connection, nothing is opened', async () => {
  const made = await connected();
  const { channel } = elsewhere(made);
  made.discord.gateway.drop();
  await made.host.lines.waitFor((line) => line.includes('was lost'));
  expect(await refusal(made, channel.id)).toMatch(/^AdapterError: There is no connection to Discord just now/);
  await made.discord.waitForGateway('resumed');
  await made.host.lines.waitFor((line) => line.includes('is back'));
  await open(made, channel);
});

it('one that is opened while many talk misses nothing that is said after it', async () => {
  const made = await connected();
  const { channel, eve } = elsewhere(made);
  let opened = false;
  const opening = open(made, channel).then(() => {
    opened = true;
  });
  const after: string[] = [];
  for (let n = 0; n < 200 && after.length < 20; n++) {
    eve.says(channel, `word ${n}`);
    if (opened) after.push(`word ${n}`);
    await new Promise(setImmediate);
  }
  await opening;
  eve.says(channel, 'the end');
  await made.host.waitForMessage('the end');
  expect(heard(made).slice(-after.length - 1)).toEqual([...after, 'the end']);
});
