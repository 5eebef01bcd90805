/** The core of a bridge: what takes events and hands them out, put together on a store that is open. */
import type { Logger } from 'pino';
import { openLinking } from './accounts/open-linking.ts';
import { openAvatars } from './avatars/open-avatars.ts';
import type { ChannelMap } from './channel-map.ts';
import { roomId } from './channels.ts';
import type { Clock } from './clock.ts';
import type { Config } from './config.ts';
import type { Controller, ControllerOptions } from './control/controller.ts';
import { makeControl } from './control/make-control.ts';
import type { Place } from './event.ts';
import { Hub } from './hub.ts';
import { partLog } from './log.ts';
import { type ModerationParts, makeModeration } from './moderation/make-moderation.ts';
import { ModLog } from './moderation/mod-log.ts';
import type { Meter } from './outbox/meter.ts';
import { Outbox } from './outbox/outbox.ts';
import { ownMessage } from './own-message.ts';
import type { Store } from './store/store.ts';
import { openWhispers } from './whispers/open-whispers.ts';

/** What the core of a bridge is made of. */
export interface CoreOptions extends Pick<ControllerOptions, 'members' | 'whyNot' | 'reload'> {
  /** As it is now. */
  readonly config: () => Config;
  readonly map: ChannelMap;
  readonly store: Store;
  /** Counts what happens; nothing is counted without it. */
  readonly meter: Meter | undefined;
  /** Aborted when the bridge ends. */
  readonly ended: AbortSignal;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
}

/** The parts that adapters and virtual servers are joined to. */
export interface Core {
  readonly hub: Hub;
  readonly outbox: Outbox;
  readonly moderation: ModerationParts;
  readonly modLog: ModLog;
  readonly control: Controller;
}

/**
 * Puts it together, with what earlier processes left. The channel map is whole from then on.
 * @throws {DatabaseFault} when the store can't be read; the reason of `ended`
 */
export async function openCore(options: CoreOptions): Promise<Core> {
  const { config: now, map, store, meter, ended, clock, random, log } = options;
  const config = now();
  const { database, writer, audit } = store;
  const notice = (place: Place, text: string, seq: number) => ownMessage(place, text, seq, clock.now());
  const kept = { database, writer, maxAge: () => now().maxDeliveryAge, notice, ...(meter && { meter }) };
  const outbox = new Outbox({ ...kept, clock, random, log: partLog(log, 'outbox') });
  await outbox.open();
  ended.throwIfAborted();
  const avatars = await openAvatars({ config, clock, log }, store.memory('avatars'));
  ended.throwIfAborted();
  const linking = await openLinking(store, clock);
  ended.throwIfAborted();
  const moderation = makeModeration(store, {
    ...options,
    config: now,
    tell: (place, text) => void outbox.takeNew((seq) => notice(place, text, seq), [roomId(place)]),
  });
  const modLog = new ModLog({ address: () => now().modLog, map, outbox, audit, clock, log });
  const whispers = await openWhispers(store, () => clock.now());
  ended.throwIfAborted();
  const hub = new Hub({
    map,
    outbox,
    flood: () => now().flood,
    gameReactions: () => now().gameReactions,
    logWhispers: () => now().logWhispers,
    avatars,
    linking,
    moderation: moderation.moderation,
    bars: moderation.bars,
    ...whispers,
    memory: store.memory('hub'),
    clock,
    log: partLog(log, 'hub'),
  });
  const control = await makeControl({
    ...options,
    hub,
    outbox,
    adapters: config.adapters,
    stays(room) {
      const { modLog: address } = now();
      return address !== undefined && roomId(address) === roomId(room);
    },
  });
  ended.throwIfAborted();
  return { hub, outbox, moderation, modLog, control };
}
