/** How many requests are let through. https://discord.com/developers/docs/topics/rate-limits */
import { createHash } from 'node:crypto';
import type { Clock } from '../../../src/clock.ts';

/** So many requests in so much time, for one kind of request. */
interface RateLimit {
  /** The routes, as `METHOD /path/:parameter`, that share it. */
  readonly routes: readonly string[];
  readonly requests: number;
  /** In milliseconds, from the first request on. */
  readonly window: number;
  /** What has a count of its own: the path's first id and token, or the channel (a webhook's channel as well). */
  readonly per: 'resource' | 'channel';
  /** Not announced in headers: it is first heard of in a 429. */
  readonly hidden?: boolean;
}

/** All limits that are in force. */
export interface RateLimits {
  readonly routes: readonly RateLimit[];
  /** Requests a second for a bot, over all routes. */
  readonly global: number;
}

/** Nobody is held back: for tests of other things. */
export const noRateLimits: RateLimits = { routes: [], global: Number.POSITIVE_INFINITY };

/** As far as they are known; Discord publishes none but the global one. */
export const usualRateLimits: RateLimits = {
  global: 50,
  routes: [
    { routes: ['POST /webhooks/:webhook/:token'], requests: 5, window: 2000, per: 'resource' },
    { routes: ['POST /webhooks/:webhook/:token'], requests: 30, window: 60_000, per: 'channel', hidden: true },
    { routes: ['PATCH /webhooks/:webhook/:token/messages/:message'], requests: 5, window: 2000, per: 'resource' },
    { routes: ['DELETE /webhooks/:webhook/:token/messages/:message'], requests: 5, window: 2000, per: 'resource' },
    { routes: ['POST /channels/:channel/messages'], requests: 5, window: 5000, per: 'resource' },
    { routes: ['PATCH /channels/:channel/messages/:message'], requests: 5, window: 5000, per: 'resource' },
    { routes: ['DELETE /channels/:channel/messages/:message'], requests: 5, window: 1000, per: 'resource' },
    {
      routes: ['PUT', 'DELETE'].map((method) => `${method} /channels/:channel/messages/:message/reactions/:emoji/@me`),
      requests: 1,
      window: 250,
      per: 'resource',
    },
    { routes: ['GET /channels/:channel/messages'], requests: 5, window: 5000, per: 'resource' },
  ],
};

/** One request, as the limits see it. */
export interface Counted {
  readonly route: string;
  /** The first id of the path, with the token for a webhook. */
  readonly resource: string;
  /** The channel that it is about, where known. */
  readonly channel: string | undefined;
  /** The bot; undefined for a webhook's token, which no global limit counts. */
  readonly bot: string | undefined;
}

/** What the limits say to a request. */
export interface Verdict {
  readonly headers: Readonly<Record<string, string>>;
  /** Set when it is refused. */
  readonly refusal?: { readonly retryAfter: number; readonly global: boolean };
}

interface Window {
  count: number;
  readonly resetAt: number;
}

/** Counts requests against limits. */
export class RateLimiter {
  /** The limits in force; a test may change them at any time. */
  limits: RateLimits;
  readonly #windows = new Map<string, Window>();
  readonly #clock: Clock;

  constructor(limits: RateLimits, clock: Clock) {
    this.limits = limits;
    this.#clock = clock;
  }

  /** Counts a request, unless it is refused. */
  take(request: Counted): Verdict {
    // One time for all: a window that ends meanwhile would tell of a wait below zero.
    const now = this.#clock.now();
    this.#forgetPast(now);
    const all = this.#windowsOf(request, now);
    const over = all.find(({ window, max }) => window.count >= max);
    if (!over) for (const { window } of all) window.count++;
    const announced = over && !over.hidden ? over : all.find(({ global, hidden }) => !global && !hidden);
    const headers = announced && !announced.global ? this.#headers(announced, now) : {};
    if (!over) return { headers };
    const retryAfter = (over.window.resetAt - now) / 1000;
    const scope = over.global ? 'global' : over.hidden ? 'shared' : 'user';
    return {
      headers: {
        ...headers,
        'retry-after': String(Math.ceil(retryAfter)),
        'x-ratelimit-scope': scope,
        ...(over.global && { 'x-ratelimit-global': 'true' }),
      },
      refusal: { retryAfter, global: over.global },
    };
  }

  #windowsOf(request: Counted, now: number) {
    const { global, routes } = this.limits;
    const own = routes.flatMap((limit, index) => {
      if (!limit.routes.includes(request.route)) return [];
      const about = limit.per === 'channel' ? request.channel : request.resource;
      const name = `${index}:${limit.routes[0]}`;
      return [
        {
          window: this.#window(`${name}:${about}`, limit.window, now),
          max: limit.requests,
          global: false,
          hidden: limit.hidden ?? false,
          name,
        },
      ];
    });
    if (request.bot === undefined || global === Number.POSITIVE_INFINITY) return own;
    return [
      ...own,
      { window: this.#window(`global:${request.bot}`, 1000, now), max: global, global: true, hidden: false, name: 'global' },
    ];
  }

  #window(key: string, length: number, now: number): Window {
    const window = this.#windows.get(key) ?? { count: 0, resetAt: now + length };
    this.#windows.set(key, window);
    return window;
  }

  #headers({ window, max, name }: { window: Window; max: number; name: string }, now: number): Record<string, string> {
    return {
      'x-ratelimit-limit': String(max),
      'x-ratelimit-remaining': String(Math.max(0, max - window.count)),
      'x-ratelimit-reset': (window.resetAt / 1000).toFixed(3),
      'x-ratelimit-reset-after': ((window.resetAt - now) / 1000).toFixed(3),
      'x-ratelimit-bucket': createHash('md5').update(name).digest('hex'),
    };
  }

  #forgetPast(now: number): void {
    for (const [key, { resetAt }] of this.#windows) if (resetAt <= now) this.#windows.delete(key);
  }
}
