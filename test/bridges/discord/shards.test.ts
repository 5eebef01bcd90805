/** A bot in so many guilds that Discord wants several connections. */
import { expect, it, onTestFinished, vi } from 'vitest';
import type { DiscordDouble, DiscordGuild } from '../../doubles/discord/index.ts';
import type { Bot } from '../../doubles/discord/state.ts';
import { words } from '../../support/host.ts';
import { scene } from './setup.ts';

const shardOf = ({ id }: { readonly id: string }) => Number((BigInt(id) >> 22n) % 2n);

/** A guild whose events come over the other connection. */
function otherGuild(discord: DiscordDouble, guild: DiscordGuild, bot: Bot): DiscordGuild {
  for (;;) {
    const other = discord.addGuild('Other');
    if (shardOf(other) === shardOf(guild)) continue;
    other.addBot(bot, ['ManageWebhooks']);
    return other;
  }
}

it.each(['resumed', 'identified'] as const)(
  'hears all guilds, also what is said while their connections break: %s',
  async (back) => {
    let second: ReturnType<DiscordGuild['addTextChannel']> | undefined;
    const made = await scene({
      rooms: (general, guild, discord, bot) => {
        discord.gateway.shards = 2;
        second = otherGuild(discord, guild, bot).addTextChannel('second');
        return [general.id, second.id];
      },
    });
    const { discord, general, alice, host } = made;
    await made.adapter.start();
    if (second === undefined) throw new Error('there is no second channel');
    const channels = [general, second];
    const say = (text: string) => channels.map((channel) => alice.says(channel, `${text} in ${channel.state.name}`));
    const heard = async (text: string) => {
      for (const { state } of channels) await host.waitForMessage(`${text} in ${state.name}`);
    };
    say('before');
    await heard('before');
    expect(new Set([...discord.gateway.sessions.values()].map(({ shard }) => shard.join('/')))).toEqual(new Set(['0/2', '1/2']));
    const times = discord.gateway.steps.filter(({ step }) => step === back).length;
    if (back === 'identified') {
      discord.gateway.forgetSessions();
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 5_000 });
      onTestFinished(() => void vi.useRealTimers());
    }
    discord.gateway.drop();
    say('meanwhile');
    await discord.waitForGateway(back, times + 2, 10_000);
    say('after');
    await heard('after');
    for (const { id, state } of channels) {
      const texts = host.messages.all
        .filter(({ place }) => place.kind === 'room' && place.room === id)
        .map(({ body }) => words(body));
      expect(texts).toEqual(['before', 'meanwhile', 'after'].map((text) => `${text} in ${state.name}`));
    }
  },
);
