/** Two simulated game servers, so that there is somebody to talk to before a real server joins. */
import type { Logger } from 'pino';
import type { Clock } from './clock.ts';
import { type AowlEvent, CrossChat, type PmEvent, type SayEvent } from './crosschat/index.ts';
import { ANSWERS, PARTS, type Part, WHISPERS } from './demo-script.ts';
import { sanitizeName } from './text/names.ts';

/** How many players a server has at least and at most. */
const PLAYERS = { min: 2, max: 5 };

/** Milliseconds, from and to. */
const PAUSES = {
  firstLine: [100, 250],
  betweenLines: [1_500, 4_000],
  betweenTalks: [3_000, 9_000],
  beforeAnswer: [700, 2_000],
} as const satisfies Record<string, readonly [number, number]>;

/** How likely each thing happens before the next talk. */
const CHANCES = { joinOrLeave: 0.3, mapChange: 0.08 };

export interface DemoOptions {
  /** The broker: `mqtt://…`, without credentials. */
  readonly url: string;
  readonly topicPrefix: string;
  readonly clock: Clock;
  /** A number from 0 up to but without 1, like Math.random. */
  readonly random: () => number;
  readonly log: Logger;
}

export interface Demo {
  /** Everybody leaves. Within 5 s; never throws. */
  stop(): Promise<void>;
}

/**
 * Starts the simulated servers `alpha` and `beta`, whose players chat, come and go, and answer when somebody from elsewhere speaks or
 * whispers to them. Resolves when both are on the network.
 */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  const ownIds = new Set(PARTS.map((part) => part.serverId));
  const servers = PARTS.map((part) => new SimulatedServer(part, ownIds, options));
  await Promise.all(servers.map((server) => server.connect()));
  for (const server of servers) server.open();
  return {
    async stop() {
      await Promise.all(servers.map((server) => server.stop()));
    },
  };
}

class SimulatedServer {
  readonly #part: Part;
  readonly #chat: CrossChat;
  readonly #options: DemoOptions;
  readonly #cancels = new Set<() => void>();
  /** The kinds of answer that are on their way: a flood of messages gets one, not a flood of answers. */
  readonly #answering = new Set<'say' | 'pm'>();

