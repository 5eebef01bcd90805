/** From what people write to the channel, adapter or room that they mean. */
import type { ChannelMap } from '../channel-map.ts';
import { CHANNEL_NAME_RULE, channelName } from '../channel-name.ts';
import type { RoomAddress } from '../channels.ts';
import { ControlError } from '../control.ts';
import type { Member } from '../member.ts';
import { skeleton } from '../text/skeleton.ts';
import * as sentences from './sentences.ts';

/** A room, by its name in the configuration or by the platform's own id. */
export interface WantedRoom {
  readonly adapter: string;
  readonly room: string;
}

/** Looks among what there is now. What there is not is a {@link ControlError} that says what there is. */
export class Finder {
  readonly #map: ChannelMap;
  readonly #members: () => readonly Member[];

  constructor(map: ChannelMap, members: () => readonly Member[]) {
    this.#map = map;
    this.#members = members;
  }

  /** The adapters whose rooms come and go: the others have one in every channel. */
  get members(): readonly Member[] {
    return this.#members().filter(({ everywhere }) => !everywhere);
  }

  get #channels(): string[] {
    return this.#map.channels.map(({ name }) => name);
  }

  /** @throws {ControlError} */
  channel(given: string): string {
    const name = given.normalize('NFC');
    if (this.#channels.includes(name)) return name;
    throw new ControlError(sentences.noSuch('channel', given, this.#channels));
  }

  /** A channel that there is or could be. @throws {ControlError} when there can't be one of this name */
  channelToBe(given: string): string {
    const name = channelName(given);
    if (name === undefined)
      throw new ControlError(`"${sentences.asTyped(given)}" can't be a channel: its name ${CHANNEL_NAME_RULE}.`);
    if (this.#channels.includes(name)) return name;
    const alike = this.#channels.find((known) => skeleton(known) === skeleton(name));
    if (alike === undefined) return name;
    throw new ControlError(
      `There is a channel "${alike}" already, which looks much the same. Write it like that, or choose another name.`,
    );
  }

  /** @throws {ControlError} */
  member(adapter: string): Member {
    const member = this.members.find(({ id }) => id === adapter);
    if (member) return member;
    throw new ControlError(
      sentences.noSuch(
        'adapter',
        adapter,
        this.members.map(({ id }) => id),
      ),
    );
  }

  /** @throws {ControlError} when it is in no channel */
  room({ adapter, room }: WantedRoom): { readonly member: Member; readonly address: RoomAddress } {
    const member = this.member(adapter);
    const address = this.roomIn(member, room);
    if (address) return { member, address };
    throw new ControlError(sentences.notInAny(member.adapter.platform, room));
  }

  /** A room of an adapter that is in a channel; undefined when there is none. */
  roomIn(member: Member, room: string): RoomAddress | undefined {
    const found =
      member.rooms.find((known) => known === room) ?? member.rooms.find((known) => member.adapter.nativeRoomId?.(known) === room);
    return found === undefined ? undefined : { adapter: member.id, room: found };
  }
}
