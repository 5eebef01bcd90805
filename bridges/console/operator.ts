/** The console in a terminal: shows what happens, says what is typed, does what is ordered. */
import type { Adapter, AdapterHost, Attempt, Finding } from '../../src/adapter.ts';
import {
  type AowlAction,
  type AowlTarget,
  type OocEvent,
  type PmEvent,
  RemoteLua,
  type ServerEvent,
  type StateEvent,
  type UserEvent,
} from '../../src/crosschat/index.ts';
import { type Edit, eventId, type Message, type Place, type RoomRef } from '../../src/event.ts';
import { toLine } from '../../src/text/line.ts';
import { toPlain } from '../../src/text/plain.ts';
import { literal } from '../../src/text/tree.ts';
import { type Command, readLine } from './commands.ts';
import type { ConsoleConfig } from './config.ts';
import type { Desk } from './desk.ts';
import {
  clockTime,
  editLine,
  messageLine,
  removalLine,
  serverNotice,
  shutdownNotice,
  stateNotice,
  userNotice,
  whisperNotice,
} from './format.ts';
import { sendLua } from './remote-lua.ts';
import { ShownLines } from './shown-lines.ts';
import type { Terminal } from './terminal.ts';

const NOT_NOTED = 'It could not be written to the audit log, so nothing was done. /health says what is wrong.';

/** Milliseconds that a command waits for the network, so that what is typed (or piped in) at the start is not lost. */
const CONNECT_TIMEOUT = 5_000;

