import { describe, expect, it } from 'vitest';
import type { Author } from '../../../src/event.ts';
import { literal } from '../../../src/text/tree.ts';
import { settle } from '../../support/clock.ts';
import { connected, edit, failure, says, scene, send } from './setup.ts';

const execute = 'POST /webhooks/:webhook/:token';
const executions = (requests: readonly { route: string }[]) => requests.filter(({ route }) => route === execute).length;
const defaultPicture = /^https:\/\/cdn\.discordapp\.com\/embed\/avatars\/[0-5]\.png$/;
const gordon = (more: Partial<Author>): { author: Author } => ({ author: { id: '1', name: 'Gordon', ...more } });

it('shows players under their own name, with server and picture', async () => {
  const made = await connected();
  const { general, discord } = made;
  await send(made, general, says('hello', gordon({ avatar: 'https://pics.example/g.png' })));
  expect(general.messages).toMatchObject([
    { author: 'Gordon [alpha]', avatar: 'https://pics.example/g.png', content: 'hello', isApp: true },
  ]);
  expect(discord.violations).toEqual([]);
});

it('shows players under their name without their picture when Discord refuses that', async () => {
  const made = await connected();
  const errors = { avatar_url: { _errors: [{ code: 'URL_TYPE_INVALID_URL', message: 'Not a well formed URL.' }] } };
  const body = { code: 50035, message: 'Invalid Form Body', errors };
  made.discord.faults.next(1, { stored: false, answer: { status: 400, body } }, execute);
  await send(made, made.general, says('hello', gordon({ avatar: 'https://pics.example/g.png' })));
  expect(made.general.messages).toMatchObject([{ author: 'Gordon [alpha]', avatar: null, content: 'hello' }]);
});

it('takes another template for the name', async () => {
  const made = await connected({ template: '{server} | {name}' });
  await send(made, made.general, says('hello'));
  expect(made.general.messages[0]?.author).toBe('alpha | Gordon');
});

it('makes one webhook in a channel and finds it again after a restart', async () => {
  const first = await connected();
  await send(first, first.general, says('one'));
  await send(first, first.general, says('two'));
  await first.adapter.stop();
  const { discord } = await import('../../../bridges/discord/index.ts');
  const again = discord.create(discord.schema.parse({ token: first.bot.token, api_url: first.discord.url }), first.host);
  await send({ ...first, adapter: again }, first.general, says('three'));
  await again.stop();
  expect(first.general.webhooks).toHaveLength(1);
  expect(first.general.messages.map(({ content }) => content)).toEqual(['one', 'two', 'three']);
});

it('leaves the webhooks of others alone', async () => {
  const made = await connected();
  made.general.addWebhook('crosschat-bridge', made.alice);
  await send(made, made.general, says('one'));
  expect(made.general.webhooks).toHaveLength(2);
});

it('makes another webhook when somebody deleted it', async () => {
  const made = await connected();
  await send(made, made.general, says('one'));
  for (const webhook of made.general.webhooks) made.general.deleteWebhook(webhook);
  await send(made, made.general, says('two'));
  expect(made.general.messages.map(({ content }) => content)).toEqual(['one', 'two']);
  expect(made.general.webhooks).toHaveLength(1);
});

it('speaks in a thread through the webhook of its channel', async () => {
  const made = await scene();
  const thread = made.general.addThread('side', made.alice);
  await send(made, thread, says('in the thread'));
  await send(made, made.general, says('in the channel'));
  expect(thread.messages.map(({ content }) => content)).toEqual(['in the thread']);
  expect(made.general.webhooks).toHaveLength(1);
  expect(made.discord.violations).toEqual([]);
});

it('shows replies, files and what people do', async () => {
  const made = await connected();
  const replyTo = { author: '**Alice**', text: 'a\n> # b' };
  await send(made, made.general, says('yes', { replyTo }));
  const attachments = [
    { name: 'a_b.png', url: 'https://files.example/a_b.png' },
    { name: 'c', url: 'https://files.example/c', spoiler: true },
  ];
  await send(made, made.general, says('look', { attachments }));
  await send(made, made.general, says('waves', { emote: true }));
  await send(made, made.general, says('', { body: [], attachments: [{ name: 'd' }] }));
  expect(made.general.messages.map(({ content }) => content)).toEqual([
    '> **\\*\\*Alice\\*\\***: a / > # b\nyes',
    'look\n[\u{1F4CE} a\\_b.png](https://files.example/a_b.png)\n||[\u{1F4CE} c](https://files.example/c)||',
    '*waves*',
    '**\u{1F4CE} d**',
  ]);
});

