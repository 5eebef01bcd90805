/** Files on the page: chosen, pasted and dropped; on their way; sent; seen. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { startPlace } from '../support/webchat-place.ts';
import { chromiumPath, enter, isSent, launch, openWindow, picture, say, seriousFaults, startBridge } from './stage.ts';

/** A picture of these sides in one color, as the page's browser draws it. */
async function pictureFile(page: Page, name: string, width = 320, height = 200) {
  const base64 = await page.evaluate(
    async ({ width, height }) => {
      type Canvas = { getContext(kind: '2d'): Painter; toDataURL(): string };
      type Painter = { fillStyle: string; fillRect(x: number, y: number, w: number, h: number): void };
      const { document } = globalThis as unknown as { document: { createElement(tag: string): Canvas } };
      const canvas = Object.assign(document.createElement('canvas'), { width, height });
      const painter = canvas.getContext('2d');
      for (const [index, color] of ['#3b6ea5', '#e07a5f', '#81b29a', '#f2cc8f'].entries()) {
        painter.fillStyle = color;
        painter.fillRect((index * width) / 4, 0, width / 4, height);
      }
      return canvas.toDataURL().split(',')[1] ?? '';
    },
    { width, height },
  );
  return { name, mimeType: 'image/png', buffer: Buffer.from(base64, 'base64') };
}

/** Lets an event with a file come to an element, as the browser does for a file of the system. */
async function bring(page: Page, kind: 'paste' | 'drop', name: string, base64: string): Promise<void> {
  await page.locator(kind === 'paste' ? '#message' : 'main').evaluate(
    (element, { kind, name, base64 }) => {
      // biome-ignore lint/suspicious/noExplicitAny: what a browser has, which this file knows nothing of.
      const browser = globalThis as any;
      const bytes = Uint8Array.from(browser.atob(base64), (sign: string) => sign.charCodeAt(0));
      const data = new browser.DataTransfer();
      data.items.add(new browser.File([bytes], name, { type: 'image/png' }));
      const common = { bubbles: true, cancelable: true };
      if (kind === 'paste') element.dispatchEvent(new browser.ClipboardEvent('paste', { ...common, clipboardData: data }));
      else
        for (const type of ['dragenter', 'dragover', 'drop'])
          element.dispatchEvent(new browser.DragEvent(type, { ...common, dataTransfer: data }));
    },
    { kind, name, base64 },
  );
}

