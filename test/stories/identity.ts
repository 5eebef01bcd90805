/** Stories of who people are taken for: their names and pictures on Discord. */

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { letterPath, letterPicture } from '../../src/avatars/letter-route.ts';
import { dimensionsOf } from '../../src/media/dimensions.ts';
import { type OpenSite, World } from './world.ts';

/**
 * Tells the stories.
 * @param openSite gives the broker and the homeserver that they happen on
 */
export function identityStories(openSite: OpenSite): void {
  describe('who people are taken for', () => {
    let world: World;
    beforeEach(async () => {
      world = await World.open(openSite);
    });
    afterEach(() => world.close());

    const pictureOf = async (text: string) => (await world.discord.channel.waitFor(text)).avatar;

    test('a player without a picture has a letter, which is always the same and can be fetched', async () => {
      const alpha = await world.game('alpha');
      const bridge = await world.bridge({ http: { port: 0, public_url: 'https://bridge.example/pages' } });
      await (await alpha.join('Gordon')).says('first');
      const avatar = await pictureOf('first');
      expect(avatar).toMatch(/^https:\/\/bridge\.example\/pages\/avatar\/\d{1,2}-47\.png$/);
      await (await alpha.join('Gordon')).says('second');
      expect(await pictureOf('second')).toBe(avatar);
      const answer = await fetch(`${bridge.httpUrl}${avatar?.replace('https://bridge.example/pages', '')}`);
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/png']);
      await world.matrix.says('from Matrix');
      expect(await pictureOf('from Matrix')).toMatch(/\/avatar\/\d{1,2}-43\.png$/);
    });

    test('a player brings a picture, or has one of Discord’s own', async () => {
      const alpha = await world.game('alpha');
      await world.bridge();
      await (await alpha.join('Gordon', { avatar: 'https://pics.example/g.png' })).says('with a picture');
      expect(await pictureOf('with a picture')).toBe('https://pics.example/g.png');
      await (await alpha.join('Alyx', { avatar: 'http://127.0.0.1/a.png' })).says('without');
      expect(await pictureOf('without')).toMatch(/^https:\/\/cdn\.discordapp\.com\/embed\/avatars\/[0-5]\.png$/);
    });

    test('somebody on Matrix is shown by their own picture, at the same address as long as it is the same one', async () => {
      const letters = ['A', 'B'].map((name) => letterPicture(letterPath(name, name)) ?? Buffer.alloc(0));
      const [first = Buffer.alloc(0), second = Buffer.alloc(0)] = letters;
      const settings = { http: { port: 0, public_url: 'https://bridge.example' } };
      const alpha = await world.game('alpha');
      const bridge = await world.bridge(settings);
      await world.matrix.looksLike(first, 'image/png');
      await world.matrix.says('with a picture');
      const avatar = await pictureOf('with a picture');
      expect(avatar).toMatch(/^https:\/\/bridge\.example\/media\/[\w.-]+\/picture$/);
      const answer = await fetch(`${bridge.httpUrl}${avatar?.replace('https://bridge.example', '')}`);
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/png']);
      expect(dimensionsOf(Buffer.from(await answer.arrayBuffer()))?.type).toBe('image/png');
      await world.matrix.says('the same');
      expect(await pictureOf('the same')).toBe(avatar);
      const seen = () => [...(alpha.users.get('bridge')?.values() ?? [])].map(({ extra }) => extra['avatar']);
      await alpha.presence.waitFor((change) => change === '+Carol@bridge');
      expect(seen()).toEqual([avatar]);
      await bridge.stop();
      await world.bridge(settings);
      await world.matrix.says('after a restart');
      expect(await pictureOf('after a restart')).toBe(avatar);
      await world.matrix.looksLike(second, 'image/png');
      await alpha.presence.waitFor((change) => change === '~Carol@bridge');
      await world.matrix.says('with another');
      const other = await pictureOf('with another');
      expect(other).toMatch(/\/picture$/);
      expect(other).not.toBe(avatar);
      expect(seen()).toEqual([other]);
    });

    test('nobody gets anything but a picture where somebody on Matrix says that theirs is', async () => {
      const bridge = await world.bridge({ http: { port: 0, public_url: 'https://bridge.example' } });
      const content = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');
      await world.matrix.looksLike(content, 'image/svg+xml');
      await world.matrix.says('look at me');
      const avatar = await pictureOf('look at me');
      const answer = await fetch(`${bridge.httpUrl}${avatar?.replace('https://bridge.example', '')}`);
      expect([answer.status, answer.headers.get('content-type')]).toEqual([404, 'text/plain; charset=utf-8']);
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    });

    test('nobody is taken for the bridge, for its bot or for somebody in charge', async () => {
      const alpha = await world.game('alpha');
      await world.bridge();
      for (const name of ['Bridge', 'Ѕerver', 'Admin', 'Several players', 'alpha']) {
        await (await alpha.join(name)).says(`I am ${name}`);
        expect((await world.discord.channel.waitFor(`I am ${name}`)).author).toBe(`${name} (player) [alpha]`);
      }
    });
  });
}
