import { afterEach, expect } from 'vitest';
import { discord } from '../../../bridges/discord/index.ts';
import type { Adapter } from '../../../src/adapter.ts';
import { type EventId, eventId, type Message, type Place, type RoomRef, type ServerId } from '../../../src/event.ts';
import { literal } from '../../../src/text/tree.ts';
import { type DiscordChannel, DiscordDouble, type DiscordGuild, type DiscordMember } from '../../doubles/discord/index.ts';
import type { Bot } from '../../doubles/discord/state.ts';
import { TestAttempt } from '../../support/attempt.ts';
import { type TestHost, testHost } from '../../support/host.ts';

export const token = 'MTAx.secret.token';
const alpha: Place = { kind: 'server', server: 'alpha' as ServerId };
const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

export interface Scene {
  readonly discord: DiscordDouble;
  readonly bot: Bot;
  readonly guild: DiscordGuild;
  readonly general: DiscordChannel;
  readonly alice: DiscordMember;
  readonly host: TestHost;
  readonly adapter: Adapter;
}

export interface SceneOptions {
  readonly privileged?: readonly ('MessageContent' | 'GuildMembers')[];
  readonly permissions?: Parameters<DiscordGuild['addBot']>[1];
  readonly rooms?: (general: DiscordChannel, guild: DiscordGuild, discord: DiscordDouble, bot: Bot) => string[];
  readonly token?: string;
  readonly template?: string;
  readonly options?: Parameters<typeof testHost>[0];
}

/** A guild with a channel, a bot and a person in it, and the bridge's adapter for it, which is not started yet. */
export async function scene(options: SceneOptions = {}): Promise<Scene> {
  const double = await DiscordDouble.start();
  ends.push(() => double.stop());
  const bot = double.addBot({ token, name: 'bridge', privileged: options.privileged ?? ['MessageContent', 'GuildMembers'] });
  const guild = double.addGuild('Guild');
  guild.addBot(bot, options.permissions ?? ['ManageWebhooks']);
  const general = guild.addTextChannel('general');
  const alice = guild.addMember('alice', { displayName: 'Alice' });
  const rooms = options.rooms?.(general, guild, double, bot) ?? [general.id];
  const host = testHost({ id: 'discord', rooms, ...options.options });
  const config = discord.schema.parse({
    token: options.token ?? token,
    api_url: double.url,
    ...(options.template !== undefined && { name_template: options.template }),
  });
  const adapter = discord.create(config, host);
  ends.push(async () => {
    await adapter.stop();
    const log = host.lines.all.join('\n');
    expect(log).not.toContain(token);
    for (const { webhooks } of [general]) for (const webhook of webhooks) expect(log).not.toContain(webhook.token);
  });
  return { discord: double, bot, guild, general, alice, host, adapter };
}

/** A scene whose adapter is connected. */
export async function connected(options: SceneOptions = {}): Promise<Scene> {
  const made = await scene(options);
  await made.adapter.start();
  return made;
}

let said = 0;

/** What a player on the server alpha says. */
export function says(text: string, more: Partial<Message> = {}): Message {
  said += 1;
  const id: EventId = eventId(alpha, `${said}`);
  const author = { id: '1', name: 'Gordon' };
  return { kind: 'message', id, at: 0, place: alpha, tag: 'alpha', author, body: literal(text), attachments: [], ...more };
}

/** Sends as the core does. */
export function send({ adapter }: Scene, channel: { readonly id: string }, message: Message, ms = 5_000): Promise<void> {
  return adapter.send(channel.id as RoomRef, message, new TestAttempt(AbortSignal.timeout(ms)));
}
