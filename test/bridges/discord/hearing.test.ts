import { expect, it } from 'vitest';
import { Hearing } from '../../../bridges/discord/hearing.ts';

const message = (id: number, channelId = 'a') => ({ id: `${id}`, channelId });
function listen(): { hearing: Hearing<ReturnType<typeof message>>; heard: string[] } {
  const heard: string[] = [];
  return { heard, hearing: new Hearing(['a', 'b'], ({ id, channelId }) => heard.push(`${channelId}${id}`)) };
}

it('passes each message of its rooms on once', () => {
  const { hearing, heard } = listen();
  hearing.skipTo('a', '8');
  for (const id of [7, 8, 9, 9, 10]) hearing.hear(message(id));
  hearing.hear(message(11, 'elsewhere'));
  expect(heard).toEqual(['a9', 'a10']);
});

it('puts what was missed before what came meanwhile', async () => {
  const { hearing, heard } = listen();
  hearing.skipTo('a', '8');
  hearing.hold();
  hearing.hear(message(12));
  const asked: string[] = [];
  await hearing.catchUp(async (room, pass) => {
    asked.push(`${room}>${hearing.heardUpTo(room)}`);
    hearing.hear(message(13));
    pass(room === 'a' ? [message(10), message(9)] : [message(11, 'b')]);
    if (room === 'a') pass([message(12), message(11)]);
  });
  hearing.hear(message(14));
  expect(asked).toEqual(['a>8', 'b>0']);
  expect(heard).toEqual(['a9', 'a10', 'a11', 'a12', 'b11', 'a13', 'a14']);
});

it('lets go of what it held back when nothing was missed', () => {
  const { hearing, heard } = listen();
  hearing.hold();
  hearing.hear(message(1));
  hearing.afterwards('a', () => heard.push('changed'));
  expect(heard).toEqual([]);
  hearing.release();
  hearing.afterwards('a', () => heard.push('changed again'));
  expect(heard).toEqual(['a1', 'changed', 'changed again']);
});

it('lets no room wait for another one', async () => {
  const { hearing, heard } = listen();
  hearing.hold();
  void hearing.catchUp((room) => (room === 'a' ? new Promise(() => {}) : Promise.resolve()));
  await Promise.resolve();
  hearing.hear(message(1));
  hearing.hear(message(2, 'b'));
  await Promise.resolve();
  expect(heard).toEqual(['b2']);
});

it('begins a new room at its end, and before what it held back', () => {
  const { hearing, heard } = listen();
  hearing.hold();
  hearing.hear(message(5));
  hearing.skipTo('a', '6');
  hearing.skipTo('b', '6');
  hearing.hear(message(6));
  hearing.hear(message(6, 'b'));
  hearing.release();
  expect(heard).toEqual(['a5', 'a6']);
});

it('keeps the order over a second break while it still fetches what the first one hid', async () => {
  const { hearing, heard } = listen();
  hearing.skipTo('a', '8');
  hearing.hold();
  let answer = () => {};
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const first = hearing.catchUp(async (room, pass) => {
    await answered;
    if (room === 'a') pass([message(9), message(10)]);
  });
  hearing.hold();
  hearing.hear(message(12));
  hearing.release();
  hearing.hear(message(13));
  answer();
  await first;
  expect(heard).toEqual(['a9', 'a10', 'a12', 'a13']);
});

it('hears a thread after what was said in its room before, also one that begins during a break', async () => {
  const { hearing, heard } = listen();
  hearing.hold();
  hearing.hear(message(1));
  const caughtUp = hearing.catchUp(async (room, pass) => {
    if (room === 'a') pass([message(1)]);
  });
  hearing.follow('thread');
  hearing.hear(message(2, 'thread'), 'a');
  hearing.afterwards('thread', () => heard.push('changed'), 'a');
  expect(heard).toEqual(['a1']);
  await caughtUp;
  expect(heard).toEqual(['a1', 'thread2', 'changed']);
  hearing.hear(message(3, 'thread'), 'a');
  expect(heard.at(-1)).toBe('thread3');
});

it('holds back a thread that is met between a break and the catching up', async () => {
  const { hearing, heard } = listen();
  hearing.hold();
  hearing.follow('thread', '4');
  hearing.hear(message(9, 'thread'), 'a');
  await hearing.catchUp(async (room, pass) => {
    if (room === 'thread') pass([message(5, 'thread'), message(9, 'thread')]);
  });
  expect(heard).toEqual(['thread5', 'thread9']);
  hearing.forget('thread');
  hearing.hear(message(10, 'thread'), 'a');
  expect(heard).toHaveLength(2);
});
