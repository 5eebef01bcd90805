/**
 * What a room's settings tell of the bridge: clients show it there, and other bridges find it.
 * https://github.com/matrix-org/matrix-spec-proposals/pull/2346
 */
import { isDeepStrictEqual } from 'node:util';
import type { RoomRef } from '../../src/event.ts';
import type { Homeserver } from './homeserver.ts';
import { readPowers } from './powers.ts';
import { setState, stateOf } from './room-state.ts';

/** The proposal's name, and the one under which clients know it until it is accepted. */
const types = ['m.bridge', 'uk.half-shot.bridge'] as const;

export interface BridgeStateOptions {
  readonly homeserver: Homeserver;
  /** Our own user id. */
  readonly userId: string;
  /** The bridge's own id on the crosschat network. */
  readonly serverId: string;
  /** The names of the channels that a room is in. */
  channelsOf(room: RoomRef): readonly string[];
}

export class BridgeState {
  readonly #options: BridgeStateOptions;

  constructor(options: BridgeStateOptions) {
    this.#options = options;
  }

  /** Says in a room what it is bridged to, unless that stands there, or we may not. Rejects with what the homeserver says. */
  async publish(ref: RoomRef, roomId: string): Promise<void> {
    const { userId, serverId, channelsOf } = this.#options;
    await this.#set(roomId, () => {
      // Looked up late: a room is opened before it is in a channel.
      const [channel = ref] = channelsOf(ref);
      return {
        bridgebot: userId,
        protocol: { id: 'crosschat', displayname: 'crosschat' },
        network: { id: serverId, displayname: serverId },
        channel: { id: channel, displayname: channel },
      };
    });
  }

  /** A room is bridged no more. Rejects with what the homeserver says. */
  withdraw(roomId: string): Promise<void> {
    return this.#set(roomId, () => ({}));
  }

  async #set(roomId: string, contentNow: () => object): Promise<void> {
    const { homeserver, userId, serverId } = this.#options;
    const key = `dev.crosschat.bridge/${serverId}`;
    const powers = await readPowers(homeserver, roomId);
    const content = contentNow();
    for (const type of types) {
      if (powers.of(userId) < powers.toSet(type)) continue;
      if (isDeepStrictEqual((await stateOf(homeserver, roomId, type, key)) ?? {}, content)) continue;
      await setState(homeserver, roomId, type, key, content);
    }
  }
}

/** Whether the bridge may say in a room's settings what it is bridged to. */
export async function mayPublish(homeserver: Homeserver, roomId: string, userId: string): Promise<boolean> {
  const powers = await readPowers(homeserver, roomId);
  return types.every((type) => powers.of(userId) >= powers.toSet(type));
}
