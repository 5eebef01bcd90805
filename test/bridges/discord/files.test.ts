/** Files through the Discord adapter, both ways. */
import { expect, test } from 'vitest';
import type { Message } from '../../../src/event.ts';
import type { SeenMessage } from '../../doubles/discord/seen.ts';
import { TestClock } from '../../support/clock.ts';
import { shelf, shelved, testMedia } from '../../support/media.ts';
import { connected, edit, interrupted, restarted, type Scene, type SceneOptions, says, send, takeBack } from './setup.ts';

const link = 'https://bridge.example/media/x';
const MIB = 1024 * 1024;
const files = { cat: 'meow!!', note: 'a note', large: Buffer.alloc(11 * MIB), half: Buffer.alloc(6 * MIB) };
const cat = shelved('cat', { name: 'my cat.png', mimeType: 'image/png', size: 6, url: link });
const note = shelved('note', { name: 'note.txt', mimeType: 'text/plain', size: 6 });
const large = shelved('large', { name: 'large.zip', size: 11 * MIB });

async function withFiles(options: SceneOptions = {}): Promise<Scene> {
  const made = await connected({ ...options, options: { media: testMedia({ shelf: shelf(files) }), ...options.options } });
  return made;
}

/** A message as people see it: its text, and its files with what is in them. */
async function sightOf({ content, attachments }: SeenMessage): Promise<string[]> {
  const shown = attachments.map(async ({ url, title, filename, description }) => {
    const bytes = Buffer.from(await (await fetch(url)).arrayBuffer());
    const ending = /\.[^.]*$/.exec(filename)?.[0] ?? '';
    const name = title === undefined || title === null ? filename : `${title}${ending}`;
    return [name, bytes.length > 100 ? `${bytes.length / MIB} MiB` : bytes.toString(), description].filter(Boolean).join(': ');
  });
  return [content, ...(await Promise.all(shown))];
}

const sights = ({ general }: Scene) => Promise.all(general.messages.map(sightOf));

test('a picture with what is said to it, and the alternative text', async () => {
  const made = await withFiles();
  await send(made, made.general, says('look', { attachments: [{ ...cat, description: 'asleep' }] }));
  expect(await sights(made)).toEqual([['look', 'my cat.png: meow!!: asleep']]);
  await send(made, made.general, says('', { body: [], attachments: [cat, note] }));
  expect((await sights(made))[1]).toEqual(['', 'my cat.png: meow!!', 'note.txt: a note']);
  expect(made.discord.violations).toEqual([]);
});

test('what hides a file, what lets Discord show it, and names that nobody should use', async () => {
  const made = await withFiles();
  const attachments = [
    { ...cat, spoiler: true },
    shelved('cat', { name: 'sticker', mimeType: 'image/png', kind: 'sticker', size: 6 }),
    shelved('cat', { name: 'Oh no. Cat', mimeType: 'image/png', kind: 'sticker', size: 6 }),
    shelved('cat', { name: '../../etc/passwd', size: 6 }),
    shelved('cat', { name: '\u202egnp.exe', size: 6, description: 'x'.repeat(2_000) }),
    shelved('cat', { name: `${'n'.repeat(300)}.ogg`, mimeType: 'audio/ogg', kind: 'voice', duration: 1_000, size: 6 }),
    shelved('cat', { name: 'a"\r\nx: y.txt', size: 6 }),
  ];
  await send(made, made.general, says('', { body: [], attachments }));
  const [request] = made.discord.requests.filter(({ files: sent }) => sent.length > 0);
  expect(request?.files).toEqual([
    'SPOILER_my cat.png',
    'sticker.png',
    'Oh no. Cat.png',
    'passwd',
    '_gnp.exe',
    `${'n'.repeat(96)}.ogg`,
    'a_x_ y.txt',
  ]);
  expect(made.general.messages[0]?.attachments[4]?.description).toHaveLength(1_024);
  expect(made.discord.violations).toEqual([]);
});

test('what is too large is linked, or said to be; a boosted guild takes more', async () => {
  const made = await withFiles();
  const attachments = [cat, { ...large, url: link }, large];
  await send(made, made.general, says('see', { attachments }));
  const linked = `[\u{1F4CE} large\\.zip](<${link}>)`;
  const [[text, ...rest] = []] = await sights(made);
  expect(text?.replace(/\(<?https[^)]*\)/, `(<${link}>)`)).toBe('see');
  expect(rest).toEqual(['my cat.png: meow!!']);
  expect((await sights(made)).slice(1).map(([words]) => words)).toEqual([
    expect.stringContaining('large'),
    expect.stringMatching(/large.*11\.5 MB.*too large for Discord$/),
  ]);
  expect(linked).toContain('large');
  expect(made.discord.violations).toEqual([]);

  const boosted = await withFiles();
  boosted.guild.boost(2);
  await send(boosted, boosted.general, says('see', { attachments: [large] }));
  expect(await sights(boosted)).toEqual([['see', 'large.zip: 11 MiB']]);
});

