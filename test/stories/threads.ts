/** Stories of threads: what is said beside the main conversation of a channel, and where everybody else finds it. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { DiscordChannel } from '../doubles/discord/index.ts';
import type { GameServer } from '../support/game-server.ts';
import type { DiscordPerson } from './discord-place.ts';
import { type OpenSite, World } from './world.ts';

/**
 * Tells the stories.
 * @param openSite gives the broker and the homeserver that they happen on
 * @param many so many threads at once are more than anybody starts
 */
export function threadStories(openSite: OpenSite, many = 200): void {
  describe('threads', () => {
    let world: World;
    let alpha: GameServer;
    let bob: DiscordPerson;
    let channel: DiscordChannel;
    beforeEach(async () => {
      world = await World.open(openSite);
      alpha = await world.game('alpha');
      bob = await world.discord.member('Bob');
      channel = world.discord.channel;
    });
    afterEach(() => world.close());

    /** What Carol says in a thread. */
    const inThread = (root: string, body: string) => ({
      msgtype: 'm.text',
      body,
      'm.relates_to': { rel_type: 'm.thread', event_id: root, is_falling_back: true, 'm.in_reply_to': { event_id: root } },
    });

    /** How an event in Matrix relates to others. */
    const relation = (content: Readonly<Record<string, unknown>>) => content['m.relates_to'];
    const contents = (thread: DiscordChannel | undefined) => thread?.messages.map(({ content }) => content) ?? [];

    /** Waits until somebody in a thread sees this. */
    const reads = async (thread: { readonly id: string }, words: string): Promise<void> => {
      const found = channel.thread(thread);
      if (!found) throw new Error('there is no such thread');
      await found.waitFor(({ content }) => content.includes(words));
    };

    test('a thread on a message of a Discord member is one in Matrix, both ways, and named in games', async () => {
      await world.bridge();
      const message = bob.member.says(channel, 'who comes to the raid?');
      const root = await world.matrix.waitFor('who comes');
      const thread = channel.startThread(message, 'Raid tonight', bob.member);
      bob.member.says(thread, 'at nine');
      const first = await world.matrix.waitFor('at nine');
      expect(relation(first.content)).toEqual({
        rel_type: 'm.thread',
        event_id: root.id,
        is_falling_back: true,
        'm.in_reply_to': { event_id: root.id },
      });
      await alpha.chat.waitFor((line) => line === 'Bob@bridge: [Raid tonight] at nine');

      await world.matrix.says(inThread(root.id, 'me!'));
      await reads(thread, 'me!');
      await alpha.chat.waitFor((line) => line === 'Carol@bridge: [Raid tonight] me!');
      bob.member.says(thread, 'good');
      const second = await world.matrix.waitFor('good');
      expect(relation(second.content)).toMatchObject({ event_id: root.id, is_falling_back: true });
      expect(relation(second.content)).not.toMatchObject({ 'm.in_reply_to': { event_id: root.id } });
      expect(contents(channel)).toEqual(['who comes to the raid?']);
    });

    test('edits, deletions and replies in a thread are where they belong', async () => {
      await world.bridge();
      const message = bob.member.says(channel, 'the plan');
      const root = await world.matrix.waitFor('the plan');
      const thread = channel.startThread(message, 'Plan', bob.member);
      const said = bob.member.says(thread, 'at nnie');
      await world.matrix.waitFor('at nnie');
      bob.member.edits(said, 'at nine');
      await world.matrix.waitFor('at nine');
      const typo = bob.member.says(thread, 'oops');
      await world.matrix.waitFor('oops');
      bob.member.deletes(typo);
      await expect.poll(async () => (await world.matrix.standing()).map(({ body }) => body)).not.toContain('Bob (Discord): oops');

      const id = await world.matrix.says(inThread(root.id, 'I am latte'));
      await reads(thread, 'I am latte');
      const edit = { msgtype: 'm.text', body: 'I am late' };
      await world.matrix.says({ ...edit, 'm.new_content': edit, 'm.relates_to': { rel_type: 'm.replace', event_id: id } });
      await reads(thread, 'I am late');
      const [, , late] = thread.messages;
      bob.member.says(thread, 'no problem', { replyTo: late ?? { id: '' } });
      const answer = await world.matrix.waitFor('no problem');
      expect(relation(answer.content)).toMatchObject({
        rel_type: 'm.thread',
        event_id: root.id,
        is_falling_back: false,
        'm.in_reply_to': { event_id: id },
      });
    });

    test('a thread that hangs on no message hangs on the news of it', async () => {
      await world.bridge();
      const thread = channel.addThread('Off topic', bob.member);
      bob.member.says(thread, 'cats!');
      const started = await world.matrix.waitFor('started a thread: Off topic');
      const said = await world.matrix.waitFor('cats!');
      expect(relation(said.content)).toMatchObject({ rel_type: 'm.thread', event_id: started.id });
      await world.matrix.says(inThread(started.id, 'dogs!'));
      await reads(thread, 'dogs!');
    });

    test('a thread in Matrix becomes one in Discord, named by how it begins', async () => {
      await world.bridge();
      const root = await world.matrix.says('which **map** do we play tomorrow?\nI vote for dust');
      await world.discord.waitFor('which');
      await world.matrix.says(inThread(root, 'nuke'));
      await expect.poll(() => channel.threads.length).toBe(1);
      const [thread] = channel.threads;
      expect(thread?.state.name).toBe('which **map** do we play tomorrow? / I vote for dust');
      expect(thread?.id).toBe(channel.messages[0]?.id);
      await reads(thread ?? { id: '' }, 'nuke');
      bob.member.says(thread ?? { id: '' }, 'dust');
      expect(relation((await world.matrix.waitFor('Bob (Discord): dust')).content)).toMatchObject({ event_id: root });
      await alpha.chat.waitFor((line) => /^Bob@bridge: \[which \*\*map\*\* do we play tomorrow\?.*…\] dust$/.test(line));
    });

    test('a thread that a member starts on what a player said, and one that Carol starts', async () => {
      await world.bridge();
      const gordon = await alpha.join('Gordon');
      await gordon.says('need help at the gate');
      const shown = await world.matrix.waitFor('need help');
      await world.discord.waitFor('need help');
      const [line] = channel.messages;
      const thread = channel.startThread(line ?? { id: '' }, 'Gate', bob.member);
      bob.member.says(thread, 'on my way');
      expect(relation((await world.matrix.waitFor('on my way')).content)).toMatchObject({ event_id: shown.id });
      await gordon.says('thanks');
      const thanks = await world.matrix.waitFor('thanks');
      await world.discord.waitFor('thanks');
      await world.matrix.says(inThread(thanks.id, 'who was it?'));
      await expect.poll(() => channel.threads.length).toBe(2);
      const other = channel.threads[1];
      expect(other?.id).toBe(channel.messages.at(-1)?.id);
      await reads(other ?? { id: '' }, 'who was it?');
    });

    test('a thread on what nobody else saw hangs on a notice with its name, also after a restart', async () => {
      const old = channel.startThread(bob.member.says(channel, 'long ago'), 'Old @everyone', bob.member);
      const first = await world.bridge();
      bob.member.says(old, 'first');
      const notice = await world.matrix.waitFor('Thread: Old @everyone');
      expect(notice).toMatchObject({ msgtype: 'm.notice', mentions: {} });
      expect(relation((await world.matrix.waitFor('first')).content)).toMatchObject({ event_id: notice.id });
      await first.stop();
      await world.bridge();
      bob.member.says(old, 'two');
      expect(relation((await world.matrix.waitFor('two')).content)).toMatchObject({ event_id: notice.id });
      await world.matrix.says(inThread(notice.id, 'three'));
      await reads(old, 'three');
      await alpha.chat.waitFor((line) => line === 'Carol@bridge: [Old @everyone] three');
      expect((await world.matrix.standing()).filter(({ body }) => body.startsWith('Thread'))).toHaveLength(1);
    });

    test('what was said in threads while the bridge was away is heard then, after what it hangs on', async () => {
      const first = await world.bridge();
      const old = channel.startThread(bob.member.says(channel, 'old'), 'Old', bob.member);
      bob.member.says(old, 'before');
      await world.matrix.waitFor('before');
      const gone = bob.member.says(old, 'to be deleted');
      const wrong = bob.member.says(old, 'wrong');
      await world.matrix.waitFor('wrong');
      await first.stop();
      bob.member.says(old, 'in the old one');
      bob.member.deletes(gone);
      bob.member.edits(wrong, 'right');
      const fresh = channel.startThread(bob.member.says(channel, 'fresh'), 'Fresh', bob.member);
      bob.member.says(fresh, 'in the fresh one');
      fresh.archive();
      await world.bridge();
      const answers = [await world.matrix.waitFor('in the old one'), await world.matrix.waitFor('in the fresh one')];
      await world.matrix.waitFor('right');
      const bodies = () => world.matrix.standing().then((all) => all.map(({ body }) => body));
      await expect.poll(bodies).not.toContain('Bob (Discord): to be deleted');
      const standing = await world.matrix.standing();
      const idOf = (words: string) => standing.find(({ body }) => body === `Bob (Discord): ${words}`)?.id;
      expect(answers.map(({ content }) => relation(content))).toMatchObject([
        { event_id: idOf('old') },
        { event_id: idOf('fresh') },
      ]);
      expect(standing.map(({ body }) => body)).not.toContain('Thread: Fresh');
    });

    test('where the bot may not start threads, the channel shows what belongs to which, and the operator knows', async () => {
      const { guild } = channel.state;
      for (const role of guild.roles.values()) role.permissions &= ~(1n << 35n);
      await world.bridge();
      const root = await world.matrix.says('the rules');
      await world.discord.waitFor('the rules');
      await world.matrix.says(inThread(root, 'rule one'));
      const { text } = await world.discord.waitFor('rule one');
      expect(text).toBe('> **Thread**: the rules\nrule one');
      await world.matrix.says(inThread(root, 'rule two'));
      await world.discord.waitFor('rule two');
      const complaints = world.lines.filter((line) => line.includes('"level":50') && line.includes('Create Public Threads'));
      expect(complaints).toHaveLength(1);
      expect(channel.threads).toEqual([]);
    });

    test('two channels of Discord have the threads of each other', async () => {
      const other = world.discord.addChannel('elsewhere');
      const rooms = { discord: [channel.id, other.id], matrix: world.matrix.roomId };
      await world.bridge({ channels: [{ name: 'main', rooms }] });
      const thread = channel.startThread(bob.member.says(channel, 'the plan'), 'Plan', bob.member);
      bob.member.says(thread, 'at nine');
      await expect.poll(() => other.threads.length).toBe(1);
      const [twin] = other.threads;
      expect(twin?.id).toBe(other.messages[0]?.id);
      expect(twin?.state.name).toBe('Plan');
      bob.member.says(twin ?? { id: '' }, 'fine');
      await reads(thread, 'fine');
      const root = await world.matrix.waitFor('the plan');
      expect(relation((await world.matrix.waitFor('fine')).content)).toMatchObject({ event_id: root.id });
      await alpha.chat.waitFor((line) => line === 'Bob@bridge: [Plan] fine');
      expect([channel.threads.length, contents(channel).length, contents(other).length]).toEqual([1, 1, 1]);
    });

    test('hundreds of threads are kept apart', async () => {
      await world.bridge({ flood: { user_per_minute: 0, server_per_minute: 0 } });
      const threads = Array.from({ length: many }, (_, n) =>
        channel.startThread(bob.member.says(channel, `topic ${n}.`), `Topic ${n}`, bob.member),
      );
      for (const [n, thread] of threads.entries()) bob.member.says(thread, `about ${n}.`);
      await world.matrix.waitFor(`about ${many - 1}.`, 40_000);
      const standing = await world.matrix.standing();
      // In such a flood, topics are joined; what was joined is nothing to hang on.
      const isBeginning = (body: string, n: number) => body === `Bob (Discord): topic ${n}.` || body === `Thread: Topic ${n}`;
      for (const n of threads.keys()) {
        const begin = standing.filter(({ body }) => isBeginning(body, n));
        const about = standing.find(({ body }) => body === `Bob (Discord): about ${n}.`);
        expect(begin.map(({ id }) => id)).toContain((relation(about?.content ?? {}) as { event_id: string }).event_id);
      }
    });
  });
}
