/** One life of a bridge's process: what it keeps is in a file, and it can be killed between any two packets. */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { CrossChat, type CrossChatOptions } from '../../src/crosschat/index.ts';
import type { Database } from '../../src/store/database.ts';
import { sessionOf } from '../../src/store/sessions.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import { Writer } from '../../src/store/writer.ts';
import { newFolder } from '../store/open.ts';
import { MqttProxy, type Passing } from '../support/mqtt-proxy.ts';

export interface LifeOptions {
  readonly url: string;
  /** What an earlier life left. */
  readonly remains?: Remains;
  readonly chat?: Partial<CrossChatOptions>;
  /** Stands before the database. */
  readonly through?: (database: Database) => Database;
}

/** What a killed process leaves. */
export interface Remains {
  readonly folder: string;
  /** Where it found the broker. */
  readonly port: number;
}

export class Life {
  readonly chat: CrossChat;
  readonly proxy: MqttProxy;
  readonly #folder: string;
  readonly #database: Database;

  private constructor(chat: CrossChat, proxy: MqttProxy, folder: string, database: Database) {
    this.chat = chat;
    this.proxy = proxy;
    this.#folder = folder;
    this.#database = database;
  }

  /** Loads what is kept. Its user is Ann. */
  static async begin({ url, remains, chat: options = {}, through = (database) => database }: LifeOptions): Promise<Life> {
    const folder = remains?.folder ?? newFolder();
    const log = pino({ level: 'silent' });
    const database = await openSqlite(join(folder, 'crosschat.db'));
    const writer = new Writer({ database: through(database), clock: systemClock, random: () => 0.5, log });
    const proxy = await MqttProxy.start(url, remains?.port);
    const serverId = options.serverId ?? 'bridge';
    const chat = new CrossChat({
      allowAnonymous: true,
      random: () => 0.1,
      ...options,
      serverId,
      urls: [proxy.url],
      persistence: sessionOf({ database, writer, server: serverId }),
    });
    const [{ count } = { count: 0 }] = await database.all<{ count: number }>('SELECT COUNT(*) AS count FROM memory');
    let heard = count;
    chat.on('say', ({ text }) => {
      heard += 1;
      const values = ['heard', String(heard).padStart(6, '0'), text];
      void writer.add({ sql: 'INSERT INTO memory (owner, name, value) VALUES (?, ?, ?)', values });
    });
    const life = new Life(chat, proxy, folder, database);
    onTestFinished(async () => {
      proxy.close();
      await chat.stop();
      await writer.flushed();
      await database.close();
    });
    await chat.load();
    void chat.state.addUser('Ann', {}, { id: 1, firstSeen: 1_000 });
    return life;
  }

  async ready(): Promise<void> {
    this.chat.start();
    await this.chat.whenReady();
  }

  /** What was said to it, in all its lives, as far as it is kept. */
  async heard(): Promise<string[]> {
    const rows = await this.#database.all<{ value: string }>("SELECT value FROM memory WHERE owner = 'heard' ORDER BY name");
    return rows.map(({ value }) => value);
  }

  /** Is killed when this packet is about to pass. Resolves with what it leaves. */
  killedAt(fits: (packet: Passing) => boolean): Promise<Remains> {
    return new Promise((resolve) => {
      this.proxy.lets = (packet) => {
        if (!fits(packet)) return true;
        resolve(this.kill());
        return false;
      };
    });
  }

  /** Is killed now. Returns what it leaves. */
  kill(): Remains {
    const folder = newFolder();
    for (const file of ['crosschat.db', 'crosschat.db-wal']) cpSync(join(this.#folder, file), join(folder, file));
    this.proxy.close();
    // It is gone for all others. In this process, it has to be kept from coming back.
    void this.chat.stop();
    return { folder, port: this.proxy.port };
  }
}
