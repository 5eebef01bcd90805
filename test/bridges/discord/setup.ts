import { setTimeout } from 'node:timers/promises';
import { expect, onTestFinished, vi } from 'vitest';
import { discord } from '../../../bridges/discord/index.ts';
import { type Adapter, DeliveryError } from '../../../src/adapter.ts';
import { type Edit, type EventId, eventId, type Message, type Place, type RoomRef, type ServerId } from '../../../src/event.ts';
import { literal } from '../../../src/text/tree.ts';
import { type DiscordChannel, DiscordDouble, type DiscordGuild, type DiscordMember } from '../../doubles/discord/index.ts';
import type { Bot } from '../../doubles/discord/state.ts';
import { type TestHost, testHost } from '../../support/host.ts';
import { Deliveries } from './deliveries.ts';

export const token = 'MTAx.secret.token';
const alpha: Place = { kind: 'server', server: 'alpha' as ServerId };

export interface Scene {
  readonly discord: DiscordDouble;
  readonly bot: Bot;
  readonly guild: DiscordGuild;
  readonly general: DiscordChannel;
  readonly alice: DiscordMember;
  readonly host: TestHost;
  readonly adapter: Adapter;
  /** What the core keeps, also over a {@link restarted} adapter. */
  readonly deliveries: Deliveries;
}

export interface SceneOptions {
  readonly privileged?: readonly ('MessageContent' | 'GuildMembers')[];
  readonly permissions?: Parameters<DiscordGuild['addBot']>[1];
  readonly rooms?: (general: DiscordChannel, guild: DiscordGuild, discord: DiscordDouble, bot: Bot) => string[];
  readonly token?: string;
  readonly template?: string;
  /** Other keys of the configuration. */
  readonly config?: (scene: { guild: DiscordGuild; discord: DiscordDouble }) => Record<string, unknown>;
  readonly options?: Parameters<typeof testHost>[0];
  readonly double?: Parameters<typeof DiscordDouble.start>[0];
}

/** A guild with a channel, a bot and a person in it, and the bridge's adapter for it, which is not started yet. */
export async function scene(options: SceneOptions = {}): Promise<Scene> {
  const double = await DiscordDouble.start(options.double);
  onTestFinished(() => double.stop());
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
    ...options.config?.({ guild, discord: double }),
  });
  const adapter = discord.create(config, host);
  onTestFinished(async () => {
    await adapter.stop();
    const log = host.lines.all.join('\n');
    expect(log).not.toContain(token);
    for (const { webhooks } of [general]) for (const webhook of webhooks) expect(log).not.toContain(webhook.token);
  });
  return { discord: double, bot, guild, general, alice, host, adapter, deliveries: new Deliveries(host.clock) };
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

/** Lets one adapter after another work for the same bridge: the first one is not stopped, as when its process is killed. */
export async function restarted({ host, bot, discord: double, ...made }: Scene, options = {}): Promise<Scene> {
  const next = testHost({ id: host.id, rooms: host.rooms, memory: host.memory, ...options });
  const adapter = discord.create(discord.schema.parse({ token: bot.token, api_url: double.url }), next);
  onTestFinished(() => adapter.stop());
  await adapter.start();
  return { ...made, bot, discord: double, host: next, adapter };
}

/** discord.js identifies again 5 s after the last time at the earliest, by the machine's clock, which goes forward. */
export function letIdentifyAgain(): void {
  onTestFinished(() => void vi.useRealTimers());
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 5_000 });
}

/** Sends as the core does: what was begun goes on when it is sent again. */
export function send(
  { adapter, deliveries }: Pick<Scene, 'adapter' | 'deliveries'>,
  channel: { readonly id: string },
  message: Message,
  signal = AbortSignal.timeout(20_000),
): Promise<void> {
  return adapter.send(channel.id as RoomRef, message, deliveries.attempt(message.id, signal));
}

/** Sends, and something goes wrong with the request that shows the message: nobody learns what became of it. */
export async function interrupted(made: Scene, message: Message, fault: Parameters<DiscordDouble['faults']['next']>[1]) {
  const { discord: double, general } = made;
  const route = 'POST /webhooks/:webhook/:token';
  const earlier = new Set(double.requests);
  double.faults.next(1, fault, route);
  const attempt = new AbortController();
  const sending = failure(send(made, general, message, attempt.signal));
  if (fault.answer === 'hang') {
    await double.waitForRequest((request) => !earlier.has(request) && request.route === route && request.status === 0);
    attempt.abort();
  }
  expect(await sending).toMatchObject({ name: 'DeliveryError', passing: true });
}

/** Edits as the core does. */
export function edit(
  { adapter, deliveries }: Scene,
  channel: { readonly id: string },
  message: Message,
  text: string,
  name = 'edit',
  signal = AbortSignal.timeout(20_000),
): Promise<void> {
  const id = `${message.id}/${name}` as EventId;
  const change: Edit = { kind: 'edit', id, at: 0, place: message.place, message: { ...message, body: literal(text) } };
  const shown = deliveries.shown(message.id);
  return Promise.resolve(adapter.edit?.(channel.id as RoomRef, change, shown, deliveries.attempt(id, signal)));
}

/** Takes a message back as the core does. */
export function takeBack(
  { adapter, deliveries }: Scene,
  channel: { readonly id: string },
  message: Message,
  signal = AbortSignal.timeout(20_000),
): Promise<void> {
  return Promise.resolve(adapter.remove?.(channel.id as RoomRef, deliveries.shown(message.id), signal));
}

/** What a delivery came to. */
export function failure(delivery: Promise<void>): Promise<unknown> {
  return delivery.then(
    () => undefined,
    (error: unknown) => error,
  );
}

/**
 * Tries like the core does, until it worked; waits as long as it is told.
 * @returns for how many milliseconds it was told to wait
 * @throws {DeliveryError} that is not passing
 */
export async function insist(
  made: Pick<Scene, 'adapter' | 'deliveries'>,
  channel: { readonly id: string },
  message: Message,
  wait: (ms: number) => Promise<void> = setTimeout,
): Promise<number> {
  for (let waited = 0; ; ) {
    const fault = await failure(send(made, channel, message));
    if (fault === undefined) return waited;
    if (!(fault instanceof DeliveryError && fault.passing)) throw fault;
    const { retryAfter = 10 } = fault;
    await wait(retryAfter);
    waited += retryAfter;
  }
}
