/** Reactions: of the members of a guild, and the bot's own. */
import { describe, expect, it } from 'vitest';
import type { Emoji, EventId, RoomRef } from '../../../src/event.ts';
import { usualRateLimits } from '../../doubles/discord/index.ts';
import { connected, failure, insist, letIdentifyAgain, restarted, type Scene, says } from './setup.ts';

const reactionsRoute = '/channels/:channel/messages/:message/reactions/:emoji/@me';

let causes = 0;
function set({ adapter, general }: Pick<Scene, 'adapter' | 'general'>, message: string, emoji: Emoji, isOn = true) {
  const cause = `cause ${++causes}` as EventId;
  return adapter.react?.(general.id as RoomRef, { message, emoji, isOn, cause }, AbortSignal.timeout(20_000));
}

describe('what members react with', () => {
  it('is heard, with who they are; also to a message that nobody remembers', async () => {
    const made = await connected();
    const { alice, general, guild, host } = made;
    const wave = guild.addEmoji('wave');
    const old = alice.says(general, 'old');
    await host.waitForMessage('old');
    for (let n = 0; n < 30; n++) alice.says(general, `later ${n}`);
    alice.reacts(old, '👍');
    alice.reacts(old, wave);
    await host.reactions.waitFor((reaction) => reaction.emoji?.name === 'wave');
    const common = {
      kind: 'reaction',
      tag: 'Discord',
      place: { kind: 'room', adapter: 'discord', room: general.id },
      author: { id: alice.id, name: 'Alice', link: `https://discord.com/users/${alice.id}` },
      target: `discord/${general.id}/${old.id}`,
    };
    expect(host.reactions.all).toMatchObject([
      { ...common, emoji: { name: '👍' } },
      { ...common, emoji: { name: 'wave', url: `https://cdn.discordapp.com/emojis/${wave.id}.png` } },
    ]);
    expect(new Set(host.reactions.all.map(({ id }) => id)).size).toBe(2);
  });

  it('is heard when it is taken back: by themselves, or by a moderator', async () => {
    const { alice, general, guild, host } = await connected();
    const bob = guild.addMember('bob');
    const message = alice.says(general, 'hello');
    alice.reacts(message, '👍');
    alice.unreacts(message, '👍');
    bob.reacts(message, '👎');
    bob.clearsReactions(message, '👎');
    bob.reacts(message, '❤️');
    bob.clearsReactions(message);
    await host.reactions.waitFor(({ emoji }) => emoji === undefined);
    const removals = host.reactions.all.filter(({ kind }) => kind === 'reaction-removal');
    const target = `discord/${general.id}/${message.id}`;
    expect(removals).toMatchObject([
      { target, emoji: { name: '👍' }, userId: alice.id },
      { target, emoji: { name: '👎' } },
      { target },
    ]);
    expect(removals.map((removal) => 'userId' in removal)).toEqual([true, false, false]);
    expect('emoji' in (removals[2] ?? {})).toBe(false);
  });

  it('is not heard of bots, of the bridge itself, and in other channels', async () => {
    const made = await connected();
    const { alice, general, guild, host, discord } = made;
    const message = alice.says(general, 'hello');
    const elsewhere = guild.addTextChannel('elsewhere');
    guild.addBot(discord.addBot({ name: 'helper' })).reacts(message, '👍');
    await set(made, message.id, { name: '👎' });
    await set(made, message.id, { name: '👎' }, false);
    alice.reacts(alice.says(elsewhere, 'there'), '👍');
    alice.reacts(message, '❤️');
    await host.reactions.waitFor(({ emoji }) => emoji?.name === '❤️');
    expect(host.reactions.all).toHaveLength(1);
  });

  it('comes after what was said before it, over a break of the connection', async () => {
    const made = await connected();
    const { alice, general, discord, host } = made;
    discord.gateway.drop();
    const message = alice.says(general, 'said meanwhile');
    alice.reacts(message, '👍');
    await host.reactions.waitFor(() => true);
    expect(host.messages.all).toHaveLength(1);
  });
});

