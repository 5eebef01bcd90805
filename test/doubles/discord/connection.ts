/** One connection to the gateway: what a bot may send when, and what it gets for it. */
import { GatewayCloseCodes, GatewayDispatchEvents, GatewayOpcodes } from 'discord.js';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { KNOWN_INTENTS, mayUse } from './dispatch.ts';
import type { Gateway } from './gateway.ts';
import { membersChunk, requestMembersSchema } from './members-chunk.ts';
import type { Session } from './session.ts';
import { applicationFlags, guildCreateShape, ownUserShape } from './shapes.ts';
import type { Bot } from './state.ts';

const MAX_BYTES = 4096;
const MAX_PER_MINUTE = 120;
const UNREADABLE = 'Error while decoding payload.';

const envelope = z.object({ op: z.number().int(), d: z.unknown().optional() });
const identifySchema = z.object({
  token: z.string(),
  properties: z.object({ os: z.string(), browser: z.string(), device: z.string() }),
  intents: z.number().int(),
  shard: z.tuple([z.number().int(), z.number().int()]).default([0, 1]),
  presence: z.unknown().optional(),
});
const resumeSchema = z.object({ token: z.string(), session_id: z.string(), seq: z.number().int() });
const presenceSchema = z.object({
  status: z.enum(['online', 'dnd', 'idle', 'invisible', 'offline']),
  activities: z.array(z.object({ name: z.string(), type: z.number(), state: z.string().nullish() })),
});

/** The connection is closed, with the reason. */
class Refusal extends Error {
  readonly code: GatewayCloseCodes;

  constructor(code: GatewayCloseCodes, reason: string) {
    super(reason);
    this.code = code;
  }
}

export class Connection {
  readonly ws: WebSocket;
  /** Nothing comes in or goes out any more. */
  frozen = false;
  readonly #gateway: Gateway;
  readonly #query: URLSearchParams;
  readonly #sink = (payload: object) => this.send(payload);
  #session: Session | undefined;
  #received: number[] = [];
  #cancelTimeout: () => void = () => undefined;

  constructor(gateway: Gateway, ws: WebSocket, query: URLSearchParams) {
    this.#gateway = gateway;
    this.ws = ws;
    this.#query = query;
  }

  /** Says hello, or refuses what isn't version 10 in JSON. */
  open(): void {
    this.#orClose(() => {
      if (this.#query.get('v') !== '10') throw new Refusal(GatewayCloseCodes.InvalidAPIVersion, 'Invalid API version.');
      if ((this.#query.get('encoding') ?? 'json') !== 'json') throw new Refusal(GatewayCloseCodes.DecodeError, UNREADABLE);
      this.send({ op: GatewayOpcodes.Hello, d: { heartbeat_interval: this.#gateway.heartbeatInterval, _trace: [] } });
      this.#awaitHeartbeat();
    });
  }

  send(payload: object): void {
    if (!this.frozen && this.ws.readyState === WebSocket.OPEN) this.ws.send(JSON.stringify({ t: null, s: null, ...payload }));
  }

  /** The session is no longer this connection's; it may be resumed over it, or another one begun. */
  invalidate(resumable: boolean): void {
    if (this.#session?.sink === this.#sink) this.#session.sink = undefined;
    this.#session = undefined;
    this.send({ op: GatewayOpcodes.InvalidSession, d: resumable });
  }

  /** The connection is gone; its session stays, unless the bot said that it is done. */
  closed(code: number): void {
    this.#cancelTimeout();
    if (this.#session?.sink !== this.#sink) return;
    this.#session.sink = undefined;
    const ended = code === 1000 || code === 1001 || code === GatewayCloseCodes.SessionTimedOut;
    if (ended) this.#gateway.sessions.delete(this.#session.id);
  }

  receive(text: string): void {
    if (this.frozen) return;
    this.#orClose(() => {
      const now = this.#gateway.world.clock.now();
      this.#received = [...this.#received.filter((at) => at > now - 60_000), now];
      if (this.#received.length > MAX_PER_MINUTE) throw new Refusal(GatewayCloseCodes.RateLimited, 'You are being rate limited.');
      const payload = Buffer.byteLength(text) > MAX_BYTES ? undefined : parse(text);
      if (!payload) throw new Refusal(GatewayCloseCodes.DecodeError, UNREADABLE);
      this.#act(payload.op, payload.d);
    });
  }

  #act(op: number, data: unknown): void {
    if (op === GatewayOpcodes.Heartbeat) this.#heartbeat();
    else if (op === GatewayOpcodes.Identify) this.#identify(data);
    else if (op === GatewayOpcodes.Resume) this.#resume(data);
    else if (!this.#session) throw new Refusal(GatewayCloseCodes.NotAuthenticated, 'Not authenticated.');
    else if (op === GatewayOpcodes.PresenceUpdate) this.#setPresence(this.#session.bot, data);
    else if (op === GatewayOpcodes.RequestGuildMembers) this.#sendMembers(this.#session, data);
    else if (op !== GatewayOpcodes.VoiceStateUpdate) throw new Refusal(GatewayCloseCodes.UnknownOpcode, 'Unknown opcode.');
  }

  #heartbeat(): void {
    this.send({ op: GatewayOpcodes.HeartbeatAck });
    this.#awaitHeartbeat();
  }

  /** A bot that misses two heartbeats is gone. */
  #awaitHeartbeat(): void {
    const { world, heartbeatInterval } = this.#gateway;
    this.#cancelTimeout();
    this.#cancelTimeout = world.clock.after(heartbeatInterval * 2, () =>
      this.#orClose(() => {
        if (!this.frozen) throw new Refusal(GatewayCloseCodes.SessionTimedOut, 'Session timed out.');
      }),
    );
  }

