/** Stories of who people are taken for: their names and pictures on Discord. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
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