test('a guild that is no longer boosted gets the words', async () => {
  const made = await withFiles();
  made.guild.boost(2);
  await send(made, made.general, says('first', { attachments: [large] }));
  made.guild.boost(0);
  await send(made, made.general, says('second', { attachments: [large] }));
  const [, [words, ...rest] = []] = await sights(made);
  expect(words).toMatch(/^second\n.*large\\?\.zip.*11\.5 MB/);
  expect(rest).toEqual([]);
});

test('many files and many bytes go in several messages, in order', async () => {
  const made = await withFiles();
  const half = (n: number) => shelved('half', { name: `half${n}.bin`, size: 6 * MIB });
  const attachments = [half(1), half(2), ...Array.from({ length: 12 }, (_, n) => ({ ...note, name: `${n}.txt` }))];
  const message = says('all', { attachments });
  await send(made, made.general, message);
  expect(made.general.messages.map(({ content, attachments: shown }) => [content, shown.length])).toEqual([
    ['all', 1],
    ['', 10],
    ['', 3],
  ]);
  expect(made.discord.violations).toEqual([]);
  await takeBack(made, made.general, message);
  expect(made.general.messages).toEqual([]);
});

test('a long text stands before its files', async () => {
  const made = await withFiles();
  await send(made, made.general, says('word '.repeat(798), { attachments: [cat] }));
  const shown = await sights(made);
  expect(shown.map(([text = '', ...rest]) => [text.length > 0, rest])).toEqual([
    [true, []],
    [true, []],
    [false, ['my cat.png: meow!!']],
  ]);
});

test('a file that can not be had does not keep the text', async () => {
  const made = await withFiles();
  const gone = shelved('gone', { name: 'gone.png', mimeType: 'image/png', size: 30 });
  await send(made, made.general, says('look', { attachments: [gone, cat, { ...gone, url: link }] }));
  const [[text, ...rest] = []] = await sights(made);
  expect(rest).toEqual(['my cat.png: meow!!']);
  expect(text?.split('\n')).toEqual([
    'look',
    expect.stringMatching(/gone.*could not be fetched$/),
    expect.stringContaining(link),
  ]);
});

test('a picture whose sending was interrupted is found, however it went, and never shown twice', async () => {
  for (const fault of [{ answer: 'reset', stored: true } as const, { answer: 'hang', stored: true } as const]) {
    const made = await withFiles({ permissions: ['ManageWebhooks', 'ReadMessageHistory'] });
    const message = says('', { body: [], attachments: [cat] });
    await interrupted(made, message, fault);
    await send(made, made.general, message);
    const again = says('', { body: [], attachments: [cat] });
    await interrupted(made, again, { answer: 'reset', stored: false });
    await send(made, made.general, again);
    expect(await sights(made)).toEqual([
      ['', 'my cat.png: meow!!'],
      ['', 'my cat.png: meow!!'],
    ]);
  }
});

test('also when the bridge was killed at that moment, in the middle of many files', async () => {
  let made = await withFiles({ permissions: ['ManageWebhooks', 'ReadMessageHistory'] });
  const attachments = Array.from({ length: 25 }, (_, n) => ({ ...note, name: `${n}.txt` }));
  const message = says('all', { attachments });
  for (let part = 0; part < 3; part++) {
    await interrupted(made, message, { answer: 'reset', stored: true });
    made = await restarted(made, { media: testMedia({ shelf: shelf(files) }) });
  }
  await send(made, made.general, message);
  const shown = made.general.messages.map(({ content, attachments: with_ }) => [content, with_.map(({ filename }) => filename)]);
  const names = (from: number, to: number) => attachments.slice(from, to).map(({ name }) => name);
  expect(shown).toEqual([
    ['all', names(0, 10)],
    ['', names(10, 20)],
    ['', names(20, 25)],
  ]);
});

test('a picture that was told of in words is found as well', async () => {
  const made = await withFiles({ permissions: ['ManageWebhooks', 'ReadMessageHistory'] });
  const gone = shelved('gone', { name: 'gone.png', size: 3 });
  const message = says('look', { attachments: [gone] });
  await interrupted(made, message, { answer: 'reset', stored: true });
  await send(made, made.general, message);
  expect(made.general.messages).toHaveLength(1);
});

