/** The page without a mouse, without eyes, on a phone, in the dark. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { startPlace } from '../support/webchat-place.ts';
import { chromiumPath, enter, isSent, launch, openWindow, picture, say, seriousFaults, startBridge } from './stage.ts';

describe.skipIf(chromiumPath === undefined)('in Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.close());

  /** A page with all that can stand in it. */
  async function fullPage(
    options: Parameters<typeof openWindow>[2],
    place?: Awaited<ReturnType<typeof startPlace>>,
  ): Promise<Page> {
    const { alpha, raw } = place ?? (await startPlace());
    const bridge = await startBridge(raw);
    onTestFinished(() => bridge.stop());
    const page = await openWindow(browser, bridge.url, options);
    await enter(page, 'Robin');
    const gordon = await alpha.join('Gordon Freeman', { steamid64: '76561198000000001' });
    await alpha.publish('state/alpha/map', 'gm_construct', { retain: true });
    for (const line of ['hello', 'anybody here?', `a word of an awkward length: ${'a'.repeat(120)}`]) await gordon.says(line);
    await page.locator('.message', { hasText: 'awkward' }).waitFor();
    await say(page, 'hi');
    await say(page, '/help');
    await page.locator('.note').first().waitFor();
    return page;
  }

  test.each([
    ['light', 1180],
    ['dark', 1180],
    ['light', 360],
    ['dark', 360],
  ] as const)('nothing serious is found in %s at %i pixels', async (colorScheme, width) => {
    const page = await fullPage({ colorScheme, viewport: { width, height: 720 }, bypassCSP: true });
    await picture(page, `${colorScheme}-${width}`);
    expect(await seriousFaults(page)).toEqual([]);
    expect(await page.locator('html').evaluate((html) => html.scrollWidth)).toBeLessThanOrEqual(width);
    await page.locator('.message .name').first().click();
    expect(await seriousFaults(page)).toEqual([]);
    await picture(page, `${colorScheme}-${width}-person`);
  });

  test('nothing serious is found at the door', async () => {
    const { raw } = await startPlace();
    const bridge = await startBridge({ ...raw, adapters: { webchat: { guests: true, steam: { api_key: 'x' } } } });
    onTestFinished(() => bridge.stop());
    const page = await openWindow(browser, bridge.url, { bypassCSP: true });
    await page.getByLabel('Your nickname').fill('Admin');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').filter({ hasText: 'as if you ran this place' }).waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await picture(page, 'door-fault');
  });

  test('on a phone, the list of players opens and closes, and what one does fits', async () => {
    const page = await fullPage({ viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true });
    const list = page.getByRole('complementary', { name: 'Servers and players' });
    expect(await list.isVisible()).toBe(false);
    await page.getByRole('button', { name: '1 player' }).tap();
    await list.getByRole('button', { name: 'Gordon Freeman' }).tap();
    await picture(page, 'phone-person');
    await page.getByRole('dialog').getByRole('button', { name: 'Whisper' }).tap();
    expect(await list.isVisible()).toBe(false);
    await page.getByText('Whispering to Gordon Freeman').waitFor();
    await picture(page, 'phone-whisper');
    await page.locator('.message', { hasText: 'anybody here?' }).tap();
    await page.getByRole('button', { name: 'Answer', exact: true }).tap();
    await page.getByText('Answering Gordon Freeman').waitFor();
  });

  test('everything can be done by key', async () => {
    const place = await startPlace();
    const page = await fullPage({}, place);
    const press = async (...keys: string[]) => {
      for (const key of keys) await page.keyboard.press(key);
    };
    const focused = () =>
      page.locator(':focus').evaluateAll(([one]) => one?.getAttribute('aria-label') ?? one?.textContent ?? '');
    // From the field back into the messages, to the last one but two.
    await page.getByLabel('Message', { exact: true }).focus();
    await press('Shift+Tab');
    for (let tries = 0; tries < 12 && (await page.locator('.item:focus').count()) === 0; tries++) await press('Shift+Tab');
    await press('Home', 'ArrowDown');
    expect(await focused()).toContain('anybody here?');
    for (let tries = 0; tries < 6 && (await focused()) !== 'Answer'; tries++) await press('Tab');
    await press('Enter');
    await page.keyboard.type('I am');
    await press('Enter');
    await page.locator('.message .quote', { hasText: 'anybody here?' }).waitFor();
    // The own message again, and away with it.
    await isSent(page);
    await press('ArrowUp');
    await page.getByText('Editing your message').waitFor();
    await press('Escape');
    expect(await page.getByText('Editing your message').isVisible()).toBe(false);
    // A person: by their name in the list.
    await page.locator('.player .since').first().locator('xpath=..').focus();
    await press('Enter');
    await page.getByRole('dialog').waitFor();
    // The list is drawn anew meanwhile.
    await place.alpha.join('Alyx');
    await page.locator('.player', { hasText: 'Alyx' }).waitFor({ state: 'attached' });
    await press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await expect.poll(focused).toContain('Gordon Freeman');
  });

  test('a screen reader is told of what comes, and not of what was there', async () => {
    const page = await fullPage({});
    const log = page.getByRole('log', { name: 'Messages in main' });
    expect(await log.getAttribute('aria-busy')).toBe('false');
    expect(await page.getByRole('status').textContent()).toBe('Connected');
  });

  test('whoever wants no motion sees none', async () => {
    const page = await fullPage({ reducedMotion: 'reduce' });
    expect(
      await page
        .locator('.item')
        .first()
        .evaluate((element) => element.ownerDocument.defaultView?.getComputedStyle(element).transitionDuration),
    ).toBe('0s');
  });
});
