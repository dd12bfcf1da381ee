/**
 * Watches an open overview while something is cut: when verdict, row, title and icon change, and from when the page
 * says it is. Works on any agent, real or staged: the caller brings the page and the scissors.
 */
import type { Page } from 'playwright-core';
import { live, until } from './chromium.ts';

export interface SeenOutage {
  /** Milliseconds from the cut until each said so, without a reload. */
  readonly afterMs: { readonly verdict: number; readonly row: number; readonly title: number; readonly icon: number };
  /** Wall time the page gives for its beginning, to 0.1 s. */
  readonly since: number;
  /** The document was never replaced. */
  readonly sameDocument: boolean;
}

/** @param target name of a target that goes down with the cut */
export async function watchOutage(
  page: Page,
  target: string,
  cut: () => void | Promise<void>,
  withinMs = 15_000,
): Promise<SeenOutage> {
  await live(page);
  await page.evaluate('window.documentBeforeTheCut = true');
  const began = Date.now();
  await cut();
  const after = async (happened: Promise<unknown>): Promise<number> => {
    await happened;
    return Date.now() - began;
  };
  const timeout = withinMs;
  const row = page.locator(`tr[data-t=${JSON.stringify(target)}] .why`, { hasText: /^down/ });
  const [verdict, rowAfter, title, icon] = await Promise.all([
    after(page.locator('.verdict.v-down').waitFor({ timeout })),
    after(row.waitFor({ timeout })),
    after(until(async () => (await page.title()).startsWith('■'), timeout, 'the title says down')),
    after(page.locator('link[rel=icon][href*="/a/down."]').waitFor({ state: 'attached', timeout })),
  ]);
  return {
    afterMs: { verdict, row: rowAfter, title, icon },
    since: Date.parse((await page.locator('.verdict h1 time').getAttribute('datetime')) ?? ''),
    sameDocument: (await page.evaluate('window.documentBeforeTheCut')) === true,
  };
}
