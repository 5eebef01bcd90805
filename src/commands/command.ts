/** A command with what it does: what every file of commands here is made of. */
import type { Logger } from 'pino';
import type { Linking } from '../accounts/linking.ts';
import type { Clock } from '../clock.ts';
import type { CommandInfo, Commands, Invocation } from '../command.ts';
import type { Control } from '../control.ts';
import type { AdapterId, Place } from '../event.ts';
import type { Identities } from '../moderation/identities.ts';
import type { Moderation } from '../moderation/moderation.ts';
import type { Store } from '../store/store.ts';
import type { RichText } from '../text/tree.ts';
import type { VirtualServer } from '../virtual-server.ts';
import type { Whispers } from '../whispers/whispers.ts';
import type { Candidate } from './suggest.ts';
import type { View } from './view.ts';

/** An adapter, as people ask how it fares. */
export interface AdapterReport {
  readonly id: AdapterId;
  /** What people call its platform. */
  readonly platform: string;
  /** Why it does not run: a sentence. */
  readonly fault: string | undefined;
}

/** What commands work with. */
export interface Services {
  /** All virtual servers of the bridge. */
  readonly servers: readonly VirtualServer[];
  adapters(): readonly AdapterReport[];
  /** What is wrong with the bridge now, in sentences for the operator. */
  health(): readonly string[];
  readonly control: Control;
  readonly store: Pick<Store, 'accounts' | 'audit' | 'bans' | 'optOuts' | 'writer'>;
  readonly linking: Pick<Linking, 'begin' | 'end'>;
  readonly whispers: Pick<Whispers, 'send' | 'tell' | 'blocks' | 'partnersOf'>;
  /** Moderates platform users. */
  readonly moderation: Pick<Moderation, 'act' | 'memberOf' | 'placeOf' | 'placesOf'>;
  /** Who is the same person on several platforms. */
  readonly identities: Identities;
  /** Whether a ban takes a reason. */
  readonly banNeedsReason: boolean;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The adapter that commands come from. */
export interface Origin {
  readonly id: AdapterId;
  /** Its kind, for example `discord`: what the network sees as its users' platform. */
  readonly type: string;
  /** The virtual server that its users speak on. */
  readonly server: VirtualServer;
}

/** Makes the commands as one adapter uses them. */
export type CommandsFor = (origin: Origin) => Commands;

/** A command that is given, with all that its handler needs. */
export interface Given {
  readonly invocation: Invocation;
  readonly services: Services;
  readonly origin: Origin;
  /** What the caller can see. */
  readonly view: View;
}

/** A command, and what it does. */
export interface Command extends CommandInfo {
  /** Whether it makes no sense without the network: then the caller is told at once that there is no connection. */
  readonly needsNetwork?: boolean;
  /** Whether it does something to others: nobody does so much at once, and what is refused is noted as well. */
  readonly isDeed?: boolean;
  /** Whether it is about nobody but the caller: then no room has to be mapped where it is given. */
  readonly isPersonal?: boolean;
  /** Whether its answer is for the caller's eyes alone. */
  readonly isConfidential?: boolean;
  /** @throws {Refusal} or {ControlError} with what the caller is told */
  run(given: Given): Promise<RichText> | RichText;
  /** What the options that suggest something choose from. */
  candidates?(option: string, given: Given): Promise<readonly Candidate[]> | readonly Candidate[];
}

/** The value of an option that is required, or that has one. */
export function optionOf({ invocation }: Given, option: string): string {
  return invocation.options.get(option)?.trim() ?? '';
}

/** Where a command is given: the room, or, where it is in no channel, one of the same community that is. */
export function placeOf({ invocation: { room, rooms }, origin }: Given): Place {
  return { kind: 'room', adapter: origin.id, room: rooms.includes(room) ? room : (rooms[0] ?? room) };
}

/** Who acts, as the audit log names them. */
export function actorOf({ invocation: { caller, room }, origin }: Given): { name: string; id: string; via: string } {
  return { name: caller.author.name, id: caller.author.id, via: `${origin.id} ${room}` };
}
