/** An order to game servers: one message to every server that the moderator can see. */
import { type AowlAction, type AowlTarget, NotConnectedError, PublishError, RefusedError } from '../crosschat/index.ts';
import type { Given } from './command.ts';
import { Refusal } from './refusal.ts';
import { listed, serverName } from './words.ts';

/** What is ordered. */
export interface Order {
  readonly action: AowlAction;
  readonly target: AowlTarget;
  readonly reason: string;
  /** Of a ban, in milliseconds; undefined for ever. */
  readonly duration: number | undefined;
}

/** Who got it. */
export interface Reached {
  /** Names, for people. */
  readonly servers: string;
  /** Who did not get it, or gets it later: a sentence with a blank before it, or nothing. */
  readonly but: string;
}

/** Sends it. @throws {Refusal} when it reaches nobody */
export async function give({ view, origin }: Given, { action, target, reason, duration }: Order): Promise<Reached> {
  const servers = view.servers().map(({ id }) => id);
  if (servers.length === 0) throw new Refusal(NOBODY);
  // Servers that know durations read seconds.
  const extra = duration === undefined ? {} : { duration: Math.round(duration / 1_000) };
  let refused: readonly string[] = [];
  let late: readonly string[] = [];
  try {
    await origin.server.chat.state.sendAowl(action, target, reason, { extra, to: ({ id }) => view.includes(id) });
  } catch (error) {
    if (error instanceof NotConnectedError) throw new Refusal('The connection to the MQTT broker was lost: nothing was sent.');
    if (!(error instanceof PublishError)) throw error;
    // What the connection could not carry is kept, and goes out with the next one.
    if (error.cause instanceof RefusedError) refused = error.undelivered;
    else late = error.undelivered;
  }
  const reached = servers.filter((id) => !refused.includes(id));
  if (reached.length === 0) throw new Refusal('The MQTT broker refused it, so nobody could act.');
  const but = [
    late.length === 0 ? '' : ` ${listed(late.map(serverName))} will get it when the connection to the broker is back.`,
    refused.length === 0 ? '' : ` The broker refused it for ${listed(refused.map(serverName))}.`,
  ];
  return { servers: listed(reached.map(serverName)), but: but.join('') };
}

export const NOBODY = 'No game server is online, so nobody could act: nothing was sent.';
