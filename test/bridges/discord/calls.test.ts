import { describe, expect, it } from 'vitest';
import { discordNames, readsLike } from '../../../bridges/discord/calls.ts';
import { renderMarkdown } from '../../../bridges/discord/markdown/render.ts';
import { BRIDGE_ID, type Message } from '../../../src/event.ts';
import { callsIn } from '../../../src/text/calls.ts';
import { literal, type RichText } from '../../../src/text/tree.ts';
import { cpuTime } from '../../support/cpu-time.ts';
import { connected, edit, insist, interrupted, restarted, type Scene, type SceneOptions, says, send } from './setup.ts';

const people: Readonly<Record<string, string>> = {
  alice: '1',
  'alice smith': '2',
  bob: '3',
  'j.r. "bob"': '4',
  '\u{1F600}': '5',
  жанна: '6',
  _ada_: '7',
  everyone: '8',
};
const namesakes = ['eve', 'alice cooper'];

/** What a text reads like at Discord, without what can't be seen. */
function read(said: string | RichText): string {
  const find = (name: string) => {
    const id = people[name.toLowerCase()];
    if (namesakes.includes(name.toLowerCase())) return ['10', '11'];
    return name.toLowerCase() === 'hidden' ? [] : id === undefined ? undefined : [id];
  };
  const { tree, ids } = callsIn(typeof said === 'string' ? literal(said) : said, find, discordNames);
  return renderMarkdown(tree, ids).replaceAll('\u200b', '');
}

describe('somebody is called', () => {
  it.each([
    ['@Alice', '<@1>'],
    ['@alice hi', '<@1> hi'],
    ['hi @ALICE!', 'hi <@1>!'],
    ['(@Alice)', '(<@1>)'],
    ['@Alice Smith hi', '<@2> hi'],
    ["@Alice's", "<@1>'s"],
    ['@Alice, @Bob: look', '<@1>, <@3>: look'],
    ['@Alice @Alice', '<@1> <@1>'],
    ['@J.R. "Bob" hi', '<@4> hi'],
    ['@\u{1F600} hi', '<@5> hi'],
    ['@Жанна, привет', '<@6>, привет'],
    ['@_ada_ *hi*', '<@7> \\*hi\\*'],
    ['a\n@Alice', 'a\n<@1>'],
    ['https://a.example/ @Alice', 'https://a.example/ <@1>'],
  ])('%j', (text, expected) => expect(read(text)).toBe(expected));
});

describe('nobody is called', () => {
  it.each([
    ['@Alic', '@Alic'],
    ['@Alicea', '@Alicea'],
    ['@Alice_', '@Alice\\_'],
    ['me@alice', 'me@alice'],
    ['@ Alice', '@ Alice'],
    ['@@Alice', '@@Alice'],
    ['@Eve', '@Eve'],
    ['@Alice Cooper', '@Alice Cooper'],
    ['@Hidden', '@Hidden'],
    ['@everyone @here', '@everyone @here'],
    ['https://a.example/@Alice', 'https://a.example/@Alice'],
    ['https://a.example/?q=@Alice', 'https://a.example/?q=@Alice'],
    ['<@1> <@&1> <@!1>', '\\<@1> \\<@&1> \\<@!1>'],
    ['@Аlice', '@Аlice'],
    ['@Al\u200bice', '@Alice'],
  ])('by %j', (text, expected) => expect(read(text)).toBe(expected));

  it.each<[string, RichText, string]>([
    ['quoted', [{ type: 'quote', children: literal('@Alice') }], '> @Alice'],
    ['code', [{ type: 'code', text: '@Alice' }], '`@Alice`'],
    ['a code block', [{ type: 'codeBlock', text: '@Alice' }], '```\n@Alice\n```'],
    ['a link', [{ type: 'link', href: 'https://a.example/', children: literal('@Alice') }], '[@Alice](https://a.example/)'],
    ['a mention of somebody else', [{ type: 'mention', of: 'user', name: 'Alice' }], '@Alice'],
  ])('by %s', (_, tree, expected) => expect(read(tree)).toBe(expected));
});

it('calls people in styles and lists', () => {
  const bold: RichText = [{ type: 'bold', children: literal('@Alice') }];
  expect(read([...bold, { type: 'list', ordered: false, items: [bold] }])).toBe('**<@1>**\n- **<@1>**');
});

it('calls five at most', () => {
  const text = '@Alice @Bob @Alice Smith @Жанна @_ada_ @\u{1F600} @Alice';
  expect(read(text)).toBe('<@1> <@3> <@2> <@6> <@7> @\u{1F600} <@1>');
});

it('takes little time for hostile texts', () => {
  const start = cpuTime();
  for (const unit of ['@a ', '@', 'https://']) callsIn(literal(unit.repeat(50_000)), () => undefined, discordNames);
  expect(cpuTime() - start).toBeLessThan(1_000);
});

