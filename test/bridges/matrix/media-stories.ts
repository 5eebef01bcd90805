/** Files through the Matrix adapter, told once for the stand-in and for Synapse. */
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AdapterId, RoomRef } from '../../../src/event.ts';
import { TestAttempt } from '../../support/attempt.ts';
import { shelf, shelved, testMedia } from '../../support/media.ts';
import { edited, type MatrixSite, type Person, Stage, said, send } from './stage.ts';

const fixture = (name: string) => readFileSync(new URL(`../../fixtures/media/${name}`, import.meta.url));
const link = 'https://bridge.example/media/x';
const cat = shelved('cat', { name: 'my cat.png', mimeType: 'image/png', size: 6, width: 30, height: 20, url: link });
const note = shelved('note', { name: 'note.txt', mimeType: 'text/plain', size: 4, url: link });

export function mediaStories(openSite: () => Promise<MatrixSite>): void {
  let stage: Stage;
  let carol: Person;
  let room: string;
  const media = () => testMedia({ shelf: shelf({ cat: 'meow!!', note: 'note', wave: 'wave', voice: 'hello' }, 'image/png') });
  beforeEach(async () => {
    stage = await Stage.open(await openSite());
    carol = await stage.person('carol');
    room = await carol.client.createRoom({ preset: 'public_chat' });
    await carol.eyes.look();
  });
  afterEach(() => stage.close());

  /** What anybody in the room finds behind the address of a file. */
  const download = async (url: unknown) => {
    const { data, contentType } = await carol.client.downloadContent(String(url));
    return [data.toString(), contentType];
  };

  describe('files that people send', () => {
    test('the bridge can read them, and nothing else', async () => {
      const { adapter, host } = await stage.started([room]);
      const url = await carol.client.uploadContent(Buffer.from('meow!!'), 'image/png', 'cat.png');
      const info = { mimetype: 'image/png', size: 6, w: 3, h: 2 };
      await carol.client.sendMessage(room, { msgtype: 'm.image', body: 'look', filename: 'cat.png', url, info });
      const [file] = (await host.waitForMessage('look')).attachments;
      expect(file).toEqual({
        name: 'cat.png',
        mimeType: 'image/png',
        size: 6,
        width: 3,
        height: 2,
        media: { adapter: 'matrix', uri: url },
      });
      const { signal } = new AbortController();
      const medium = await adapter.openMedia?.(url, signal);
      expect([medium?.size, medium?.type]).toEqual([6, 'image/png']);
      expect(Buffer.concat((await medium?.stream.toArray()) ?? []).toString()).toBe('meow!!');
      const [, server] = /^mxc:\/\/([^/]+)/.exec(url) ?? [];
      for (const none of [`mxc://${server}/doesnotexist`, `mxc://${server}/../../../v3/sync`, 'http://127.0.0.1/', ''])
        expect([none, await adapter.openMedia?.(none, signal)]).toEqual([none, undefined]);
    });
  });

  describe('pictures of people', () => {
    test('are those of who speaks, and of who has another one now', async () => {
      const { host } = await stage.started([room], { media: testMedia({}, { publicUrl: 'https://bridge.example' }) });
      const url = await carol.client.uploadContent(fixture('turned.jpg'), 'image/jpeg');
      const shown = expect.stringMatching(/^https:\/\/bridge\.example\/media\//);
      await carol.client.setAvatarUrl(url);
      const { avatar } = await host.profiles.waitFor((one) => one.avatar !== undefined);
      expect(avatar).toEqual(shown);
      await carol.client.sendText(room, 'hello');
      expect((await host.waitForMessage('hello')).author.avatar).toBe(avatar);
      await carol.client.setAvatarUrl('');
      await host.profiles.waitFor((one) => one.avatar === undefined);
      await carol.client.sendText(room, 'without');
      expect((await host.waitForMessage('without')).author).not.toHaveProperty('avatar');
      // The same picture, in this room only, is no news of anybody; an address of anything else is no picture.
      for (const avatar_url of ['mxc://evil.example/../../v3/sync', 'https://evil.example/x.png', 'x', '']) {
        const content = { membership: 'join', displayname: 'carol', avatar_url };
        await carol.client.sendStateEvent(room, 'm.room.member', carol.id, content);
        await carol.client.sendText(room, `as ${avatar_url}`);
        expect((await host.waitForMessage(`as ${avatar_url}`)).author).not.toHaveProperty('avatar');
      }
      expect(host.profiles.all).toHaveLength(2);
    });

    test('are small copies, and nothing that is no picture', async () => {
      const { adapter } = await stage.started([room]);
      const { signal } = new AbortController();
      const open = async (content: Buffer, type: string) => {
        const medium = await adapter.openMedia?.(`picture:${await carol.client.uploadContent(content, type)}`, signal);
        medium?.stream.destroy();
        return medium?.type;
      };
      expect(await open(fixture('turned.jpg'), 'image/jpeg')).toBe('image/jpeg');
      const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');
      for (const type of ['image/svg+xml', 'text/html', 'video/mp4', 'application/octet-stream'])
        expect([type, await open(svg, type)]).toEqual([type, undefined]);
      const [, server] = /:(.*)/.exec(carol.id) ?? [];
      for (const none of [
        `mxc://${server}/doesnotexist`,
        `mxc://${server}/../../../v3/sync`,
        'http://127.0.0.1/',
        'picture:',
        '',
      ])
        expect([none, await adapter.openMedia?.(`picture:${none}`, signal)]).toEqual([none, undefined]);
    });
  });

  describe('files from elsewhere', () => {
    test('a picture is uploaded, with what is said as its caption', async () => {
      const bridge = await stage.started([room], { media: media() });
      await send(bridge, room, said('look', { attachments: [{ ...cat, description: 'asleep' }] }));
      const { content, html } = await carol.eyes.waitFor(room, 'look');
      expect(content).toMatchObject({
        msgtype: 'm.image',
        body: 'Alice (alpha): look\nasleep',
        filename: 'my cat.png',
        info: { mimetype: 'image/png', size: 6, w: 30, h: 20 },
        'm.mentions': {},
      });
      expect(html).toBe('<strong>Alice</strong> (alpha): look<br><em>asleep</em>');
      expect(await download(content['url'])).toEqual(['meow!!', 'image/png']);
    });

    test('several files of all kinds, each with the name of who sent it', async () => {
      const bridge = await stage.started([room], { media: media() });
      const attachments = [
        cat,
        note,
        shelved('voice', { name: 'v.ogg', mimeType: 'audio/ogg', kind: 'voice', duration: 1_500 }),
        shelved('wave', { name: 'Wave', mimeType: 'image/png', kind: 'sticker' }),
        shelved('cat', { name: 'secret.png', mimeType: 'image/png', spoiler: true, description: 'a secret' }),
        shelved('cat', { name: 'evil.svg', mimeType: 'image/svg+xml' }),
        { name: 'page', url: 'https://example.org/page' },
      ];
      const attempt = new TestAttempt();
      await send(bridge, room, said('all', { attachments }), attempt);
      const shown = (await carol.eyes.standing(room)).map(({ body, content }) => [content['msgtype'], content['filename'], body]);
      expect(shown).toEqual([
        ['m.image', 'my cat.png', 'Alice (alpha): all\npage (https://example.org/page)'],
        ['m.file', 'note.txt', 'Alice (alpha)'],
        ['m.audio', 'v.ogg', 'Alice (alpha)'],
        ['m.image', 'Wave', 'Alice (alpha)'],
        ['m.file', 'secret.png', 'Alice (alpha)'],
        ['m.file', 'evil.svg', 'Alice (alpha)'],
      ]);
      const voice = (await carol.eyes.standing(room)).find(({ content }) => content['msgtype'] === 'm.audio')?.content;
      expect(voice).toMatchObject({
        info: { duration: 1_500 },
        'org.matrix.msc3245.voice': {},
        'org.matrix.msc1767.audio': { duration: 1_500 },
      });
      await bridge.adapter.remove?.(room as RoomRef, attempt.shown, new AbortController().signal);
      expect(await carol.eyes.standing(room)).toEqual([]);
    });

    test('how large a picture or video is, is told where its sender did not say, and as it is where they did', async () => {
      const { signal } = new AbortController();
      const picture = shelved('picture', { name: 'picture' });
      const clip = shelved('clip', { name: 'clip.webm', still: { adapter: 'shelf' as AdapterId, uri: 'picture' } });
      const lost = { ...clip, name: 'lost.webm', still: { adapter: 'shelf' as AdapterId, uri: 'gone' } };
      const files = shelf({ picture: fixture('turned.jpg'), clip: fixture('video.webm') });
      const bridge = await stage.started([room], { media: testMedia({ shelf: files }) });
      const shown = async () => (await carol.eyes.standing(room)).map(({ content: { msgtype, info } }) => ({ msgtype, info }));
      const small = { mimetype: 'image/jpeg', size: 679, w: 20, h: 30 };
      const video = { mimetype: 'video/webm', size: 533, w: 64, h: 48 };
      const message = said('look', { attachments: [picture, clip, lost] });
      const attempt = new TestAttempt();
      await send(bridge, room, message, attempt);
      const all = [
        { msgtype: 'm.image', info: small },
        { msgtype: 'm.video', info: { ...video, thumbnail_url: expect.stringMatching(/^mxc:/), thumbnail_info: small } },
        { msgtype: 'm.video', info: video },
      ];
      expect(await shown()).toEqual(all);
      await bridge.adapter.edit?.(room as RoomRef, edited(message, 'look!'), attempt.shown, new TestAttempt(signal));
      expect(await shown()).toEqual(all);
      const wrong = shelved('picture', { mimeType: 'application/octet-stream', kind: 'sticker', width: 9e9, height: 1, size: 0 });
      await send(bridge, room, said('again', { attachments: [wrong] }));
      expect((await shown()).at(-1)).toEqual({ msgtype: 'm.image', info: small });
    });

    test('a file is uploaded once, however often it is shown', async () => {
      const bridge = await stage.started([room], { media: media() });
      const other = await carol.client.createRoom({ preset: 'public_chat' });
      const both = await stage.started([room, other], { media: media() });
      await Promise.all([room, other].map((one) => send(both, one, said('first', { attachments: [cat] }))));
      await send(both, room, said('second', { attachments: [cat] }));
      const urls = await Promise.all(
        ['first', 'second'].map(async (text) => (await carol.eyes.waitFor(room, text)).content['url']),
      );
      const [there] = (await carol.eyes.standing(other)).map(({ content }) => content['url']);
      expect(new Set([...urls, there]).size).toBe(1);
      await send(bridge, room, said('another bridge', { attachments: [cat] }));
      expect((await carol.eyes.waitFor(room, 'another bridge')).content['url']).not.toBe(there);
    });

    test('what can not be had is shown in words, with a link where there is one', async () => {
      const bridge = await stage.started([room], { media: media() });
      const gone = shelved('gone', { name: 'gone.zip', size: 30_000_000 });
      const attempt = new TestAttempt();
      await send(bridge, room, said('see', { attachments: [{ ...gone, url: link }, gone] }), attempt);
      const shown = await carol.eyes.standing(room);
      expect(shown.map(({ body }) => body)).toEqual([
        `Alice (alpha): see\ngone.zip (${link}) (30.0 MB)`,
        'Alice (alpha): [gone.zip] (30.0 MB)',
      ]);
      expect(attempt.shown).toHaveLength(2);
    });

    test('custom emoji are pictures in the text, or words where they can not be had', async () => {
      const place = { kind: 'room', adapter: 'shelf', room: '1' } as never;
      const emoji = (name: string) => ({ type: 'emoji', name, url: name }) as const;
      const bridge = await stage.started([room], { media: media() });
      await send(bridge, room, said('', { place, body: [{ type: 'bold', children: [emoji('wave'), emoji('gone')] }] }));
      const { html, body } = await carol.eyes.waitFor(room, ':wave:');
      expect(body).toBe('Alice (alpha): :wave::gone:');
      const [, url, rest] = /<strong><img data-mx-emoticon src="(mxc:[^"]+)" (.*)<\/strong>$/.exec(html ?? '') ?? [];
      expect(rest).toBe('alt=":wave:" title=":wave:" height="32">:gone:');
      expect((await download(url))[0]).toBe('wave');
    });

    test('an edit changes the caption and keeps the file; files that it takes away are gone, and none is doubled', async () => {
      const bridge = await stage.started([room], { media: media() });
      const message = said('lok', { attachments: [cat, note] });
      const attempt = new TestAttempt();
      await send(bridge, room, message, attempt);
      const [before] = await carol.eyes.standing(room);
      const edit = async (changes: Partial<typeof message>, text: string) => {
        const { adapter } = bridge;
        await adapter.edit?.(room as RoomRef, edited({ ...message, ...changes }, text), attempt.shown, new TestAttempt());
        return (await carol.eyes.standing(room)).map(({ body, content }) => [content['msgtype'], body, content['url']]);
      };
      const url = before?.content['url'];
      expect((await edit({}, 'look'))[0]).toEqual(['m.image', 'Alice (alpha): look', url]);
      expect(await edit({ attachments: [cat] }, 'look!')).toEqual([['m.image', 'Alice (alpha): look!', url]]);
      expect(await edit({ attachments: [] }, 'no look')).toEqual([['m.text', 'Alice (alpha): no look', undefined]]);
    });

    test('names that nobody should use', async () => {
      const bridge = await stage.started([room], { media: media() });
      const names = ['../../etc/passwd', '\u202egpj.exe', `${'x'.repeat(300)}.png`, '<b>', '\ud800'];
      await send(bridge, room, said('', { body: [], attachments: names.map((name) => ({ ...note, name })) }));
      const shown = (await carol.eyes.standing(room)).map(({ content }) => content['filename']);
      expect(shown).toEqual(['passwd', '_gpj.exe', `${'x'.repeat(96)}.png`, '_b_', '_']);
    });
  });
}
