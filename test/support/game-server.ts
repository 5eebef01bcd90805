/** A game server as the Lua module is one: MQTT 3.1.1 and nothing of our own library, so that both can't be wrong in the same way. */
import mqtt, { type MqttClient } from 'mqtt';
import { Recorder } from './host.ts';

/** A user of another server, as this server's players see them. */
export interface SeenUser {
  readonly id: number;
  readonly name: string;
  readonly extra: Readonly<Record<string, unknown>>;
}

export interface GameServerOptions {
  readonly url: string;
  readonly id: string;
  readonly username?: string;
  readonly password?: string;
  readonly prefix?: string;
  /** `join` speaks the newer dialect. */
  readonly dialect?: 'add' | 'join';
  /** Whether it keeps the users of a server that goes, until that tells anew, as the Python and C# servers do; the Lua module doesn't. */
  readonly keepsUsers?: boolean;
  /** Whether the broker keeps what is sent to it while it is cut off; by default it doesn't. */
  readonly persistent?: boolean;
}

let lastStart = 0;

/** When a server starts: Unix seconds. No two starts are the same, though a test may restart one within a second. */
function nextStart(): number {
  lastStart = Math.max(lastStart + 1, Math.floor(Date.now() / 1_000));
  return lastStart;
}

/** One simulated game server and its players. */
export class GameServer {
  readonly id: string;
  /** What its players read in their chat: `name@server: text`. */
  readonly chat = new Recorder<string>();
  /** Who came and went on other servers: `+name@server`, `-name@server`, `~name@server` for a changed one. */
  readonly presence = new Recorder<string>();
  /** Every packet for this server but state, as `topic payload`. */
  readonly packets = new Recorder<string>();
  /** Users of other servers that are present now, by server. */
  readonly users = new Map<string, Map<number, SeenUser>>();
  readonly #online = new Map<string, number>();
  readonly #players = new Map<
    number,
    { readonly name: string; readonly since: number; readonly extra: Readonly<Record<string, unknown>> }
  >();
  readonly #options: GameServerOptions;
  readonly #client: MqttClient;
  readonly #prefix: string;
  #nextPlayer = 1;

  private constructor(options: GameServerOptions, client: MqttClient) {
    this.id = options.id;
    this.#options = options;
    this.#client = client;
    this.#prefix = options.prefix ?? 'crosschat/';
  }

  /** Connects and goes online; from then on it comes back by itself when the broker does. */
  static async start(options: GameServerOptions): Promise<GameServer> {
    const prefix = options.prefix ?? 'crosschat/';
    const client = mqtt.connect(options.url, {
      protocolVersion: 4,
      clientId: options.id,
      clean: options.persistent !== true,
      keepalive: 4,
      reconnectPeriod: 100,
      ...(options.username !== undefined && { username: options.username }),
      ...(options.password !== undefined && { password: options.password }),
      will: { topic: `${prefix}state/${options.id}/status`, payload: Buffer.from('{"started":0}'), qos: 1, retain: true },
    });
    const server = new GameServer(options, client);
    client.on('message', (topic, payload) => {
      try {
        server.#receive(topic, payload.toString());
      } catch {
        // Somebody sent what is no crosschat; the Lua module passes over it as well.
      }
    });
    client.on('error', () => {});
    const goOnline = async () => {
      await client.subscribeAsync([`${prefix}state/+/#`, `${prefix}m/+/${options.id}/#`], { qos: 2 });
      await client.publishAsync(`${prefix}state/${options.id}/status`, JSON.stringify({ started: nextStart() }), {
        qos: 2,
        retain: true,
      });
    };
    await new Promise<void>((resolve, reject) => {
      client.on('connect', () => void goOnline().then(resolve, reject));
    });
    return server;
  }

  /** A player joins; everybody is told. */
  async join(name: string, extra: Record<string, unknown> = {}): Promise<Player> {
    const id = this.#nextPlayer++;
    const since = Math.floor(Date.now() / 1000);
    this.#players.set(id, { name, since, extra });
    await this.#tellAll('user', { ...this.#user(id, name, since), ...extra, burst: false });
    return {
      id,
      says: (text) => this.#tellAll(`say/${id}`, { say: text }),
      whispers: (to, userId, text) => this.#tell(to, `pm/${id}/${userId}`, { say: text }),
      leaves: () => {
        this.#players.delete(id);
        return this.#tellAll('user', { id, cmd: this.#options.dialect === 'join' ? 'leave' : 'del' });
      },
    };
  }