  /** @param simulated ids of all simulated servers: they don't answer each other, which would never end */
  constructor(part: Part, simulated: ReadonlySet<string>, options: DemoOptions) {
    this.#part = part;
    this.#options = options;
    const { url, topicPrefix } = options;
    const level = options.log.isLevelEnabled('warn') ? 'warn' : options.log.level;
    const log = options.log.child({ server: part.serverId }, { level });
    const meta = { link: part.link };
    this.#chat = new CrossChat({
      serverId: part.serverId,
      urls: [url],
      allowAnonymous: true,
      topicPrefix,
      meta,
      log,
    });
    this.#chat.on('say', (event) => {
      if (!simulated.has(event.server.id)) this.#answer(event);
    });
    this.#chat.on('pm', (event) => this.#answerWhisper(event));
    this.#chat.on('aowl', (event) => this.#obey(event));
  }

  async connect(): Promise<void> {
    this.#chat.start();
    await this.#chat.whenReady();
  }

  /** Lets the first players in. */
  open(): void {
    const { state } = this.#chat;
    this.#now(() => state.setState('map', this.#part.maps[0] ?? ''));
    this.#now(() => state.setState('gamemode', this.#part.gamemode));
    for (let count = 0; count <= PLAYERS.min; count += 1) this.#now(() => this.#join());
    this.#later(PAUSES.firstLine, () => this.#talk());
  }

  async stop(): Promise<void> {
    for (const cancel of this.#cancels) cancel();
    await this.#chat.stop();
  }

  /** Two players start a conversation. */
  async #talk(): Promise<void> {
    const speakers = this.#shuffled(this.#present()).slice(0, 2);
    await this.#speak(this.#pick(this.#part.talks) ?? [], speakers);
  }

  /** The first speaker says the first line, the next one later the next; then something else happens. */
  async #speak(lines: readonly string[], speakers: readonly number[]): Promise<void> {
    const [line, ...rest] = lines;
    const [speaker, ...others] = speakers;
    const talkOn = rest.length > 0 && speaker !== undefined;
    if (talkOn) this.#later(PAUSES.betweenLines, () => this.#speak(rest, [...others, speaker]));
    else this.#later(PAUSES.betweenTalks, () => this.#goOn());
    if (line !== undefined && speaker !== undefined) await this.#say(speaker, line);
  }

  /** Players come and go and the map changes now and then; then they talk again. */
  async #goOn(): Promise<void> {
    this.#later(PAUSES.betweenLines, () => this.#talk());
    await Promise.all([this.#comeOrGo(), this.#changeMap()]);
  }

  async #comeOrGo(): Promise<void> {
    const count = this.#present().length;
    if (count < PLAYERS.min) return this.#join();
    if (!this.#chance(CHANCES.joinOrLeave)) return;
    await (count === PLAYERS.min || (count < PLAYERS.max && this.#chance(0.5)) ? this.#join() : this.#leave());
  }

  async #changeMap(): Promise<void> {
    if (this.#chance(CHANCES.mapChange)) await this.#chat.state.setState('map', this.#pick(this.#part.maps) ?? '');
  }

  async #join(): Promise<void> {
    const present = new Set([...this.#chat.state.me().users.values()].map((user) => user.name));
    const name = this.#pick(this.#part.players.filter((player) => !present.has(player)));
    if (name === undefined) return;
    // Below the first SteamID64 that Steam ever gave out, so that it is nobody's.
    const number = PARTS.indexOf(this.#part) * 100 + this.#part.players.indexOf(name);
    await this.#chat.state.addUser(name, { steamid64: String(76561190000000000n + BigInt(number)) });
  }

  async #leave(): Promise<void> {
    const id = this.#pick(this.#present());
    if (id !== undefined) await this.#chat.state.delUser(id, 'Disconnect by user.');
  }

  #answer({ user, text }: SayEvent): void {
    const lines = ANSWERS.find(({ to }) => to.test(text))?.lines ?? [];
    this.#answerOnce('say', async () => {
      const speaker = this.#pick(this.#present());
      if (speaker !== undefined) await this.#say(speaker, addressed(this.#pick(lines) ?? 'NAME?', user.name));
    });
  }

  #answerWhisper({ from, server, toUserId }: PmEvent): void {
    if (from === undefined) return;
    this.#answerOnce('pm', async () => {
      if (!this.#chat.state.me().users.has(toUserId)) return;
      await this.#chat.state.pm(toUserId, server.id, from.id, addressed(this.#pick(WHISPERS) ?? '…', from.name));
    });
  }

  #answerOnce(kind: 'say' | 'pm', action: () => Promise<unknown>): void {
    if (this.#answering.has(kind)) return;
    this.#answering.add(kind);
    this.#later(PAUSES.beforeAnswer, () => {
      this.#answering.delete(kind);
      return action();
    });
  }

  /** Kicks and bans make a player leave, slaps hurt, as on a real server. */
  #obey({ action, target, reason }: AowlEvent): void {
    for (const user of [...this.#chat.state.me().users.values()]) {
      const hit =
        'steamid64' in target
          ? target.steamid64 === user.steamid64
          : target.serverId === this.#part.serverId && target.userId === user.id;
      if (hit) this.#now(() => (action === 'slap' ? this.#say(user.id, 'ow') : this.#chat.state.delUser(user.id, reason)));
    }
  }

  async #say(userId: number, text: string): Promise<void> {
    if (this.#chat.state.me().users.has(userId)) await this.#chat.state.say(userId, text);
  }

  /** Ids of the players who are there. */
  #present(): number[] {
    return [...this.#chat.state.me().users.keys()];
  }

  #later([from, to]: readonly [number, number], action: () => Promise<unknown>): void {
    const cancel = this.#options.clock.after(from + this.#options.random() * (to - from), () => {
      this.#cancels.delete(cancel);
      this.#now(action);
    });
    this.#cancels.add(cancel);
  }

  /** What is said while the broker is away is lost, as it would be on a game server. */
  #now(action: () => Promise<unknown>): void {
    action().catch((error: unknown) => this.#options.log.debug({ err: error }, 'A simulated player was not heard.'));
  }

  #chance(likelihood: number): boolean {
    return this.#options.random() < likelihood;
  }

  #pick<T>(items: readonly T[]): T | undefined {
    return items[Math.floor(this.#options.random() * items.length)];
  }

  #shuffled<T>(items: readonly T[]): T[] {
    return items
      .map((item) => ({ item, order: this.#options.random() }))
      .sort((a, b) => a.order - b.order)
      .map(({ item }) => item);
  }
}

function addressed(line: string, name: string): string {
  return line.replace('NAME', () => sanitizeName(name) || 'stranger');
}
