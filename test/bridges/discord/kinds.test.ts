/** Every kind of message that a member can send, as the core hears it. */
import { type APIEmbed, ComponentType, MessageType } from 'discord.js';
import { describe, expect, it } from 'vitest';
import { forGame } from '../../../src/text/game.ts';
import type { DiscordChannel } from '../../doubles/discord/index.ts';
import { outline } from './markdown/outline.ts';
import { connected, restarted, type Scene, type SceneOptions, says, send } from './setup.ts';

const content = new TextEncoder().encode('a file');
const cat = { filename: 'cat.png', contentType: 'image/png', content, description: 'a sleeping cat' };
const voice = { filename: 'voice-message.ogg', contentType: 'audio/ogg', content, seconds: 7.4 };
const poll = { question: 'Which map?', answers: ['dust', 'nuke'] };
const wave = { id: '1', name: 'Wave', format_type: 1 };
const news: APIEmbed = { title: 'News', description: 'It is **out**', fields: [{ name: 'Version', value: '2' }] };
const relay: SceneOptions = { config: () => ({ bots: 'relay' }) };
const everyNotice: SceneOptions = { config: () => ({ system_messages: ['joins', 'boosts', 'pins', 'threads'] }) };

/** What players would read of the messages so far, without addresses. */
const inGame = ({ host }: Scene) =>
  host.messages.all.map((message) =>
    forGame(message, 500)
      .join('\n')
      .replaceAll(/ https?:\S+/g, ''),
  );

/** Waits until all that was said before was heard. */
async function heard(made: Scene): Promise<string[]> {
  made.alice.says(made.general, 'the end');
  await made.host.waitForMessage('the end');
  return inGame(made).slice(0, -1);
}

function otherBot({ discord, guild }: Scene) {
  return guild.addBot(discord.addBot({ name: 'other' }));
}

describe('what people say', () => {
  it.each<[string, (made: Scene) => void, string]>([
    [
      'a picture with text',
      ({ alice, general }) => alice.says(general, 'look', { attachments: [cat] }),
      'look [image cat.png, 6 B: a sleeping cat]',
    ],
    ['a voice message', ({ alice, general }) => alice.says(general, '', { attachments: [voice] }), '[voice message, 0:07]'],
    ['a sticker', ({ alice, general }) => alice.says(general, '', { stickers: [wave] }), '[sticker Wave]'],
    ['a poll', ({ alice, general }) => alice.says(general, '', { poll }), 'poll: Which map? / 1. dust / 2. nuke'],
    [
      'a forward of a text with a file',
      ({ alice, general, guild }) =>
        alice.forwards(guild.addMember('bob').says(guild.addTextChannel('x'), 'read **this**', { attachments: [cat] }), general),
      'forwarded: read this [image cat.png, 6 B: a sleeping cat]',
    ],
    [
      'a forward of a sticker',
      ({ alice, general, guild }) => alice.forwards(alice.says(guild.addTextChannel('x'), '', { stickers: [wave] }), general),
      'forwarded: [sticker Wave]',
    ],
    [
      'a page of the guild, a command and a time',
      ({ alice, general }) => alice.says(general, '<id:customize> </ping pong:1> <t:0:R> <:blob:1>'),
      '#Channels & Roles /ping pong 1970-01-01 00:00 UTC :blob:',
    ],
    ['a secret', ({ alice, general }) => alice.says(general, 'he ||dies||'), 'he [spoiler]'],
    [
      'a message that nobody but Discord can show',
      ({ alice, general }) => alice.says(general, ''),
      'something that only Discord can show:',
    ],
  ])('%s', async (_what, act, wanted) => {
    const made = await connected();
    act(made);
    expect(await heard(made)).toEqual([wanted]);
  });

  it('the result of a poll, but not again what it was about', async () => {
    const made = await connected();
    const { alice, general } = made;
    alice.endsPoll(alice.says(general, '', { poll }), [1, 3]);
    expect((await heard(made))[1]).toBe('poll ended: Which map? – nuke won with 3 of 4 votes');
    expect(made.host.edits.all).toEqual([]);
  });

  it('a forward from a guild that the bridge is not in', async () => {
    const made = await connected();
    const { discord, alice, general } = made;
    const other = discord.addGuild('Other');
    const bob = other.addMember('bob', { displayName: 'Bob' });
    const role = other.addRole('Mods', { mentionable: true });
    const there = other.addMember(alice).says(other.addTextChannel('there'), `hi ${bob.mention} <@&${role.id}> <#1>`, {
      attachments: [cat],
    });
    alice.forwards(there, general);
    expect(await heard(made)).toEqual(['forwarded: hi @Bob @unknown-role #unknown [image cat.png, 6 B: a sleeping cat]']);
  });

  it('a forward of a message in the same channel, and a reply to that one when it is gone', async () => {
    const made = await connected();
    const { alice, general } = made;
    const original = alice.says(general, 'original');
    alice.forwards(original, general);
    alice.says(general, 'old', { replyTo: original });
    alice.deletes(original);
    expect(await heard(made)).toEqual(['original', 'forwarded: original', '(re Alice: original) old']);
  });

  it('a reply to a forward of what the bridge never heard', async () => {
    const made = await connected();
    const { alice, general, guild } = made;
    const elsewhere = guild.addTextChannel('elsewhere');
    const forwarded = alice.forwards(alice.says(elsewhere, 'from there'), general);
    alice.says(general, 'so what', { replyTo: forwarded });
    expect(await heard(made)).toEqual(['forwarded: from there', '(re Alice: forwarded: from there) so what']);
  });
});

