/** Stories of whispers: what somebody says to one person only, and what that person does with it. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { GameServer, Player } from '../support/game-server.ts';
import { hears, numberOf, openScene, spokenOnDiscord, spokenOnMatrix, whispersTo } from './whispering.ts';
import type { OpenSite, World } from './world.ts';

const HINT = '*Answer by the reply function, or just here. /block keeps them from writing to you.*';

export function whisperStories(openSite: OpenSite): void {
  describe('a whisper', () => {
    let world: World;
    let alpha: GameServer;
    let gordon: Player;
    beforeEach(async () => {
      ({ world, alpha, gordon } = await openScene(openSite));
    });
    afterEach(() => world.close());

    const speaker = (name: string) => spokenOnDiscord(world, alpha, name);
    const to = (name: string) => numberOf(alpha, name);

    test('of a player reaches somebody on Discord as a direct message, and nobody else; the answer goes back', async () => {
      await world.bridge();
      const alice = await speaker('Alice');
      await gordon.whispers('bridge', to('Alice'), 'psst *secret* @everyone');
      const shown = await alice.direct.waitFor('secret');
      expect(shown.content).toBe(`**Gordon** (alpha): psst \\*secret\\* @\u200beveryone\n${HINT}`);
      expect(shown.pings).toEqual({ everyone: false, users: [], roles: [] });
      alice.direct.says('I hear *you*');
      await hears(alpha, gordon, 'Alice: I hear you');
      await gordon.whispers('bridge', to('Alice'), 'good');
      expect((await alice.direct.waitFor('good')).content).toBe('**Gordon** (alpha): good');
      expect([...world.discord.heard(), ...world.matrix.heard(), ...alpha.chat.all].join()).not.toContain('secret');
      expect(world.lines.join()).not.toContain('secret');
    });

    test('of a player reaches somebody on Matrix in a chat of their own, to which they are invited once', async () => {
      await world.bridge();
      const carol = await spokenOnMatrix(world, alpha);
      await gordon.whispers('bridge', to('Carol'), 'psst <b>secret</b>');
      const { roomId, isDirect } = await carol.invitations.waitFor(() => true);
      expect(isDirect).toBe(true);
      await carol.join(roomId);
      const shown = await carol.waitFor(roomId, 'secret');
      // In a chat with Gordon's own user, nobody else can be meant.
      const way = world.site.matrix.appservice ? 'Just answer here' : 'Answer by the reply function, or just here';
      expect(shown.body).toBe(`Gordon (alpha): psst <b>secret</b>\n${way}. !block keeps them from writing to you.`);
      expect(shown.html).toContain('<strong>Gordon</strong> (alpha): psst &lt;b&gt;secret&lt;/b&gt;');
      expect(shown.mentions).toEqual({});
      await carol.says(roomId, 'I hear');
      await hears(alpha, gordon, 'Carol: I hear');
      await gordon.whispers('bridge', to('Carol'), 'again');
      await carol.waitFor(roomId, 'Gordon (alpha): again');
      await carol.says(roomId, {
        msgtype: 'm.text',
        body: 'to you',
        'm.relates_to': { 'm.in_reply_to': { event_id: shown.id } },
      });
      await hears(alpha, gordon, 'Carol: I hear', 'Carol: to you');
      expect(carol.invitations.all).toHaveLength(1);
      expect([...world.discord.heard(), ...world.matrix.heard()].join()).not.toContain('secret');
    });

    test('of several people at once is answered by the reply function; else it is asked who is meant', async () => {
      await world.bridge();
      const alyx = await alpha.join('Alyx');
      const alice = await speaker('Alice');
      await gordon.whispers('bridge', to('Alice'), 'from Gordon');
      await alyx.whispers('bridge', to('Alice'), 'from Alyx');
      const [ofGordon] = await Promise.all([alice.direct.waitFor('from Gordon'), alice.direct.waitFor('from Alyx')]);
      alice.direct.says('for whom is this?');
      const asked = await alice.direct.waitFor('To whom?');
      expect(asked.content).toContain('Alyx on alpha, Gordon on alpha');
      alice.direct.says('for Gordon', { replyTo: ofGordon });
      await hears(alpha, gordon, 'Alice: for Gordon');
      // She has made clear whom she talks with.
      alice.direct.says('for Gordon as well');
      await hears(alpha, gordon, 'Alice: for Gordon', 'Alice: for Gordon as well');
      await alyx.whispers('bridge', to('Alice'), 'and me?');
      const ofAlyx = await alice.direct.waitFor('and me?');
      alice.direct.says('unclear again');
      await alice.direct.waitUntil((heard) => heard.filter((text) => text.includes('To whom?')).length === 2);
      alice.direct.says('for Alyx', { replyTo: ofAlyx });
      await hears(alpha, alyx, 'Alice: for Alyx');
      expect(whispersTo(alpha, gordon)).toHaveLength(2);
    });

    test('that begins like a command, and is none, goes to nobody: it names somebody else than the last one', async () => {
      await world.bridge();
      const alice = await speaker('Alice');
      await gordon.whispers('bridge', to('Alice'), 'to Alice');
      await alice.direct.waitFor('to Alice');
      alice.direct.says('/pm Alyx Gordon is a fool');
      alice.direct.says('!w Alyx Gordon is a fool');
      const told = 'That was sent to nobody, since it looks like a command';
      await alice.direct.waitUntil((heard) => heard.filter((text) => text.includes(told)).length === 2);
      alice.direct.says('/ or !, that is the question');
      await hears(alpha, gordon, 'Alice: / or !, that is the question');
    });

    test('can be answered after a restart, and while the bridge is away', async () => {
      const first = await world.bridge();
      const alice = await speaker('Alice');
      const carol = await spokenOnMatrix(world, alpha);
      await gordon.whispers('bridge', to('Alice'), 'see you');
      await gordon.whispers('bridge', to('Carol'), 'see you too');
      const shown = await alice.direct.waitFor('see you');
      const { roomId } = await carol.invitations.waitFor(() => true);
      await carol.join(roomId);
      await carol.waitFor(roomId, 'see you too');
      await first.stop();
      alice.direct.says('while you were away', { replyTo: shown });
      await carol.says(roomId, 'I was here');
      await world.bridge();
      await alpha.packets.waitFor(() => whispersTo(alpha, gordon).length === 2, 8_000);
      expect(whispersTo(alpha, gordon).sort()).toEqual(['Alice: while you were away', 'Carol: I was here']);
      alice.direct.says('and now');
      await alpha.packets.waitFor(() => whispersTo(alpha, gordon).includes('Alice: and now'));
      await gordon.whispers('bridge', to('Carol'), 'the same chat');
      await carol.waitFor(roomId, 'the same chat');
      expect(carol.invitations.all).toHaveLength(1);
    });

    test('is shown once, though nobody confirmed it before the end of the process', async () => {
      const first = await world.bridge();
      const alice = await speaker('Alice');
      world.discordFaults.next(1, { stored: true, answer: 'hang' }, 'POST /channels/:channel/messages');
      await gordon.whispers('bridge', to('Alice'), 'only once');
      await alice.direct.waitFor('only once');
      await first.leave();
      await world.bridge();
      await gordon.whispers('bridge', to('Alice'), 'the end');
      await alice.direct.waitFor('the end');
      expect(alice.direct.heard).toHaveLength(2);
      alice.direct.says('both');
      await hears(alpha, gordon, 'Alice: both');
    });

    test('waits for a platform that is down, and for a broker', async () => {
      await world.bridge();
      const alice = await speaker('Alice');
      world.discordFaults.next(2, { stored: false, answer: { status: 502 } });
      await gordon.whispers('bridge', to('Alice'), 'patience');
      await alice.direct.waitFor('patience', 15_000);
      expect(alice.direct.heard).toHaveLength(1);
    });

    test('by a command reaches players and people on other platforms, who can answer', async () => {
      await world.bridge();
      const alice = await speaker('Alice');
      const carol = await spokenOnMatrix(world, alpha);
      const { channel } = world.discord;
      const ask = async (options: Record<string, string>) => alice.member.runs(channel, 'pm', options).answer();
      expect(await ask({ player: 'Gordon', text: 'psst' })).toBe('Whispered to Gordon on alpha.');
      await hears(alpha, gordon, 'Alice: psst');
      const choices = await alice.member.types(channel, 'pm', 'player', { player: 'car' });
      expect(choices.map((choice) => choice.name)).toEqual(['Carol (bridge)']);
      expect(await ask({ player: String(choices[0]?.value), text: 'from afar' })).toBe('Whispered to Carol.');
      const { roomId } = await carol.invitations.waitFor(() => true);
      await carol.join(roomId);
      expect((await carol.waitFor(roomId, 'from afar')).body).toMatch(/^Alice \(Discord\): from afar/);
      await carol.says(roomId, 'back to you');
      expect((await alice.direct.waitFor('back to you')).content).toContain('**Carol** (Matrix): back to you');
      await carol.says(roomId, '!pm Gordon "and to you"');
      await alpha.packets.waitFor(() => whispersTo(alpha, gordon).includes('Carol: and to you'));
      expect(await ask({ player: 'Alice', text: 'me' })).toBe('That is you.');
      await carol.says(roomId, '!block Alice');
      await carol.waitFor(roomId, "Alice can't whisper to you any more");
      expect(await ask({ player: 'Carol', text: 'hello?' })).toBe(
        'Your whisper did not arrive: Carol does not take messages from you.',
      );
      await carol.says(roomId, '!unblock Alice');
      await carol.waitFor(roomId, 'Alice can whisper to you again');
      expect(await ask({ player: 'Carol', text: 'hello!' })).toBe('Whispered to Carol.');
    });

    test('crosses two bridges and three game servers, and what becomes of it is told across them as well', async (context) => {
      // A broker with passwords may know fewer servers.
      const { credentials } = world.site.broker;
      if (credentials('alpha') && !(credentials('gamma') && credentials('bridge-b'))) return context.skip();
      const [beta, gamma] = [await world.game('beta'), await world.game('gamma')];
      const barney = await gamma.join('Barney');
      const { channelId } = world.discord;
      const { roomId } = world.matrix;
      await world.bridge({ channels: [{ name: 'main', rooms: { discord: channelId } }] }, {}, {}, 'discord');
      const other = { server_id: 'bridge-b', channels: [{ name: 'main', rooms: { matrix: roomId } }] };
      await world.bridge(other, {}, {}, 'matrix');
      const alice = await speaker('Alice');
      const carol = await spokenOnMatrix(world, alpha, 'bridge-b');
      await barney.whispers('bridge', numberOf(gamma, 'Alice'), 'from gamma');
      await alice.direct.waitFor('**Barney** (gamma): from gamma');
      alice.direct.says('to gamma');
      await hears(gamma, barney, 'Alice: to gamma');
      const pm = async (text: string) => alice.member.runs(world.discord.channel, 'pm', { player: 'Carol', text }).answer();
      expect(await pm('across')).toBe('Whispered to Carol on bridge-b.');
      const { roomId: chat } = await carol.invitations.waitFor(() => true);
      await carol.join(chat);
      expect((await carol.waitFor(chat, 'across')).body).toMatch(/^Alice \(bridge\): across/);
      await carol.says(chat, 'and back');
      await alice.direct.waitFor('**Carol** (bridge-b): and back');
      await carol.says(chat, '!block Alice');
      await carol.waitFor(chat, "Alice on bridge can't whisper to you any more");
      expect(await pm('hello?')).toBe('Whispered to Carol on bridge-b.');
      await alice.direct.waitFor('bridge-b: Your whisper did not arrive: Carol does not take messages from you.');
      expect(beta.packets.all.filter((packet) => packet.includes('/pm/'))).toEqual([]);
      expect([...world.discord.heard(), ...world.matrix.heard()].join()).not.toContain('across');
    });
  });
}
