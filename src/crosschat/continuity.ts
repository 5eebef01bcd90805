import { Identity } from './identity.ts';
import { IncomingPackets } from './incoming-packets.ts';
import { OutgoingPackets } from './outgoing-packets.ts';
import { type Kept, keepsNothing, type Persistence } from './persistence.ts';
import { addressee } from './topics.ts';

/** How a continuity is made. */
export interface ContinuityOptions {
  readonly persistence: Persistence | undefined;
  readonly topicPrefix: string;
  readonly urls: readonly URL[];
  /** Whether a session that we don't know is ours all the same. */
  readonly inherits: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Whether a server is there, and knows who speaks. */
  readonly hears: (server: string) => boolean;
  /** Takes each packet that comes in, once. */
  readonly receive: (topic: string, payload: string | Uint8Array) => void;
}

/** What goes on over connections, and over processes if there is a store: who we are, and which packets are on their way. */
export class Continuity {
  readonly identity: Identity;
  readonly incoming: IncomingPackets;
  readonly outgoing: OutgoingPackets;
  /** Whether anything outlives a connection. */
  readonly durable: boolean;
  readonly persistence: Persistence;
  /** Tells our MQTT session from those of other networks: the same topics, at the same addresses. */
  readonly #scope: string;
  readonly #inherits: boolean;
  /** Whether the broker may hold a session that we can go on with. */
  #held = false;
  /** Whether that may be another process's. */
  #inherited = false;

  constructor({ persistence, topicPrefix, urls, inherits, now, hears, receive }: ContinuityOptions) {
    this.#inherits = inherits;
    this.durable = persistence !== undefined;
    this.persistence = persistence ?? keepsNothing;
    const { note } = this.persistence;
    this.#scope = [topicPrefix, ...urls.map(({ protocol, host }) => `${protocol}//${host}`).sort()].join(' ');
    this.identity = new Identity(now);
    this.incoming = new IncomingPackets(receive, note);
    this.outgoing = new OutgoingPackets({
      note,
      durable: this.durable,
      addressee: (topic) => addressee(topic, topicPrefix),
      hears,
    });
  }

  /** Whether the broker may hold a session that we can go on with. */
  get held(): boolean {
    return this.#held;
  }

  /** Whether that session may be another process's, of which nothing is known. */
  get inherited(): boolean {
    return this.#inherited;
  }

  /** Goes on where an earlier process ended. Returns what of it still holds. */
  async load(): Promise<Kept | undefined> {
    const kept = await this.persistence.load();
    const valid = kept && this.#restore(kept);
    if (!this.#held && this.#inherits) {
      // The packet ids in it are another process's.
      this.outgoing.sessionLost();
      this.#held = true;
      this.#inherited = true;
    }
    return valid;
  }

  #restore(kept: Kept): Kept {
    if (kept.scope !== '' && kept.scope !== this.#scope) {
      // On another network, ids mean others, and what was said there is nobody's business here.
      for (const kind of ['nothingSent', 'nothingReceived', 'allGone'] as const) this.persistence.note({ kind });
      return { ...kept, sent: [], peers: [], ownUsers: [] };
    }
    this.#held = kept.scope !== '';
    this.identity.restore(kept.started, kept.instance);
    this.incoming.restore(kept.received);
    this.outgoing.restore(kept.sent);
    return kept;
  }

  /** The broker holds a session of ours, which is announced as {@link identity} says. */
  hold(): void {
    this.#held = true;
    this.#inherited = false;
    this.#note(this.#scope);
  }

  /** The session that the broker holds, if any, is not ours any more. */
  letGo(): void {
    this.#held = false;
    this.incoming.forget();
    this.#note('');
  }

  #note(scope: string): void {
    const { started, instance } = this.identity;
    this.persistence.note({ kind: 'session', scope, started, instance });
  }
}
