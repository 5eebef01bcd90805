/** Channels that the bot begins to take part in while it runs. */
import { AdapterError, DeliveryError } from '../../src/adapter.ts';
import type { Clock } from '../../src/clock.ts';
import type { RoomRef } from '../../src/event.ts';
import type { Account } from './answers.ts';
import type { Api } from './api.ts';
import { reasonOf, waitOf } from './faults.ts';
import { channelFindings } from './findings.ts';
import type { Gateway } from './gateway.ts';
import { passed } from './passed.ts';
import type { Sender } from './sender.ts';

/** What takes part. */
interface Bot {
  readonly api: Api;
  readonly account: (signal: AbortSignal) => Promise<Account>;
  readonly gateway: Gateway | undefined;
  readonly sender: Sender;
  readonly clock: Clock;
}

/** The longest limit that is worth waiting for, in milliseconds. */
const LONGEST_WAIT = 10_000;

/**
 * Looks whether the bot may read and write in a channel, lets it have its webhook, and hears it from now on.
 * @throws {AdapterError} when it can't: what is to be done about it. Nothing is left of it then, but maybe the webhook
 */
export async function openRoom(room: RoomRef, { api, account, gateway, sender, clock }: Bot, signal: AbortSignal): Promise<void> {
  if (!gateway?.isUp) throw new AdapterError('There is no connection to Discord just now. Try again in a moment.');
  try {
    for await (const { ok, text } of channelFindings(api, await account(signal), [room])) if (!ok) throw new AdapterError(text);
    signal.throwIfAborted();
    await whenTaken(() => sender.prepare(room, signal), clock, signal);
    await whenTaken(() => gateway.follow(room, signal), clock, signal);
  } catch (error) {
    sender.forget(room);
    if (error instanceof AdapterError) throw error;
    if (error instanceof DeliveryError) throw new AdapterError(error.message);
    throw new AdapterError(`Discord could not be asked about the channel ${room}: ${reasonOf(error)}. Try again later.`);
  }
}

/** Does something as soon as Discord takes it, where that is soon. */
async function whenTaken(work: () => Promise<void>, clock: Clock, signal: AbortSignal): Promise<void> {
  for (;;) {
    try {
      await work();
      signal.throwIfAborted();
      return;
    } catch (error) {
      const wait = error instanceof DeliveryError ? error.retryAfter : waitOf(error);
      if (wait === undefined || wait > LONGEST_WAIT) throw error;
      await passed(wait, clock, signal);
      signal.throwIfAborted();
    }
  }
}
