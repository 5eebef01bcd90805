/** The room in which moderators read what is done: the key `mod_log`. */
import type { Logger } from 'pino';
import type { Deed } from '../adapter.ts';
import { AdapterError } from '../adapter.ts';
import type { ChannelMap } from '../channel-map.ts';
import { type RoomAddress, roomId } from '../channels.ts';
import type { Clock } from '../clock.ts';
import type { Member } from '../member.ts';
import type { Outbox } from '../outbox/outbox.ts';
import { ownMessage } from '../own-message.ts';
import { roomDestination } from '../room-destination.ts';
import type { Audit } from '../store/audit.ts';
import { excerpt } from '../text/excerpt.ts';

/** What it is made of. */
export interface ModLogOptions {
  /** The room as it is now, which need not be in a channel; undefined for none. */
  readonly address: () => RoomAddress | undefined;
  readonly map: ChannelMap;
  readonly outbox: Outbox;
  readonly audit: Pick<Audit, 'onNote'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** UTF-16 units of one entry. */
const MAX = 500;
/** What people do to themselves is nobody's business. */
const PRIVATE: ReadonlySet<string> = new Set(['link', 'unlink']);

/** Posts what the audit log gets, as the bridge's own messages: kept, in order, and without pinging anybody. */
export class ModLog {
  readonly #options: ModLogOptions;

  constructor(options: ModLogOptions) {
    this.#options = options;
    options.audit.onNote((deed) => this.#post(deed));
  }

  /** An adapter takes part, or the room is another one. At a start, it comes before the outbox is restored. */
  join(member: Member): void {
    const address = this.#roomOf(member);
    const { outbox, log } = this.#options;
    if (address === undefined || outbox.report(roomId(address)) !== undefined) return;
    const { history, threads, reactions } = outbox;
    outbox.add(roomDestination({ address, member, history, threads, reactions, log }));
  }

  /** An adapter runs: it takes part in the room. Never rejects. */
  async open(member: Member, signal: AbortSignal): Promise<void> {
    const address = this.#roomOf(member);
    if (address === undefined) return;
    const { id, adapter } = member;
    const { log } = this.#options;
    try {
      await adapter.open?.(address.room, signal);
    } catch (error) {
      if (signal.aborted) return;
      const why = error instanceof AdapterError ? error.message : 'by a fault in the bridge';
      log.error({ adapter: id, ...(error instanceof AdapterError ? {} : { err: error }) }, `mod_log can't be used: ${why}`);
    }
  }

  /** The room, if it is this adapter's and in no channel. */
  #roomOf({ id }: Member): RoomAddress | undefined {
    const address = this.#options.address();
    return address?.adapter !== id || this.#options.map.has(address) ? undefined : address;
  }

  #post({ who, action, target, detail }: Deed): void {
    const { outbox, clock } = this.#options;
    const address = this.#options.address();
    if (address === undefined || PRIVATE.has(action)) return;
    const text = excerpt(`${who}: ${action} ${target}${detail === '' ? '' : `: ${detail}`}`, MAX);
    const place = { kind: 'room', ...address } as const;
    void outbox.takeNew((seq) => ownMessage(place, text, seq, clock.now()), [roomId(address)]);
  }
}
