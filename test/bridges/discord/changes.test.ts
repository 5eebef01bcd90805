/** Edits and deletions of what players said. */
import { beforeEach, expect, it } from 'vitest';
import { edit, failure, restarted, type Scene, says, scene, send, takeBack } from './setup.ts';

const rewrite = 'PATCH /webhooks/:webhook/:token/messages/:message';
const retract = 'DELETE /webhooks/:webhook/:token/messages/:message';
const contents = ({ general }: Scene) => general.messages.map(({ content }) => content);
/** Fills so many messages. */
const parts = (count: number, letter = 'a') => letter.repeat(2_000 * count);

let made: Scene;
beforeEach(async () => {
  made = await scene();
});

it('gives a message another text in its place, and pings nobody', async () => {
  made.guild.setPermissions(made.guild.roleOf(made.bot), ['ManageWebhooks', 'MentionEveryone']);
  const message = says('one');
  await send(made, made.general, message);
  await send(made, made.general, says('two'));
  await edit(made, made.general, message, `uno @everyone ${made.alice.mention}`);
  expect(made.general.messages).toMatchObject([{ edited: true, author: 'Gordon [alpha]' }, { content: 'two' }]);
  expect(contents(made)[0]).toMatch(/^uno/);
  expect(made.alice.pings).toEqual([]);
  const { body } = await made.discord.waitForRequest(({ route }) => route === rewrite);
  expect(body).toMatchObject({ allowed_mentions: { parse: [] } });
  expect(made.discord.violations).toEqual([]);
});

it('says at the end what no longer fits, and takes away what is too much', async () => {
  const message = says(parts(2));
  await send(made, made.general, message);
  await send(made, made.general, says('between'));
  await edit(made, made.general, message, parts(3, 'b'), 'longer');
  expect(contents(made)).toEqual([parts(1, 'b'), parts(1, 'b'), 'between', parts(1, 'b')]);
  await edit(made, made.general, message, 'short', 'shorter');
  expect(contents(made)).toEqual(['short', 'between']);
  await takeBack(made, made.general, message);
  expect(contents(made)).toEqual(['between']);
});

it.each([false, true])(
  'loses nothing of a text that becomes shorter and longer again; after a restart: %s',
  async (isRestarted) => {
    const message = says(parts(3));
    await send(made, made.general, message);
    await edit(made, made.general, message, 'short', 'shorter');
    await send(made, made.general, says('between'));
    if (isRestarted) made = await restarted(made);
    await edit(made, made.general, message, parts(3, 'b'), 'longer');
    expect(contents(made)).toEqual([parts(1, 'b'), 'between', parts(1, 'b'), parts(1, 'b')]);
    await edit(made, made.general, message, parts(2, 'c'), 'shorter again');
    expect(contents(made)).toEqual([parts(1, 'c'), 'between', parts(1, 'c')]);
    await takeBack(made, made.general, message);
    expect(contents(made)).toEqual(['between']);
  },
);

it('shows again what was edited to nothing that can be seen', async () => {
  const message = says('one');
  await send(made, made.general, message);
  await edit(made, made.general, message, '\u202e', 'nothing');
  expect(contents(made)).toEqual([]);
  await edit(made, made.general, message, 'two', 'something');
  expect(contents(made)).toEqual(['two']);
});

it('takes away what is too much though that was interrupted, and what a moderator deleted does not come again', async () => {
  const message = says(parts(4));
  await send(made, made.general, message);
  const [, second] = made.general.messages;
  if (second !== undefined) made.alice.deletes(second);
  made.discord.faults.next(1, { stored: true, answer: 'reset' }, retract);
  expect(await failure(edit(made, made.general, message, parts(2, 'b'), 'shorter'))).toMatchObject({ passing: true });
  made = await restarted(made);
  await edit(made, made.general, message, parts(2, 'b'), 'shorter');
  expect(contents(made)).toEqual([parts(1, 'b')]);
  await edit(made, made.general, message, parts(3, 'c'), 'longer');
  expect(contents(made)).toEqual([parts(1, 'c'), parts(1, 'c')]);
});

