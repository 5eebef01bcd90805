/** Stories of whispers: what somebody says to one person only, and what that person does with it. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { GameServer, Player } from '../support/game-server.ts';
import { type OpenSite, World } from './world.ts';

const HINT = '*Answer by the reply function, or just here. /block keeps them from writing to you.*';

/** The number by which players know a platform's user. */
function numberOf(game: GameServer, name: string, server = 'bridge'): number {
  const found = [...(game.users.get(server)?.values() ?? [])].find((user) => user.name === name);
  if (!found) throw new Error(`${game.id} knows no ${name} on ${server}`);
  return found.id;
}

/** What a player was whispered so far, oldest first, as `name: text`. */
function whispersTo(game: GameServer, { id }: Player): string[] {
  return game.packets.all.flatMap((packet) => {
    const [, server = '', from, text = ''] = new RegExp(`^\\S*m/([^/]+)/[^/]+/pm/(\\d+)/${id} (.*)$`).exec(packet) ?? [];
    if (from === undefined) return [];
    return [`${game.users.get(server)?.get(Number(from))?.name}: ${(JSON.parse(text) as { say: string }).say}`];
  });
}

/** Waits until a player was whispered exactly this, as `name: text`. */
async function hears(game: GameServer, player: Player, ...texts: string[]): Promise<void> {
  const last = texts.at(-1) ?? '';
  await game.packets.waitFor(() => whispersTo(game, player).includes(last), 8_000);
  expect(whispersTo(game, player)).toEqual(texts);
}

