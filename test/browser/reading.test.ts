/** CONSOLE 8.6 and 8.8: what a chart shows, how it is read and zoomed, and that an address shows the same elsewhere. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Page } from 'playwright-core';
import { incident } from '../fakes/console-incident.ts';
import { closeBrowser, live, noBrowser, until, visit } from './chromium.ts';
import { stage } from './stage.ts';

const options = { skip: noBrowser };
after(closeBrowser);

const reading = (page: Page): Promise<string> => page.locator('output.reading').innerText();

async function at(page: Page, share: number): Promise<{ readonly x: number; readonly y: number }> {
  await page.locator('[data-plot]').scrollIntoViewIfNeeded();
  const box = await page.locator('[data-plot]').boundingBox();
  assert.ok(box);
  return { x: box.x + box.width * share, y: box.y + box.height / 2 };
}

test(
  'an outage fills its columns and the lane and has no round trip; what was not measured is hatched',
  options,
  async (t) => {
    const { url } = await stage(t, incident());
    const { page } = await visit(t, `${url}/target/mel-core?range=1h`);
    await live(page);
    const now = await at(page, 0.97);
    await page.mouse.move(now.x, now.y);
    assert.match(await reading(page), /: all lost$/);
    const lost = await page
      .locator('.plot .c-lost')
      .evaluate((path) => (path as unknown as { getBBox(): { width: number } }).getBBox().width);
    assert.ok(lost > 60 && lost < 85, `${lost} of 360 columns are 12 minutes of an hour`);
    assert.notEqual(await page.locator('.loss-lane .c-over').getAttribute('d'), '');
    assert.match(await page.locator('.tile', { hasText: 'Now' }).innerText(), /no reply/);
    await page.goto(`${url}/target/mel-core?range=14d`);
    assert.equal(await page.locator('.plot .c-gap').count(), 1);
    assert.match(await page.locator('.tile', { hasText: 'Not measured' }).innerText(), /5 h 20 min/);
    await page.goto(`${url}/site/mel-dc2`);
    assert.match(
      await page.locator('.tile', { hasText: 'Up, 14 d' }).innerText(),
      /99\.9\d %[\s\S]*not measured 5 h 20 min/,
    );
  },
);

test('pointer, touch and arrows give the same reading', options, async (t) => {
  const { url } = await stage(t, incident());
  const fixed = `/target/mel-core?from=${new Date(Date.now() - 6 * 86_400_000).toISOString()}&to=${new Date(Date.now() - 4 * 86_400_000).toISOString()}`;
  const { page } = await visit(t, url + fixed, { hasTouch: true });
  await live(page);
  const quarter = await at(page, 0.25);
  await page.mouse.move(quarter.x, quarter.y);
  const byPointer = await reading(page);
  assert.match(
    byPointer,
    /^\d\d \w{3} \d\d:\d\d to \d\d \w{3} \d\d:\d\d UTC: median [\d.]+ ms, 5 to 95 %: [\d.]+ to [\d.]+ ms, loss [\d.<]+ %$/,
  );
  await page.mouse.move(10, 10);
  const middle = await at(page, 0.5);
  await page.touchscreen.tap(middle.x, middle.y);
  assert.notEqual(await reading(page), byPointer);
  await page.touchscreen.tap(quarter.x, quarter.y);
  assert.equal(await reading(page), byPointer);
  await page.locator('[data-plot]').focus();
  await page.keyboard.press('Home');
  const columns = ((await page.locator('[data-plot]').getAttribute('data-read')) ?? '').split(';').length;
  const steps = Math.floor(columns * 0.25);
  for (let step = 0; step < Math.floor(steps / 10); step += 1) await page.keyboard.press('Shift+ArrowRight');
  for (let step = 0; step < steps % 10; step += 1) await page.keyboard.press('ArrowRight');
  assert.equal(await reading(page), byPointer);
  await page.keyboard.press('ArrowLeft');
  assert.notEqual(await reading(page), byPointer);
  assert.equal(await page.locator('output.reading').getAttribute('aria-live'), 'polite');
});

test('a drag, and Enter twice, show the stretch; Back returns', options, async (t) => {
  const { url } = await stage(t, incident());
  const { page } = await visit(t, `${url}/target/mel-core?range=14d`);
  await live(page);
  const [from, to] = [await at(page, 0.5), await at(page, 0.75)];
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(to.x, to.y, { steps: 5 });
  assert.equal(await page.locator('.brush').isVisible(), true);
  await page.mouse.up();
  await page.waitForURL(/from=.*&to=/);
  await page.locator('.fixed').waitFor();
  const query = new URL(page.url()).searchParams;
  const length = Date.parse(query.get('to') ?? '') - Date.parse(query.get('from') ?? '');
  assert.ok(Math.abs(length - 3.5 * 86_400_000) < 3_600_000, `${length}`);
  assert.equal(query.get('range'), null);
  await page.locator('[data-plot]').focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  for (let step = 0; step < 3; step += 1) await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('Enter');
  await until(async () => !page.url().includes(query.get('to') ?? ''), 5000, 'the stretch marked by Enter is shown');
  await page.goBack();
  await page.goBack();
  assert.match(page.url(), /range=14d$/);
  await page.locator('.seg a[aria-current]', { hasText: '14 d' }).waitFor();
});

test('an address shows the same in a second browser in another zone', options, async (t) => {
  const { url } = await stage(t, incident());
  const { page } = await visit(t, `${url}/target/mel-core?range=7d`, { timezoneId: 'Europe/Berlin' });
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await live(page);
  await page.locator('#copy').click();
  await page.locator('#copy', { hasText: 'Copied' }).waitFor();
  const link = await page.evaluate<string>('navigator.clipboard.readText()');
  assert.match(link, /\/target\/mel-core\?from=\d{4}-[\dT:-]+Z&to=\d{4}-[\dT:-]+Z$/);
  const drawn = async (other: Page): Promise<unknown[]> => [
    await other.locator('.plot .c-median').getAttribute('d'),
    await other.locator('.plot .c-outer').getAttribute('d'),
    await other.locator('[data-plot]').getAttribute('data-from'),
    await other.locator('.tiles').innerText(),
  ];
  await page.goto(link);
  const here = await drawn(page);
  const times = await page.locator('.c-times text').allInnerTexts();
  const { page: sydney } = await visit(t, link, { timezoneId: 'Australia/Sydney' });
  await live(sydney);
  assert.deepEqual(await drawn(sydney), here);
  assert.deepEqual(await sydney.locator('.c-times text').allInnerTexts(), times, 'UTC unless asked otherwise');
  await sydney.locator('#tz').click();
  await sydney.waitForURL(/tz=local/);
  await sydney.locator('#tz', { hasText: 'GMT+11' }).waitFor();
  assert.deepEqual(await drawn(sydney), here, 'a zone changes words, not the drawing');
  const utc = Date.parse((await sydney.locator('#clock').getAttribute('datetime')) ?? '');
  const local = new Date(utc + 11 * 3_600_000).toISOString().slice(11, 19);
  assert.equal(await sydney.locator('#clock').innerText(), local);
  assert.match((await sydney.locator('nav a').first().getAttribute('href')) ?? '', /tz=local/);
});