  /** Publishes whatever a test wants, for what a proper server would never send. */
  async publish(topic: string, payload: string | Buffer, options: { retain?: boolean } = {}): Promise<void> {
    const sent = this.#client.publishAsync(`${this.#prefix}${topic}`, payload, { qos: 2, retain: options.retain ?? false });
    await sent.catch((error: Error) => {
      // mqtt.js drops what it is given while it takes up a session that breaks again; all else it keeps.
      if (error.message !== 'Connection closed' || this.#client.disconnecting) throw error;
      return this.publish(topic, payload, options);
    });
  }

  /** The names of a server's users who are present now. */
  namesOn(server: string): string[] {
    return [...(this.users.get(server)?.values() ?? [])].map(({ name }) => name).sort();
  }

  isOnline(server: string): boolean {
    return this.#online.has(server);
  }

  /** Goes offline in order. */
  async stop(): Promise<void> {
    const client = this.#client;
    if (client.connected) {
      // The broker may go first.
      const cut = new Promise<void>((resolve) => client.once('close', () => resolve()));
      const said = this.publish(`state/${this.id}/status`, '{"started":0}', { retain: true }).catch(() => {});
      await Promise.race([said, cut]);
    }
    await client.endAsync(true);
  }

  #user(id: number, name: string, since: number): Record<string, unknown> {
    // The Lua module writes `first_seen` as a string of digits.
    return { id, cmd: this.#options.dialect ?? 'add', name, first_seen: String(since), server: this.id };
  }

  async #tellAll(endpoint: string, payload: unknown): Promise<void> {
    await Promise.all([...this.#online.keys()].map((server) => this.#tell(server, endpoint, payload)));
  }

  async #tell(server: string, endpoint: string, payload: unknown): Promise<void> {
    await this.publish(`m/${this.id}/${server}/${endpoint}`, JSON.stringify(payload));
  }

  #receive(topic: string, payload: string): void {
    const [kind, server = '', third, endpoint, ...rest] = topic.slice(this.#prefix.length).split('/');
    if (server === this.id) return;
    if (kind === 'state') {
      if (third === 'status') this.#status(server, payload);
      return;
    }
    const body = JSON.parse(payload) as Record<string, unknown>;
    if (endpoint === 'user') this.#presence(server, body);
    if (endpoint === 'say') {
      const name = this.users.get(server)?.get(Number(rest[0]))?.name ?? `UnknownUser${rest[0]}`;
      this.chat.add(`${name}@${server}: ${String(body['say'])}`);
    }
    this.packets.add(`${topic} ${payload}`);
  }

  #status(server: string, payload: string): void {
    const { started } = JSON.parse(payload) as { started: number };
    if (started === 0) {
      this.#online.delete(server);
      if (this.#options.keepsUsers !== true) this.users.delete(server);
      this.presence.add(`offline ${server}`);
    } else if (this.#online.get(server) !== started) {
      this.#online.set(server, started);
      this.presence.add(`online ${server}`);
      this.#burst(server).catch(() => {});
    }
  }

  async #burst(server: string): Promise<void> {
    const players = [...this.#players];
    // All at once, so that nobody speaks before they are named.
    await Promise.all(
      players.map(([id, { name, since, extra }], index) => {
        const first = index === 0;
        const last = index === players.length - 1;
        const burst = first && last ? 'startend' : first ? 'start' : last ? 'end' : 'true';
        return this.#tell(server, 'user', { ...this.#user(id, name, since), ...extra, burst });
      }),
    );
  }

  #presence(server: string, { id, cmd, name, burst, first_seen, server: _, ...extra }: Record<string, unknown>): void {
    const users = this.users.get(server) ?? new Map<number, SeenUser>();
    this.users.set(server, users);
    const userId = Number(id);
    if (burst === 'start' || burst === 'startend') users.clear();
    if (cmd === 'del' || cmd === 'leave') {
      this.presence.add(`-${users.get(userId)?.name}@${server}`);
      users.delete(userId);
      return;
    }
    users.set(userId, { id: userId, name: String(name), extra });
    this.presence.add(`${cmd === 'update' ? '~' : '+'}${String(name)}@${server}`);
  }
}

/** A player on a {@link GameServer}. */
export interface Player {
  readonly id: number;
  says(text: string): Promise<void>;
  whispers(server: string, userId: number, text: string): Promise<void>;
  leaves(): Promise<void>;
}
