/** A bot's session on the gateway: it outlives its connections. https://discord.com/developers/docs/events/gateway#resuming */
import { GatewayDispatchEvents, GatewayOpcodes } from 'discord.js';
import { type Dispatch, reaches, type Viewer } from './dispatch.ts';
import type { Bot, Guild } from './state.ts';

/** How many events wait for a resume; a session that would need more is lost. */
const BUFFERED = 1000;

interface Payload {
  readonly op: number;
  readonly t: GatewayDispatchEvents;
  readonly s: number;
  readonly d: unknown;
}

export class Session implements Viewer {
  readonly id: string;
  readonly bot: Bot;
  readonly intents: number;
  /** This shard's number and how many there are. */
  readonly shard: readonly [number, number];
  /** Takes what is sent; undefined while nobody is connected. */
  sink: ((payload: object) => void) | undefined;
  #seq = 0;
  #sent: Payload[] = [];

  constructor(id: string, bot: Bot, intents: number, shard: readonly [number, number]) {
    this.id = id;
    this.bot = bot;
    this.intents = intents;
    this.shard = shard;
  }

  /** The number of the last event. */
  get seq(): number {
    return this.#seq;
  }

  /** Whether this shard is the one for a guild. */
  serves(guild: Guild): boolean {
    return guild.members.has(this.bot.user.id) && Number((BigInt(guild.id) >> 22n) % BigInt(this.shard[1])) === this.shard[0];
  }

  /** Tells the session of something, if it may know it. */
  offer(dispatch: Dispatch): void {
    const onItsWayOut = dispatch.type === GatewayDispatchEvents.GuildDelete;
    if ((onItsWayOut || this.serves(dispatch.guild)) && reaches(dispatch, this)) this.send(dispatch.type, dispatch.render(this));
  }

  send(type: GatewayDispatchEvents, data: unknown): void {
    this.#seq++;
    const payload = { op: GatewayOpcodes.Dispatch, t: type, s: this.#seq, d: data };
    this.#sent.push(payload);
    if (this.#sent.length > BUFFERED) this.#sent.shift();
    this.sink?.(payload);
  }

  /** Whether everything after this number is still there. */
  canReplayFrom(seq: number): boolean {
    return seq >= this.#seq - this.#sent.length;
  }

  /** Sends again what came after this number. */
  replayFrom(seq: number): void {
    for (const payload of this.#sent) if (payload.s > seq) this.sink?.(payload);
  }
}