test('files that Discord never confirms are left out in the end', async () => {
  const made = await withFiles({ permissions: ['ManageWebhooks', 'ReadMessageHistory'] });
  const message = says('look', { attachments: [cat] });
  await interrupted(made, message, { answer: 'reset', stored: false });
  await interrupted(made, message, { answer: 'reset', stored: false });
  await send(made, made.general, message);
  const [[text, ...rest] = []] = await sights(made);
  expect(text).toMatch(/^look\n.*my cat/);
  expect(rest).toEqual([]);
});

test('an edit keeps the files and does not send them again; what it adds comes, what it takes away goes', async () => {
  const made = await withFiles();
  const message = says('lok', { attachments: [cat] });
  await send(made, made.general, message);
  await edit(made, made.general, message, 'look');
  expect(await sights(made)).toEqual([['look', 'my cat.png: meow!!']]);
  const sent = () => made.discord.requests.filter(({ files: with_ }) => with_.length > 0).length;
  expect(sent()).toBe(1);
  await edit(made, made.general, { ...message, attachments: [cat, note] }, 'both', 'two');
  expect(await sights(made)).toEqual([['both', 'my cat.png: meow!!', 'note.txt: a note']]);
  await edit(made, made.general, { ...message, attachments: [] }, 'none', 'three');
  expect(await sights(made)).toEqual([['none']]);
  const onlyFile = says('', { body: [], attachments: [cat] });
  await send(made, made.general, onlyFile);
  await edit(made, made.general, onlyFile, 'with words');
  expect((await sights(made))[1]).toEqual(['with words', 'my cat.png: meow!!']);
  expect(made.discord.violations).toEqual([]);
});

test('a member of Discord sends files: the bridge reads them, also when their addresses have expired', async () => {
  const clock = new TestClock();
  const made = await connected({ options: { clock }, double: { clock }, config: ({ discord }) => ({ cdn_url: discord.cdnUrl }) });
  const { alice, general, host, adapter, discord } = made;
  const content = new TextEncoder().encode('meow!!');
  alice.says(general, 'look', { attachments: [{ filename: 'my cat.png', contentType: 'image/png', content }] });
  const [file] = (await host.waitForMessage('look')).attachments;
  expect(file).toMatchObject({ name: 'my cat.png', mimeType: 'image/png', size: 6, media: { adapter: 'discord' } });
  const uri = file?.media?.uri ?? '';
  expect(uri).toMatch(/^attachments\/\d+\/\d+\/my_cat\.png$/);
  const read = async (what = uri) => {
    const medium = await adapter.openMedia?.(what, new AbortController().signal);
    return medium && [Buffer.concat(await medium.stream.toArray()).toString(), medium.size, medium.type];
  };
  expect(await read()).toEqual(['meow!!', 6, 'image/png']);
  const refreshes = () => discord.requests.filter(({ path }) => path.endsWith('/refresh-urls')).length;
  expect(refreshes()).toBe(0);
  await clock.advance(25 * 3_600_000);
  expect(await read()).toEqual(['meow!!', 6, 'image/png']);
  expect(await read()).toEqual(['meow!!', 6, 'image/png']);
  expect(refreshes()).toBe(1);
  discord.world.attachments.addPicture('/emojis/12.png', { contentType: 'image/png', content });
  expect(await read('https://cdn.discordapp.com/emojis/12.png')).toEqual(['meow!!', 6, 'image/png']);
  expect(await read('emojis/13.png')).toBeUndefined();
  expect(await read('attachments/1/2/none.png')).toBeUndefined();
  const asked = discord.downloads.length;
  for (const other of [
    '',
    '../api/v10/users/@me',
    'http://127.0.0.1/',
    'attachments/1/2/..%2f..',
    'attachments/1/2/a?b',
    'avatars/1/2.png',
  ])
    expect([other, other.startsWith('attachments') || (await read(other))]).toEqual([
      other,
      other.startsWith('attachments') || undefined,
    ]);
  expect(discord.downloads.length).toBe(asked);
});

test('pictures of foreign embeds are nobody to fetch for', async () => {
  const made = await connected({ config: () => ({ bots: 'relay' }) });
  const { guild, general, host, discord } = made;
  const other = discord.addBot({ name: 'other' });
  const bot = guild.addBot(other);
  bot.says(general, 'embed', { embeds: [{ title: 'x', image: { url: 'http://169.254.169.254/attachments/1/2/a.png' } }] });
  const [file] = (await host.waitForMessage((message: Message) => message.attachments.length > 0)).attachments;
  expect(file?.url).toBe('http://169.254.169.254/attachments/1/2/a.png');
  expect(file?.media).toBeUndefined();
});
