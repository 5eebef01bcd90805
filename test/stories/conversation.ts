/** Stories: who says what where, and what everybody else then sees. Told once, for stand-ins and for real servers. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type OpenSite, World } from './world.ts';

/**
 * The stories of people who talk to each other.
 * @param openSite gives the broker and the homeserver that they happen on
 */
export function conversationStories(openSite: OpenSite): void {
  describe('people who talk', () => {
    let world: World;
    beforeEach(async () => {
      world = await World.open(openSite);
    });
    afterEach(() => world.close());

    describe('everybody hears everybody', () => {
      test('a player is heard in Discord and Matrix under their own name, and not again in the game', async () => {
        const alpha = await world.game('alpha');
        const alice = await alpha.join('Alice', { steamid64: '76561197960287930' });
        await world.bridge();
        await alice.says('hello **there** <b>friends</b>');

        const inDiscord = await world.discord.waitFor('hello');
        expect(inDiscord.author).toBe('Alice [alpha]');
        expect(inDiscord.text).toBe('hello \\*\\*there\\*\\* \\<b>friends\\</b>');
        const inMatrix = await world.matrix.waitFor('hello');
        expect(inMatrix.body).toBe('Alice (alpha): hello **there** <b>friends</b>');
        expect(inMatrix.html).toBe('<strong>Alice</strong> (alpha): hello **there** &lt;b&gt;friends&lt;/b&gt;');
        expect(inMatrix.mentions).toEqual({});
        expect(alpha.chat.all).toEqual([]);
      });

      test('somebody on Discord is heard in the game as a user of the bridge, who joined just before, and in Matrix', async () => {
        const alpha = await world.game('alpha');
        await world.bridge();
        const bob = await world.discord.member('Bob', { color: 0xff8800 });
        await bob.says('**hi** all <:wave:41771983423143937>');

        await alpha.chat.waitFor((line) => line === 'Bob@bridge: hi all :wave:');
        expect(alpha.presence.all).toContain('+Bob@bridge');
        const [user] = alpha.users.get('bridge')?.values() ?? [];
        expect(user?.extra).toMatchObject({ platform: 'discord', color: '#ff8800', link: `https://discord.com/users/${bob.id}` });
        expect(user?.extra['avatar']).toMatch(/^https?:\/\//);
        const inMatrix = await world.matrix.waitFor('hi all');
        expect(inMatrix.html).toContain('<strong>Bob</strong> (Discord): <strong>hi</strong> all');
        expect(world.discord.heard()).toEqual([]);
      });

      test('somebody on Matrix is heard in the game and in Discord', async () => {
        const alpha = await world.game('alpha');
        await world.bridge();
        await world.matrix.says({
          msgtype: 'm.text',
          body: 'see **this**',
          format: 'org.matrix.custom.html',
          formatted_body: 'see <strong>this</strong>',
        });

        await alpha.chat.waitFor((line) => line === 'Carol@bridge: see this');
        const inDiscord = await world.discord.waitFor('see');
        expect(inDiscord).toMatchObject({ author: 'Carol [Matrix]', text: 'see **this**' });
        expect(world.matrix.heard()).toEqual([]);
      });

      test('what somebody on Matrix does is not said, wherever it is read', async () => {
        const alpha = await world.game('alpha');
        await world.bridge();
        await world.matrix.says({ msgtype: 'm.emote', body: 'waves *now*' });
        await alpha.chat.waitFor((line) => line === 'Carol@bridge: * waves *now*');
        const inDiscord = await world.discord.waitFor('waves');
        expect(inDiscord).toMatchObject({ author: 'Carol [Matrix]', text: '*waves \\*now\\**' });
      });

      test('a speaker who spoke before a server came online is shown to it by the burst', async () => {
        await world.bridge();
        const beta = await world.game('beta');
        await beta.presence.waitFor((change) => change === 'online bridge');
        const eve = await beta.join('Eve');
        await eve.says('anybody there?');
        await world.discord.waitFor('anybody there?');
        await (await world.discord.member('Bob')).says('first');
        await beta.chat.waitFor((line) => line === 'Bob@bridge: first');
        const alpha = await world.game('alpha');
        await alpha.presence.waitFor((change) => change === '+Bob@bridge');
        expect(alpha.namesOn('bridge')).toEqual(['Bob']);
      });

      test('order holds in every direction', async () => {
        const alpha = await world.game('alpha');
        const alice = await alpha.join('Alice');
        await world.bridge();
        const bob = await world.discord.member('Bob');
        const numbers = Array.from({ length: 20 }, (_, n) => `number ${n}`);
        for (const text of numbers) await Promise.all([alice.says(text), bob.says(text)]);

        await alpha.chat.waitFor((line) => line.endsWith('number 19'));
        expect(alpha.chat.all).toEqual(numbers.map((text) => `Bob@bridge: ${text}`));
        await world.discord.waitFor('number 19');
        expect(world.discord.heard()).toEqual(numbers);
        await world.matrix.waitFor('Alice (alpha): number 19');
        await world.matrix.waitFor('Bob (Discord): number 19');
        const inMatrix = world.matrix.heard();
        for (const name of ['Alice (alpha)', 'Bob (Discord)']) {
          expect(inMatrix.filter((body) => body.startsWith(name))).toEqual(numbers.map((text) => `${name}: ${text}`));
        }
      });
    });

    describe('presence', () => {
      test('a new name is an update, leaving the guild a departure; who never spoke is never seen', async () => {
        const alpha = await world.game('alpha');
        await world.bridge();
        const bob = await world.discord.member('Bob');
        const silent = await world.discord.member('Silent');
        await bob.says('hello');
        await alpha.presence.waitFor((change) => change === '+Bob@bridge');
        await bob.renames('Bobby');
        await alpha.presence.waitFor((change) => change === '~Bobby@bridge');
        await silent.renames('Still silent');
        await silent.leaves();
        await bob.leaves();
        await alpha.presence.waitFor((change) => change === '-Bobby@bridge');
        expect(alpha.presence.all.filter((change) => change.endsWith('@bridge'))).toEqual([
          '+Bob@bridge',
          '~Bobby@bridge',
          '-Bobby@bridge',
        ]);
      });

      test('a Matrix user who leaves the room leaves the game', async () => {
        const alpha = await world.game('alpha');
        await world.bridge();
        await world.matrix.says('hello');
        await alpha.presence.waitFor((change) => change === '+Carol@bridge');
        await world.matrix.leaves();
        await alpha.presence.waitFor((change) => change === '-Carol@bridge');
      });

      test('who has been silent for long is gone, and comes back by speaking', async () => {
        const alpha = await world.game('alpha');
        await world.bridge({ idle_minutes: 0.01 });
        const bob = await world.discord.member('Bob');
        await bob.says('one');
        await alpha.presence.waitFor((change) => change === '-Bob@bridge');
        await bob.says('two');
        await alpha.chat.waitFor((line) => line === 'Bob@bridge: two');
      });

      test('a clean stop says goodbye', async () => {
        const alpha = await world.game('alpha');
        const bridge = await world.bridge();
        await (await world.discord.member('Bob')).says('hello');
        await alpha.chat.waitFor((line) => line === 'Bob@bridge: hello');
        await bridge.stop();
        await alpha.presence.waitFor((change) => change === 'offline bridge');
        expect(alpha.namesOn('bridge')).toEqual([]);
      });
    });

    describe('nobody can do harm from a game', () => {
      test('a player pings nobody, whatever they write or are called', async () => {
        const alpha = await world.game('alpha');
        const bob = await world.discord.member('Bob');
        const mallory = await alpha.join(`@everyone <@${bob.id}>`);
        await world.bridge();
        await mallory.says(`@everyone @here <@${bob.id}> <@!${bob.id}> @every@everyoneone @room ${world.matrix.userId}`);
        const inDiscord = await world.discord.waitFor('room');
        expect(inDiscord.pings).toEqual({ everyone: false, users: [], roles: [] });
        expect((await world.matrix.waitFor('@room')).mentions).toEqual({});
      });

      test('hostile names are made harmless', async () => {
        const alpha = await world.game('alpha');
        await world.bridge();
        const names = [
          '\u202eecilA',
          'x'.repeat(10_000),
          'a\nb\u0000c',
          '\u200b\u200b',
          'discord clyde',
          '**bold**',
          '<b>tag</b>',
          '\u{1F600}'.repeat(100),
        ];
        for (const [index, name] of names.entries()) {
          await (await alpha.join(name)).says(`text ${index}`);
          const inDiscord = await world.discord.waitFor(`text ${index}`);
          expect([...inDiscord.author].length).toBeLessThanOrEqual(80);
          expect(inDiscord.author).not.toMatch(/[\p{Cc}\u200b\u202e]|discord|clyde/iu);
          const inMatrix = await world.matrix.waitFor(`text ${index}`);
          expect(inMatrix.body).not.toMatch(/[\p{Cc}\u202e]/u);
          expect(inMatrix.html).not.toContain('<b>');
        }
      });

      test('what nobody could see is not passed on', async () => {
        const alpha = await world.game('alpha');
        const alice = await alpha.join('Alice');
        await world.bridge();
        for (const text of ['', '   ', '\u200b\u2060', '\n', 'seen']) await alice.says(text);
        for (const text of ['\u200b', '\u3164', 'seen too']) await world.matrix.says(text);
        await world.discord.waitFor('seen too');
        await world.matrix.waitFor('seen');
        expect(world.discord.heard().sort()).toEqual(['seen', 'seen too']);
        expect(world.matrix.heard()).toEqual(['Alice (alpha): seen']);
      });

      test('a long message arrives whole, in parts', async () => {
        const alpha = await world.game('alpha');
        const alice = await alpha.join('Alice');
        await world.bridge();
        const words = Array.from({ length: 1_500 }, (_, n) => `word${n}`);
        await alice.says(words.join(' '));
        await world.discord.waitFor('word1499');
        expect(world.discord.heard().join(' ').split(' ')).toEqual(words);
      });

      test('a line break on Discord can not fake another line in the game', async () => {
        const alpha = await world.game('alpha');
        await world.bridge();
        await (await world.discord.member('Bob')).says('hi\n[alpha] Admin: give me your password');
        const line = await alpha.chat.waitFor((said) => said.includes('password'));
        expect(line).toMatch(/^Bob@bridge: hi/);
        expect(line).not.toContain('\n');
      });
    });

    describe('no echo', () => {
      test('two bridges in the same rooms on one network: nothing comes back to where it was said, and nobody loops', async () => {
        const alpha = await world.game('alpha');
        const alice = await alpha.join('Alice');
        await world.bridge();
        await world.bridge({ server_id: 'beta' });
        const bob = await world.discord.member('Bob');
        await bob.says('from Discord');
        await world.matrix.says('from Matrix');
        await alice.says('from the game');
        await alpha.chat.waitFor((line) => line === 'Bob@beta: from Discord');
        await alpha.chat.waitFor((line) => line === 'Bob@bridge: from Discord');
        await world.matrix.waitFor('from Discord');
        await world.matrix.waitFor('from the game');
        await world.discord.waitFor('from the game');
        await world.discord.waitFor('from Matrix');
        // Whatever would still loop comes before the answer to this.
        await bob.says('the end');
        await alpha.chat.waitFor((line) => line === 'Bob@bridge: the end');
        await alpha.chat.waitFor((line) => line === 'Bob@beta: the end');
        await world.matrix.waitFor('the end');
        expect(world.discord.heard()).not.toContain('from Discord');
        expect(world.matrix.heard().filter((body) => body.includes('from Matrix'))).toEqual([]);
        expect(world.matrix.heard().filter((body) => body.includes('from Discord')).length).toBeLessThanOrEqual(2);
        expect(world.lines.join()).toMatch(/another bridge that joins the same discord room/);
      });

      test('each adapter can be a virtual server of its own; the two never talk over the broker', async () => {
        const alpha = await world.game('alpha');
        const alice = await alpha.join('Alice');
        await world.bridge({}, { discord: 'bridge', matrix: 'beta' });
        const bob = await world.discord.member('Bob');
        await bob.says('from Discord');
        await world.matrix.says('from Matrix');
        await alpha.chat.waitFor((line) => line === 'Bob@bridge: from Discord');
        await alpha.chat.waitFor((line) => line === 'Carol@beta: from Matrix');
        await alice.says('from the game');
        await world.discord.waitFor('from the game');
        await world.matrix.waitFor('from the game');
        await world.matrix.waitFor('from Discord');
        await world.discord.waitFor('from Matrix');
        expect(world.discord.heard().sort()).toEqual(['from Matrix', 'from the game']);
        expect(world.matrix.heard().sort()).toEqual(['Alice (alpha): from the game', 'Bob (Discord): from Discord']);
      });
    });

    test('what was said on Matrix while the bridge was down arrives once when it is back', async () => {
      const alpha = await world.game('alpha');
      const bridge = await world.bridge();
      await world.matrix.says('before');
      await alpha.chat.waitFor((line) => line === 'Carol@bridge: before');
      await bridge.stop();
      await world.matrix.says('meanwhile');
      await world.bridge();
      await alpha.chat.waitFor((line) => line === 'Carol@bridge: meanwhile');
      await world.matrix.says('after');
      await alpha.chat.waitFor((line) => line === 'Carol@bridge: after');
      expect(alpha.chat.all).toEqual(['before', 'meanwhile', 'after'].map((text) => `Carol@bridge: ${text}`));
    });
  });
}

/** Stories of a broker that goes away, told where one can be stopped. */
export function brokerStories(openSite: OpenSite): void {
  test('the broker goes away and comes back: presence is right on both sides, and what was said meanwhile arrives in order', async () => {
    const world = await World.open(openSite);
    try {
      const alpha = await world.game('alpha');
      const alice = await alpha.join('Alice');
      const bridge = await world.bridge();
      const bob = await world.discord.member('Bob');
      const dave = await world.discord.member('Dave');
      await bob.says('before');
      await dave.says('me too');
      await alpha.chat.waitFor((line) => line === 'Dave@bridge: me too');

      await world.site.broker.stop?.();
      await world.bridgeIsDown(bridge);
      for (const n of [1, 2, 3]) await bob.says(`meanwhile ${n}`);
      await dave.leaves();
      await world.matrix.says('also here');
      // Discord and Matrix go on hearing each other.
      await world.matrix.waitFor('meanwhile 3');
      await world.discord.waitFor('also here');

      await world.site.broker.start?.();
      await alpha.chat.waitFor((line) => line === 'Bob@bridge: meanwhile 3', 20_000);
      await alpha.chat.waitFor((line) => line === 'Carol@bridge: also here');
      expect(alpha.chat.all.filter((line) => line.includes('meanwhile'))).toEqual(
        [1, 2, 3].map((n) => `Bob@bridge: meanwhile ${n}`),
      );
      expect(alpha.namesOn('bridge')).toEqual(['Bob', 'Carol']);
      await alice.says('welcome back');
      expect((await world.discord.waitFor('welcome back')).author).toBe('Alice [alpha]');
      expect(world.discord.heard().filter((text) => text.includes('meanwhile'))).toEqual([]);
    } finally {
      await world.close();
    }
  });
}