it.each([
  ['hi', 'hi', true],
  ['<@1>hi', '@Alicehi', true],
  ['hi<@1>', 'hi@Alice', true],
  ['a<@1>b<@2>c', 'a@Xb@Yc', true],
  ['<@1><@2>', '@X@Y', true],
  ['<@1>', 'Alice', false],
  ['<@1>hi', '@Aliceho', false],
  ['a<@1>b', 'a@b', false],
  ['ho', 'hi', false],
])('%j reads like %j: %s', (shown, plain, expected) => expect(readsLike(shown, plain)).toBe(expected));

describe('at Discord', () => {
  const mayCall: SceneOptions = { config: () => ({ mentions: 'members' }) };

  /** A scene in which the members are known. */
  async function acquainted(options = mayCall): Promise<Scene> {
    const made = await connected(options);
    const pings = async () => {
      await insist(made, made.general, says('@Alice'));
      return made.alice.pings.length;
    };
    await expect.poll(pings, { interval: 20 }).toBeGreaterThan(0);
    return made;
  }

  const last = ({ general }: Scene) => general.messages.at(-1);
  const bodies = ({ discord }: Scene) =>
    discord.requests.filter(({ route }) => route.includes('/webhooks/:webhook/:token')).map(({ body }) => body);

  it('a member is pinged by their name, their name here and their user name', async () => {
    const made = await acquainted();
    made.alice.setsNick('Wonder');
    await made.host.profiles.waitFor(({ name }) => name === 'Wonder');
    for (const name of ['Alice', 'alice', 'Wonder', 'WONDER']) {
      await insist(made, made.general, says(`@${name}: hi`));
      expect(last(made)).toMatchObject({
        content: `${made.alice.mention}: hi`,
        pings: { everyone: false, roles: [], users: [made.alice.id] },
      });
    }
    expect(bodies(made).at(-1)).toMatchObject({ allowed_mentions: { parse: [], users: [made.alice.id] } });
    expect(made.discord.violations).toEqual([]);
  });

  it('nobody is pinged unless that is configured', async () => {
    const made = await connected();
    for (let times = 0; times < 3; times += 1) await send(made, made.general, says('@Alice'));
    expect(last(made)).toMatchObject({ content: '@Alice', pings: { users: [] } });
    expect(bodies(made).at(-1)).toMatchObject({ allowed_mentions: { parse: [] } });
  });

  it('nobody is pinged whose name is shared, who does not see the channel, or who left', async () => {
    const made = await acquainted();
    const { guild, general, host } = made;
    const other = guild.addMember('alice2', { displayName: 'ALICE' });
    const ping = async (text: string) => {
      await insist(made, general, says(text));
      return last(made)?.pings.users;
    };
    await expect.poll(() => ping('@Alice'), { interval: 20 }).toEqual([]);
    general.setRule({ of: other, deny: ['ViewChannel'] });
    await expect.poll(() => ping('@Alice'), { interval: 20 }).toEqual([made.alice.id]);
    expect(await ping('@alice2')).toEqual([]);
    made.alice.leaves();
    await host.departures.waitFor((id) => id === made.alice.id);
    expect(await ping('@Alice')).toEqual([]);
    expect(made.discord.violations).toEqual([]);
  });

  it('nobody is pinged by a role’s name, or in a channel that only a role sees', async () => {
    const made = await acquainted();
    const { guild, general } = made;
    const role = guild.addRole('Mods', { mentionable: true });
    const mod = guild.addMember('mod', { roles: [role] });
    general.setRule({ of: guild.everyone, deny: ['ViewChannel'] });
    general.setRule({ of: guild.roleOf(made.bot), allow: ['ViewChannel'] });
    general.setRule({ of: role, allow: ['ViewChannel'] });
    const pings = async () => {
      await insist(made, general, says('@mod @Mods @Alice'));
      return mod.pings.length;
    };
    await expect.poll(pings, { interval: 20 }).toBeGreaterThan(0);
    expect(last(made)?.pings).toEqual({ everyone: false, roles: [], users: [mod.id] });
    expect(last(made)?.content).toBe(`${mod.mention} @Mods @Alice`);
  });

  it('nobody is pinged by names, quotes, notices of the bridge or edits', async () => {
    const made = await acquainted();
    const { general, alice } = made;
    const before = alice.pings.length;
    const hostile: Partial<Message>[] = [
      { author: { id: '1', name: '@Alice' } },
      { replyTo: { author: '@Alice', text: '@Alice' } },
      { attachments: [{ name: '@Alice', description: '@Alice' }] },
      { author: { id: BRIDGE_ID, name: 'Bridge' }, body: literal('@Alice') },
    ];
    for (const more of hostile) await insist(made, general, says('hello', more));
    const message = says('hello');
    await insist(made, general, message);
    await edit(made, general, message, 'hello @Alice');
    expect(alice.pings).toHaveLength(before);
    expect(last(made)?.content).toBe(`hello ${alice.mention}`);
  });

  it('a message that called somebody is found again when its sending was interrupted', async () => {
    const made = await acquainted();
    const message = says('@Alice and @Bob: look at this');
    await interrupted(made, message, { stored: true, answer: 'reset' });
    const again = await restarted(made);
    await send(again, again.general, message);
    expect(again.general.messages.filter(({ content }) => content.includes('look at this'))).toHaveLength(1);
  });
});
