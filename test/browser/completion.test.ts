/** What can be typed next: commands, their values, and names. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { startPlace } from '../support/webchat-place.ts';
import { chromiumPath, enter, isSent, launch, openWindow, picture, seriousFaults, startBridge } from './stage.ts';

describe.skipIf(chromiumPath === undefined)('in Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.close());

  async function openPage(options: Parameters<typeof openWindow>[2]) {
    const { alpha, raw } = await startPlace();
    const bridge = await startBridge(raw);
    onTestFinished(() => bridge.stop());
    const page = await openWindow(browser, bridge.url, options);
    await enter(page, 'Robin');
    const gordon = await alpha.join('Gordon Freeman', { steamid64: '76561198000000001' });
    await alpha.join('Alyx');
    await gordon.says('hello');
    await page.locator('.message', { hasText: 'hello' }).waitFor();
    await page.locator('.player', { hasText: 'Alyx' }).waitFor({ state: 'attached' });
    return { page, field: page.locator('#message'), list: page.getByRole('listbox') };
  }

  test('by key: a slash lists the commands, then whom they are about; an at sign lists names; Enter sends what is complete', async () => {
    const { page, field, list } = await openPage({ bypassCSP: true });
    await field.pressSequentially('/');
    await list.getByRole('option', { name: '/pm <player> <text>' }).waitFor();
    // What only moderators may do is not there.
    expect(await list.getByRole('option', { name: '/kick' }).count()).toBe(0);
    await picture(page, 'completion');
    expect(await seriousFaults(page)).toEqual([]);
    await field.pressSequentially('p');
    await expect.poll(() => list.getByRole('option').allTextContents()).toHaveLength(3);
    expect(await field.getAttribute('aria-expanded')).toBe('true');
    const active = () => field.getAttribute('aria-activedescendant');
    const first = await active();
    await page.keyboard.press('ArrowDown');
    expect(await active()).not.toBe(first);
    await page.keyboard.press('ArrowUp');
    await field.pressSequentially('m');
    await expect.poll(() => list.getByRole('option').allTextContents()).toHaveLength(1);
    await page.keyboard.press('Tab');
    expect(await field.inputValue()).toBe('/pm ');
    await list.getByRole('option', { name: 'gordon freeman (alpha)' }).waitFor();
    await field.pressSequentially('gor');
    await expect.poll(() => list.getByRole('option').allTextContents()).toHaveLength(1);
    await page.keyboard.press('Enter');
    expect(await field.inputValue()).toBe('/pm 76561198000000001 ');
    await list.waitFor({ state: 'hidden' });
    expect(await field.getAttribute('role')).toBeNull();
    await field.pressSequentially('psst');
    await page.keyboard.press('Enter');
    await page.locator('.note', { hasText: 'Whispered to Gordon Freeman' }).waitFor();
    await isSent(page);
    await field.pressSequentially('hello @go');
    await list.getByRole('option', { name: 'Gordon Freeman' }).waitFor();
    await page.keyboard.press('Escape');
    await list.waitFor({ state: 'hidden' });
    expect(await field.inputValue()).toBe('hello @go');
    await field.pressSequentially('r');
    await list.getByRole('option', { name: 'Gordon Freeman' }).waitFor();
    await page.keyboard.press('Enter');
    expect(await field.inputValue()).toBe('hello @Gordon Freeman ');
    await page.keyboard.press('Enter');
    await page.locator('.message', { hasText: 'hello @Gordon Freeman' }).waitFor();
  });

  test('on a phone, what is wanted is tapped', async () => {
    const { page, field, list } = await openPage({ viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true });
    await field.tap();
    await field.pressSequentially('/whois ');
    await list.getByRole('option', { name: 'alyx (alpha)' }).waitFor();
    await picture(page, 'phone-completion');
    await list.getByRole('option', { name: 'alyx (alpha)' }).tap();
    expect(await field.inputValue()).toMatch(/^\/whois alpha\/\d+ $/);
    expect(await field.evaluate((element) => element === element.ownerDocument.activeElement)).toBe(true);
  });
});
