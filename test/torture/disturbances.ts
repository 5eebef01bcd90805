/** Everything that goes wrong in a torture, each by a name that can be asked for. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Fault } from '../doubles/discord/faults.ts';
import type { Failure } from '../doubles/matrix/faults.ts';
import type { TcpProxy } from '../support/proxy.ts';
import type { Random } from './random.ts';
import type { TortureWorld } from './world.ts';

/** What can be chosen: the ends of the bridge, and what befalls each of the three sides. */
export const GROUPS = ['kill', 'broker', 'discord', 'matrix'] as const;

export type Group = (typeof GROUPS)[number];

/** One thing that goes wrong. Resolves when it is over; meanwhile others may go wrong too. */
export interface Disturbance {
  readonly name: string;
  readonly group: Group;
  /** Whether it takes the better part of a minute until the bridge can know of it. */
  readonly slow?: boolean;
  happen(world: TortureWorld, random: Random): Promise<void>;
}

const EXECUTE = 'POST /webhooks/:webhook/:token';

export const DISTURBANCES: readonly Disturbance[] = [
  {
    name: 'kill',
    group: 'kill',
    async happen({ bridge }, random) {
      const away = random.next() < 0.5 ? 0 : random.between(0, 2_000);
      await bridge.kill();
      await pause(away);
      bridge.start();
    },
  },
  {
    name: 'stop',
    group: 'kill',
    async happen({ bridge }, random) {
      const away = random.next() < 0.5 ? 0 : random.between(0, 2_000);
      await bridge.stop();
      await pause(away);
      bridge.start();
    },
  },
  {
    name: 'broker restarted',
    group: 'broker',
    async happen({ broker, mqtt }, random) {
      if (broker.restart) await broker.restart(random.between(0, 1_500));
      else mqtt.drop();
    },
  },
  ...troubles('broker', 'broker', ({ mqtt }) => mqtt),
  ...troubles('discord', 'Discord REST', ({ discord }) => discord.proxy),
  ...troubles('matrix', 'Matrix', ({ matrix }) => matrix.proxy),
  ...discordAnswers('429', { stored: false, answer: { status: 429, retryAfter: 0.4 } }),
  ...discordAnswers('429 without headers', { stored: false, answer: { status: 429, retryAfter: 0.4, headers: false } }),
  ...discordAnswers('500', { stored: false, answer: { status: 500 } }),
  ...discordAnswers('500 after it was stored', { stored: true, answer: { status: 500 } }),
  ...discordAnswers('502 after it was stored', { stored: true, answer: { status: 502, body: 'page' } }),
  ...discordAnswers('reset', { stored: false, answer: 'reset' }),
  ...discordAnswers('reset after it was stored', { stored: true, answer: 'reset' }),
  ...discordAnswers('no answer', { stored: false, answer: 'hang' }, true),
  ...discordAnswers('no answer after it was stored', { stored: true, answer: 'hang' }, true),
  ...[4000, 4009, 1001].map((code): Disturbance => gatewayTrouble(`closed with ${code}`, ({ gateway }) => gateway.close(code))),
  gatewayTrouble('cut', ({ gateway }) => gateway.drop()),
  gatewayTrouble('silent', ({ gateway }) => gateway.freeze()),
  gatewayTrouble('asks to reconnect', ({ gateway }) => gateway.askToReconnect()),
  gatewayTrouble('cut, resume refused', ({ gateway }) => {
    gateway.forgetSessions();
    gateway.drop();
  }),
  {
    name: 'Discord webhook deleted',
    group: 'discord',
    async happen({ discord }) {
      for (const { id } of discord.channel.webhooks) discord.channel.deleteWebhook({ id });
    },
  },
  ...matrixAnswers('send', /\/send\//, '429', { how: 'answer', status: 429, errcode: 'M_LIMIT_EXCEEDED', retryAfter: 300 }),
  ...matrixAnswers('send', /\/send\//, '500', { how: 'answer', status: 500, errcode: 'M_UNKNOWN' }),
  ...matrixAnswers('send', /\/send\//, '502', { how: 'answer', status: 502, errcode: 'M_UNKNOWN' }),
  ...matrixAnswers('send', /\/send\//, 'reset', { how: 'drop' }),
  ...matrixAnswers('send', /\/send\//, 'reset after it was stored', { how: 'drop after' }),
  ...matrixAnswers('send', /\/send\//, 'no answer after it was stored', { how: 'hang after' }, true),
  ...matrixAnswers('sync', /\/sync$/, '500', { how: 'answer', status: 500, errcode: 'M_UNKNOWN' }),
  ...matrixAnswers('sync', /\/sync$/, '429', { how: 'answer', status: 429, errcode: 'M_LIMIT_EXCEEDED', retryAfter: 300 }),
  ...matrixAnswers('sync', /\/sync$/, 'reset after the answer', { how: 'drop after' }),
  { name: 'Matrix restarted', group: 'matrix', happen: ({ matrix }) => matrix.double.restart() },
];

/** What can befall any connection. */
function troubles(group: Group, what: string, proxyOf: (world: TortureWorld) => TcpProxy): Disturbance[] {
  return [
    { name: `${what} cut`, group, happen: async (world) => proxyOf(world).drop() },
    {
      name: `${what} away`,
      group,
      async happen(world, random) {
        await proxyOf(world).cut();
        await pause(random.between(0, 3_000));
        await proxyOf(world).open();
      },
    },
    {
      name: `${what} slow`,
      group,
      async happen(world, random) {
        proxyOf(world).slow(random.between(5, 60));
        await pause(random.between(500, 3_000));
        proxyOf(world).slow(0);
      },
    },
    { name: `${what} half closed`, group, happen: async (world) => proxyOf(world).halfClose() },
    {
      name: `${what} silent`,
      group,
      async happen(world, random) {
        proxyOf(world).hold();
        await pause(random.between(500, 8_000));
        // What was held up arrives late, or never.
        if (random.next() < 0.5) proxyOf(world).drop();
        proxyOf(world).release();
      },
    },
  ];
}

function discordAnswers(what: string, fault: Fault, slow = false): Disturbance[] {
  return [
    {
      name: `Discord: ${what}`,
      group: 'discord',
      slow,
      async happen({ discord }, random) {
        discord.double.faults.next(random.whole(1, slow ? 1 : 3), fault, EXECUTE);
      },
    },
  ];
}

function gatewayTrouble(what: string, act: (double: TortureWorld['discord']['double']) => void): Disturbance {
  return { name: `Discord gateway ${what}`, group: 'discord', happen: async ({ discord }) => act(discord.double) };
}

function matrixAnswers(request: string, path: RegExp, what: string, failure: Failure, slow = false): Disturbance[] {
  return [
    {
      name: `Matrix ${request}: ${what}`,
      group: 'matrix',
      slow,
      async happen({ matrix }, random) {
        matrix.double.fail({ ...failure, path, times: random.whole(1, slow ? 1 : 3) });
      },
    },
  ];
}