it('links what is answered in the same channel, and pings nobody by that', async () => {
  const { general, guild, alice, discord, ...made } = await connected();
  const asked = alice.says(general, 'why?');
  const replyTo = { author: 'Alice', text: 'why?', here: { nativeId: asked.id, by: alice.id } };
  const message = says('because', { replyTo });
  await send({ ...made }, general, message);
  const link = `https://discord.com/channels/${guild.id}/${general.id}/${asked.id}`;
  expect(general.messages.at(-1)).toMatchObject({
    content: `> [**Alice**](${link}): why?\nbecause`,
    pings: { everyone: false, users: [], roles: [] },
  });
  await edit({ ...made, general, guild, alice, discord }, general, message, 'just because');
  expect(general.messages.at(-1)?.content).toBe(`> [**Alice**](${link}): why?\njust because`);
  expect(discord.violations).toEqual([]);
});

it.each([
  [')](https://evil.example)', /^> \*\*\)\\\]\(https:\/\/evil\.example\)\*\* \(<https:\/\/discord\.com\/channels\//],
  ['**a** `b`', /^> \[\*\*\\\*\\\*a/],
  ['@everyone <@1>', /^> \[\*\*@\u200beveryone/],
])('lets nobody called %j put another link or a ping into the one to what they said', async (author, wanted) => {
  const { general, alice, discord, ...made } = await connected();
  const { id } = alice.says(general, 'x');
  await send(made, general, says('yes', { replyTo: { author, text: 'x', here: { nativeId: id } } }));
  const [, quoted] = general.messages;
  expect(quoted?.content).toMatch(wanted);
  expect(quoted?.content).not.toMatch(/[^\\]\]\(https:\/\/evil/);
  expect(quoted?.content).toContain(`/${general.id}/${id}`);
  expect(quoted?.pings).toEqual({ everyone: false, users: [], roles: [] });
  expect(discord.violations).toEqual([]);
});

it('keeps names in quotes and of files short and on one line', async () => {
  const made = await connected();
  const name = `a\n# b\u202e${'c'.repeat(5_000)}`;
  await send(made, made.general, says('yes', { replyTo: { author: name, text: 'x' } }));
  await send(made, made.general, says('look', { attachments: [{ name, url: 'https://files.example/a' }] }));
  const [quoted, attached, ...more] = made.general.messages.map(({ content }) => content);
  expect(quoted).toMatch(/^> \*\*a # bc{50,70}\*\*: x\nyes$/);
  expect(attached).toMatch(/^look\n\[\u{1F4CE} a # bc{50,70}\]\(https:\/\/files\.example\/a\)$/u);
  expect(more).toEqual([]);
});

it('shows a message of many parts without wearing out the time limit that all share', async () => {
  const made = await connected();
  const warnings: Error[] = [];
  const warned = (warning: Error) => warnings.push(warning);
  process.on('warning', warned);
  await send(made, made.general, says(Array.from({ length: 6_000 }, (_, i) => `word${i}`).join(' ')));
  // A warning is told at the next turn.
  await settle();
  process.off('warning', warned);
  expect(made.general.messages.length).toBeGreaterThan(20);
  expect(warnings).toEqual([]);
});

it('cuts what is too long, and loses nothing', async () => {
  const made = await connected();
  const words = Array.from({ length: 1_000 }, (_, i) => `word${i}`).join(' ');
  await send(made, made.general, says(words));
  const contents = made.general.messages.map(({ content }) => content);
  expect(contents.length).toBeGreaterThan(3);
  expect(contents.join(' ')).toBe(words);
  await send(made, made.general, says('*'.repeat(3_000)));
  await send(made, made.general, says('\u{1F600}'.repeat(1_500)));
  expect(made.discord.violations).toEqual([]);
});

describe('a player cannot', () => {
  it.each([
    '@everyone',
    '@here',
    '@every@everyoneone',
    '<@USER>',
    '<@!USER>',
    '<@&ROLE>',
    '\\<@USER>',
    '`@everyone`',
    '[@everyone](https://a.example)',
    'https://a.example/@everyone',
    '> @everyone',
    '```\n<@USER>',
  ])('ping by %j in text or name', async (text) => {
    const made = await connected();
    const { guild, general, alice, discord } = made;
    const role = guild.addRole('Mods', { mentionable: true });
    guild.addMember('mod', { roles: [role] });
    const hostile = text.replaceAll('USER', alice.id).replaceAll('ROLE', role.id);
    guild.setPermissions(guild.roleOf(made.bot), ['ManageWebhooks', 'MentionEveryone']);
    await send(made, general, says(hostile, { author: { id: '1', name: hostile }, replyTo: { author: hostile, text: hostile } }));
    const [message] = general.messages;
    expect(message?.pings).toEqual({ everyone: false, users: [], roles: [] });
    expect(message?.content).not.toMatch(/@(everyone|here)|<@[!&]?\d/);
    expect(alice.pings).toEqual([]);
    expect(discord.violations).toEqual([]);
    const { body } = discord.requests.find(({ route }) => route === execute) ?? {};
    expect(body).toMatchObject({ allowed_mentions: { parse: [] } });
  });

  it.each([
    'Discord',
    'CLYDE',
    'everyone',
    'here',
    '',
    '\u200b\u202e',
    '\u2800',
    'a'.repeat(500),
    '\u{1F600}'.repeat(200),
    '```',
    '\n',
    '\ud800',
  ])('be called so that Discord refuses it: %j', async (name) => {
    for (const template of ['{name} [{server}]', '{name}']) {
      const made = await scene({ template });
      await send(made, made.general, says('hello', { author: { id: '1', name, avatar: 'javascript:alert(1)' } }));
      expect(made.general.messages).toMatchObject([{ content: 'hello', avatar: expect.stringMatching(defaultPicture) }]);
      expect(executions(made.discord.requests)).toBe(1);
      expect(made.discord.violations).toEqual([]);
    }
  });
});

describe('when something goes wrong', () => {
  it.each([500, 502])('an answer of %i can pass', async (status) => {
    const made = await connected();
    made.discord.faults.next(1, { stored: false, answer: { status } }, execute);
    const message = says('hello');
    expect(await failure(send(made, made.general, message))).toMatchObject({ name: 'DeliveryError', passing: true });
    await send(made, made.general, message);
    expect(made.general.messages.map(({ content }) => content)).toEqual(['hello']);
  });

  it('a long message goes on with the part that failed', async () => {
    const made = await connected();
    const message = says(Array.from({ length: 1_000 }, (_, i) => `word${i}`).join(' '));
    made.general.waitFor('word0').then(() => made.discord.faults.next(1, { stored: false, answer: { status: 500 } }, execute));
    expect(await failure(send(made, made.general, message))).toMatchObject({ passing: true });
    expect(made.general.messages).toHaveLength(1);
    await send(made, made.general, message);
    expect(literal(made.general.messages.map(({ content }) => content).join(' '))).toEqual(message.body);
  });

  it('a page of a proxy before Discord can pass', async () => {
    const made = await connected();
    made.discord.faults.next(1, { stored: false, answer: { status: 403, body: 'page' } }, execute);
    const error = await failure(send(made, made.general, says('hello')));
    expect(error).toMatchObject({ passing: true });
    expect(String(error)).toContain('Discord answered with status 403');
  });

  it('a token that is refused once is tried again', async () => {
    const made = await scene();
    const lookUp = 'GET /channels/:channel/webhooks';
    made.discord.faults.next(1, { stored: false, answer: { status: 401 } }, lookUp);
    const message = says('hello');
    expect(await failure(send(made, made.general, message))).toMatchObject({ passing: true });
    await send(made, made.general, message);
    expect(made.general.messages.map(({ content }) => content)).toEqual(['hello']);
  });

  it('a webhook whose token no longer fits is looked up again', async () => {
    const made = await connected();
    await send(made, made.general, says('one'));
    const body = { code: 50027, message: 'Invalid Webhook Token' };
    made.discord.faults.next(1, { stored: false, answer: { status: 401, body } }, execute);
    await send(made, made.general, says('two'));
    expect(made.general.messages.map(({ content }) => content)).toEqual(['one', 'two']);
  });

  it('a lost permission is named, with the channel and the guild', async () => {
    const made = await connected({ permissions: [] });
    const error = await failure(send(made, made.general, says('hello')));
    expect(error).toMatchObject({ passing: false });
    expect(String(error)).toMatch(/#general in Guild.*Manage Webhooks/);
  });

  it('a lost permission is noticed although the webhook was known', async () => {
    const made = await connected();
    await send(made, made.general, says('one'));
    for (const webhook of made.general.webhooks) made.general.deleteWebhook(webhook);
    made.guild.setPermissions(made.guild.roleOf(made.bot), []);
    expect(await failure(send(made, made.general, says('two')))).toMatchObject({ passing: false });
    made.guild.setPermissions(made.guild.roleOf(made.bot), ['ManageWebhooks']);
    await send(made, made.general, says('three'));
    expect(made.general.messages.map(({ content }) => content)).toEqual(['one', 'three']);
  });

  it('a deleted channel is for good', async () => {
    const made = await connected();
    await send(made, made.general, says('one'));
    made.general.delete();
    const error = await failure(send(made, made.general, says('two')));
    expect(error).toMatchObject({ passing: false });
    expect(String(error)).toContain('#general in Guild');
  });

  it.each(['1', 'general', '99999999999999999'])('there is no channel %s', async (room) => {
    const made = await connected();
    expect(await failure(send(made, { id: room }, says('hello')))).toMatchObject({ passing: false });
  });

  it('a whole outage can pass', async () => {
    const made = await scene();
    await made.discord.stop();
    expect(await failure(send(made, made.general, says('hello')))).toMatchObject({ passing: true });
  });
});

it.each([true, false])('lets links unfold or not, as configured: %s', async (unfurl) => {
  const made = await scene({ config: () => ({ unfurl }) });
  const message = says('look at https://example.org');
  await send(made, made.general, message);
  await edit(made, made.general, message, 'look at https://example.com');
  const [shown, edited] = made.discord.requests.filter(({ path }) => path.includes('/webhooks/')).slice(-2);
  for (const request of [shown, edited])
    expect((request?.body as { flags?: number } | undefined)?.flags).toBe(unfurl ? undefined : 4);
});
