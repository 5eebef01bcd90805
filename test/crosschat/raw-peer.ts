/** Another server on the network, played by hand: it says what a test makes it say, and keeps what it hears. */
import mqtt, { type MqttClient } from 'mqtt';

export interface Heard {
  readonly topic: string;
  readonly text: string;
  readonly retain: boolean;
}

export interface RawPeerOptions {
  readonly url: string;
  readonly id: string;
  readonly version?: 4 | 5;
  readonly username?: string;
  readonly password?: string;
  /** What it listens to, but for its own messages and all states. */
  readonly also?: string;
}

export class RawPeer {
  readonly id: string;
  readonly heard: Heard[] = [];
  readonly #client: MqttClient;
  #listeners: (() => void)[] = [];

  private constructor(id: string, client: MqttClient) {
    this.id = id;
    this.#client = client;
    client.on('message', (topic, payload, { retain }) => {
      this.heard.push({ topic, text: payload.toString(), retain });
      for (const listener of this.#listeners) listener();
    });
  }

  static async connect({ url, id, version = 4, username, password, also }: RawPeerOptions): Promise<RawPeer> {
    const client = mqtt.connect(url, {
      clientId: id,
      protocolVersion: version,
      reconnectPeriod: 0,
      keepalive: 30,
      ...(username === undefined || password === undefined ? {} : { username, password }),
      will: { topic: `crosschat/state/${id}/status`, payload: Buffer.from('{"started":0,"version":1}'), qos: 1, retain: true },
    });
    const peer = new RawPeer(id, client);
    await new Promise<void>((resolve, reject) => {
      const closed = () => reject(new Error(`the broker closed the connection of ${id}`));
      client
        .once('connect', () => resolve())
        .once('error', reject)
        .once('close', closed);
    });
    await client.subscribeAsync(also === undefined ? ['crosschat/state/+/#', `crosschat/m/+/${id}/#`] : [also], { qos: 2 });
    return peer;
  }

  /** Publishes on `crosschat/<topic>`; anything but text and bytes as JSON. */
  async send(topic: string, payload: unknown, retain = false): Promise<void> {
    const bytes = typeof payload === 'string' || payload instanceof Uint8Array ? Buffer.from(payload) : JSON.stringify(payload);
    await this.#client.publishAsync(`crosschat/${topic}`, bytes, { qos: 2, retain });
  }

  async online(started: number): Promise<void> {
    await this.send(`state/${this.id}/status`, { started, version: 1 }, true);
  }

  async offline(): Promise<void> {
    await this.send(`state/${this.id}/status`, { started: 0, version: 1 }, true);
  }

  /** Waits until something like this was heard; returns it as JSON where it is JSON. */
  async hears(topic: string, accept: (payload: never) => boolean = () => true): Promise<unknown> {
    for (;;) {
      for (const { topic: heard, text } of this.heard) {
        if (heard === `crosschat/${topic}` && accept(json(text) as never)) return json(text);
      }
      await new Promise<void>((resolve) => {
        this.#listeners.push(resolve);
      });
    }
  }

  /** What was heard on a topic so far. */
  on(topic: string): unknown[] {
    return this.heard.filter((heard) => heard.topic === `crosschat/${topic}`).map(({ text }) => json(text));
  }

  /** Resolves when everything that was sent to us before is here: sends a message around. */
  async caughtUp(): Promise<void> {
    const mark = `mark ${Math.random()}`;
    await this.send(`m/${this.id}/${this.id}/ooc/mark`, mark);
    await this.hears(`m/${this.id}/${this.id}/ooc/mark`, (text) => text === mark);
  }

  /** Takes back everything that a server of this id left on the broker. */
  static async forget(options: RawPeerOptions): Promise<void> {
    const peer = await RawPeer.connect(options);
    await peer.caughtUp();
    for (const { topic, retain } of peer.heard) {
      const key = topic.slice('crosschat/'.length);
      if (retain && key.startsWith(`state/${peer.id}/`)) await peer.send(key, '', true);
    }
    await peer.close();
  }

  /** Says goodbye and disconnects, without a Last Will. */
  async close(): Promise<void> {
    const client = this.#client;
    if (!client.connected) return;
    // The broker may go first.
    const cut = new Promise<void>((resolve) => client.once('close', () => resolve()));
    await Promise.race([client.endAsync(), cut]);
  }

  /** Is cut off: the broker publishes the Last Will. */
  cut(): void {
    this.#client.end(true);
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
