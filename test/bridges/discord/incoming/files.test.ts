import { StickerFormatType } from 'discord.js';
import { expect, it } from 'vitest';
import { type DiscordFile, fileOf, stickerOf } from '../../../../bridges/discord/incoming/files.ts';

const file: DiscordFile = {
  name: 'cat.png',
  title: null,
  url: 'https://cdn.discordapp.com/attachments/1/2/cat.png?ex=1&is=2&hm=3&',
  size: 1_234,
  contentType: 'image/png',
  description: null,
  duration: null,
  spoiler: false,
  width: null,
  height: null,
};

it.each<[string, Partial<DiscordFile>, boolean, object]>([
  ['a picture', {}, false, { name: 'cat.png', url: file.url, size: 1_234, mimeType: 'image/png' }],
  ['an unknown type', { contentType: null }, false, { name: 'cat.png' }],
  ['alternative text', { description: 'a sleeping cat' }, false, { description: 'a sleeping cat' }],
  ['a name with letters that Discord replaces', { name: '____.png', title: 'Кот' }, false, { name: 'Кот.png' }],
  ['a title without an ending', { name: 'Makefile', title: 'Máke' }, false, { name: 'Máke' }],
  ['an empty title', { title: '' }, false, { name: 'cat.png' }],
  ['a spoiler by its name', { name: 'SPOILER_cat.png' }, false, { name: 'cat.png', spoiler: true }],
  ['a spoiler by its title', { name: 'SPOILER__.png', title: 'SPOILER_é' }, false, { name: 'é.png', spoiler: true }],
  ['a spoiler by its flag', { spoiler: true }, false, { name: 'cat.png', spoiler: true }],
  ['a video', { contentType: 'video/mp4', duration: 61.26 }, false, { mimeType: 'video/mp4', duration: 61_260 }],
  ['a voice message', { contentType: 'audio/ogg', duration: 7.4 }, true, { kind: 'voice', duration: 7_400 }],
])('reads %s', (_what, changes, voice, wanted) => {
  expect(fileOf({ ...file, ...changes }, voice)).toMatchObject(wanted);
});

it('says nothing of a file that Discord does not tell', () => {
  expect(Object.keys(fileOf({ ...file, contentType: null }, false))).toEqual(['name', 'url', 'cdn', 'size']);
});

it.each<[StickerFormatType, object]>([
  [StickerFormatType.PNG, { url: 'https://s.example/1', mimeType: 'image/png' }],
  [StickerFormatType.APNG, { url: 'https://s.example/1', mimeType: 'image/apng' }],
  [StickerFormatType.GIF, { url: 'https://s.example/1', mimeType: 'image/gif' }],
  [StickerFormatType.Lottie, {}],
  [99 as StickerFormatType, {}],
])('shows a sticker of format %i by its picture, where it has one', (format, wanted) => {
  expect(stickerOf({ name: 'Wave', format, url: 'https://s.example/1' })).toEqual({ name: 'Wave', kind: 'sticker', ...wanted });
});
