/** A console, and the operator before it, on a network with one game server, alpha, where Alice plays. */
import { PassThrough } from 'node:stream';
import { pino } from 'pino';
import { consoleModule } from '../../../bridges/console/index.ts';
import { openTerminal, type Terminal } from '../../../bridges/console/terminal.ts';
import type { Adapter, Commands } from '../../../src/adapter.ts';
import { type Broker, startBroker } from '../../../src/broker.ts';
import { CrossChat, type CrossChatUser } from '../../../src/crosschat/index.ts';
import type { Edit, EventId, Message, ServerId } from '../../../src/event.ts';
import { literal } from '../../../src/text/tree.ts';
import { TestClock } from '../../support/clock.ts';
import { type TestHost, testHost } from '../../support/host.ts';
import { Screen } from './screen.ts';

/** What commands a terminal, and breaks a line, where it is let through. */
export const HOSTILE = '\u001b[2J\u001b]0;owned\u0007Eve\r\n12:00 [alpha] Bob: fake\u202E';

interface OpenOptions {
  readonly config?: object;
  readonly rooms?: string[];
  readonly terminal?: Terminal | undefined;
  readonly health?: () => string[];
  readonly commands?: Commands;
}

export class Scene {
  readonly broker: Broker;
  readonly chat: CrossChat;
  readonly alpha: CrossChat;
  readonly alice: CrossChatUser;
  /** It is five past nine. */
  readonly clock = new TestClock(new Date(2026, 10, 21, 9, 5).getTime());
  readonly screen = new Screen();
  readonly #input = new PassThrough();
  readonly #terminal = openTerminal(this.#input, this.screen.output);
  readonly #adapters: Adapter[] = [];

  private constructor(broker: Broker, chat: CrossChat, alpha: CrossChat, alice: CrossChatUser) {
    this.broker = broker;
    this.chat = chat;
    this.alpha = alpha;
    this.alice = alice;
  }

  static async start(): Promise<Scene> {
    const broker = await startBroker({ port: 0, log: pino({ level: 'silent' }) });
    const peer = (serverId: string) => new CrossChat({ serverId, urls: [broker.url], allowAnonymous: true });
    const [chat, alpha] = [peer('bridge'), peer('alpha')];
    chat.start();
    alpha.start();
    await Promise.all([chat.whenReady(), alpha.whenReady()]);
    return new Scene(broker, chat, alpha, await alpha.state.addUser('Alice', { steamid64: '76561190000000001' }));
  }

  async stop(): Promise<void> {
    for (const adapter of this.#adapters) await adapter.stop();
    this.#terminal.close();
    await Promise.all([this.chat.stop(), this.alpha.stop()]);
    await this.broker.stop();
  }

  /** The console is opened: on the terminal, unless it is to have none. */
  async open({ config, rooms = ['main'], ...options }: OpenOptions = {}): Promise<{ adapter: Adapter; host: TestHost }> {
    const { chat, clock } = this;
    const module = consoleModule('terminal' in options ? options.terminal : this.#terminal);
    const { health, commands } = options;
    const host = testHost({ id: 'console', rooms, chat, clock, ...(health && { health }), ...(commands && { commands }) });
    const adapter = module.create(module.schema.parse({ name: 'Olga', ...config }), host);
    this.#adapters.push(adapter);
    await adapter.start();
    return { adapter, host };
  }

  /** The operator types a line. */
  type(line: string): void {
    this.#input.write(`${line}\n`);
  }

  /** What Alice says. */
  said(text: string, extra: Partial<Message> = {}): Message {
    return {
      kind: 'message',
      id: 'server/alpha/1' as EventId,
      at: this.clock.now(),
      place: { kind: 'server', server: 'alpha' as ServerId },
      tag: 'alpha',
      author: { id: '1', name: 'Alice' },
      body: literal(text),
      attachments: [],
      ...extra,
    };
  }

  editOf(message: Message, text: string): Edit {
    const id = `${message.id}/edit` as EventId;
    return { kind: 'edit', id, at: this.clock.now(), place: message.place, message: { ...message, body: literal(text) } };
  }
}