describe('what changes while nobody listens', () => {
  const told = ({ host }: Scene) =>
    host.reactions.all.map((event) => {
      const who = event.kind === 'reaction' ? event.author.name : event.userId;
      return `${event.kind === 'reaction' ? '+' : '-'}${event.emoji?.name} ${who} ${event.target.split('/').at(-1)}`;
    });

  it.each(['restart', 'lost session'] as const)('is told afterwards, once: %s', async (how) => {
    const made = await connected();
    const { alice, general, guild, discord, host } = made;
    const [bob, helper] = [guild.addMember('bob'), discord.addBot({ name: 'helper' })];
    const wave = guild.addEmoji('wave');
    const said = alice.says(general, 'hello');
    await host.waitForMessage('hello');
    await insist(made, general, says('from a game'));
    const shown = general.messages.at(-1) ?? said;
    const foreign = general.addWebhook('other', alice).says('by another webhook');
    alice.reacts(said, '👍');
    bob.reacts(said, '👍');
    bob.reacts(said, '🎉');
    alice.reacts(shown, wave);
    await set(made, said.id, { name: '👍' });
    await host.reactions.waitFor(({ emoji }) => emoji?.name === 'wave');
    await expect.poll(() => host.memory.get(`reactions/${general.id}`)).toContain('wave');

    if (how === 'restart') await made.adapter.stop();
    else {
      discord.gateway.forgetSessions();
      discord.gateway.drop();
    }
    alice.unreacts(said, '👍');
    bob.unreacts(said, '🎉');
    bob.reacts(shown, wave);
    bob.reacts(shown, '❤️');
    bob.reacts(foreign, '❤️');
    guild.addBot(helper).reacts(shown, '👀');
    const meanwhile = alice.says(general, 'meanwhile');
    bob.reacts(meanwhile, '👎');
    const before = how === 'restart' ? 0 : host.reactions.all.length;
    if (how === 'lost session') letIdentifyAgain();
    const after = how === 'restart' ? await restarted(made) : made;
    await after.host.waitForMessage('meanwhile');
    await after.host.reactions.waitFor(({ emoji }) => emoji?.name === '🎉');
    alice.reacts(said, '🏁');
    await after.host.reactions.waitFor(({ emoji }) => emoji?.name === '🏁');
    const [here, there] = [said.id, shown.id];
    expect(told(after).slice(before)).toEqual([
      `+👎 bob ${meanwhile.id}`,
      `+wave bob ${there}`,
      `+❤️ bob ${there}`,
      `-👍 ${alice.id} ${here}`,
      `-🎉 ${bob.id} ${here}`,
      `+🏁 Alice ${here}`,
    ]);
    expect(discord.violations).toEqual([]);
  });

  it('costs one request for a room in which nothing changed, and few however much did', async () => {
    const made = await connected();
    const { alice, general, discord, host } = made;
    const lists = () =>
      discord.requests.filter(({ route }) => route === 'GET /channels/:channel/messages/:message/reactions/:emoji');
    const messages = Array.from({ length: 40 }, (_, n) => alice.says(general, `message ${n}`));
    await host.waitForMessage('message 39');
    const [first = { id: '' }] = messages;
    alice.reacts(first, '👍');
    await host.reactions.waitFor(() => true);
    await expect.poll(() => host.memory.get(`reactions/${general.id}`)).toContain(first.id);
    await made.adapter.stop();
    const again = await restarted(made);
    // The second one is passed on when all that was missed was told.
    for (const text of ['after', 'at last']) {
      alice.says(general, text);
      await again.host.waitForMessage(text);
    }
    expect(lists()).toHaveLength(0);
    await again.adapter.stop();
    for (const message of messages) alice.reacts(message, '❤️');
    const third = await restarted(again);
    await third.host.reactions.waitFor(({ target }) => target.endsWith(messages[20]?.id ?? ''));
    alice.reacts(first, '🏁');
    await third.host.reactions.waitFor(({ emoji }) => emoji?.name === '🏁');
    expect(lists()).toHaveLength(25);
  });
});

