/** The first configuration: what is asked, and what comes of the answers. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { discordSetup } from '../../bridges/discord/setup.ts';
import { builtIns } from '../../bridges/index.ts';
import { matrixSetup } from '../../bridges/matrix/setup.ts';
import { brokerQuestions, mosquittoLines } from '../../src/cli/broker-setup.ts';
import { commandLine } from '../../src/cli/command-line.ts';
import { configText, envText, firstConfig } from '../../src/cli/first-config.ts';
import { preparedAdapters } from '../../src/cli/init.ts';
import { type Ask, answersTo } from '../../src/cli/questions.ts';
import { ConfigError, parseConfig } from '../../src/config.ts';
import { readSettings } from '../../src/settings.ts';
import type { Answers, SetupQuestion } from '../../src/setup.ts';

const ID = '123456789012345678';
const TOKEN = `${Buffer.from(ID).toString('base64')}.abc.def`;
const appservice = { mode: 'appservice', homeserver: 'https://matrix.example.org', room: '#games:example.org' };

/** The answers where nobody is there to be asked. */
const given = (questions: readonly SetupQuestion[], answers: Answers) =>
  answersTo(questions, answers, ({ name }) => name, undefined);

/** What a bridge reads of the files. */
async function read(config: string, env: string) {
  const folder = mkdtempSync(join(tmpdir(), 'crosschat-init-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'config.yaml'), config);
  writeFileSync(join(folder, '.env'), env);
  return await parseConfig(readSettings(builtIns(undefined), folder, {}), builtIns(undefined));
}

describe('the files', () => {
  test.each<[string, Answers, Answers | undefined, Answers | undefined]>([
    ['nothing at all', {}, undefined, undefined],
    ['a broker', { 'broker-url': 'mqtts://broker.example' }, undefined, undefined],
    ['a broker for everybody', { 'broker-url': 'mqtts://broker.example', 'broker-user': '-' }, undefined, undefined],
    ['Discord without a channel', {}, { token: TOKEN }, undefined],
    [
      'a Discord bot and a Matrix bot',
      {},
      { token: TOKEN, channel: ID },
      { homeserver: 'https://hs', token: 'matrix-secret', room: '!a:hs' },
    ],
    ['an appservice', { 'server-id': 'me' }, undefined, appservice],
    ['all of it', { 'broker-url': 'mqtts://b', 'server-id': 'Ünïcode server' }, { token: TOKEN, channel: ID }, appservice],
  ])('are taken by the bridge: %s', async (_, broker, discord, matrix) => {
    const adapters = [
      ...(discord ? [{ type: 'discord', ...discordSetup.prepare(await given(discordSetup.questions, discord)) }] : []),
      ...(matrix ? [{ type: 'matrix', ...matrixSetup.prepare(await given(matrixSetup.questions, matrix)) }] : []),
    ];
    const answers = await given(brokerQuestions, { 'broker-user': 'bridge', ...broker });
    const first = firstConfig(answers, adapters);
    const config = await read(configText(first, 'schema.json'), envText(first));
    expect(config.adapters.map(({ id }) => id)).toEqual(adapters.map(({ type }) => type));
    expect(config.channels[0]?.rooms.map(({ room }) => room)).toEqual(
      [discord?.['channel'], matrix?.['room']].filter((room) => room !== undefined),
    );
    expect(config.http).toMatchObject({ host: '127.0.0.1', port: 8_080 });
    expect(config.mqtt).toMatchObject({
      urls: [broker['broker-url']].filter((url) => url !== undefined),
      ...(broker['broker-url'] &&
        !broker['broker-user'] && { username: 'bridge', password: expect.stringMatching(/^[\w-]{32}$/) }),
    });
    expect(configText(first, undefined)).not.toMatch(new RegExp(Object.values(first.secrets).join('|') || 'no secret'));
  });

  test.each(['two # words', `it's "quoted"`, '#begins', 'a"b', '`', '${HOME}', 'back\\slash'])(
    'a password comes back from .env as it was: %s',
    async (password) => {
      const first = firstConfig(
        { 'broker-url': 'mqtts://b', 'broker-user': 'u', 'broker-password': password, 'server-id': 'a' },
        [],
      );
      expect((await read(configText(first, undefined), envText(first))).mqtt.password).toBe(password);
    },
  );

  test('Mosquitto lets the bridge be itself, and read what all say', async () => {
    const answers = await given(brokerQuestions, { 'broker-url': 'mqtts://b', 'server-id': 'me' });
    const lines = mosquittoLines(answers);
    expect(lines.join('\n')).toMatch(/mosquitto_passwd \S+ me /);
    expect(lines.filter((line) => line.includes('topic'))).toEqual([
      '    topic read crosschat/state/+/#',
      '    topic read crosschat/m/+/me/#',
      '    topic write crosschat/state/me/#',
      '    topic write crosschat/m/me/+/#',
    ]);
    expect(lines.join('\n')).not.toContain(answers['broker-password']);
    expect(mosquittoLines(await given(brokerQuestions, {}))).toEqual([]);
  });
});

describe('the link that invites the bot', () => {
  test('is made of the token, or of the id where that does not begin with it', async () => {
    const link = async (answers: Answers) => discordSetup.prepare(await given(discordSetup.questions, answers)).next.join('\n');
    // View Channel, Send Messages, Read Message History, Manage Webhooks, those for threads, Add Reactions, Use External Emojis
    const permissions = [6n, 10n, 11n, 16n, 18n, 29n, 35n, 38n].reduce((sum, bit) => sum | (1n << bit), 0n);
    expect(await link({ token: TOKEN })).toContain(`client_id=${ID}&scope=bot&permissions=${permissions}`);
    expect(await link({ token: 'other', application: ID })).toContain(`client_id=${ID}&`);
    await expect(link({ token: 'other' })).rejects.toThrow('init: application must be the "Application ID"');
  });
});

describe('what is given', () => {
  test.each<[string, string[], string]>([
    ['an adapter that there is not', ['discrod'], '"discrod" is none of discord, matrix (did you mean "discord"?)'],
    ['an answer to nobody', ['=x'], '"" is none of discord, matrix; answers are given like discord.token=…'],
    ['a file of another kind', ['--config', 'config.json'], 'it writes YAML; name a file like config.yaml, not config.json.'],
  ])('%s is said', async (_, args, sentence) => {
    const surroundings = { adapters: builtIns(undefined), version: '', print: async () => {}, openDesk: () => undefined };
    await expect(commandLine(['init', ...args], surroundings)).rejects.toThrow(`init: ${sentence}`);
  });

  test('what it does not ask is said, and so is what is missing', async () => {
    const answers = (words: Record<string, Answers>) =>
      preparedAdapters(builtIns(undefined), new Map(Object.entries(words)), undefined, async () => {});
    await expect(answers({ matrix: { home: 'x' } })).rejects.toThrow(
      'matrix does not ask for "home"; it asks for mode, homeserver',
    );
    await expect(answers({ discord: {} })).rejects.toThrow("init: discord.token=… or DISCORD_TOKEN must be the bot's token");
    await expect(given(brokerQuestions, { 'broker-url': 'a.example' })).rejects.toThrow(
      'broker-url must be an address like mqtts',
    );
    await expect(given(brokerQuestions, { 'broker-url': 'mqtts://u:hunter2@a' })).rejects.toThrow(
      /^init: broker-url must be without a user/,
    );
  });
});

describe('questions', () => {
  const questions: readonly SetupQuestion[] = [
    { name: 'number', text: 'A number', answer: z.string().regex(/^\d+$/, 'must be a number') },
    { name: 'word', text: 'A word', answer: z.string(), otherwise: ({ number = '' }) => `word${number}` },
    { name: 'secret', text: 'A secret', answer: z.string().min(1, 'must be there'), variable: 'CROSSCHAT_TEST_SECRET' },
    { name: 'more', text: 'More', answer: z.string(), isAsked: ({ word }) => word === 'yes' },
  ];

  test('are asked again until the answer is right; an empty one is the usual one, and a secret is not shown', async () => {
    const said: [string, boolean][] = [];
    const typed = ['x', '7', '', 'hush'];
    const ask: Ask = async (question, secret) => {
      said.push([question, secret]);
      return typed.shift() ?? '';
    };
    expect(await answersTo(questions, {}, ({ name }) => name, ask)).toEqual({ number: '7', word: 'word7', secret: 'hush' });
    expect(said).toEqual([
      ['A number', false],
      ['It must be a number.\nA number', false],
      ['A word [word7]', false],
      ['A secret', true],
    ]);
  });

  test('whether a platform is wanted is asked until the answer is yes or no', async () => {
    const said: string[] = [];
    const typed = ['discord', 'N', 'maybe', ''];
    const ask: Ask = async (question) => {
      said.push(question);
      return typed.shift() ?? '';
    };
    expect(await preparedAdapters(builtIns(undefined), new Map(), ask, async () => {})).toEqual([]);
    expect(said).toEqual(
      ['discord', 'matrix'].flatMap((type) => [`Add ${type} (y, n) [n]`, `It must be y or n.\nAdd ${type} (y, n) [n]`]),
    );
  });

  test('what is given is not asked, and complained of without telling it', async () => {
    const nobody: Ask = () => Promise.reject(new Error('asked'));
    const answers = { number: '1', word: 'yes', secret: 's', more: 'm' };
    expect(await answersTo(questions, answers, ({ name }) => name, nobody)).toEqual(answers);
    const wrong = answersTo(questions, { number: 'hunter2' }, ({ name }) => `--${name}`, undefined);
    await expect(wrong).rejects.toBeInstanceOf(ConfigError);
    await expect(wrong).rejects.toThrow(/^init: --number must be a number\.$/);
    await expect(given(questions, { number: '1' })).rejects.toThrow('secret or CROSSCHAT_TEST_SECRET must be there.');
  });
});
