import type { CrossChatServer } from './server.ts';

/** A user of one server on the network. */
export class CrossChatUser {
  /** Unique on its server only. */
  readonly id: number;
  readonly server: CrossChatServer;
  /** As the peer wrote it, cut: it can hold markup, newlines and bidi characters. */
  name: string;
  /** Unix seconds. */
  readonly firstSeen: number;
  /** What else the server tells about the user, for example `steamid64`, `avatar`, `link`. Other people's data. */
  extra: Readonly<Record<string, unknown>>;
  /** Whether the user spoke without ever being announced, so that the name is made up. */
  readonly placeholder: boolean;

  constructor(fields: {
    id: number;
    server: CrossChatServer;
    name: string;
    firstSeen: number;
    extra?: Readonly<Record<string, unknown>>;
    placeholder?: boolean;
  }) {
    this.id = fields.id;
    this.server = fields.server;
    this.name = fields.name;
    this.firstSeen = fields.firstSeen;
    this.extra = fields.extra ?? {};
    this.placeholder = fields.placeholder ?? false;
  }

  /** The user's SteamID64, where the server is believed, and told a well-formed one: the key by which game servers moderate. */
  get steamid64(): string | undefined {
    if (!this.server.isBelieved) return undefined;
    const value = this.extra['steamid64'];
    return typeof value === 'string' && /^\d{17}$/.test(value) ? value : undefined;
  }

  /** The user as it stands in a payload, without `cmd` and `burst`. An extra never replaces a key of the protocol. */
  serialize(): Record<string, unknown> {
    return { ...this.extra, id: this.id, name: this.name, first_seen: this.firstSeen, server: this.server.id };
  }
}
