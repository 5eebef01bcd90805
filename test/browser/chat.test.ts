/** The web chat, as somebody with a browser uses it. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { startPlace } from '../support/webchat-place.ts';
import { chromiumPath, enter, isSent, launch, openWindow, picture, say, seriousFaults, startBridge, startDemo } from './stage.ts';

describe.skipIf(chromiumPath === undefined)('in Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.close());

  test('the demo: players talk, and answer whoever talks to them', async () => {
    const page = await openWindow(browser, await startDemo());
    await picture(page, 'door');
    await enter(page, 'Robin');
    await page.locator('.message .tag.game').first().waitFor();
    await say(page, 'hello everybody, see https://example.org/a?b=1');
    await page.locator('.message', { hasText: 'hello everybody' }).waitFor();
    const link = page.getByRole('link', { name: 'https://example.org/a?b=1' });
    expect(await link.getAttribute('rel')).toBe('noopener noreferrer nofollow');
    await page
      .locator('.message', { hasText: 'Robin' })
      .filter({ has: page.locator('.tag.game') })
      .first()
      .waitFor();
    await picture(page, 'demo');
  });

  test('a click on a player whispers to them, and the answer comes for nobody else', async () => {
    const url = await startDemo();
    const [page, other] = [await openWindow(browser, url), await openWindow(browser, url)];
    await enter(page, 'Robin');
    await enter(other, 'Kim');
    await page.locator('.server .player .since').first().click();
    await page.getByRole('dialog').getByRole('button', { name: 'Whisper' }).click();
    await say(page, 'psst, where is the secret room?');
    await page.locator('.whisper', { hasText: 'Whispered to' }).first().waitFor();
    await page.locator('.whisper', { hasText: 'Whisper from' }).first().waitFor();
    await picture(page, 'whisper');
    await say(other, 'nothing to see here');
    await other.locator('.message', { hasText: 'nothing to see here' }).waitFor();
    expect(await other.locator('.whisper').count()).toBe(0);
  });

  test('the operator at the demo kicks a player, who leaves', async () => {
    const page = await openWindow(browser, await startDemo());
    await enter(page, 'Robin');
    const player = page.locator('.server', { hasText: 'alpha' }).locator('.player').first();
    const id = await player.getAttribute('data-key');
    await player.click();
    await page.getByRole('dialog').getByRole('button', { name: 'Kick' }).click();
    expect(await page.getByLabel('Message', { exact: true }).inputValue()).toMatch(/^\/kick alpha\/\d+ $/);
    await page.keyboard.type('too loud');
    await page.keyboard.press('Enter');
    await page.locator('.note', { hasText: 'confirmed' }).first().waitFor();
    await page.locator(`[data-key="${id}"]`).waitFor({ state: 'detached' });
  });

  test('two people: answers, edits, reactions, deletions, and who types', async () => {
    const { alpha, raw } = await startPlace();
    const bridge = await startBridge(raw);
    onTestFinished(() => bridge.stop());
    const [page, other] = [await openWindow(browser, bridge.url), await openWindow(browser, bridge.url)];
    await enter(page, 'Robin');
    await enter(other, 'Kim');
    const gordon = await alpha.join('Gordon');
    await gordon.says('who is there?');
    await page.locator('.message', { hasText: 'who is there?' }).hover();
    await page.getByRole('button', { name: 'Answer' }).click();
    await page.getByLabel('Message', { exact: true }).pressSequentially('me');
    await other.locator('.typing', { hasText: 'Robin is typing' }).waitFor();
    await page.keyboard.press('Enter');
    const mine = other.locator('.message', { has: other.locator('.quote', { hasText: 'who is there?' }) });
    await mine.waitFor();
    await alpha.chat.waitFor((line) => line.startsWith('Robin@bridge: ') && line.endsWith('me'));
    await mine.hover();
    await other.getByRole('button', { name: 'React' }).click();
    await other.getByRole('button', { name: 'React with 🎉' }).click();
    await page.getByRole('button', { name: '🎉, 1', exact: true }).click();
    await other.getByRole('button', { name: '🎉, 2, with yours' }).waitFor();
    await page.getByLabel('Message', { exact: true }).focus();
    await page.keyboard.press('ArrowUp');
    expect(await page.getByLabel('Message', { exact: true }).inputValue()).toBe('me');
    await say(page, 'it is me');
    await other.locator('.message', { hasText: 'it is me (edited)' }).waitFor();
    await picture(other, 'two');
    await page.locator('.message', { hasText: 'it is me' }).hover();
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await other.locator('.gone').waitFor();
  });

  test('what is typed while a message is under way stays in the field', async () => {
    const page = await openWindow(browser, await startDemo());
    await enter(page, 'Robin');
    let goOn = () => {};
    const held = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    await page.route('**/say', async (route) => {
      await held;
      await route.continue();
    });
    await say(page, 'one thing');
    const field = page.getByLabel('Message', { exact: true });
    await field.fill('and another');
    goOn();
    await isSent(page);
    expect(await field.inputValue()).toBe('and another');
    await field.press('Enter');
    await page.locator('.message', { hasText: 'and another' }).waitFor();
  });

  test('when the bridge starts anew, the page comes back by itself and fetches what it missed', async () => {
    const { alpha, raw } = await startPlace();
    const first = await startBridge(raw);
    const page = await openWindow(browser, first.url);
    await enter(page, 'Robin');
    const gordon = await alpha.join('Gordon');
    await gordon.says('before');
    await page.locator('.message', { hasText: 'before' }).waitFor();
    await first.stop();
    await page.getByText('No connection. Trying again').waitFor();
    await say(page, 'can you hear me?');
    await page.getByRole('alert').filter({ hasText: 'can not be reached' }).waitFor();
    const second = await startBridge({ ...raw, http: { port: first.port } });
    onTestFinished(() => second.stop());
    await gordon.says('after');
    await page.locator('.message', { hasText: 'after' }).waitFor();
    // What was typed is still there.
    await page.getByLabel('Message', { exact: true }).press('Enter');
    await page.locator('.message', { hasText: 'can you hear me?' }).waitFor();
    const lines = await page.locator('.message .body').allTextContents();
    expect(lines).toEqual(['before', 'after', 'can you hear me?']);
  });

  test('a page that stays open tells the days apart, and names them as they are now', async () => {
    const { alpha, raw } = await startPlace();
    // It is noon all day long, so that no day ends while the test runs.
    const noon = new Date().setHours(12, 0, 0, 0);
    const day = 86_400_000;
    const first = await startBridge(raw, { ...systemClock, now: () => noon });
    const page = await openWindow(browser, first.url);
    await page.clock.setFixedTime(noon);
    await enter(page, 'Robin');
    const gordon = await alpha.join('Gordon');
    await gordon.says('good night');
    await page.locator('.message', { hasText: 'good night' }).waitFor();
    const days = () => page.locator('.day').allTextContents();
    expect(await days()).toEqual(['Today']);
    await first.stop();
    await page.clock.setFixedTime(noon + day);
    const second = await startBridge({ ...raw, http: { port: first.port } }, { ...systemClock, now: () => noon + day });
    onTestFinished(() => second.stop());
    await gordon.says('good morning');
    await page.locator('.message', { hasText: 'good morning' }).waitFor();
    expect(await days()).toEqual(['Yesterday', 'Today']);
    await page.clock.setFixedTime(noon + 2 * day);
    await page.evaluate('dispatchEvent(new Event("focus"))');
    expect(await days()).toEqual([expect.not.stringMatching(/^(Today|Yesterday)$/), 'Yesterday']);
  });

  test('several rooms are tabs, which say what is unread', async () => {
    const { alpha, raw } = await startPlace();
    const channels = [
      { name: 'one', servers: ['alpha'], rooms: { webchat: 'one' } },
      { name: 'two', servers: ['nobody'], rooms: { webchat: ['two', 'three'] } },
    ];
    const bridge = await startBridge({ ...raw, channels });
    onTestFinished(() => bridge.stop());
    const [page, other] = [await openWindow(browser, bridge.url), await openWindow(browser, bridge.url, { bypassCSP: true })];
    await enter(page, 'Robin');
    await enter(other, 'Kim');
    await other.getByRole('tab', { name: 'one' }).focus();
    await other.keyboard.press('ArrowRight');
    await say(other, 'only here');
    await page.getByRole('tab', { name: 'two 1' }).waitFor();
    await page.getByRole('tab', { name: 'three 1' }).waitFor();
    expect(await page.locator('.message').count()).toBe(0);
    expect(await page.title()).toBe('(2) Chat');
    await page.getByRole('tab', { name: 'two 1' }).click();
    await page.locator('.marker + .message', { hasText: 'only here' }).waitFor();
    await page.getByRole('tab', { name: 'two', exact: true }).waitFor();
    await (await alpha.join('Gordon')).says('in one');
    await other.getByRole('tab', { name: 'one 1' }).waitFor();
    expect(await seriousFaults(other)).toEqual([]);
  });

  test('a game server slaps and bans somebody on the page', async () => {
    const { alpha, raw } = await startPlace();
    const bridge = await startBridge(raw);
    onTestFinished(() => bridge.stop());
    const page = await openWindow(browser, bridge.url);
    await enter(page, 'Robin');
    await say(page, 'hello');
    await alpha.presence.waitFor((line) => line === '+Robin@bridge');
    const [id] = alpha.users.get('bridge')?.keys() ?? [];
    const order = (action: string) =>
      alpha.publish(`m/alpha/bridge/ooc/aowl_${action}`, JSON.stringify({ server_id: 'bridge', user_id: id, reason: 'spam' }));
    await order('slap');
    await alpha.chat.waitFor((line) => line === 'Robin@bridge: ow');
    await order('ban');
    await page.locator('.message', { hasText: 'banned you (spam)' }).waitFor();
    await say(page, 'but why');
    await page.getByRole('alert').filter({ hasText: 'banned you (spam)' }).waitFor();
    expect(alpha.chat.all.some((line) => line.includes('but why'))).toBe(false);
  });
});
