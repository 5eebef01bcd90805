/** Commands that are typed in a room: each is answered there, and is no chat. */
import { type AdapterHost, type CommandInfo, helpFor, readCommand, type Typed } from '../../../src/adapter.ts';
import type { Author, RoomRef } from '../../../src/event.ts';
import { literal, type RichText } from '../../../src/text/tree.ts';
import { actionId } from '../content.ts';
import type { RoomEvent, Said } from '../event.ts';
import { type Caller, describe, type Homeserver } from '../homeserver.ts';
import { toAnswer } from './answer.ts';
import { GivenCommands } from './given.ts';
import { type Grants, rankFor } from './grants.ts';
import { rankIn, type Trusted, trustedRank } from './power.ts';

export interface TextCommandsOptions {
  readonly host: AdapterHost;
  readonly homeserver: Homeserver;
  readonly trusted: Trusted;
  readonly grants: Grants;
  /** Whether anybody may run Lua code on game servers. */
  readonly allowLua: boolean;
  /** What commands begin with. */
  readonly prefix: string;
  /** Aborted when the adapter stops. */
  readonly ended: AbortSignal;
}

/** Where a command was typed. */
interface Where {
  readonly roomId: string;
  /** What the room is configured by. */
  readonly room: RoomRef;
  /** In a private chat, the mapped rooms that the person is in: power over the chat itself is none over them. */
  readonly community?: () => Promise<readonly RoomRef[]>;
  /** Whether the room is not mapped: power over it is none over the bridge, since anybody can make a room. */
  readonly isUnmapped?: boolean;
  /** Who answers; the bridge itself by default. */
  readonly caller?: Caller;
}

/** A command that was typed, and where. */
interface Given extends Where {
  readonly event: RoomEvent;
  readonly said: Said;
  readonly typed: Typed;
}

/** Milliseconds after which nobody expects a command to be carried out any more: it was typed while the bridge was away. */
const tooOld = 5 * 60_000;

export class TextCommands {
  readonly #options: TextCommandsOptions;
  readonly #given: GivenCommands;

  constructor(options: TextCommandsOptions) {
    this.#options = options;
    this.#given = new GivenCommands(options.host.memory);
  }

  /** Whether an event gives a command, so that it is no chat. */
  isCommand(event: RoomEvent): boolean {
    return this.#read(event) !== undefined;
  }

  /** Carries out the command that an event gives, and answers it; doesn't wait for that. @param authorOf its sender */
  give(where: Where, event: RoomEvent, said: Said, authorOf: () => Promise<Author>): void {
    const { ended, host } = this.#options;
    const typed = this.#read(event);
    if (typed === undefined) return;
    this.#answer({ ...where, event, said, typed }, authorOf).catch((fault: unknown) => {
      if (!ended.aborted) host.log.warn({ room: where.room }, `Matrix: a command could not be answered (${describe(fault)})`);
    });
  }

  #read({ type, content }: RoomEvent): Typed | undefined {
    const { body, msgtype } = content;
    if (type !== 'm.room.message' || msgtype !== 'm.text' || typeof body !== 'string') return undefined;
    return readCommand(body, this.#options.prefix, this.#offered);
  }

  get #offered(): readonly CommandInfo[] {
    const { host, allowLua } = this.#options;
    return host.commands.all.filter(({ needsListing }) => allowLua || !needsListing);
  }

  async #answer(given: Given, authorOf: () => Promise<Author>): Promise<void> {
    const { host, homeserver, ended } = this.#options;
    const { roomId, event, said, caller = homeserver } = given;
    if (!(await this.#given.isFirst(event.event_id))) return;
    const content = toAnswer(await this.#carryOut(given, authorOf), event, said.threadRoot, host.chat.state.ownId);
    const path = `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/send/m.room.message/${actionId(event.event_id, 'answer')}`;
    await caller.call('PUT', path, { body: content, signal: ended });
  }

  async #carryOut(
    { roomId, room, community, isUnmapped, event, typed }: Given,
    authorOf: () => Promise<Author>,
  ): Promise<RichText> {
    const { host, homeserver, trusted, grants, allowLua, prefix } = this.#options;
    if (typed.kind === 'wrong') return literal(typed.sentence);
    if (host.clock.now() - event.origin_server_ts > tooOld)
      return literal('This was typed while the bridge was away, so it was not carried out. Type it again if it still matters.');
    const isPowerless = community !== undefined || isUnmapped === true;
    const standing = isPowerless ? trustedRank(event.sender, trusted) : await rankIn(homeserver, roomId, event.sender, trusted);
    if (typed.kind === 'help')
      return helpFor(this.#offered, standing.rank, prefix, typed.about, 'Everybody in the room reads commands and answers.');
    return host.commands.run({
      command: typed.command.name,
      options: typed.options,
      caller: {
        author: await authorOf(),
        ...rankFor(typed.command, event.sender, standing, { grants, allowLua, room }),
      },
      room,
      rooms: community ? await community() : [room],
      isPublic: community === undefined,
    });
  }
}