describe.skipIf(chromiumPath === undefined)('in Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.close());

  /** Two people on a page where everybody may send files. */
  async function twoPages(uploads: Record<string, unknown> = {}, options: Parameters<typeof openWindow>[2] = {}) {
    const { alpha, raw } = await startPlace();
    const adapters = { webchat: { guests: true, uploads: { from: 'everybody', ...uploads } } };
    const bridge = await startBridge({ ...raw, adapters });
    onTestFinished(() => bridge.stop());
    const [page, other] = [await openWindow(browser, bridge.url, options), await openWindow(browser, bridge.url)];
    await enter(page, 'Robin');
    await enter(other, 'Kim');
    return { alpha, page, other, url: bridge.url };
  }

  const ready = (page: Page, count: number) =>
    expect.poll(() => page.locator('.tray-state', { hasText: 'Ready' }).count(), { timeout: 20_000 }).toBe(count);

  test('files are chosen, pasted and dropped, described, taken out again, sent, and seen by others', async () => {
    const { alpha, page, other } = await twoPages({}, { bypassCSP: true });
    const gordon = await alpha.join('Gordon');
    for (let line = 1; line <= 16; line++) await gordon.says(`line ${line}`);
    const file = await pictureFile(page, 'base.png');
    await page.locator('input[type="file"]').setInputFiles([file, { ...file, name: 'other.png' }]);
    await ready(page, 2);
    await bring(page, 'paste', 'pasted.png', file.buffer.toString('base64'));
    await ready(page, 3);
    await bring(page, 'drop', 'dropped.png', file.buffer.toString('base64'));
    await ready(page, 4);
    await page.locator('input[type="file"]').setInputFiles([{ ...file, name: 'one too many.png' }]);
    await page.getByRole('alert').filter({ hasText: 'A message has at most 4 files.' }).waitFor();
    await picture(page, 'tray');
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByLabel('What is to be seen in base.png').fill('My base, from above');
    await page.locator('.tray-item', { hasText: 'other.png' }).getByLabel('Spoiler').check();
    await page.getByRole('button', { name: 'Take out dropped.png' }).click();
    expect(await page.locator('.tray-item').count()).toBe(3);
    await say(page, 'look at this');
    const mine = other.locator('.message', { hasText: 'look at this' });
    const shown = mine.getByRole('img', { name: 'My base, from above' });
    await shown.waitFor();
    await expect.poll(() => shown.evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth)).toBe(320);
    // Who reads at the end still does when the pictures have come and the field is small again.
    for (const one of [page, other]) await expect.poll(() => one.locator('.to-end').isVisible()).toBe(false);
    await mine.getByRole('button', { name: 'Spoiler: show the picture' }).click();
    await mine.getByRole('img', { name: 'other.png' }).waitFor();
    await picture(other, 'files');
    await isSent(page);
    expect(await page.locator('.tray-item').count()).toBe(0);
    await alpha.chat.waitFor((line) => line.startsWith('Robin@bridge: look at this') && line.includes('base.png'));
    await page.locator('.message', { hasText: 'look at this' }).hover();
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await other.locator('.gone').waitFor();
    expect(await other.locator('.picture').count()).toBe(0);
  });

  test('a file that is added while a message is under way goes with the next one', async () => {
    const { page, other } = await twoPages();
    let goOn = () => {};
    const held = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    await page.route('**/say', async (route) => {
      await held;
      await route.continue();
    });
    const file = await pictureFile(page, 'first.png');
    await page.locator('input[type="file"]').setInputFiles([file]);
    await ready(page, 1);
    const begun = page.waitForRequest('**/say');
    await say(page, 'one picture');
    await begun;
    await page.locator('input[type="file"]').setInputFiles([{ ...file, name: 'second.png' }]);
    await ready(page, 2);
    goOn();
    await isSent(page);
    expect(await page.locator('.tray-item').count()).toBe(1);
    await say(page, 'another picture');
    await other.locator('.message', { hasText: 'another picture' }).getByRole('img', { name: 'second.png' }).waitFor();
  });

  test('a file alone is a message; one that is too large is said to be so; an HTML file stays one', async () => {
    const { page, other, url } = await twoPages({ max_mb: 0.1 });
    const html = { name: 'page.html', mimeType: 'text/html', buffer: Buffer.from('<script>parent.__ran=1</script>') };
    await page.locator('input[type="file"]').setInputFiles([{ ...html, buffer: Buffer.alloc(200_000) }]);
    await page.getByRole('alert').filter({ hasText: 'page.html is too large: a file may have at most 0.1 MB.' }).waitFor();
    await page.locator('input[type="file"]').setInputFiles([html]);
    await ready(page, 1);
    await page.getByRole('button', { name: 'Send' }).click();
    const link = other.getByRole('link', { name: 'page.html' });
    await link.waitFor();
    const answer = await other.request.get(new URL((await link.getAttribute('href')) ?? '', url).href);
    expect(answer.headers()).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-disposition': expect.stringMatching(/^attachment/),
    });
  });

  test('where guests may send no files, there is no button, and what is dropped is said to be unwanted', async () => {
    const { raw } = await startPlace();
    const bridge = await startBridge(raw);
    onTestFinished(() => bridge.stop());
    const page = await openWindow(browser, bridge.url);
    await enter(page, 'Robin');
    expect(await page.getByRole('button', { name: 'Add files' }).count()).toBe(0);
    await bring(page, 'drop', 'x.png', 'AAAA');
    await page.getByRole('alert').filter({ hasText: 'You may not send files here.' }).waitFor();
  });

  test('on a phone, a file can be added and sent', async () => {
    const phone = { viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true, colorScheme: 'dark' as const };
    const { page, other } = await twoPages({}, phone);
    const chooser = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'Add files' }).tap();
    await (await chooser).setFiles([await pictureFile(page, 'phone.png', 300, 400)]);
    await ready(page, 1);
    await picture(page, 'phone-tray');
    await page.getByRole('button', { name: 'Send' }).tap();
    await other.getByRole('img', { name: 'phone.png' }).waitFor();
    await page.getByRole('img', { name: 'phone.png' }).waitFor();
    await picture(page, 'phone-files');
    expect(await page.locator('html').evaluate((html) => html.scrollWidth)).toBeLessThanOrEqual(360);
  });
});
