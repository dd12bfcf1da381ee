/** CONSOLE 8.5: each state has a word, a sign and a height, and is told from the others with any eyes, in grey too. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { CDPSession, Locator, Page } from 'playwright-core';
import type { StateSpan } from '../../agent/verdict/past.ts';
import { allUp } from '../fakes/console.ts';
import { incident } from '../fakes/console-incident.ts';
import { DAY, NOW, sceneOf } from '../fakes/console-parts.ts';
import { type Picture, readPng } from '../fakes/png.ts';
import { closeBrowser, live, noBrowser, visit } from './chromium.ts';
import { stage } from './stage.ts';
import { THEMES } from './views.ts';

const options = { skip: noBrowser };
after(closeBrowser);

const STATES = ['up', 'degraded', 'down', 'unknown'] as const;
const EYES = ['none', 'protanopia', 'deuteranopia', 'tritanopia', 'achromatopsia'] as const;
const SIZE = 14;

test('a word and a sign in every row, beside a bar', options, async (t) => {
  const { url } = await stage(t, incident());
  const { page } = await visit(t, `${url}/?open=all`);
  await live(page);
  for (const [name, state] of [
    ['mel-core', 'down'],
    ['akl-gw', 'degraded'],
    ['per-core', 'unknown'],
    ['erp', 'up'],
  ] as const) {
    const row = page.locator(`tr[data-t="${name}"]`);
    assert.match(await row.locator('.why').innerText(), new RegExp(`^${state}`));
    assert.equal(await row.locator('use').first().getAttribute('href'), `#g-${state}`);
    assert.equal(await row.locator(`.bar .f-${state}`).count(), 1);
  }
});

test('the VPC: a word and a sign for each state, and a bar that is the taller the worse it is', options, async (t) => {
  const { url } = await stage(t, incident());
  const { page } = await visit(t, `${url}/vpc`);
  await live(page);
  const heights: number[] = [];
  for (const [id, state] of [
    ['subnet-0f3a91c27be400003', 'down'],
    ['subnet-0f3a91c27be400000', 'degraded'],
    ['subnet-0f3a91c27be400001', 'up'],
  ] as const) {
    const row = page.locator(`[data-v="${id}"]`);
    assert.equal(await row.locator('use').first().getAttribute('href'), `#g-${state}`);
    assert.match((await row.textContent()) ?? '', new RegExp(`\\b${state}\\b`));
    heights.push(Number(await row.locator(`.f-${state}`).getAttribute('height')));
  }
  assert.deepEqual(heights, [10, 8, 6]);
  for (const [address, state] of [
    ['203.0.113.8', 'up'],
    ['203.0.113.9', 'down'],
  ] as const) {
    const line = page.locator('.inner li', { hasText: address });
    assert.equal(await line.locator('use').first().getAttribute('href'), `#g-${state}`);
    assert.match(await line.innerText(), new RegExp(`${address} ${state}`));
  }
});

test('an outage of 3.7 s is a pixel wide at least in every bar of 14 days, on every width', options, async (t) => {
  const down = NOW - 5 * DAY;
  const spans: readonly StateSpan[] = [
    { from: NOW - 14 * DAY, to: down, state: 'up' },
    { from: down, to: down + 3700, state: 'down' },
    { from: down + 3700, to: NOW, state: 'up' },
  ];
  const past = { spans: { 'site mel-dc2': spans, 'target mel-core': spans } };
  const { url } = await stage(t, sceneOf(allUp().snapshot, past));
  const { page } = await visit(t, `${url}/`);
  for (const [address, bars] of [
    ['/?range=14d', 2],
    ['/site/mel-dc2?range=14d', 3],
  ] as const) {
    await page.goto(url + address);
    for (const width of [1280, 1000, 760, 390, 320]) {
      await page.setViewportSize({ width, height: 900 });
      const drawn = page.locator('.bar:has(.f-down)');
      const wide: number[] = [];
      for (const bar of await drawn.all()) wide.push(await redWidth(bar));
      assert.ok(
        wide.length >= bars && wide.every((one) => one >= 0.99),
        `${address} at ${width}: ${wide.join(', ')} px`,
      );
    }
  }
});

/** How wide what is down is on the screen, px: what of it each pixel near the bar's top holds, added up. */
async function redWidth(bar: Locator): Promise<number> {
  const picture = readPng(await bar.screenshot());
  const red = await bar
    .page()
    .evaluate<number[]>("getComputedStyle(document.querySelector('.bar .f-down')).fill.match(/[0-9]+/g).map(Number)");
  const pixels = Array.from({ length: picture.width }, (_, x) => picture.at(x, 5));
  const ground = pixels[0] ?? [0, 0, 0];
  const distance = (pixel: readonly number[]): number =>
    Math.hypot(...pixel.slice(0, 3).map((value, channel) => value - (ground[channel] ?? 0)));
  return pixels.reduce((sum, pixel) => sum + distance(pixel) / distance(red), 0);
}

/** The sign of a state as it is on the screen: which of its pixels are ink, and how far from the card's colour. */
async function sign(
  page: Page,
  state: string,
): Promise<{ readonly ink: readonly boolean[]; readonly strongest: number }> {
  const picture: Picture = readPng(await page.locator(`.counts .s-${state}`).screenshot());
  const ground = picture.at(0, Math.min(SIZE, picture.height) >> 1);
  const distances = Array.from({ length: SIZE * SIZE }, (_, index) => {
    const pixel = picture.at(
      Math.min(picture.width - 1, index % SIZE),
      Math.min(picture.height - 1, Math.floor(index / SIZE)),
    );
    return Math.hypot(...pixel.map((value, channel) => value - (ground[channel] ?? 0)));
  });
  return { ink: distances.map((distance) => distance > 40), strongest: Math.max(...distances) };
}

test('signs differ in shape and stand out, under every simulated deficiency and in grey', options, async (t) => {
  const { url } = await stage(t, incident());
  for (const colorScheme of THEMES) {
    const { page } = await visit(t, `${url}/`, { colorScheme });
    await live(page);
    const session: CDPSession = await page.context().newCDPSession(page);
    for (const type of EYES) {
      await session.send('Emulation.setEmulatedVisionDeficiency', { type });
      const signs = await Promise.all(STATES.map(async (state) => [state, await sign(page, state)] as const));
      for (const [index, [one, a]] of signs.entries()) {
        assert.ok(a.strongest > 70, `${one}, ${type}, ${colorScheme}: hardly seen (${a.strongest.toFixed(0)})`);
        for (const [other, b] of signs.slice(index + 1)) {
          const differing = a.ink.filter((ink, pixel) => ink !== b.ink[pixel]).length;
          assert.ok(differing >= 20, `${one} and ${other}, ${type}, ${colorScheme}: ${differing} pixels differ`);
        }
      }
    }
  }
});