  #identify(data: unknown): void {
    if (this.#session) throw new Refusal(GatewayCloseCodes.AlreadyAuthenticated, 'Already authenticated.');
    const identify = identifySchema.safeParse(data).data;
    if (!identify) throw new Refusal(GatewayCloseCodes.DecodeError, UNREADABLE);
    const { intents, shard } = identify;
    const bot = this.#gateway.world.bots.get(identify.token);
    if (!bot) throw new Refusal(GatewayCloseCodes.AuthenticationFailed, 'Authentication failed.');
    if (shard[0] < 0 || shard[0] >= shard[1]) throw new Refusal(GatewayCloseCodes.InvalidShard, 'Invalid shard.');
    if (intents < 0 || intents & ~KNOWN_INTENTS) throw new Refusal(GatewayCloseCodes.InvalidIntents, 'Invalid intent(s).');
    if (!mayUse(bot, intents)) throw new Refusal(GatewayCloseCodes.DisallowedIntents, 'Disallowed intent(s).');
    if (identify.presence != null) this.#setPresence(bot, identify.presence);
    this.#attach(this.#gateway.newSession(bot, intents, shard));
    this.#gateway.step({ step: 'identified' });
  }

  /** Starts a session: READY with the guilds by id, then each of them, if the bot wants to know of guilds. */
  #attach(session: Session): void {
    this.#session = session;
    session.sink = this.#sink;
    const { bot } = session;
    const guilds = [...this.#gateway.world.guilds.values()].filter((guild) => session.serves(guild));
    session.send(GatewayDispatchEvents.Ready, {
      v: 10,
      user: ownUserShape(bot.user),
      guilds: guilds.map(({ id }) => ({ id, unavailable: true })),
      session_id: session.id,
      session_type: 'normal',
      resume_gateway_url: this.#gateway.resumeUrl,
      shard: session.shard,
      application: { id: bot.applicationId, flags: applicationFlags(bot) },
      private_channels: [],
      relationships: [],
      presences: [],
      guild_join_requests: [],
      geo_ordered_rtc_regions: [],
      user_settings: {},
      auth: {},
      _trace: [],
    });
    for (const guild of guilds) {
      const type = GatewayDispatchEvents.GuildCreate;
      session.offer({ type, guild, to: bot.user.id, render: (viewer) => guildCreateShape(guild, viewer) });
    }
  }

  #resume(data: unknown): void {
    if (this.#session) throw new Refusal(GatewayCloseCodes.AlreadyAuthenticated, 'Already authenticated.');
    const resume = resumeSchema.safeParse(data).data;
    if (!resume) throw new Refusal(GatewayCloseCodes.DecodeError, UNREADABLE);
    if (!this.#gateway.world.bots.has(resume.token))
      throw new Refusal(GatewayCloseCodes.AuthenticationFailed, 'Authentication failed.');
    const session = this.#gateway.sessions.get(resume.session_id);
    if (session?.bot.token !== resume.token || !session.canReplayFrom(resume.seq)) {
      this.send({ op: GatewayOpcodes.InvalidSession, d: false });
      return;
    }
    if (resume.seq > session.seq) throw new Refusal(GatewayCloseCodes.InvalidSeq, 'Invalid seq.');
    this.#session = session;
    session.sink = this.#sink;
    session.replayFrom(resume.seq);
    session.send(GatewayDispatchEvents.Resumed, { _trace: [] });
    this.#gateway.step({ step: 'resumed' });
  }

  #setPresence(bot: Bot, data: unknown): void {
    const presence = presenceSchema.safeParse(data).data;
    if (!presence) throw new Refusal(GatewayCloseCodes.DecodeError, UNREADABLE);
    bot.presence = presence;
    this.#gateway.world.changed.notify();
  }

  #sendMembers(session: Session, data: unknown): void {
    const request = requestMembersSchema.safeParse(data).data;
    const guild = this.#gateway.world.guilds.get(request?.guild_id ?? '');
    if (!request || !guild || !session.serves(guild)) throw new Refusal(GatewayCloseCodes.DecodeError, UNREADABLE);
    const chunks = membersChunk(guild, request, session.intents);
    if (!chunks) this.#gateway.violation('request guild members', 'the whole list needs the guild members intent');
    for (const chunk of chunks ?? []) session.send(GatewayDispatchEvents.GuildMembersChunk, chunk);
  }

  #orClose(action: () => void): void {
    try {
      action();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.#gateway.violation('connection', error.message, error.code);
      this.ws.close(error.code, error.message);
    }
  }
}

function parse(text: string): z.infer<typeof envelope> | undefined {
  try {
    return envelope.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
