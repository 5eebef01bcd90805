/** Chromium on a page of a whole bridge. */
import { execFileSync } from 'node:child_process';
import axeCore from 'axe-core';
import { pino } from 'pino';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import { builtIns } from '../../bridges/index.ts';
import { Bridge } from '../../src/bridge.ts';
import { givenConfig } from '../../src/cli/given-config.ts';
import { type Clock, systemClock } from '../../src/clock.ts';

const log = pino({ level: 'silent' });

/** Where Debian, and others, put it; undefined where it is not installed. */
export const chromiumPath: string | undefined = ['chromium', 'chromium-browser', 'google-chrome']
  .map(find)
  .find((path) => path !== undefined);

function find(name: string): string | undefined {
  try {
    return execFileSync('which', [name], { stdio: ['ignore', 'pipe', 'ignore'] })
      .toString()
      .trim();
  } catch {
    return undefined;
  }
}

/** Starts the browser of a file of tests. */
export function launch(): Promise<Browser> {
  return chromium.launch({ ...(chromiumPath && { executablePath: chromiumPath }), args: ['--no-sandbox'] });
}

/** Starts a bridge with these settings. @returns where its chat is, and what ends it */
export async function startBridge(
  raw: Record<string, unknown>,
  clock: Clock = systemClock,
): Promise<{ url: string; port: number; stop: () => Promise<void> }> {
  const config = await givenConfig({ raw, variables: new Map(), file: undefined }, builtIns(undefined));
  const bridge = new Bridge({ config, log, clock, random: Math.random, shutdown: () => {} });
  await bridge.start();
  await bridge.ready();
  const url = bridge.httpUrl ?? '';
  return { url: `${url}/chat/`, port: Number(new URL(url).port), stop: () => bridge.stop() };
}

/** A bridge without configuration. It ends with the test. */
export async function startDemo(): Promise<string> {
  const bridge = await startBridge({ http: { port: 0 } });
  onTestFinished(() => bridge.stop());
  return bridge.url;
}

/** A window of its own: cookies, colors, size. Whatever the page complains of, or asks of anybody else, fails the test. */
export async function openWindow(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context: BrowserContext = await browser.newContext({ viewport: { width: 1180, height: 760 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const faults: string[] = [];
  page.on('pageerror', ({ message }) => faults.push(message));
  page.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('console', (line) => {
    // That the bridge is away is said by the page in its own way.
    if (line.type() === 'error' && !/ERR_|Failed to load resource/.test(line.text())) faults.push(line.text());
  });
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== new URL(url).origin) faults.push(`request: ${request.url()}`);
  });
  onTestFinished(async () => {
    await context.close();
    expect(faults).toEqual([]);
  });
  await page.goto(url);
  return page;
}

/** Gets in with a nickname. */
export async function enter(page: Page, name: string): Promise<void> {
  await page.getByLabel('Your nickname').fill(name);
  await page.getByRole('button', { name: 'Enter' }).click();
  await page.getByLabel('Message', { exact: true }).waitFor();
  await page.locator('.state[data-state="open"]').waitFor({ state: 'attached' });
}

/** Waits until what was said is answered: before that, the field does not send. */
export async function isSent(page: Page): Promise<void> {
  await page.locator('.composer .send:enabled').waitFor({ state: 'attached' });
}

/** Says something. */
export async function say(page: Page, text: string): Promise<void> {
  await isSent(page);
  await page.getByLabel('Message', { exact: true }).fill(text);
  await page.keyboard.press('Enter');
}

/** What is wrong with a page for people who see or hear it otherwise, as far as it is serious. https://github.com/dequelabs/axe-core */
export async function seriousFaults(page: Page): Promise<string[]> {
  await page.evaluate(axeCore.source);
  const found = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: typeof axeCore };
    const { violations } = await axe.run({ resultTypes: ['violations'] });
    return violations.map(({ id, impact, nodes }) => ({ id, impact, where: nodes.map(({ html }) => html).slice(0, 3) }));
  });
  return found.filter(({ impact }) => impact === 'serious' || impact === 'critical').map((fault) => JSON.stringify(fault));
}

/** Where pictures of the page are put that somebody wants to look at; nowhere unless `SCREENSHOTS` names a folder. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env['SCREENSHOTS'];
  if (folder) await page.screenshot({ path: `${folder}/${name}.png` });
}
