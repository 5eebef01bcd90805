/** Rooms that are made when somebody asks for them by the alias of a game server. */
import { z } from 'zod';
import type { AdapterHost } from '../../../src/adapter.ts';
import type { RoomRef, ServerId } from '../../../src/event.ts';
import { type Caller, describe } from '../homeserver.ts';
import type { AppserviceConfig } from './config.ts';
import { decode, encode } from './ghost-ids.ts';
import * as sentences from './sentences.ts';

export interface PortalsOptions {
  readonly config: Pick<AppserviceConfig, 'aliases' | 'server_name' | 'portals_for'>;
  readonly host: AdapterHost;
  readonly homeserver: Caller;
}

const created = z.object({ room_id: z.string() });

export class Portals {
  readonly #options: PortalsOptions;
  /** Those that are being made, by alias. */
  readonly #making = new Map<string, Promise<boolean>>();

  constructor(options: PortalsOptions) {
    this.#options = options;
  }

  /** The alias of a game server's room. */
  aliasOf(server: string): string {
    const { aliases, server_name } = this.#options.config;
    return `#${aliases.replace('{server}', encode(server))}:${server_name}`;
  }

  /** The game server of the network that an alias stands for; undefined for any other alias. */
  serverOf(alias: string): ServerId | undefined {
    const [prefix = ''] = this.#options.config.aliases.split('{server}');
    const name = alias.slice(1 + prefix.length, alias.indexOf(':'));
    const server = decode(name);
    // Of several ways to write a name, one is right: else there could be several rooms.
    if (this.aliasOf(server) !== alias) return undefined;
    return this.#options.host.chat.state.servers.has(server) ? (server as ServerId) : undefined;
  }

  /** Somebody asks for an alias that no room has: makes the room, where that is wanted. @returns whether there is one now */
  async ask(alias: string): Promise<boolean> {
    const server = this.serverOf(alias);
    if (server === undefined || this.#homeservers().length === 0) return false;
    const running = this.#making.get(alias) ?? this.#make(alias, server);
    this.#making.set(alias, running);
    try {
      return await running;
    } finally {
      this.#making.delete(alias);
    }
  }

  #homeservers(): readonly string[] {
    const { portals_for, server_name } = this.#options.config;
    return portals_for ?? [server_name];
  }

  async #make(alias: string, server: ServerId): Promise<boolean> {
    const { host, homeserver, config } = this.#options;
    const localpart = alias.slice(1, alias.indexOf(':'));
    const allowed = this.#homeservers();
    const body = {
      room_alias_name: localpart,
      name: server,
      topic: `The chat of the game server ${server}.`,
      preset: 'public_chat',
      visibility: 'private',
      creation_content: { 'm.federate': allowed.some((name) => name !== config.server_name) },
      // Whoever asks is not named: so the room itself takes nobody else. https://spec.matrix.org/v1.13/client-server-api/#mroomserver_acl
      initial_state: [
        {
          type: 'm.room.server_acl',
          state_key: '',
          content: { allow: [...new Set([...allowed, config.server_name])], deny: [], allow_ip_literals: false },
        },
      ],
    };
    let roomId: string | undefined;
    try {
      roomId = created.parse(await homeserver.call('POST', '/_matrix/client/v3/createRoom', { body })).room_id;
      await host.addRoom(`portal ${server}`, roomId as RoomRef, server);
      host.log.info({ room: roomId }, sentences.portalMade(alias, server));
      return true;
    } catch (fault) {
      host.log.warn(sentences.portalNotMade(alias, server, describe(fault)));
      if (roomId !== undefined) await this.#takeBack(alias, roomId);
      return false;
    }
  }

  /** A room that is not bridged must not stand for the server. */
  async #takeBack(alias: string, roomId: string): Promise<void> {
    const { homeserver, host } = this.#options;
    const gone = [
      homeserver.call('DELETE', `/_matrix/client/v3/directory/room/${encodeURIComponent(alias)}`),
      homeserver.call('POST', `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/leave`, { body: {} }),
    ];
    for (const { status } of await Promise.allSettled(gone))
      if (status === 'rejected') host.log.debug({ room: roomId }, 'Matrix: a room that nobody needs could not be given up');
  }
}
