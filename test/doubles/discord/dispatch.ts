/** What goes over the gateway, and to whom. https://discord.com/developers/docs/events/gateway#list-of-intents */
import { GatewayDispatchEvents, GatewayIntentBits } from 'discord.js';
import { can } from './permissions.ts';
import type { Bot, Channel, Guild, PrivilegedIntent } from './state.ts';

/** A bot's session, as far as it decides what it gets to see. */
export interface Viewer {
  readonly bot: Bot;
  /** What it asked for in Identify. */
  readonly intents: number;
}

/** Something that happened and is told to sessions. */
export interface Dispatch {
  readonly type: GatewayDispatchEvents;
  readonly guild: Guild;
  /** Told only to those who see this channel. */
  readonly channel?: Channel;
  /** Told only to this user. */
  readonly to?: string;
  /** Whom it is about: a bot hears of itself without an intent. */
  readonly about?: string;
  /** The event's data, for one session. */
  render(viewer: Viewer): object;
}

const INTENTS: ReadonlyMap<GatewayDispatchEvents, number> = new Map([
  [GatewayDispatchEvents.GuildCreate, GatewayIntentBits.Guilds],
  [GatewayDispatchEvents.GuildDelete, GatewayIntentBits.Guilds],
  [GatewayDispatchEvents.GuildRoleCreate, GatewayIntentBits.Guilds],
  [GatewayDispatchEvents.GuildRoleUpdate, GatewayIntentBits.Guilds],
  [GatewayDispatchEvents.GuildRoleDelete, GatewayIntentBits.Guilds],
  [GatewayDispatchEvents.ChannelCreate, GatewayIntentBits.Guilds],
  [GatewayDispatchEvents.ChannelUpdate, GatewayIntentBits.Guilds],
  [GatewayDispatchEvents.ChannelDelete, GatewayIntentBits.Guilds],
  [GatewayDispatchEvents.ThreadCreate, GatewayIntentBits.Guilds],
  [GatewayDispatchEvents.ThreadUpdate, GatewayIntentBits.Guilds],
  [GatewayDispatchEvents.ThreadDelete, GatewayIntentBits.Guilds],
  [GatewayDispatchEvents.GuildMemberAdd, GatewayIntentBits.GuildMembers],
  [GatewayDispatchEvents.GuildMemberUpdate, GatewayIntentBits.GuildMembers],
  [GatewayDispatchEvents.GuildMemberRemove, GatewayIntentBits.GuildMembers],
  [GatewayDispatchEvents.WebhooksUpdate, GatewayIntentBits.GuildWebhooks],
  [GatewayDispatchEvents.MessageCreate, GatewayIntentBits.GuildMessages],
  [GatewayDispatchEvents.MessageUpdate, GatewayIntentBits.GuildMessages],
  [GatewayDispatchEvents.MessageDelete, GatewayIntentBits.GuildMessages],
  [GatewayDispatchEvents.MessageDeleteBulk, GatewayIntentBits.GuildMessages],
  [GatewayDispatchEvents.TypingStart, GatewayIntentBits.GuildMessageTyping],
  [GatewayDispatchEvents.MessageReactionAdd, GatewayIntentBits.GuildMessageReactions],
  [GatewayDispatchEvents.MessageReactionRemove, GatewayIntentBits.GuildMessageReactions],
  [GatewayDispatchEvents.MessageReactionRemoveAll, GatewayIntentBits.GuildMessageReactions],
  [GatewayDispatchEvents.MessageReactionRemoveEmoji, GatewayIntentBits.GuildMessageReactions],
]);

/** In private. */
const DIRECT: ReadonlyMap<GatewayDispatchEvents, number> = new Map([
  [GatewayDispatchEvents.MessageCreate, GatewayIntentBits.DirectMessages],
  [GatewayDispatchEvents.MessageUpdate, GatewayIntentBits.DirectMessages],
  [GatewayDispatchEvents.MessageDelete, GatewayIntentBits.DirectMessages],
  [GatewayDispatchEvents.TypingStart, GatewayIntentBits.DirectMessageTyping],
  [GatewayDispatchEvents.MessageReactionAdd, GatewayIntentBits.DirectMessageReactions],
  [GatewayDispatchEvents.MessageReactionRemove, GatewayIntentBits.DirectMessageReactions],
]);

/** Whether a session is told. */
export function reaches(dispatch: Dispatch, viewer: Viewer): boolean {
  const { user } = viewer.bot;
  if (dispatch.to !== undefined && dispatch.to !== user.id) return false;
  if (!dispatch.guild.members.has(user.id) && dispatch.to === undefined) return false;
  if (dispatch.channel && !can(dispatch.channel, user.id, 'ViewChannel')) return false;
  // Whoever gives a command wants it to arrive: no intent is needed.
  if (dispatch.type === GatewayDispatchEvents.InteractionCreate) return true;
  const itself = dispatch.type === GatewayDispatchEvents.GuildMemberUpdate && dispatch.about === user.id;
  const isDirect = dispatch.channel?.recipient !== undefined;
  return itself || (viewer.intents & ((isDirect ? DIRECT : INTENTS).get(dispatch.type) ?? 0)) !== 0;
}

const PRIVILEGED: Readonly<Record<PrivilegedIntent, number>> = {
  GuildMembers: GatewayIntentBits.GuildMembers,
  GuildPresences: GatewayIntentBits.GuildPresences,
  MessageContent: GatewayIntentBits.MessageContent,
};

/** Every intent bit that there is. */
export const KNOWN_INTENTS = Object.values(GatewayIntentBits)
  .filter((bit) => typeof bit === 'number')
  .reduce((all, bit) => all | bit, 0);

/** Whether the portal grants the bot all of these intents. */
export function mayUse(bot: Bot, intents: number): boolean {
  return Object.entries(PRIVILEGED).every(([name, bit]) => !(intents & bit) || bot.privileged.has(name as PrivilegedIntent));
}
