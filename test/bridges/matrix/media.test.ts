/** Files through the Matrix adapter: the stories, and what only a stand-in does on demand. */
import { expect, onTestFinished, test } from 'vitest';
import { DeliveryError } from '../../../src/adapter.ts';
import { MatrixDouble } from '../../doubles/matrix/index.ts';
import { TestAttempt } from '../../support/attempt.ts';
import { shelf, shelved, testMedia } from '../../support/media.ts';
import { openDouble } from './double.ts';
import { mediaStories } from './media-stories.ts';
import { nextAttempt, Stage, said, send } from './stage.ts';

mediaStories(async () => {
  const { matrix, site } = await openDouble();
  onTestFinished(() => expect(matrix.violations).toEqual([]));
  return site;
});

const cat = shelved('cat', { name: 'cat.png', mimeType: 'image/png', url: 'https://bridge.example/media/x' });

/** A room with a bridge in it. */
async function scene(uploadLimit?: number) {
  const matrix = await MatrixDouble.start(uploadLimit === undefined ? {} : { uploadLimit });
  const account = (name: string) => Promise.resolve(matrix.addUser(name));
  const stage = await Stage.open({ url: matrix.url, hasRoomSummaries: true, account, close: () => matrix.stop() });
  onTestFinished(() => stage.close());
  const carol = await stage.person('carol');
  const room = await carol.client.createRoom({ preset: 'public_chat' });
  const media = testMedia({ shelf: shelf({ cat: 'x'.repeat(100) }, 'image/png') });
  const bridge = await stage.started([room], { media });
  const shown = async () => (await carol.eyes.standing(room)).map(({ content, body }) => `${content['msgtype']} ${body}`);
  return { matrix, bridge, room, shown };
}

const inWords = 'm.text Alice (alpha): look\ncat.png (https://bridge.example/media/x) (image)';

test('what is larger than the homeserver takes is linked, and nothing that it would refuse is tried', async () => {
  const { matrix, bridge, room, shown } = await scene(99);
  await send(bridge, room, said('look', { attachments: [cat] }));
  expect(await shown()).toEqual([inWords]);
  expect(matrix.violations).toEqual([]);
  expect(matrix.requests.filter(({ path }) => path.endsWith('/upload'))).toEqual([]);
});

test('a homeserver that does not take a file gets the text', async () => {
  const { matrix, bridge, room, shown } = await scene();
  matrix.fail({ how: 'answer', method: 'POST', path: /upload/, status: 500, errcode: 'M_UNKNOWN', times: 2 });
  await send(bridge, room, said('look', { attachments: [cat] }));
  expect(await shown()).toEqual([inWords]);
  matrix.fail({ how: 'page', method: 'POST', path: /upload/, status: 413 });
  matrix.fail({ how: 'drop', method: 'POST', path: /upload/ });
  await send(bridge, room, said('again', { attachments: [cat] }));
  expect((await shown())[1]).toBe(inWords.replace('look', 'again'));
  matrix.fail({ how: 'drop', method: 'POST', path: /upload/ });
  await send(bridge, room, said('at last', { attachments: [cat] }));
  expect((await shown())[2]).toBe('m.image Alice (alpha): at last');
});

test('a homeserver that asks for a pause gets it, and then the file', async () => {
  const { matrix, bridge, room, shown } = await scene();
  matrix.fail({ how: 'answer', method: 'POST', path: /upload/, status: 429, errcode: 'M_LIMIT_EXCEEDED', retryAfter: 1_234 });
  const attempt = new TestAttempt();
  const message = said('look', { attachments: [cat] });
  const fault = await send(bridge, room, message, attempt).catch((error: unknown) => error);
  expect(fault).toBeInstanceOf(DeliveryError);
  expect(fault).toMatchObject({ passing: true, retryAfter: 1_234 });
  expect(attempt.doubtful).toBe(false);
  await send(bridge, room, message, nextAttempt(attempt));
  expect(await shown()).toEqual(['m.image Alice (alpha): look']);
});

test('nobody waits for a picture in the text', async () => {
  const { matrix, bridge, room, shown } = await scene();
  matrix.fail({ how: 'answer', method: 'POST', path: /upload/, status: 429, errcode: 'M_LIMIT_EXCEEDED', retryAfter: 60_000 });
  const place = { kind: 'room', adapter: 'shelf', room: '1' } as never;
  const body = [{ type: 'emoji', name: 'cat', url: 'cat' }] as const;
  await send(bridge, room, said('', { place, body }));
  expect(await shown()).toEqual(['m.text Alice (alpha): :cat:']);
});

test('a picture whose answer never came is found again, and not uploaded and shown twice', async () => {
  const { matrix, bridge, room, shown } = await scene();
  matrix.fail({ how: 'drop after', method: 'PUT', path: /send/ });
  const attempt = new TestAttempt();
  const message = said('look', { attachments: [cat, cat] });
  await expect(send(bridge, room, message, attempt)).rejects.toThrow(DeliveryError);
  expect(attempt.doubtful).toBe(true);
  matrix.forgetTransactions();
  await send(bridge, room, message, nextAttempt(attempt));
  expect(await shown()).toEqual(['m.image Alice (alpha): look', 'm.image Alice (alpha)']);
  expect(matrix.requests.filter(({ path }) => path.endsWith('/upload'))).toHaveLength(1);
});

test('a homeserver from before specification 1.11 is asked in the old way', async () => {
  const { matrix, bridge } = await scene();
  for (const path of [/v1\/media\/download/, /v1\/media\/download/])
    matrix.fail({ how: 'answer', path, status: 404, errcode: 'M_UNRECOGNIZED' });
  const uri = 'mxc://hs.test/abc';
  expect(await bridge.adapter.openMedia?.(uri, new AbortController().signal)).toBeUndefined();
  expect(matrix.requests.filter(({ path }) => path.includes('/download/')).map(({ path }) => path)).toEqual([
    '/_matrix/client/v1/media/download/hs.test/abc',
    '/_matrix/media/v3/download/hs.test/abc',
  ]);
});
