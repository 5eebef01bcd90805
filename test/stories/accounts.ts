/** Stories of people who show which player they are, and of moderators who meet them on another platform. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { GameServer, Player } from '../support/game-server.ts';
import { LeapClock } from '../support/leap-clock.ts';
import type { DiscordPerson } from './discord-place.ts';
import { type OpenSite, World } from './world.ts';

const GORDON = '76561197960287930';
const CODE = /\b[A-Z2-9]{6}\b/;

export function accountStories(openSite: OpenSite): void {
  describe('an account', () => {
    let clock: LeapClock;
    let world: World;
    let alpha: GameServer;
    let gordon: Player;
    beforeEach(async () => {
      clock = new LeapClock();
      world = await World.open(openSite, clock);
      alpha = await world.game('alpha');
      gordon = await alpha.join('Gordon', { steamid64: GORDON });
    });
    afterEach(() => world.close());

    /** Somebody gives a slash command, as soon as Discord knows it. Gives the answer, which nobody else sees. */
    async function slash({ member }: DiscordPerson, name: string, options: Record<string, string> = {}): Promise<string> {
      const { channel } = world.discord;
      let given: ReturnType<typeof member.runs> | undefined;
      const isGiven = () => {
        given ??= tried(() => member.runs(channel, name, options));
        return given !== undefined;
      };
      await expect.poll(isGiven, { interval: 10 }).toBe(true);
      const answer = await given?.answer(8_000);
      expect(given?.isPrivate).toBe(true);
      return answer ?? '';
    }

    async function whispered(words: string): Promise<void> {
      await alpha.packets.waitFor((packet) => packet.includes(`/${gordon.id} {`) && packet.includes(words), 8_000);
    }

    /** What everybody can read anywhere, in capitals. */
    const read = () => [...world.discord.heard(), ...world.matrix.heard(), ...alpha.chat.all].join('\n').toUpperCase();

    test('on Discord is linked by a code that only its owner sees, said in the game, where nobody else reads it', async () => {
      await world.bridge();
      const alice = await world.discord.member('Alice');
      const code = CODE.exec(await slash(alice, 'link'))?.[0] ?? '';
      await gordon.says(code.toLowerCase());
      await whispered('You are linked to Alice on Discord now.');
      await alice.direct.waitFor('You are linked to the player Gordon on alpha now.');
      await alice.says('it is me');
      await alpha.chat.waitFor((line) => line === 'Alice@bridge: it is me');
      const seen = [...(alpha.users.get('bridge')?.values() ?? [])].find(({ name }) => name === 'Alice');
      expect(seen?.extra).toMatchObject({ platform: 'discord', steamid64: GORDON });
      await gordon.says('so am I');
      await world.matrix.waitFor('so am I');
      expect(read()).not.toContain(code);
      expect(world.lines.join().toUpperCase()).not.toContain(code);
    });

    test('on Matrix gets its code in a chat of its own: in the room everybody would read it', async () => {
      await world.bridge();
      const { carol } = world.matrix;
      await world.matrix.says('!link');
      await world.matrix.waitFor('The answer is for you alone, so it comes in a direct chat.');
      const { roomId } = await carol.invitations.waitFor(() => true, 8_000);
      await carol.join(roomId);
      const code = CODE.exec((await carol.waitFor(roomId, 'Say ')).body)?.[0] ?? '';
      await gordon.says(code);
      await whispered('You are linked to Carol on Matrix now.');
      await carol.waitFor(roomId, 'You are linked to the player Gordon on alpha now.');
      await carol.says(roomId, '!unlink');
      await carol.waitFor(roomId, `You are linked to SteamID ${GORDON} no longer.`);
      expect(read()).not.toContain(code);
    });

    test('takes over from another one only with a code of its own, that is not too old, also over a restart', async () => {
      const bridge = await world.bridge();
      const [alice, bob] = [await world.discord.member('Alice'), await world.discord.member('Bob')];
      await gordon.says(CODE.exec(await slash(alice, 'link'))?.[0] ?? '');
      await whispered('linked to Alice');
      const old = CODE.exec(await slash(bob, 'link'))?.[0] ?? '';
      await clock.leap(10 * 60_000);
      await gordon.says(old);
      await whispered('This code is good no more.');
      const code = CODE.exec(await slash(bob, 'link'))?.[0] ?? '';
      await bridge.stop();
      await world.bridge();
      await gordon.says(code);
      await whispered('linked to Bob');
      await alice.direct.waitFor('Your player Gordon is linked to another account now');
      expect(read()).not.toContain(code);
    });

    test('is nothing that anybody reads of where moderators read what is done', async () => {
      const room = world.discord.addChannel('moderators');
      await world.bridge({ mod_log: { adapter: 'discord', room: room.id } });
      const alice = await world.discord.member('Alice');
      await gordon.says(CODE.exec(await slash(alice, 'link'))?.[0] ?? '');
      await whispered('linked to Alice');
      await world.matrix.says(`!slap ${GORDON} @everyone`);
      const entry = await room.waitFor(({ content }) => content.includes('slap result'), 8_000);
      expect(entry.pings).toEqual({ everyone: false, users: [], roles: [] });
      const lines = room.messages.map(({ content }) => content.replaceAll('\u200b', ''));
      expect(lines).toHaveLength(2);
      expect(lines[0]).toMatch(/^Carol \(@carol.* slap Gordon \(76561197960287930, on alpha\): @everyone$/);
      expect(lines[1]).toContain('slap result Gordon');
      // What is said there goes nowhere.
      alice.member.says(room, 'among us');
      await alice.says('to all');
      await alpha.chat.waitFor((line) => line === 'Alice@bridge: to all');
      expect(read()).not.toContain('AMONG US');
    });

    test('of somebody above them is nothing that a moderator acts on, on either platform', async () => {
      await world.bridge();
      const chief = await world.discord.member('Chief', { permissions: ['Administrator'] });
      const helper = await world.discord.member('Helper', { permissions: ['KickMembers', 'BanMembers'] });
      const mallory = await world.discord.member('Mallory');
      for (const person of [chief, helper, mallory]) await person.says('hello');
      await world.matrix.says('hello from Carol');
      await alpha.chat.waitFor((line) => line === 'Carol@bridge: hello from Carol', 8_000);
      for (const [who, platform] of [
        ['Chief', 'Discord'],
        ['Helper', 'Discord'],
        ['Carol', 'Matrix'],
      ] as const)
        expect(await slash(helper, 'ban', { player: who, reason: 'x' })).toBe(`You do not stand above ${who} on ${platform}.`);
      await world.matrix.says('!ban Helper spam');
      await world.matrix.waitFor('You do not stand above Helper on Discord.');
      expect(await slash(helper, 'kick', { player: 'Mallory', reason: 'spam' })).toContain('Mallory on Discord: not carried');
      await alpha.presence.waitFor((change) => change === '-Mallory@bridge');
      expect(alpha.namesOn('bridge')).toEqual(expect.arrayContaining(['Carol', 'Chief', 'Helper']));
    });
  });
}

/** What something gives, or nothing while it can't be done yet. */
function tried<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