describe('replies', () => {
  it('name the player whose message the bridge showed, with their own words', async () => {
    const made = await connected();
    const { alice, general } = made;
    await send(made, general, says('who has the key?', { replyTo: { author: 'Bob', text: 'locked' } }));
    const shown = await general.waitFor('the key');
    alice.says(general, 'I', { replyTo: shown });
    expect(await heard(made)).toEqual(['(re Gordon [alpha]: who has the key?) I']);
  });

  it.each<[string, Parameters<Scene['alice']['says']>[2], string]>([
    ['a picture', { attachments: [cat] }, '[image cat.png, 6 B: a sleeping cat]'],
    ['a sticker', { stickers: [wave] }, '[sticker Wave]'],
    ['a poll', { poll }, 'poll: Which map? / 1. dust / 2. nuke'],
  ])('to %s say what that was', async (_what, options, wanted) => {
    const { guild, general, alice, host } = await connected();
    const first = guild.addMember('bob', { nick: 'Bobby' }).says(general, '', options);
    alice.says(general, 'nice', { replyTo: first });
    expect((await host.waitForMessage('nice')).replyTo).toMatchObject({ author: 'Bobby', text: wanted });
  });

  it('keep what they answer when many were missed at once', async () => {
    const made = await connected();
    const { general, alice, discord, adapter, host } = made;
    alice.says(general, 'before');
    await host.waitForMessage('before');
    await adapter.stop();
    for (let n = 0; n < 60; n++) alice.says(general, `yes ${n}`, { replyTo: alice.says(general, `question ${n}`) });
    const again = await restarted(made);
    await again.host.waitForMessage('yes 59');
    const replies = again.host.messages.all.filter(({ replyTo }) => replyTo !== undefined);
    expect(replies.map(({ replyTo }) => replyTo?.text)).toEqual(Array.from({ length: 60 }, (_, n) => `question ${n}`));
    expect(discord.violations).toEqual([]);
  });
});

describe('notices', () => {
  const everything = ({ alice, general }: Scene) => {
    alice.does(general, MessageType.UserJoin);
    alice.does(general, MessageType.GuildBoostTier2);
    alice.pins(alice.says(general, 'rules'));
    general.addThread('Raid tonight', alice);
    alice.does(general, MessageType.StageTopic, 'something else');
  };

  it('tell of threads only, if nothing else is asked for', async () => {
    const made = await connected();
    everything(made);
    expect(await heard(made)).toEqual([
      'rules',
      expect.stringMatching(/^\* started a thread: Raid tonight \(https:\/\/discord\.com\/channels\/\d+\/\d+\)$/),
    ]);
  });

  it('tell of all that is asked for', async () => {
    const made = await connected(everyNotice);
    everything(made);
    expect(await heard(made)).toEqual([
      '* joined the Discord server',
      '* boosted the Discord server, now on level 2',
      'rules',
      '(re Alice: rules) * pinned a message',
      expect.stringContaining('* started a thread: Raid tonight'),
    ]);
    expect(made.host.messages.all[0]).toMatchObject({ emote: true, author: { name: 'Alice' } });
  });
});

