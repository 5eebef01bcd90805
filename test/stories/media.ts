/** Stories of files: whoever sends one, everybody else can look at it. */
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Bridge } from '../../src/bridge.ts';
import type { GameServer } from '../support/game-server.ts';
import { type OpenSite, World } from './world.ts';

const publicUrl = 'https://bridge.example/chat';
const picture = {
  msgtype: 'm.image',
  body: 'look',
  filename: 'my cat.png',
  info: { mimetype: 'image/png', size: 6, w: 3, h: 2 },
};
const content = new TextEncoder().encode('meow!!');
const clip = readFileSync(new URL('../fixtures/media/video.mp4', import.meta.url));
const cat = { filename: 'cat.png', contentType: 'image/png', content };

export function mediaStories(openSite: OpenSite): void {
  describe('files', () => {
    let world: World;
    let alpha: GameServer;
    beforeEach(async () => {
      world = await World.open(openSite);
      alpha = await world.game('alpha');
    });
    afterEach(() => world.close());

    /** What anybody with an address finds there. */
    const open = async (bridge: Bridge, line: string) => {
      const url = /https:\/\/bridge\.example\/chat(\/\S*)/.exec(line)?.[1] ?? '';
      const answer = await fetch(`${bridge.httpUrl}${url}`);
      return `${answer.status} ${answer.headers.get('content-type')} ${await answer.text()}`;
    };
    const served = { http: { port: 0, public_url: `${publicUrl}/` } };

    test('a picture from Matrix is a picture on Discord, and a link that anybody can open in a game', async () => {
      const bridge = await world.bridge(served);
      await world.matrix.sendsFile('meow!!', picture);
      const line = await alpha.chat.waitFor((said) => said.includes('cat'));
      expect(line).toMatch(/^Carol@bridge: look \[image my cat\.png, 6 B\] https:\/\/bridge\.example\/chat\/media\/\S+$/);
      expect(await open(bridge, line)).toBe('200 image/png meow!!');
      await world.discord.waitFor('look');
      const [file] = world.discord.channel.messages[0]?.attachments ?? [];
      expect(await (await fetch(file?.url ?? '')).text()).toBe('meow!!');
      expect(file?.filename).toBe('my_cat.png');
    });

    test('an address still works after a restart', async () => {
      const bridge = await world.bridge(served);
      await world.matrix.sendsFile('meow!!', picture);
      const line = await alpha.chat.waitFor((said) => said.includes('cat'));
      await bridge.stop();
      expect(await open(await world.bridge(served), line)).toBe('200 image/png meow!!');
    });

    test('another address than the one that was given away leads to nothing', async () => {
      const bridge = await world.bridge(served);
      await world.matrix.sendsFile('meow!!', picture);
      const line = await alpha.chat.waitFor((said) => said.includes('cat'));
      expect(await open(bridge, line.replace('my%20cat', 'your%20cat'))).toMatch(/^404 /);
      expect(await open(bridge, `${publicUrl}/media/../../etc/passwd`)).toMatch(/^404 /);
    });

    test('without a public address, a game is told that there is a picture', async () => {
      await world.bridge();
      await world.matrix.sendsFile('meow!!', picture);
      await alpha.chat.waitFor((said) => said === 'Carol@bridge: look [image my cat.png, 6 B]');
    });

    test('a video from Discord is one on Matrix, as large as it is, with a picture out of it', async () => {
      await world.bridge();
      const bob = await world.discord.member('Bob');
      const attachments = [{ filename: 'clip.mp4', contentType: 'video/mp4', content: clip }];
      bob.member.says(world.discord.channel, 'look', { attachments });
      const { content: shown } = await world.matrix.waitForFile('clip.mp4');
      expect(shown).toMatchObject({
        msgtype: 'm.video',
        info: {
          mimetype: 'video/mp4',
          size: clip.length,
          ...{ w: 64, h: 48 },
          thumbnail_info: { mimetype: 'image/webp', size: 38, w: 30, h: 20 },
        },
      });
      const { thumbnail_url: still } = shown['info'] as { thumbnail_url: string };
      expect(await world.matrix.download(still)).toMatch(/^RIFF/);
    });

    test('a picture from Discord is one on Matrix, and outlives the address that Discord gave it', async () => {
      const bridge = await world.bridge(served);
      const bob = await world.discord.member('Bob');
      const said = bob.member.says(world.discord.channel, 'look', { attachments: [cat] });
      const line = await alpha.chat.waitFor((one) => one.includes('cat'));
      expect(await open(bridge, line)).toBe('200 image/png meow!!');
      const { content: shown } = await world.matrix.waitForFile('cat.png');
      bob.member.deletes(said);
      expect(await world.matrix.download(shown['url'])).toBe('meow!!');
      await expect.poll(() => world.matrix.standing()).toEqual([]);
    });

    test('a custom emoji from Discord is a picture in the text on Matrix', async () => {
      await world.bridge();
      world.addPicture('/emojis/123456789012345678.png', 'party');
      const bob = await world.discord.member('Bob');
      await bob.says('what a <:party:123456789012345678> this is');
      const { body, html } = await world.matrix.waitFor('what a');
      expect(body).toBe('Bob (Discord): what a :party: this is');
      const mxc = /<img data-mx-emoticon src="([^"]+)" alt=":party:"/.exec(html ?? '')?.[1];
      expect(await world.matrix.download(mxc)).toBe('party');
    });

    test('what is too large for Discord is linked there', async () => {
      const bridge = await world.bridge(served);
      const large = Buffer.alloc(10 * 1024 * 1024 + 1);
      const info = { mimetype: 'application/zip', size: large.length };
      await world.matrix.sendsFile(large, { msgtype: 'm.file', body: 'large.zip', info });
      const { text } = await world.discord.waitFor('large');
      expect(text).toMatch(/^\[\u{1F4CE} large.*\(<?https:\/\/bridge\.example\/chat\/media\/\S+large\.zip>?\)/u);
      const url = /https:\/\/bridge\.example\/chat(\/[^)>]*)/.exec(text)?.[1] ?? '';
      expect((await fetch(`${bridge.httpUrl}${url}`)).headers.get('content-length')).toBe(`${large.length}`);
    });
  });
}
