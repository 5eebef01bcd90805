/** The gateway breaks in every way that Discord documents, and nobody misses a word. */
import { describe, expect, it } from 'vitest';
import { words } from '../../support/host.ts';
import { connected, letIdentifyAgain, restarted, type Scene } from './setup.ts';

const heard = ({ host }: Scene) => host.messages.all.map(({ body }) => words(body));
/** Says, changes and takes back while nobody listens, and then once more; waits until all of it was heard. */
async function talkDuring(made: Scene, trouble: () => void, back: 'resumed' | 'identified'): Promise<void> {
  const { discord, general, alice, host } = made;
  const [kept, gone] = ['kept', 'gone'].map((text) => alice.says(general, text));
  await host.waitForMessage('gone');
  const times = discord.gateway.steps.filter(({ step }) => step === back).length + 1;
  expect(made.adapter.connection).toEqual({ lost: undefined, made: 1 });
  trouble();
  for (let n = 0; n < 5; n++) alice.says(general, `meanwhile ${n}`);
  if (kept) alice.edits(kept, 'changed');
  if (gone) alice.deletes(gone);
  if (back === 'identified') letIdentifyAgain();
  await discord.waitForGateway(back, times);
  alice.says(general, 'after');
  await host.waitForMessage('after');
  await host.edits.waitFor(() => true);
  await host.removals.waitFor(() => true);
  const meanwhile = Array.from({ length: 5 }, (_, n) => `meanwhile ${n}`);
  expect(heard(made)).toEqual(['kept', 'gone', ...meanwhile, 'after']);
  expect(host.edits.all.map(({ message }) => words(message.body))).toEqual(['changed']);
  expect(host.removals.all.map(({ target }) => target)).toEqual([`discord/${general.id}/${gone?.id}`]);
}

it.each([4000, 4001, 4002])('after a close with %i the session is resumed', async (code) => {
  const made = await connected();
  await talkDuring(made, () => made.discord.gateway.close(code), 'resumed');
});

it.each([4003, 4005, 4007, 4008, 4009, 1000, 1001])('after a close with %i a new session begins', async (code) => {
  const made = await connected();
  await talkDuring(made, () => made.discord.gateway.close(code), 'identified');
});

it('a cut connection is resumed', async () => {
  const made = await connected();
  await talkDuring(made, () => made.discord.gateway.drop(), 'resumed');
  expect(made.adapter.connection).toEqual({ lost: undefined, made: 2 });
});

it('a request to reconnect is followed', async () => {
  const made = await connected();
  await talkDuring(made, () => made.discord.gateway.askToReconnect(), 'resumed');
});

it('a resume that is refused leads to a new session', async () => {
  const made = await connected();
  const trouble = () => {
    made.discord.gateway.forgetSessions();
    made.discord.gateway.drop();
  };
  await talkDuring(made, trouble, 'identified');
});

it('an invalid session that may be resumed is resumed', async () => {
  const made = await connected();
  await talkDuring(made, () => made.discord.gateway.invalidate(true), 'resumed');
});

it('an invalid session that may not be resumed is replaced', async () => {
  const made = await connected();
  await talkDuring(made, () => made.discord.gateway.invalidate(false), 'identified');
});

it('a break during the fetch that another break called for is no harm', async () => {
  const made = await connected();
  const { discord, general, alice, host } = made;
  alice.says(general, 'before');
  await host.waitForMessage('before');
  const fetch = 'GET /channels/:channel/messages';
  // discord.js asks four times at once; the bridge waits a while before it asks again.
  discord.faults.next(4, { stored: false, answer: { status: 502 } }, fetch);
  discord.gateway.forgetSessions();
  discord.gateway.drop();
  alice.says(general, 'meanwhile 1');
  letIdentifyAgain();
  await discord.until(() => discord.requests.filter(({ status }) => status === 502).length === 4);
  discord.gateway.drop();
  alice.says(general, 'meanwhile 2');
  await discord.waitForGateway('resumed');
  alice.says(general, 'after');
  await host.waitForMessage('after');
  expect(heard(made)).toEqual(['before', 'meanwhile 1', 'meanwhile 2', 'after']);
});

describe.each([
  [4004, /refuses the token/],
  [4010, /for good \(close code 4010\)/],
  [4011, /for good \(close code 4011\)/],
  [4012, /for good \(close code 4012\)/],
  [4013, /for good \(close code 4013\)/],
  [4014, /"Message Content Intent" and "Server Members Intent"/],
])('a close with %i is for good', (code, reason) => {
  it('which is said, and what was said then is heard after the next start', async () => {
    const made = await connected();
    const { discord, general, alice, host } = made;
    alice.says(general, 'before');
    await host.waitForMessage('before');
    discord.gateway.close(code);
    await host.lines.waitFor((line) => reason.test(JSON.parse(line).msg));
    expect(made.adapter.fault).toMatch(reason);
    alice.says(general, 'meanwhile');
    const again = await restarted(made);
    await again.host.waitForMessage('meanwhile');
    expect(heard(made)).toEqual(['before']);
    expect(heard(again)).toEqual(['meanwhile']);
  });
});
