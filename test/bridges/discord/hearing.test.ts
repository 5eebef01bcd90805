import { expect, it } from 'vitest';
import { Hearing } from '../../../bridges/discord/hearing.ts';

const message = (id: number, channelId = 'a') => ({ id: `${id}`, channelId });
function listen(): { hearing: Hearing<ReturnType<typeof message>>; heard: string[] } {
  const heard: string[] = [];
  return { heard, hearing: new Hearing(({ id, channelId }) => heard.push(`${channelId}${id}`)) };
}

it('passes each message on once', () => {
  const { hearing, heard } = listen();
  hearing.heardUpTo('a', '8');
  for (const id of [7, 8, 9, 9, 10]) hearing.hear(message(id));
  expect(heard).toEqual(['a9', 'a10']);
});

it('puts what was missed before what came meanwhile', async () => {
  const { hearing, heard } = listen();
  hearing.heardUpTo('a', '8');
  hearing.heardUpTo('b', undefined);
  hearing.hold();
  hearing.hear(message(12));
  const asked: string[] = [];
  await hearing.catchUp(async (room, after) => {
    asked.push(`${room}>${after}`);
    hearing.hear(message(13));
    return room === 'a' ? [message(12), message(10), message(9)] : [message(11, 'b')];
  });
  hearing.hear(message(14));
  expect(asked).toEqual(['a>8', 'b>0']);
  expect(heard).toEqual(['a9', 'a10', 'a12', 'b11', 'a13', 'a14']);
});

it('lets go of what it held back when nothing was missed', () => {
  const { hearing, heard } = listen();
  hearing.hold();
  hearing.hear(message(1));
  expect(heard).toEqual([]);
  hearing.release();
  expect(heard).toEqual(['a1']);
});

it('keeps the order over a second break while it still fetches what the first one hid', async () => {
  const { hearing, heard } = listen();
  hearing.heardUpTo('a', '8');
  hearing.hold();
  let answer = (_: ReturnType<typeof message>[]) => {};
  const first = hearing.catchUp(
    () =>
      new Promise((resolve) => {
        answer = resolve;
      }),
  );
  hearing.hold();
  hearing.hear(message(12));
  hearing.release();
  hearing.hear(message(13));
  answer([message(9), message(10)]);
  await first;
  expect(heard).toEqual(['a9', 'a10', 'a12', 'a13']);
});

it('hears on when what was missed can not be fetched', async () => {
  const { hearing, heard } = listen();
  hearing.heardUpTo('a', '8');
  hearing.hold();
  hearing.hear(message(12));
  await expect(hearing.catchUp(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  hearing.hear(message(13));
  expect(heard).toEqual(['a12', 'a13']);
});
