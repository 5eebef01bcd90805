/** The operator's page: what is seen at a look, what can be done, and by whom. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type Watched, watched } from '../monitoring/setup.ts';
import { startPlace } from '../support/webchat-place.ts';
import { chromiumPath, launch, openWindow, picture, seriousFaults, startBridge, startDemo } from './stage.ts';

const RUN = "window.__ran='yes'";
const ATTACKS: readonly string[] = [
  `<script>${RUN}</script>`,
  `<img src=x onerror="${RUN}">`,
  `"><svg/onload=${RUN}>`,
  `<a href="javascript:${RUN}">click</a>`,
  '</p><style>body{display:none}</style>',
  'Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘!',
  '\u202e<b>olleh</b>\u2066',
  'x'.repeat(3_000),
];

/** A bridge on which something of each kind has gone wrong. */
async function troubled(): Promise<Watched> {
  const place = await watched();
  const { platform, game, bridge } = place;
  const gordon = await game.join('Gordon Freeman', { steamid64: '76561198000000001' });
  await game.publish('state/alpha/map', 'gm_construct', { retain: true });
  await platform.says('one', 'mallory', 'buy now');
  await game.chat.waitFor((line) => line.startsWith('mallory'));
  const [id] = game.users.get('bridge')?.keys() ?? [];
  await game.publish('m/alpha/bridge/ooc/aowl_ban', JSON.stringify({ server_id: 'bridge', user_id: id, reason: 'spam' }));
  platform.refuses = (text) => text.includes('refuse');
  for (const text of ['refuse this', 'refuse that']) await gordon.says(text);
  await expect.poll(async () => (await bridge.control?.deadLetters(1))?.total).toBe(4);
  platform.isDown = true;
  await gordon.says('nobody hears this yet');
  return place;
}

/** Opens the page, and waits until it knows how things are. */
async function look(browser: Browser, url = '', options: Parameters<typeof openWindow>[2] = {}): Promise<Page> {
  const page = await openWindow(browser, new URL('/operator/', url).href, options);
  await page.locator('.link[data-state="open"]').waitFor();
  await page.locator('#audit .body > *').first().waitFor();
  return page;
}

