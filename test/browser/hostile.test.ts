/** Names and messages that try to be more than text. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { startPlace } from '../support/webchat-place.ts';
import { chromiumPath, enter, launch, openWindow, picture, say, startBridge } from './stage.ts';

/** What runs says so. */
const RUN = "window.__ran='yes'";
const ATTACKS: readonly string[] = [
  `<script>${RUN}</script>`,
  `<img src=x onerror="${RUN}">`,
  `"><svg/onload=${RUN}>`,
  `'-${RUN}-'`,
  `<a href="javascript:${RUN}">click</a>`,
  `javascript:${RUN}`,
  `[click](javascript:${RUN})`,
  `<iframe srcdoc="<script>parent.${RUN}</script>"></iframe>`,
  `<math><mtext></form><form><mglyph><style></math><img src onerror=${RUN}>`,
  `<style>@import 'https://evil.example/x.css'; body{display:none}</style>`,
  `<base href="https://evil.example/">`,
  `<meta http-equiv="refresh" content="0;url=https://evil.example/">`,
  `</textarea><button onclick="${RUN}" autofocus onfocus="${RUN}">x</button>`,
  `{{constructor.constructor("${RUN}")()}}`,
  `\${${RUN}}`,
  '\u202e<b>olleh</b>\u2066',
  'Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘!͖̬̰̙̗̿̋ͥͥ̂ͣ̐́́͜͞',
  'data: {"event":"out"}\n\nevent: out\ndata: {"why":"gone"}\n\n',
  '\u0000\u0007\u001b[31mred',
  'https://evil.example/"onmouseover="alert(1)',
  'x'.repeat(3_000),
];

/** What is asked of an element: the types of a browser are not those of this program. */
interface Markup {
  getAttributeNames(): string[];
  getAttribute(name: string): string | null;
}

describe.skipIf(chromiumPath === undefined)('in Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.close());

  test('stay what they are: text', { timeout: 90_000 }, async () => {
    const { alpha, raw } = await startPlace();
    const bridge = await startBridge(raw);
    onTestFinished(() => bridge.stop());
    // What asks anybody else for anything, or runs, fails the test: see openWindow.
    const page = await openWindow(browser, bridge.url);
    await enter(page, 'Robin');
    const players: { name: string; leaves(): Promise<void> }[] = [];
    for (const [at, attack] of ATTACKS.entries()) {
      const player = await alpha.join(attack, { avatar: `javascript:${RUN}`, link: `javascript:${RUN}` });
      await player.says(attack);
      await player.says(`end of ${at}`);
      players.push({ name: attack, leaves: player.leaves });
    }
    await alpha.publish('state/alpha/map', `<img src=x onerror=${RUN}>`, { retain: true });
    await alpha.publish('state/alpha/gamemode', '"><script>', { retain: true });
    await alpha.publish('state/alpha/meta', JSON.stringify({ link: `javascript:${RUN}` }), { retain: true });
    await page.locator('.message', { hasText: `end of ${ATTACKS.length - 1}` }).waitFor();
    for (const attack of ATTACKS.slice(0, 16)) await say(page, attack.replaceAll('\u0000', ''));
    await page.locator('.message', { hasText: 'olleh' }).last().waitFor();
    await page.locator('.server', { hasText: 'onerror' }).waitFor();
    await picture(page, 'hostile');

    const found = await page.locator('html').evaluate((html) => {
      const all: Markup[] = Array.from(html.querySelectorAll('*'));
      return {
        ran: (globalThis as { __ran?: string }).__ran,
        handlers: all.filter((element) => element.getAttributeNames().some((name) => name.startsWith('on'))).length,
        elements: html.querySelectorAll('body :is(script, iframe, object, embed, style, base, meta, math, form form)').length,
        links: all
          .flatMap((element) => element.getAttribute('href') ?? [])
          .filter((href) => !/^(?:https?:|steam:|assets)/.test(href)),
        wide: html.scrollWidth > html.clientWidth,
      };
    });
    expect(found).toEqual({ ran: undefined, handlers: 0, elements: 0, links: [], wide: false });
    const texts = await page.locator('.message .body').allTextContents();
    for (const attack of ATTACKS.slice(0, 14)) expect(texts).toContain(attack);
    // People with such names can be looked at.
    for (const name of await page
      .locator('.message .name:visible')
      .all()
      .then((names) => names.slice(0, 6))) {
      await name.click();
      await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
    }
    expect(await page.evaluate(() => (globalThis as { __ran?: string }).__ran)).toBeUndefined();
  });

  test('a page in a frame of another page shows nothing', async () => {
    const { raw } = await startPlace();
    const bridge = await startBridge(raw);
    onTestFinished(() => bridge.stop());
    const context = await browser.newContext();
    onTestFinished(() => context.close());
    const page = await context.newPage();
    await page.setContent(`<iframe src="${bridge.url}"></iframe>`);
    const frame = page.frames()[1];
    await frame?.waitForLoadState().catch(() => {});
    expect(await page.frameLocator('iframe').locator('#nickname').count()).toBe(0);
  });
});