describe('bots', () => {
  it('are heard if that is asked for, with what they embed; the bridge itself never is', async () => {
    const made = await connected(relay);
    const { alice, general } = made;
    const bot = otherBot(made);
    bot.says(general, 'hello');
    bot.says(general, '', { embeds: [news] });
    bot.says(general, '', { components: [{ type: ComponentType.TextDisplay, id: 1, content: 'built' }] });
    bot.says(general, 'pong', { commandOf: alice });
    await send(made, general, says('from a player'));
    expect(await heard(made)).toEqual(['hello', 'News / It is out / Version: 2', 'built', 'pong']);
    const [hello, , , pong] = made.host.messages.all;
    expect(pong?.author).toEqual(hello?.author);
    expect(hello?.author).toMatchObject({ id: bot.id, name: 'other' });
  });

  it('are heard when they have thought, and what they then say may be edited and deleted', async () => {
    const made = await connected(relay);
    const { alice, general, host } = made;
    const bot = otherBot(made);
    const begun = bot.says(general, '', { commandOf: alice, thinks: true });
    expect(await heard(made)).toEqual([]);
    bot.edits(begun, 'the answer');
    await host.waitForMessage('the answer');
    bot.edits(begun, 'the better answer');
    await host.edits.waitFor(({ message }) => outline(message.body) === 'the better answer');
    bot.deletes(begun);
    await host.removals.waitFor(({ target }) => target.endsWith(begun.id));
    expect(host.edits.all).toHaveLength(1);
  });

  it('are heard where they are listed, by the id of the bot or of the webhook', async () => {
    let webhook: ReturnType<DiscordChannel['addWebhook']> | undefined;
    const listed: string[] = [];
    const made = await connected({
      rooms: (general, guild, discord) => {
        webhook = general.addWebhook('Feed', guild.addMember('carol'));
        listed.push(webhook.id, guild.addBot(discord.addBot({ name: 'friend' })).id);
        return [general.id];
      },
      config: () => ({ bots: listed }),
    });
    const { general, alice, host } = made;
    otherBot(made).says(general, 'from a stranger');
    general.addWebhook('Other', alice).says('from another webhook');
    webhook?.says('one', { name: 'Red', embeds: [news] });
    webhook?.says('two', { name: 'Blue' });
    expect(await heard(made)).toEqual(['one / News / It is out / Version: 2', 'two']);
    expect(host.messages.all.map(({ author }) => [author.name, author.id]).slice(0, 2)).toEqual([
      ['Red', `${webhook?.id}/Red`],
      ['Blue', `${webhook?.id}/Blue`],
    ]);
    expect(host.messages.all[0]?.author.link).toBeUndefined();
  });

  it('are not meant by news of a followed channel: these are heard, edited and taken back', async () => {
    const made = await connected();
    const { alice, general, guild, host } = made;
    const source = guild.addTextChannel('news');
    general.follows(source, alice);
    const first = alice.says(source, 'version 2');
    source.publish(first);
    const copy = await host.waitForMessage('version 2');
    expect(copy.author.name).toBe('Guild #news');
    source.publishChange(first, 'version 2.1');
    await host.edits.waitFor(({ message }) => outline(message.body) === 'version 2.1');
    source.publishChange(first, null);
    await host.removals.waitFor(({ target }) => target === copy.id);
  });
});

describe('edits', () => {
  it.each<[string, Parameters<Scene['alice']['says']>[2], string]>([
    ['files', { attachments: [cat] }, 'new [image cat.png, 6 B: a sleeping cat]'],
    ['a sticker', { stickers: [wave] }, 'new [sticker Wave]'],
    ['a poll', { poll }, 'new / poll: Which map? / 1. dust / 2. nuke'],
  ])('of a text leave %s as they are', async (_what, options, wanted) => {
    const { alice, general, host } = await connected();
    alice.edits(alice.says(general, 'old', options), 'new');
    const { message } = await host.edits.waitFor(() => true);
    expect(forGame({ ...message, attachments: message.attachments.map(({ url: _, ...file }) => file) }, 500)).toEqual([wanted]);
  });

  it('of a reply keep what it answers', async () => {
    const { alice, general, host } = await connected();
    alice.edits(alice.says(general, 'yse', { replyTo: alice.says(general, 'sure?') }), 'yes');
    expect((await host.edits.waitFor(() => true)).message.replyTo).toMatchObject({ author: 'Alice', text: 'sure?' });
  });

  it("of a bot's embed are heard", async () => {
    const made = await connected(relay);
    const { general, host } = made;
    const bot = otherBot(made);
    bot.edits(bot.says(general, '', { embeds: [news] }), 'again');
    const { message } = await host.edits.waitFor(() => true);
    expect(outline(message.body)).toBe('again\n<b>News</b>\nIt is <b>out</b>\n<b>Version</b>: 2');
  });
});

it('what the gateway tells only in part does no harm', async () => {
  const made = await connected();
  const { alice, general } = made;
  const known = alice.says(general, 'known');
  await made.host.waitForMessage('known');
  const edited_timestamp = new Date().toISOString();
  for (const id of [known.id, '1']) {
    for (const fields of [{}, { embeds: [news] }, { content: 'x' }, { content: 'x', edited_timestamp }, { flags: 4 }]) {
      if (id === '1' || !('content' in fields)) general.hint({ id }, fields);
    }
  }
  general.hint({ id: known.id }, { content: 'changed', edited_timestamp });
  await made.host.edits.waitFor(({ message }) => outline(message.body) === 'changed');
  expect(await heard(made)).toEqual(['known']);
  expect(made.host.edits.all).toHaveLength(1);
});
