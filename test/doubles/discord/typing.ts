/** Who types in a channel. https://discord.com/developers/docs/events/gateway-events#typing-start */
import { GatewayDispatchEvents } from 'discord.js';
import { memberShape, userShape } from './shapes.ts';
import type { Channel, User } from './state.ts';
import type { World } from './world.ts';

/** Clients show it for so many milliseconds, or until a message comes. */
const LASTING = 10_000;

/** Somebody begins to type, or goes on. */
export function startTyping(world: World, channel: Channel, user: User): void {
  const now = world.clock.now();
  channel.typing.set(user.id, now + LASTING);
  const member = channel.guild.members.get(user.id);
  const data = {
    channel_id: channel.id,
    user_id: user.id,
    timestamp: Math.floor(now / 1_000),
    ...(!channel.recipient && { guild_id: channel.guild.id }),
    ...(member && { member: { ...memberShape(member), user: userShape(user) } }),
  };
  world.dispatch({ type: GatewayDispatchEvents.TypingStart, guild: channel.guild, channel, render: () => data });
}

/** Who types in a channel: their user names. */
export function typistsIn({ clock, users }: World, { typing }: Channel): string[] {
  const now = clock.now();
  return [...typing].flatMap(([id, until]) => (until > now ? (users.get(id)?.username ?? []) : []));
}