describe("the bot's own reactions", () => {
  it('stand beside those of members, and are taken away by the next process', async () => {
    const made = await connected();
    const { alice, general, discord } = made;
    const { id } = alice.says(general, 'hello');
    alice.reacts({ id }, '👍');
    expect(await set(made, id, { name: '👍' })).toBe(true);
    await set(made, id, { name: '👍' });
    await set(made, id, { name: '❤️' });
    expect(general.messages[0]?.reactions).toEqual(['👍 Alice, bridge', '❤️ bridge']);
    await made.adapter.stop();
    const again = await restarted(made);
    await set(again, id, { name: '👍' }, false);
    await set(again, id, { name: '👍' }, false);
    expect(general.messages[0]?.reactions).toEqual(['👍 Alice', '❤️ bridge']);
    expect(discord.violations).toEqual([]);
  });

  it.each(['👍\ufe0f', '❤', '✌🏽', '1\u20e3', '👩‍❤‍👨', '🇩🇪', '🏳‍🌈', '©'])(
    'take %s in the form that Discord knows',
    async (name) => {
      const made = await connected();
      const { id } = made.alice.says(made.general, 'hello');
      expect(await set(made, id, { name })).toBe(true);
      expect(made.general.messages[0]?.reactions).toHaveLength(1);
      await set(made, id, { name }, false);
      expect(made.general.messages[0]?.reactions).toHaveLength(0);
    },
  );

  it('take a custom emoji of a guild that the bot is in; no other, no picture from elsewhere and no text', async () => {
    const made = await connected();
    const { alice, general, guild, discord } = made;
    const { id } = alice.says(general, 'hello');
    const of = (emoji: { id: string | null; name: string }) => ({
      name: emoji.name,
      url: `https://cdn.discordapp.com/emojis/${emoji.id}.png`,
    });
    expect(await set(made, id, of(guild.addEmoji('wave')))).toBe(true);
    expect(await set(made, id, of(discord.addGuild('Elsewhere').addEmoji('theirs')))).toBe(false);
    expect(await set(made, id, { name: 'cat', url: 'https://pics.example/cat.png' })).toBe(false);
    for (const name of ['LGTM', ':cat:', '1', '../..', '@me']) expect(await set(made, id, { name })).toBe(false);
    expect(general.messages[0]?.reactions).toEqual([':wave: bridge']);
    expect(discord.requests.filter(({ route }) => route === `PUT ${reactionsRoute}`)).toHaveLength(2);
  });

  it('need a permission, of which the operator is told once', async () => {
    const made = await connected();
    const { alice, general, guild, bot, host } = made;
    general.setRule({ of: guild.roleOf(bot), deny: ['AddReactions'] });
    const { id } = alice.says(general, 'hello');
    expect(await set(made, id, { name: '👍' })).toBe(false);
    expect(await set(made, id, { name: '👎' })).toBe(false);
    expect(host.lines.all.filter((line) => line.includes('the bot may not react'))).toHaveLength(1);
    alice.reacts({ id }, '❤️');
    expect(await set(made, id, { name: '❤️' })).toBe(true);
  });

  it('to a message that is gone, or has as many as it can have, are no fault', async () => {
    const made = await connected();
    const { alice, general, guild } = made;
    const message = alice.says(general, 'hello');
    for (let n = 0; n < 20; n++) alice.reacts(message, guild.addEmoji(`emoji${n}`));
    expect(await set(made, message.id, { name: '👍' })).toBe(true);
    alice.deletes(message);
    expect(await set(made, message.id, { name: '👍' })).toBe(true);
    expect(await set(made, message.id, { name: '👍' }, false)).toBe(true);
  });

  it("wait for Discord's limits, and pass on what does not pass by itself", async () => {
    const made = await connected({ double: { limits: usualRateLimits } });
    const { alice, general, discord } = made;
    const { id } = alice.says(general, 'hello');
    for (const name of ['👍', '👎', '❤️', '🎉']) expect(await set(made, id, { name })).toBe(true);
    expect(discord.violations).toEqual([]);
    discord.faults.next(1, { stored: false, answer: { status: 503 } }, `PUT ${reactionsRoute}`);
    expect(await failure(Promise.resolve(set(made, id, { name: '🚀' })).then(() => {}))).toMatchObject({
      name: 'DeliveryError',
      passing: true,
    });
  });
});