describe.skipIf(chromiumPath === undefined)('in Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.close());

  test('the demo: all is well, and who plays where', async () => {
    const page = await look(browser, await startDemo(), { bypassCSP: true });
    await page.getByRole('heading', { name: 'All is well' }).waitFor();
    await page.getByText(/2 game servers with \d+ players?, 1 channel\.$/).waitFor();
    await page.getByRole('heading', { name: /^main/ }).filter({ hasText: 'all game servers, Console, Web chat' }).waitFor();
    await page.locator('summary', { hasText: 'alpha' }).click();
    await page.locator('details[open] .names bdi').first().waitFor();
    expect(await page.title()).toBe('All is well · Bridge bridge');
    expect(await page.getByRole('button', { name: 'Sign out' }).count()).toBe(0);
    const chart = page.getByRole('img', { name: /^Messages a minute since .*: now \d+, at most \d+$/ });
    await chart.waitFor({ timeout: 40_000 });
    // The first value, which has none before it to be joined with, is seen as well.
    const drawn = `[...document.querySelectorAll('.chart path.line')].map((line) => line.getBBox()).every(({ x, width }) => width >= 8 && x <= 292)`;
    expect(await page.evaluate(drawn)).toBe(true);
    await chart.focus();
    await page.keyboard.press('ArrowLeft');
    await page
      .locator('.chart', { hasText: 'Messages a minute' })
      .getByText(/^at \d/)
      .waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await picture(page, 'operator-well');
  });

  test('what is wrong stands above all else, and what can be done about it is done', async () => {
    const { bridge, platform } = await troubled();
    const page = await look(browser, bridge.httpUrl);
    await page.getByRole('heading', { name: '2 things do not work' }).waitFor();
    await page.locator('.problems li', { hasText: /Platform room one is down since .*the platform is down/ }).waitFor();
    await page.locator('.problems li', { hasText: '4 messages could not be delivered' }).waitFor();
    await picture(page, 'operator-trouble');

    await page.getByRole('button', { name: 'Pause Platform room two' }).click();
    await page.getByRole('status').filter({ hasText: 'Platform room two is paused' }).waitFor();
    await page.locator('.problems li', { hasText: 'Platform room two is paused' }).waitFor();
    await page.getByRole('button', { name: 'Resume Platform room two' }).click();
    await page.getByRole('button', { name: 'Pause Platform room two' }).waitFor();

    await page.getByRole('button', { name: /^Drop: .*refuse that, to Platform room one/ }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    expect(await page.locator('#letters .badge').textContent()).toBe('4');
    await page.getByRole('button', { name: /^Drop: .*refuse that, to Platform room one/ }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Drop' }).click();
    await page.locator('#letters .badge', { hasText: '2' }).waitFor();
    await page.getByRole('button', { name: 'Try all again' }).click();
    await page.getByText('Everything arrived').waitFor();

    await page.getByRole('button', { name: 'Lift the ban of mallory' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Lift' }).click();
    await page.getByText('This bridge holds no bans.').waitFor();
    await page.locator('.audit li', { hasText: 'unban' }).waitFor();
    await page.getByLabel('Only what somebody did').fill('mallory');
    await page.locator('.audit li', { hasText: 'pause' }).first().waitFor({ state: 'detached' });
    await page.locator('.audit li', { hasText: 'unban' }).waitFor();
    await page.getByLabel('At least of this level').selectOption('warn');
    await page.locator('.log li[data-level="debug"]').first().waitFor({ state: 'detached' });
    await page.locator('.log li', { hasText: 'the platform is down' }).first().waitFor();

    // What is tried again is taken as well: else all would be well for a moment only.
    platform.refuses = () => false;
    platform.isDown = false;
    await platform.sees.waitFor((line) => line === 'two Gordon Freeman: refuse this', 14_000);
    await page.getByRole('heading', { name: 'All is well' }).waitFor({ timeout: 40_000 });
  });

  test('nobody is told that all is well while the bridge is away, and the page comes back by itself', async () => {
    const { raw } = await startPlace();
    const first = await startBridge(raw);
    const page = await look(browser, first.url);
    await page.getByRole('heading', { name: 'All is well' }).waitFor();
    await first.stop();
    await page.getByRole('heading', { name: 'The bridge can not be reached' }).waitFor();
    await page.getByRole('button', { name: 'Pause the channel main' }).click();
    await page.locator('.said .fault', { hasText: 'can not be reached' }).waitFor();
    const second = await startBridge({ ...raw, http: { port: first.port } });
    onTestFinished(() => second.stop());
    await page.getByRole('heading', { name: 'All is well' }).waitFor();
  });

  test('with a token, one signs in and out', async () => {
    const token = 'the-token-of-the-operator';
    const { bridge } = await watched({ operator_token: token });
    const page = await openWindow(browser, `${bridge.httpUrl}/operator/`, { bypassCSP: true });
    await page.getByLabel('Token').fill('something else');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').filter({ hasText: 'That is not the token.' }).waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await picture(page, 'operator-door');
    await page.getByLabel('Token').fill(token);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'All is well' }).waitFor();
    expect(await page.evaluate('document.cookie')).toBe('');
    await page.reload();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Token').waitFor();
  });

  test('whoever comes by a proxy is told what to set', async () => {
    const { bridge } = await watched();
    const extraHTTPHeaders = { 'x-forwarded-for': '127.0.0.1' };
    const page = await openWindow(browser, `${bridge.httpUrl}/operator/`, { extraHTTPHeaders });
    await page.getByText('Set HTTP_OPERATOR_TOKEN').waitFor();
    expect(await page.locator('section').count()).toBe(0);
  });

  test.each([
    ['light', 1180],
    ['dark', 1180],
    ['light', 360],
    ['dark', 360],
  ] as const)('nothing serious is found in %s at %i pixels', async (colorScheme, width) => {
    const { bridge } = await troubled();
    const page = await look(browser, bridge.httpUrl, { colorScheme, viewport: { width, height: 720 }, bypassCSP: true });
    await page.locator('.letters li').first().waitFor();
    await picture(page, `operator-${colorScheme}-${width}`);
    expect(await seriousFaults(page)).toEqual([]);
    expect(await page.locator('html').evaluate((html) => html.scrollWidth)).toBeLessThanOrEqual(width);
  });

  test('everything can be done by key', async () => {
    const { bridge } = await troubled();
    const page = await look(browser, bridge.httpUrl);
    await page.locator('.letters li').first().waitFor();
    const focused = () => page.locator(':focus').evaluateAll(([one]) => one?.getAttribute('aria-label') ?? one?.id ?? '');
    /** Goes on until something of this name has the focus. */
    const tabTo = async (name: string) => {
      for (let tries = 0; tries < 60 && !(await focused()).startsWith(name); tries++) await page.keyboard.press('Tab');
      expect(await focused()).toMatch(new RegExp(`^${name}`));
    };
    await tabTo('Pause Platform room one');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Resume Platform room one' }).waitFor();
    await expect.poll(focused).toBe('Resume Platform room one');
    await tabTo('Drop: ');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(focused).toMatch(/^Drop: /);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByRole('button', { name: 'Drop' }).focus();
    await page.keyboard.press('Enter');
    await page.locator('#letters .badge', { hasText: '2' }).waitFor();
    await expect.poll(focused).toBe('letters');
  });

  test('hostile names, texts, reasons and lines of the log stay what they are: text', async () => {
    const { bridge, game, platform, kept } = await watched();
    // What asks anybody else for anything, or runs, fails the test: see openWindow.
    const page = await look(browser, bridge.httpUrl);
    platform.refuses = () => true;
    for (const attack of ATTACKS) {
      await (await game.join(attack)).says(attack);
      kept.add(JSON.stringify({ level: 'error', time: new Date().toISOString(), part: attack, msg: attack, [attack]: attack }));
      const by = { name: attack, id: attack, via: attack };
      await bridge.control?.pause({ channel: 'main' }, by);
      await bridge.control?.resume({ channel: 'main' }, by);
    }
    platform.faults.set('one', ATTACKS.join(' '));
    await game.publish('state/alpha/map', `<img src=x onerror=${RUN}>`, { retain: true });
    await page.locator('summary', { hasText: 'onerror' }).click();
    await page.locator('.names bdi', { hasText: '<script>' }).waitFor();
    await page.locator('.problems li', { hasText: '<script>' }).waitFor();
    await page.locator('.letters li', { hasText: '<svg/onload' }).first().waitFor();
    await page.locator('.log li', { hasText: '<style>' }).first().waitFor();
    await page.locator('.audit li', { hasText: '<img' }).first().waitFor();
    const found = await page.locator('html').evaluate((html) => ({
      ran: (globalThis as { __ran?: string }).__ran,
      elements: html.querySelectorAll('body :is(script, iframe, object, style, img, a[href^="javascript"])').length,
      wide: html.scrollWidth > html.clientWidth,
    }));
    expect(found).toEqual({ ran: undefined, elements: 0, wide: false });
    await picture(page, 'operator-hostile');
  });
});
