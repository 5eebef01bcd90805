/** Who is in the guilds that the bridge writes to: for names that look like a member's, and for members who are called by name. */
import { ChannelType, type Client, Events, GatewayOpcodes, type Guild, type GuildMember, PermissionFlagsBits } from 'discord.js';
import type { Clock } from '../../src/clock.ts';
import { permissionsOf } from './permissions.ts';
import { type Member, Roster } from './roster.ts';

/** So many members of a guild are known at most; of a larger guild, those who spoke or changed of late. About 12 MB. */
const maxMembers = 20_000;
/** Discord answers the question for all members once in 30 s. https://discord.com/developers/docs/events/gateway-events#request-guild-members */
const askAgainAfter = 60_000;
/** Of more people of one name, nobody is looked at: it is ambiguous anyway. */
const maxNamesakes = 50;

/** What is known of a guild. */
interface Known {
  roster: Roster;
  /** Whether it holds all members. */
  whole: boolean;
  /** The members that Discord is telling, while it does. */
  coming: Roster | undefined;
  askedAt: number | undefined;
}

/** Knows the members of guilds: all of them where the application may, else those who were heard. */
export class Members {
  readonly #clock: Clock;
  readonly #guilds = new Map<string, Known>();
  #client: Client | undefined;
  /** Whether the application may see all members. */
  #mayAsk = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Learns from a connection, in place of the one before. @param guildMembers whether the application may see all members */
  follow(client: Client, guildMembers: boolean): void {
    this.#client = client;
    this.#mayAsk = guildMembers;
    client
      .on(Events.ShardReady, () => this.#askAnew())
      .on(Events.GuildMembersChunk, (members, guild, { index, count }) =>
        this.#told(guild, [...members.values()], index + 1 === count),
      )
      .on(Events.GuildMemberAdd, (member) => this.#note(member))
      .on(Events.GuildMemberUpdate, (_, member) => this.#note(member))
      .on(Events.GuildMemberRemove, ({ id, guild }) => this.#forget(guild.id, id))
      // Whoever is sent out of a guild is told no more of it.
      .on(Events.GuildDelete, ({ id }) => this.#guilds.delete(id))
      .on(Events.UserUpdate, (_, user) => {
        for (const guild of client.guilds.cache.values()) {
          const member = guild.members.cache.get(user.id);
          if (member !== undefined) this.#note(member);
        }
      })
      .on(Events.MessageCreate, ({ member }) => {
        if (member !== null) this.#note(member);
      });
  }

  /** Asks who is in a channel's guild, so that it is known when somebody speaks. */
  meet(channelId: string): void {
    const guild = this.#guildOf(channelId);
    if (guild !== undefined) this.#asked(guild);
  }

  /** Whether a name may be taken for that of a member of a channel's guild; undefined when its members are not known yet. */
  resembles(channelId: string, name: string): boolean | undefined {
    const guild = this.#guildOf(channelId);
    if (guild === undefined) return undefined;
    const { roster, whole } = this.#asked(guild);
    if (roster.looksKnown(name)) return true;
    return whole || !this.#mayBeWhole(guild) ? false : undefined;
  }

  /**
   * The ids of those who are called exactly so, but for upper and lower case, and who see the channel. Undefined when nobody is called
   * so in its guild, or when that can't be told, since not all members are known.
   */
  called(channelId: string, name: string): readonly string[] | undefined {
    const guild = this.#guildOf(channelId);
    if (guild === undefined) return undefined;
    const { roster, whole } = this.#asked(guild);
    const namesakes = whole ? roster.called(name) : [];
    if (namesakes.length === 0) return undefined;
    if (namesakes.length > maxNamesakes) return [];
    return namesakes.filter((member) => this.#sees(guild, channelId, member)).map(({ id }) => id);
  }

  #guildOf(channelId: string): Guild | undefined {
    const channel = this.#client?.channels.cache.get(channelId);
    return channel === undefined || channel.isDMBased() ? undefined : channel.guild;
  }

  #sees(guild: Guild, channelId: string, member: Member): boolean {
    const channel = guild.channels.cache.get(channelId);
    // Whoever is named in a private thread is let into it.
    if (channel === undefined || channel.type === ChannelType.PrivateThread) return false;
    const home = channel.isThread() ? channel.parent : channel;
    if (home === null) return false;
    const roles = guild.roles.cache.map(({ id, permissions }) => ({ id, permissions: permissions.bitfield }));
    const overwrites = home.permissionOverwrites.cache.map(({ id, type, allow, deny }) => ({
      id,
      type,
      allow: allow.bitfield,
      deny: deny.bitfield,
    }));
    const granted = permissionsOf({ id: guild.id, ownerId: guild.ownerId, roles }, member, overwrites);
    if ((granted & PermissionFlagsBits.Administrator) !== 0n) return true;
    const needed = PermissionFlagsBits.ViewChannel | (home.isVoiceBased() ? PermissionFlagsBits.Connect : 0n);
    return (granted & needed) === needed;
  }

  #mayBeWhole({ memberCount }: Guild): boolean {
    return this.#mayAsk && memberCount <= maxMembers;
  }

  #knownOf(guildId: string): Known {
    let known = this.#guilds.get(guildId);
    if (known === undefined) {
      known = { roster: new Roster(maxMembers), whole: false, coming: undefined, askedAt: undefined };
      this.#guilds.set(guildId, known);
    }
    return known;
  }

  /** What is known of a guild; its members are asked for if that is still to be done. */
  #asked(guild: Guild): Known {
    const known = this.#knownOf(guild.id);
    const waiting = known.askedAt !== undefined && this.#clock.now() - known.askedAt < askAgainAfter;
    if (!known.whole && !waiting && this.#mayBeWhole(guild)) this.#ask(guild, known);
    return known;
  }

  #ask(guild: Guild, known: Known): void {
    known.askedAt = this.#clock.now();
    known.coming = new Roster(maxMembers);
    guild.shard.send({ op: GatewayOpcodes.RequestGuildMembers, d: { guild_id: guild.id, query: '', limit: 0 } });
  }

  /** A session began: what happened before it, nobody told. */
  #askAnew(): void {
    for (const [id, known] of this.#guilds) {
      known.askedAt = undefined;
      const guild = this.#client?.guilds.cache.get(id);
      if (guild !== undefined && this.#mayBeWhole(guild)) this.#ask(guild, known);
    }
  }

  #told(guild: Guild, members: readonly GuildMember[], last: boolean): void {
    const known = this.#knownOf(guild.id);
    const { coming } = known;
    if (coming === undefined) return;
    for (const member of members) coming.note(memberOf(member));
    if (!last) return;
    known.roster = coming;
    known.whole = true;
    known.coming = undefined;
  }

  #note(member: GuildMember): void {
    const known = this.#guilds.get(member.guild.id);
    if (known === undefined) return;
    for (const roster of [known.roster, known.coming]) roster?.note(memberOf(member));
  }

  #forget(guildId: string, id: string): void {
    const known = this.#guilds.get(guildId);
    for (const roster of [known?.roster, known?.coming]) roster?.forget(id);
  }
}

function memberOf({ id, user, nickname, roles }: GuildMember): Member {
  const names = [nickname, user.globalName, user.username].filter((name) => name !== null);
  return { id, names: [...new Set(names)], roles: roles.cache.map((role) => role.id) };
}
