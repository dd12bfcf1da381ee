/** CONSOLE 8.4: axe-core finds nothing (WCAG 2.2 AA and best practice), and nothing scrolls sideways. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { allUp, noPrivilege, nothingConfigured, starting } from '../fakes/console.ts';
import { degraded, incident } from '../fakes/console-incident.ts';
import { NOW } from '../fakes/console-parts.ts';
import { halfSeenVpc, quietVpc, sharedVpc, strangeVpc } from '../fakes/vpc.ts';
import { closeBrowser, live, noBrowser, sideways, visit } from './chromium.ts';
import { stage } from './stage.ts';
import { THEMES, VIEWS } from './views.ts';

const options = { skip: noBrowser };
after(closeBrowser);

const RUN = `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })`;

/** Violations as "rule: selector". */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const found = await page.evaluate<string[]>(
    `${RUN}.then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => id + ': ' + target.join(' ') + ' ' + failureSummary)))`,
  );
  return found;
}

for (const colorScheme of THEMES) {
  for (const width of [390, 1280]) {
    test(`axe finds nothing: every view, ${colorScheme}, ${width} px`, options, async (t) => {
      const { url } = await stage(t, incident());
      const { page } = await visit(t, `${url}/`, { colorScheme, viewport: { width, height: 900 }, bypassCSP: true });
      for (const [name, address] of Object.entries(VIEWS)) {
        await page.goto(url + address);
        await live(page);
        assert.deepEqual(await violations(page), [], name);
      }
      await page.keyboard.press('?');
      assert.deepEqual(await violations(page), [], 'help');
    });
  }
}

test('axe finds nothing: other states of things', options, async (t) => {
  for (const make of [allUp, degraded, noPrivilege, nothingConfigured, starting]) {
    const theatre = await stage(t, make());
    for (const colorScheme of THEMES) {
      const { page } = await visit(t, `${theatre.url}/`, { colorScheme, bypassCSP: true });
      await live(page);
      assert.deepEqual(await violations(page), [], `${make.name}, ${colorScheme}`);
      await page.context().close();
    }
    await theatre.kill();
  }
});

test('axe finds nothing: other VPCs', options, async (t) => {
  for (const make of [quietVpc, halfSeenVpc, sharedVpc, strangeVpc]) {
    const scene = allUp();
    const theatre = await stage(t, { ...scene, snapshot: { ...scene.snapshot, vpc: make(NOW) } });
    for (const [colorScheme, width] of [
      ['light', 1280],
      ['dark', 390],
    ] as const) {
      const viewport = { width, height: 900 };
      const { page } = await visit(t, `${theatre.url}/vpc`, { colorScheme, viewport, bypassCSP: true });
      await live(page);
      assert.deepEqual(await violations(page), [], `${make.name}, ${colorScheme}`);
      for (const narrow of [320, width]) {
        await page.setViewportSize({ width: narrow, height: 800 });
        assert.equal(await page.evaluate(sideways), 0, `${make.name} at ${narrow}`);
      }
      await page.context().close();
    }
    await theatre.kill();
  }
});

test('nothing scrolls sideways at 320 px, on a phone, or at 200 % zoom', options, async (t) => {
  const { url } = await stage(t, incident());
  for (const [width, deviceScaleFactor] of [
    [320, 2],
    [390, 3],
    [640, 2],
  ] as const) {
    const { page } = await visit(t, `${url}/`, { viewport: { width, height: 800 }, deviceScaleFactor });
    for (const [name, address] of Object.entries(VIEWS)) {
      await page.goto(url + address);
      await live(page);
      assert.equal(await page.evaluate(sideways), 0, `${name} at ${width}`);
    }
  }
});

test('the configuration on a phone: keys and values that fit their line are not broken', options, async (t) => {
  const { url } = await stage(t, incident());
  for (const width of [390, 320]) {
    const { page } = await visit(t, `${url}/agent`, { viewport: { width, height: 800 } });
    const lines = await page.evaluate<number[]>(
      `[...document.querySelectorAll('.config tbody .mono')].map((cell) => cell.getBoundingClientRect().height / parseFloat(getComputedStyle(cell).lineHeight))`,
    );
    assert.deepEqual(lines, [1, 1, 1, 1, 1, 1, 1, 1], `at ${width}`);
  }
});

test('whatever can be pressed on a phone is 24 px tall', options, async (t) => {
  const { url } = await stage(t, incident());
  const { page } = await visit(t, `${url}/`, { viewport: { width: 390, height: 844 }, hasTouch: true });
  for (const address of Object.values(VIEWS)) {
    await page.goto(url + address);
    await live(page);
    // Links within a sentence are excepted by WCAG 2.5.8, as are those with room around them.
    const small = await page.evaluate<string[]>(
      `[...document.querySelectorAll('nav a, .seg a, button, select, input, .toggle, a.row')]
        .filter((one) => one.checkVisibility() && !one.matches('.vh-focus'))
        .map((one) => [one.textContent || one.id, one.getBoundingClientRect(), one.closest('th, h3')?.getBoundingClientRect()])
        .filter(([, box, cell]) => Math.max(box.height, cell?.height ?? 0) < 24)
        .map(([text, box]) => text + ' ' + box.height)`,
    );
    assert.deepEqual(small, [], address);
  }
});