/** The operator at the terminal. */
export class Operator implements Adapter, Desk {
  readonly platform = 'Console';
  readonly #config: ConsoleConfig;
  readonly #host: AdapterHost;
  readonly #terminal: Terminal;
  readonly #lua: RemoteLua;
  readonly #listeners = {
    server: (event: ServerEvent) => this.#note(serverNotice(event)),
    user: (event: UserEvent) => this.#note(userNotice(event)),
    // While we connect, the states of all servers come in: no news.
    state: (event: StateEvent) => this.#note(this.#host.chat.status === 'ready' ? stateNotice(event) : undefined),
    ooc: (event: OocEvent) => this.#note(shutdownNotice(event)),
    pm: (event: PmEvent) => this.#note(whisperNotice(event, this.#nameOf(event.toUserId))),
  };
  readonly #lines = new ShownLines();
  /** The channel that was switched to. */
  #chosen: RoomRef | undefined;
  /** Lines are dealt with one after the other: `/add` is done before the `/say` that follows it. */
  #work = Promise.resolve();
  /** Who waits for a yes or no. */
  #question: ((answer: string) => void) | undefined;
  #count = 0;

  constructor(config: ConsoleConfig, host: AdapterHost, terminal: Terminal) {
    this.#config = config;
    this.#host = host;
    this.#terminal = terminal;
    this.#lua = RemoteLua.over(host.chat);
  }

  async start(): Promise<void> {
    const { server, user, state, ooc, pm } = this.#listeners;
    this.#host.chat.on('server', server).on('user', user).on('state', state).on('ooc', ooc).on('pm', pm);
    this.#terminal.print(
      this.#channel === undefined
        ? 'There is no channel to talk in; /help lists the commands.'
        : `Type to talk in ${this.#channel}; /help lists the commands.`,
    );
    this.#terminal.onLine((line) => this.#typed(line));
  }

  async stop(): Promise<void> {
    this.#terminal.onLine(() => undefined);
    this.#question?.('');
    this.#lua.close();
    const { server, user, state, ooc, pm } = this.#listeners;
    this.#host.chat.off('server', server).off('user', user).off('state', state).off('ooc', ooc).off('pm', pm);
  }

  async send(room: RoomRef, message: Message, attempt: Attempt): Promise<void> {
    if (attempt.shown.length > 0) return;
    this.#show(room, message.at, message.id, messageLine(message));
    attempt.done(message.id);
  }

  async edit(room: RoomRef, edit: Edit): Promise<void> {
    this.#show(room, edit.at, edit.message.id, editLine(edit));
  }

  async remove(room: RoomRef, [id]: readonly string[]): Promise<void> {
    this.#note(`${this.#channelMark(room)}${removalLine(this.#lines.get(id))}`);
  }

  async *check(): AsyncIterable<Finding> {
    yield { ok: true, text: 'The console is ready.' };
  }

  get state(): Desk['state'] {
    return this.#host.chat.state;
  }

  listChannels(): string {
    return this.#host.rooms.map((room) => `${room === this.#channel ? '*' : ' '} ${room}`).join('\n');
  }

  switchChannel(name: string): string {
    const room = this.#host.rooms.find((known) => known === name);
    if (room === undefined) return `There is no channel ${toLine(name)}; there are ${this.#host.rooms.join(', ')}.`;
    this.#chosen = room;
    return `You talk in ${room} now.`;
  }

  health(): string {
    const faults = this.#host.health();
    return faults.length === 0 ? 'All is well.' : faults.map(toLine).join('\n');
  }

  async reload(): Promise<string> {
    const { name } = this.#config;
    const { rooms, commands } = this.#host;
    const answer = await commands.run({
      command: 'bridge reload',
      options: new Map(),
      caller: { author: { id: name, name }, rank: 'admin', isOperator: true },
      room: this.#channel ?? ('' as RoomRef),
      rooms,
    });
    return toPlain(answer);
  }

  async sendLua(serverId: string, code: string): Promise<string> {
    if (!this.#config.allow_remote_lua) {
      return 'Remote Lua is switched off. It runs any code on a game server; adapters.console.allow_remote_lua: true allows it.';
    }
    if (this.state.servers.get(serverId)?.online !== true) return `There is no server ${toLine(serverId)} online.`;
    const yes = await this.#confirm(`Run this on ${serverId}, with all its rights? ${toLine(code)} [y/N]`);
    if (!yes) return 'Nothing was sent.';
    if (!(await this.#noted('lua', serverId, code))) return NOT_NOTED;
    const { clock } = this.#host;
    return sendLua(this.#lua, { serverId, code, clock, print: (text) => this.#note(text) });
  }

  async order(action: AowlAction, target: AowlTarget, reason: string): Promise<string> {
    const whom = 'steamid64' in target ? target.steamid64 : `user ${target.userId} of ${target.serverId}`;
    if (!(await this.#noted(action, whom, reason || 'no reason given'))) return NOT_NOTED;
    await this.state.sendAowl(action, target, reason);
    const servers = this.state.online().length;
    return `Asked ${servers} server${servers === 1 ? '' : 's'} to ${action} ${whom}.`;
  }

  /** Writes to the audit log what is about to be done. Resolves with whether it may be. */
  #noted(action: string, target: string, detail: string): Promise<boolean> {
    return this.#host.noted({ who: `${this.#config.name} (${this.#host.id})`, action, target, detail });
  }

  shutdown(): string {
    this.#host.shutdown();
    return 'Goodbye.';
  }

  /** The channel to talk in. One that is gone gives way to the first. */
  get #channel(): RoomRef | undefined {
    const { rooms } = this.#host;
    return rooms.find((room) => room === this.#chosen) ?? rooms[0];
  }

  #show(room: RoomRef, at: number, id: string, line: string): void {
    this.#lines.add(id, line);
    this.#terminal.print(`${clockTime(at)} ${this.#channelMark(room)}${line}`);
  }

  #channelMark(room: RoomRef): string {
    return this.#host.rooms.length > 1 ? `#${toLine(room)} ` : '';
  }

  #nameOf(userId: number): string {
    return this.state.me().getUser(userId)?.name ?? `user ${userId}`;
  }

  #note(text: string | undefined): void {
    if (text !== undefined) this.#terminal.print(`${clockTime(this.#host.clock.now())} ${text}`);
  }

  #typed(line: string): void {
    const answer = this.#question;
    if (answer !== undefined) {
      this.#question = undefined;
      answer(line);
      return;
    }
    this.#work = this.#work
      .then(() => this.#obey(line))
      .catch((error: unknown) => {
        this.#host.log.debug({ err: error }, 'A command of the operator failed.');
        this.#terminal.print(`That did not work: ${toLine(error instanceof Error ? error.message : String(error))}`);
      });
  }

  async #obey(line: string): Promise<void> {
    const typed = readLine(line);
    if (typed.kind === 'say') await this.#say(typed.text);
    if (typed.kind === 'wrong') this.#terminal.print(typed.sentence);
    if (typed.kind !== 'do') return;
    if (typed.command.online) await this.#connected(typed.command);
    this.#terminal.print(await typed.action(this));
  }

  async #say(text: string): Promise<void> {
    if (this.#channel === undefined) {
      this.#terminal.print('There is no channel to talk in.');
      return;
    }
    const { id: adapter, clock } = this.#host;
    const place: Place = { kind: 'room', adapter, room: this.#channel };
    const at = clock.now();
    this.#count += 1;
    const { name } = this.#config;
    await this.#host.message({
      kind: 'message',
      id: eventId(place, `${at}-${this.#count}`),
      at,
      place,
      tag: this.platform,
      author: { id: name, name },
      body: literal(text),
      attachments: [],
    });
  }

  /** @throws {Error} when the network can't be reached in time */
  async #connected(command: Command): Promise<void> {
    const { chat, clock } = this.#host;
    if (chat.status === 'ready') return;
    const timeout = new AbortController();
    const cancel = clock.after(CONNECT_TIMEOUT, () => timeout.abort());
    try {
      await chat.whenReady(timeout.signal);
    } catch {
      throw new Error(`/${command.name} needs the network, and the broker can't be reached.`);
    } finally {
      cancel();
    }
  }

  async #confirm(question: string): Promise<boolean> {
    this.#terminal.print(question);
    const answer = await new Promise<string>((resolve) => {
      this.#question = resolve;
    });
    return /^y(es)?$/i.test(answer.trim());
  }
}
