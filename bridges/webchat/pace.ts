/** How fast somebody may do what: by themselves, and with everybody at their address. */
import type { Clock } from '../../src/clock.ts';
import { FloodLimiter } from '../../src/flood.ts';
import { networkOf } from '../../src/http/address-limit.ts';
import type { Answer } from '../../web/chat/wire.ts';
import type { Session } from './sessions.ts';

/** So often a minute: they say something, ask what can be typed next, do anything else. */
const PER_MINUTE = {
  said: { user: 30, address: 120 },
  asked: { user: 300, address: 600 },
  done: { user: 120, address: 600 },
} as const;

/** What is counted by itself. */
export type Doing = keyof typeof PER_MINUTE;

/** The limits of one web chat. */
export class Pace {
  readonly #limits: { readonly [What in Doing]: { readonly user: FloodLimiter; readonly address: FloodLimiter } };

  constructor(clock: Clock) {
    const limits = (what: Doing) => ({
      user: new FloodLimiter({ perMinute: PER_MINUTE[what].user, clock }),
      address: new FloodLimiter({ perMinute: PER_MINUTE[what].address, clock }),
    });
    this.#limits = { said: limits('said'), asked: limits('asked'), done: limits('done') };
  }

  /** Whether somebody may do something now; else they are told to wait. */
  tooMuch(what: Doing, { author }: Session, address: string): Answer | undefined {
    const { user, address: place } = this.#limits[what];
    if (user.allow(author.id) === 'yes' && place.allow(networkOf(address)) === 'yes') return undefined;
    return { fault: 'That was too much at once. Wait a moment.', wait: 3 };
  }
}
