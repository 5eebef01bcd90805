/** What has to be found out before a message can be written for a room: who is called in it, and which pictures go with it. */
import type { AdapterHost } from '../../src/adapter.ts';
import { type EventId, isBridge, type Message } from '../../src/event.ts';
import { callsIn, type FindPeople } from '../../src/text/calls.ts';
import { toPlain } from '../../src/text/plain.ts';
import type { MatrixConfig } from './config.ts';
import { type Draft, toDrafts } from './content.ts';
import { describe, type Homeserver } from './homeserver.ts';
import { everybody } from './mentions.ts';
import { matrixNames, type People } from './people.ts';
import { readPowers } from './powers.ts';
import type { Profile } from './profile.ts';
import type { Uploads } from './uploads.ts';
import type { Voice } from './voice.ts';

export interface DraftingOptions {
  readonly config: MatrixConfig;
  readonly host: AdapterHost;
  readonly homeserver: Homeserver;
  readonly people: People;
  readonly uploads: Uploads;
}

export class Drafting {
  readonly #options: DraftingOptions;

  constructor(options: DraftingOptions) {
    this.#options = options;
  }

  /**
   * The events that show a message in a room.
   * @param voice who sends them
   * @param cause the event by which it is shown, where that is an edit
   */
  async for(roomId: string, message: Message, voice: Voice, signal: AbortSignal, cause?: EventId): Promise<Draft[]> {
    const { config, host, uploads } = this.#options;
    const find = await this.#finder(roomId, message, voice, signal);
    const { tree: body, ids: calls } = find ? callsIn(message.body, find, matrixNames) : { tree: message.body, ids: new Map() };
    const isNamed = config.profiles && !voice.isGhost && !isBridge(message.author);
    const profile: Profile | undefined = isNamed ? { avatar: await uploads.avatarOf(message, signal) } : undefined;
    const options = {
      nameTemplate: config.name_template,
      serverId: host.chat.state.ownId,
      emoji: await uploads.emojiIn(message, signal),
      asThemselves: voice.isGhost,
      msgtype: config.message_type,
      calls,
      ...(profile && { profile }),
    };
    return toDrafts({ ...message, body }, options, cause);
  }

  /** Who may be called in a room by a message; undefined when it calls nobody. That it can't be found out holds up no message. */
  async #finder(roomId: string, message: Message, voice: Voice, signal: AbortSignal): Promise<FindPeople | undefined> {
    const { config, host, people } = this.#options;
    const text = toPlain(message.body);
    if (!text.includes('@') || isBridge(message.author)) return undefined;
    try {
      const inRoom = config.mentions === 'members' ? await people.in(roomId, signal) : () => undefined;
      const all = /@room/i.test(text) && (await this.#mayPingAll(roomId, message, voice)) ? [everybody] : undefined;
      return (name) => (name.toLowerCase() === 'room' ? all : inRoom(name));
    } catch (fault) {
      signal.throwIfAborted();
      host.log.debug(`Matrix: who may be called in ${roomId} is not known (${describe(fault)})`);
      return undefined;
    }
  }

  /** Whether somebody may ping a whole room, and we may do it for them: only who speaks on Matrix has a power level there. */
  async #mayPingAll(roomId: string, { place, author }: Message, { userId }: Voice): Promise<boolean> {
    const { host, homeserver } = this.#options;
    if (place.kind !== 'room' || place.adapter !== host.id) return false;
    const powers = await readPowers(homeserver, roomId);
    return [author.id, userId].every((id) => powers.of(id) >= powers.toPingAll);
  }
}