export function whisperStories(openSite: OpenSite): void {
  describe('a whisper', () => {
    let world: World;
    let alpha: GameServer;
    let gordon: Player;
    beforeEach(async () => {
      world = await World.open(openSite);
      alpha = await world.game('alpha');
      gordon = await alpha.join('Gordon');
    });
    afterEach(() => world.close());

    /** Somebody on Discord who spoke, so that players can see them. */
    async function speaker(name: string) {
      const person = await world.discord.member(name);
      await person.says(`hello from ${name}`);
      await alpha.chat.waitFor((line) => line === `${name}@bridge: hello from ${name}`);
      return person;
    }

    /** Carol spoke, so that players can see her. */
    async function carolSpoke() {
      await world.matrix.says('hello from Carol');
      await alpha.chat.waitFor((line) => line === 'Carol@bridge: hello from Carol');
      return world.matrix.carol;
    }

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
      const carol = await carolSpoke();
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
      const carol = await carolSpoke();
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

    test('to somebody who takes no direct messages, and to nobody, is told to the player', async () => {
      await world.bridge();
      const alice = await speaker('Alice');
      const number = to('Alice');
      alice.member.closesDirectMessages();
      await gordon.whispers('bridge', number, 'hello?');
      await hears(alpha, gordon, 'Bridge: Your whisper did not arrive: Alice takes no direct messages.');
      await gordon.whispers('bridge', 4711, 'anybody?');
      const nobody = 'Bridge: Your whisper did not arrive: they are not here any more.';
      await alpha.packets.waitFor(() => whispersTo(alpha, gordon).includes(nobody));
      await alice.leaves();
      await alpha.presence.waitFor((change) => change === '-Alice@bridge');
      await gordon.whispers('bridge', number, 'still there?');
      await alpha.packets.waitFor(() => whispersTo(alpha, gordon).filter((text) => text === nobody).length === 2);
      // What the bridge says is answered by nobody.
      await gordon.whispers('bridge', to('Bridge'), 'thanks');
      await gordon.whispers('bridge', 4711, 'the end');
      await alpha.packets.waitFor(() => whispersTo(alpha, gordon).length === 4);
      expect(alice.direct.heard).toEqual([]);
    });

    test('to a player who left is told to whoever wrote it; whoever has their number now gets nothing', async () => {
      await world.bridge();
      const beta = await world.game('beta');
      const alice = await speaker('Alice');
      const eli = await beta.join('Eli', { steamid64: '76561197960287930' });
      for (const [game, player] of [
        [alpha, gordon],
        [beta, eli],
      ] as const)
        await player.whispers('bridge', numberOf(game, 'Alice'), `I am on ${game.id}`);
      const [ofGordon, ofEli] = await Promise.all([alice.direct.waitFor('on alpha'), alice.direct.waitFor('on beta')]);
      await gordon.leaves();
      const other = { id: gordon.id, cmd: 'add', name: 'Gordon', first_seen: 17, burst: false };
      await alpha.publish('m/alpha/bridge/user', JSON.stringify(other));
      await gordon.says('I have this number now');
      await world.discord.waitFor('I have this number now');
      alice.direct.says('are you there?', { replyTo: ofGordon });
      await alice.direct.waitFor('Your whisper did not arrive: Gordon on alpha is not there any more.');
      expect(whispersTo(alpha, gordon)).toEqual([]);
      // Who has a SteamID is found wherever they play.
      await eli.leaves();
      const again = await alpha.join('Eli again', { steamid64: '76561197960287930' });
      await again.says('here I am');
      await world.discord.waitFor('here I am');
      alice.direct.says('there you are', { replyTo: ofEli });
      await hears(alpha, again, 'Alice: there you are');
      await beta.stop();
    });

    test('of somebody who is blocked never arrives, and they are told no more than that', async () => {
      await world.bridge();
      const alice = await speaker('Alice');
      const number = to('Alice');
      await gordon.whispers('bridge', number, 'buy my hat');
      await alice.direct.waitFor('buy my hat');
      expect((await alice.member.types(world.discord.channel, 'block', 'player', { player: 'gor' }))[0]?.name).toBe(
        'Gordon (alpha)',
      );
      const blocked = await alice.member.runs(world.discord.channel, 'block', { player: 'Gordon' }).answer();
      expect(blocked).toBe("Gordon on alpha can't whisper to you any more. unblock lets them again.");
      await gordon.whispers('bridge', number, 'buy it');
      await hears(alpha, gordon, 'Bridge: Your whisper did not arrive: Alice does not take messages from you.');
      alice.direct.says('and do not come back');
      await alice.direct.waitFor('You block Gordon on alpha, who could not answer');
      await alice.member.runs(world.discord.channel, 'unblock', { player: 'Gordon' }).answer();
      await gordon.whispers('bridge', number, 'sorry');
      await alice.direct.waitFor('sorry');
      expect(alice.direct.heard.join()).not.toContain('buy it');
    });

    test('of somebody with a hostile name or text harms nobody, and a long one comes in parts', async () => {
      await world.bridge();
      const alice = await speaker('Alice');
      const name = '\u202e**@everyone**\n<@&1> `x` '.repeat(40);
      const mallory = await alpha.join(name);
      await mallory.whispers('bridge', to('Alice'), `@here ${'<@1> '.repeat(700)}the end`);
      await alice.direct.waitFor('the end', 8_000);
      const { messages } = alice.direct;
      expect(messages.length).toBeGreaterThan(1);
      for (const { pings, content } of messages) {
        expect(pings).toEqual({ everyone: false, users: [], roles: [] });
        expect(content.length).toBeLessThanOrEqual(2_000);
      }
      expect(messages[0]?.content.split(':')[0]).not.toMatch(/\u202e|\n/);
      alice.direct.says('line\nbreak '.repeat(200));
      await alpha.packets.waitFor(() => whispersTo(alpha, mallory).length === 1);
      expect(whispersTo(alpha, mallory)[0]).toMatch(/^Alice: line \/ break line .* more lines\)$/);
    });

    test('of somebody whom their server does not name is shown, and can not be answered', async () => {
      await world.bridge();
      const alice = await speaker('Alice');
      await alpha.publish(`m/alpha/bridge/pm/alpha/${to('Alice')}`, JSON.stringify({ say: 'guess who' }));
      expect((await alice.direct.waitFor('guess who')).content).toContain('**Somebody** (alpha): guess who');
      alice.direct.says('who?');
      await alice.direct.waitFor('That was sent to nobody: alpha does not tell who whispered to you.');
    });

    test('by a command reaches players and people on other platforms, who can answer', async () => {
      await world.bridge();
      const alice = await speaker('Alice');
      const carol = await carolSpoke();
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

    test('too many of one player are too many, which they are told once', async () => {
      // Ten times as many after a connect, since they may have waited for it.
      await world.bridge({ flood: { user_per_minute: 1 } });
      const alice = await speaker('Alice');
      const number = to('Alice');
      for (let n = 1; n <= 14; n++) await gordon.whispers('bridge', number, `number ${n}.`);
      await alpha.packets.waitFor(() => whispersTo(alpha, gordon).some((text) => text.includes('too much at once')));
      await alice.direct.waitFor('number 10.');
      expect(alice.direct.heard).toHaveLength(10);
      expect(whispersTo(alpha, gordon)).toHaveLength(1);
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
      await world.matrix.says('hello from Carol');
      await alpha.chat.waitFor((line) => line === 'Carol@bridge-b: hello from Carol');
      await barney.whispers('bridge', numberOf(gamma, 'Alice'), 'from gamma');
      await alice.direct.waitFor('**Barney** (gamma): from gamma');
      alice.direct.says('to gamma');
      await hears(gamma, barney, 'Alice: to gamma');
      const pm = async (text: string) => alice.member.runs(world.discord.channel, 'pm', { player: 'Carol', text }).answer();
      expect(await pm('across')).toBe('Whispered to Carol on bridge-b.');
      const { carol } = world.matrix;
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

/** Stories of whispers where everybody has a user of their own on Matrix. */
export function ghostWhisperStories(openSite: OpenSite): void {
  describe('a whisper, where players are users on Matrix', () => {
    let world: World;
    let alpha: GameServer;
    let gordon: Player;
    beforeEach(async () => {
      world = await World.open(openSite);
      alpha = await world.game('alpha');
      gordon = await alpha.join('Gordon');
      await world.bridge();
      await world.matrix.says('hello from Carol');
      await alpha.chat.waitFor((line) => line === 'Carol@bridge: hello from Carol');
    });
    afterEach(() => world.close());

    test('comes from the player, in a chat with them alone, where every answer is for them', async () => {
      const { carol } = world.matrix;
      const alyx = await alpha.join('Alyx');
      await gordon.whispers('bridge', numberOf(alpha, 'Carol'), 'from Gordon');
      const first = await carol.invitations.waitFor(() => true, 10_000);
      await alyx.whispers('bridge', numberOf(alpha, 'Carol'), 'from Alyx');
      const second = await carol.invitations.waitFor(({ by }) => by !== first.by, 10_000);
      await Promise.all([carol.join(first.roomId), carol.join(second.roomId)]);
      const shown = await carol.sees.waitFor(
        ({ roomId, content }) => roomId === first.roomId && /from Gordon/.test(String(content['body'])),
      );
      expect(shown.sender).toBe(first.by);
      await carol.says(first.roomId, 'for Gordon');
      await carol.says(second.roomId, 'for Alyx');
      await hears(alpha, gordon, 'Carol: for Gordon');
      await hears(alpha, alyx, 'Carol: for Alyx');
    });

    test('can begin with a chat that somebody opens with a player', async () => {
      const { carol, roomId } = world.matrix;
      await gordon.says('I am here');
      const { sender } = await carol.sees.waitFor(({ roomId: where, body }) => where === roomId && body.includes('I am here'));
      const chat = await carol.invitesToPrivate(sender);
      await carol.waitForMember(chat, sender);
      await carol.says(chat, 'hello Gordon');
      await hears(alpha, gordon, 'Carol: hello Gordon');
      await gordon.whispers('bridge', numberOf(alpha, 'Carol'), 'hello Carol');
      await carol.waitFor(chat, 'hello Carol');
      expect(carol.invitations.all).toEqual([]);
    });

    test('can begin with a chat with a player who has said nothing, whom somebody has looked up', async () => {
      const { carol } = world.matrix;
      const [found] = (await carol.looksUp('user/crosschat?player=gordon')) as { userid: string }[];
      const ghost = found?.userid ?? '';
      const chat = await carol.invitesToPrivate(ghost);
      await carol.waitForMember(chat, ghost);
      expect(await carol.stateOf(chat, 'm.room.member', ghost)).toMatchObject({ displayname: 'Gordon (alpha)' });
      await carol.says(chat, 'hello Gordon');
      await hears(alpha, gordon, 'Carol: hello Gordon');
    });
  });
}
