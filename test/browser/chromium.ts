/** The headless browser the console is tested in: Debian's Chromium, driven through playwright-core. */
import { existsSync } from 'node:fs';
import type { TestContext } from 'node:test';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const EXECUTABLE = '/usr/bin/chromium';
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Why there can be no browser here, for `skip`; false when there can. */
export const noBrowser: string | false = existsSync(EXECUTABLE) ? false : 'needs /usr/bin/chromium (Debian: chromium)';

let shared: Promise<Browser> | null = null;

/** One browser a test file; `after` of the file closes it. */
export function browser(): Promise<Browser> {
  shared ??= chromium.launch({ executablePath: EXECUTABLE, args: ARGUMENTS });
  return shared;
}

export async function closeBrowser(): Promise<void> {
  await (await shared)?.close();
  shared = null;
}

/** A page of its own context, and all that it complained of: console, errors, refused or foreign requests. */
export interface Visit {
  readonly page: Page;
  readonly complaints: readonly string[];
}

/** @param before what has to be done to the page before it is loaded */
export async function visit(
  t: TestContext,
  url: string,
  options: BrowserContextOptions = {},
  before: (page: Page) => Promise<void> = async () => {},
): Promise<Visit> {
  const context = await (await browser()).newContext({ viewport: { width: 1280, height: 900 }, ...options });
  t.after(() => context.close());
  const page = await context.newPage();
  const complaints: string[] = [];
  const { origin } = new URL(url);
  page.on('console', (message) => complaints.push(`console ${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => complaints.push(`dialog: ${dialog.message()}`));
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== origin) complaints.push(`request to ${request.url()}`);
  });
  await before(page);
  await page.goto(url);
  return { page, complaints };
}

/** What the page evaluates; text, since this program has no DOM in its types. */
export const sideways = 'document.documentElement.scrollWidth - innerWidth';

/** Waits until `holds`; Playwright's own way to wait for an expression is an eval, which the page's CSP forbids. */
export async function until(holds: () => Promise<boolean>, withinMs: number, what: string): Promise<void> {
  const end = Date.now() + withinMs;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`not within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Waits for the first message of the stream. */
export async function live(page: Page): Promise<void> {
  await page.locator('#live', { hasText: /^live$/ }).waitFor();
}
