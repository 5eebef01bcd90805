/** Every command, for every kind of visitor and every way in on the web chat: exactly the allowed ones act. */
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { WebChat } from '../../bridges/webchat/chat.ts';
import { configSchema, type WebChatConfig } from '../../bridges/webchat/config.ts';
import type { AdapterModule, CommandInfo } from '../../src/adapter.ts';
import { Bridge } from '../../src/bridge.ts';
import { startBroker } from '../../src/broker.ts';
import { systemClock } from '../../src/clock.ts';
import { parseConfig } from '../../src/config.ts';
import type { Answer } from '../../web/chat/wire.ts';
import { Visitor } from '../bridges/webchat/visitor.ts';
import { newFolder } from '../store/open.ts';
import { GameServer } from '../support/game-server.ts';
import { guarded, isRefused, type Need, needOf, typed } from './table.ts';

/** What each kind of visitor may, beside what takes nothing. */
const MAY: Readonly<Record<string, readonly Need[]>> = {
  guest: [],
  'discord:123456789012345678': [],
  'steam:76561198000000001': ['to kick', 'to ban'],
  'steam:76561198000000002': ['to kick', 'to ban', 'to manage', 'to run the bridge'],
};
const [, , MODERATOR, ADMIN] = Object.keys(MAY);

async function open() {
  const log = pino({ level: 'silent' });
  const broker = await startBroker({ port: 0, log });
  onTestFinished(() => broker.stop());
  let chat: WebChat | undefined;
  const module: AdapterModule<WebChatConfig> = {
    type: 'webchat',
    schema: configSchema,
    create(config, host) {
      chat = new WebChat(config, host);
      return chat;
    },
  };
  const raw = {
    mqtt: { url: broker.url, allow_anonymous: true },
    data_dir: newFolder(),
    http: { port: 0 },
    adapters: { webchat: { guests: true, moderators: [MODERATOR], admins: [ADMIN] } },
    channels: [{ name: 'main', rooms: { webchat: 'main' } }],
  };
  const config = await parseConfig({ raw, variables: new Map(), file: undefined }, { webchat: { load: async () => module } });
  const bridge = new Bridge({ config, log, clock: systemClock, random: Math.random, shutdown: () => {} });
  onTestFinished(() => bridge.stop());
  await bridge.start();
  await bridge.ready(AbortSignal.timeout(20_000));
  const alpha = await GameServer.start({ url: broker.url, id: 'alpha' });
  onTestFinished(() => alpha.stop());
  await alpha.presence.waitFor((change) => change === 'online bridge');
  const site = { url: bridge.httpUrl ?? '' };
  const people = await Promise.all(
    Object.keys(MAY).map(async (kind) => {
      if (kind === 'guest') return [kind, await Visitor.enter(site, 'Guest')] as const;
      const visitor = new Visitor(site);
      const service = kind.startsWith('steam') ? 'steam' : 'discord';
      visitor.cookie = `crosschat_session=${await chat?.sessions.open(service, { id: kind, name: kind })}`;
      return [kind, visitor] as const;
    }),
  );
  const commands = chat?.host.commands.all ?? [];
  return { people, alpha, commands };
}

/** What somebody is told: the words of an answer. */
function wordsIn({ answer = [], fault = '' }: Answer): string {
  const text = (nodes: readonly unknown[]): string =>
    nodes
      .map((node) =>
        Object.values(node as object)
          .map((part) => (Array.isArray(part) ? text(part) : String(part)))
          .join(' '),
      )
      .join('');
  return `${fault}${text(answer)}`;
}

/** Only what the table says acts. */
function expectAllowed(kind: string, acts: readonly string[], which: readonly CommandInfo[]): void {
  const allowed = which.filter((command) => ['nothing', ...(MAY[kind] ?? [])].includes(needOf(command)));
  expect([kind, acts]).toEqual([kind, allowed.map(({ name }) => name)]);
}

const asTyped = (command: CommandInfo) => `/${typed(command).slice(1)}`;

test.each([
  ['said', (visitor: Visitor, text: string) => visitor.say(text)],
  ['said in answer to something', (visitor: Visitor, text: string) => visitor.say(text, { reply: '1' })],
])('%s', async (_way, says) => {
  const { people, commands } = await open();
  for (const [kind, visitor] of people) {
    const acts: string[] = [];
    for (const command of commands) {
      const words = wordsIn(await says(visitor, asTyped(command)));
      expect(words, command.name).not.toBe('');
      if (!/Only (moderators|admins|those whom)|is for those who run the bridge only/.test(words) && !isRefused(words))
        acts.push(command.name);
    }
    expectAllowed(kind, acts, commands);
  }
});

test('offered for completion', async () => {
  const { people, commands } = await open();
  // Nobody on the page is named for a command.
  const offered = commands.filter((command) => needOf(command) !== 'to be named');
  for (const [kind, visitor] of people) {
    const { completion } = await visitor.post('complete', { room: 'main', text: '/' });
    const labels = completion?.items.map(({ text }) => text.slice(1).trim()) ?? [];
    const known = offered.filter(({ name }) => labels.includes(name)).map(({ name }) => name);
    expectAllowed(kind, known, offered);
  }
});

test('an edited message gives none, and neither does a whisper', async () => {
  const { people, alpha, commands } = await open();
  await alpha.join('Gordon');
  for (const [, visitor] of people) {
    const page = await visitor.open();
    await visitor.say('hello');
    const { id } = await page.waitFor('entry', ({ body }) => JSON.stringify(body).includes('hello'));
    for (const command of guarded(commands).slice(0, 4)) {
      await visitor.post('edit', { room: 'main', id, text: asTyped(command) });
      await visitor.post('whisper', { to: { server: 'alpha', user: 1 }, text: asTyped(command), nonce: crypto.randomUUID() });
    }
  }
  const admin = people.find(([kind]) => kind === ADMIN)?.[1];
  expect(wordsIn((await admin?.say('/bridge audit')) ?? {})).toContain('Nothing is noted yet.');
  expect(alpha.packets.all.filter((packet) => packet.includes('/ooc/'))).toEqual([]);
});