it('goes on with an edit that was interrupted, and adds nothing twice', async () => {
  const message = says('short');
  await send(made, made.general, message);
  for (const stored of [true, false]) {
    made.discord.faults.next(1, { stored, answer: 'reset' }, rewrite);
    expect(await failure(edit(made, made.general, message, parts(3, 'b')))).toMatchObject({ passing: true });
    made.discord.faults.next(1, { stored, answer: 'reset' }, 'POST /webhooks/:webhook/:token');
    expect(await failure(edit(made, made.general, message, parts(3, 'b')))).toMatchObject({ passing: true });
    made = await restarted(made);
  }
  await edit(made, made.general, message, parts(3, 'b'));
  expect(contents(made)).toEqual([parts(1, 'b'), parts(1, 'b'), parts(1, 'b')]);
});

it('takes back all parts, also a second time', async () => {
  const message = says(parts(3));
  await send(made, made.general, message);
  made.discord.faults.next(1, { stored: true, answer: 'reset' }, retract);
  expect(await failure(takeBack(made, made.general, message))).toMatchObject({ passing: true });
  await takeBack(made, made.general, message);
  await takeBack(made, made.general, message);
  expect(contents(made)).toEqual([]);
});

it('does not mind that somebody deleted a part, and does not bring it back', async () => {
  const message = says(parts(2));
  await send(made, made.general, message);
  const [first] = made.general.messages;
  if (first !== undefined) made.alice.deletes(first);
  await edit(made, made.general, message, parts(2, 'b'));
  expect(contents(made)).toEqual([parts(1, 'b')]);
  await takeBack(made, made.general, message);
  expect(contents(made)).toEqual([]);
});

it('works in threads', async () => {
  const thread = made.general.addThread('side', made.alice);
  const message = says('one');
  await send(made, thread, message);
  await edit(made, thread, message, 'two');
  expect(thread.messages).toMatchObject([{ content: 'two' }]);
  await takeBack(made, thread, message);
  expect(thread.messages).toEqual([]);
  expect(made.discord.violations).toEqual([]);
});

it('comes through many parts under the usual limits, also beyond what one window allows', async () => {
  const message = says(parts(7));
  await send(made, made.general, message);
  const perResource = { requests: 5, window: 500, per: 'resource' } as const;
  made.discord.limits = {
    global: 50,
    routes: [
      { ...perResource, routes: [rewrite] },
      { ...perResource, routes: [retract] },
    ],
  };
  await edit(made, made.general, message, parts(7, 'b'));
  expect(contents(made).join('')).toBe(parts(7, 'b'));
  await takeBack(made, made.general, message);
  expect(contents(made)).toEqual([]);
});

it('says why nobody can change what a deleted webhook wrote', async () => {
  const message = says('one');
  await send(made, made.general, message);
  for (const webhook of made.general.webhooks) made.general.deleteWebhook(webhook);
  const why = /#general in Guild was written through a webhook that has been deleted or moved since/;
  const changed = await failure(edit(made, made.general, message, 'two'));
  expect(changed).toMatchObject({ passing: false, message: expect.stringMatching(why) });
  const removed = await failure(takeBack(made, made.general, message));
  expect(removed).toMatchObject({ passing: false, message: expect.stringMatching(why) });
  expect(String(removed)).toContain('Manage Messages');
  made.guild.setPermissions(made.guild.roleOf(made.bot), ['ManageWebhooks', 'ManageMessages']);
  await takeBack(made, made.general, message);
  expect(contents(made)).toEqual([]);
});

it.each([{ status: 500 }, { status: 429, retryAfter: 60 }, 'hang'] as const)('tries again after %j', async (answer) => {
  const message = says('one');
  await send(made, made.general, message);
  made.discord.faults.next(1, { stored: false, answer }, rewrite);
  made.discord.faults.next(1, { stored: false, answer }, retract);
  const signal = AbortSignal.timeout(answer === 'hang' ? 1_000 : 20_000);
  const [changed, removed] = await Promise.all([
    failure(edit(made, made.general, message, 'two', 'edit', signal)),
    failure(takeBack(made, made.general, message, signal)),
  ]);
  expect(changed).toMatchObject({ name: 'DeliveryError', passing: true });
  expect(removed).toMatchObject({ name: 'DeliveryError', passing: true });
});
