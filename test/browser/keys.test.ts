/** Keys, filter, opening of sites in place: CONSOLE 4 "Keys". */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { incident } from '../fakes/console-incident.ts';
import { closeBrowser, live, noBrowser, visit } from './chromium.ts';
import { stage } from './stage.ts';

const options = { skip: noBrowser };
after(closeBrowser);

test(
  '/ filters while typing, the list follows, the address holds it, Escape empties and leaves it',
  options,
  async (t) => {
    const { url } = await stage(t, incident());
    const { page } = await visit(t, `${url}/`);
    await live(page);
    await page.keyboard.press('/');
    await page.keyboard.type('syd');
    await page.waitForURL(/q=syd/);
    await page.locator('tr[data-t="syd-core"]').waitFor();
    assert.deepEqual(await page.locator('.site-line h3').allInnerTexts(), ['syd-dc1']);
    assert.equal(await page.evaluate('document.activeElement.id'), 'q', 'typing goes on');
    await page.keyboard.press('Escape');
    assert.notEqual(await page.evaluate('document.activeElement.id'), 'q');
    await page.waitForURL((address) => !address.search.includes('q='));
    await page.locator('tr[data-t="mel-core"]').waitFor();
  },
);

test('j and k walk the rows, Enter opens, g and a letter go, [ and ] shift', options, async (t) => {
  const { url } = await stage(t, incident());
  const { page } = await visit(t, `${url}/`);
  await live(page);
  const focused = (): Promise<string> => page.evaluate<string>('document.activeElement.textContent');
  await page.keyboard.press('j');
  assert.equal(await focused(), 'mel-dc2');
  await page.keyboard.press('j');
  assert.equal(await focused(), 'mel-core');
  await page.keyboard.press('j');
  await page.keyboard.press('k');
  assert.equal(await focused(), 'mel-core');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/target\/mel-core/);
  await live(page);
  await page.keyboard.press('[');
  await page.locator('.fixed').waitFor();
  assert.match(page.url(), /from=.*Z&to=.*Z$/);
  await page.keyboard.press(']');
  await page.locator('.fixed').waitFor({ state: 'detached' });
  assert.match(page.url(), /range=1h$/);
  await page.keyboard.press('g');
  await page.keyboard.press('e');
  await page.waitForURL(/\/events/);
  await live(page);
  await page.keyboard.press('g');
  await page.keyboard.press('a');
  await page.waitForURL(/\/agent/);
});

test('? shows the keys; single keys can be switched off and stay off', options, async (t) => {
  const { url } = await stage(t, incident());
  const { page } = await visit(t, `${url}/`);
  await live(page);
  await page.keyboard.press('?');
  await page.locator('#help').waitFor();
  await page.locator('#single-keys').uncheck();
  await page.keyboard.press('Escape');
  await page.locator('#help').waitFor({ state: 'hidden' });
  await page.reload();
  await live(page);
  await page.keyboard.press('?');
  await page.keyboard.press('g');
  await page.keyboard.press('e');
  assert.equal(await page.locator('#help').isVisible(), false);
  assert.equal(new URL(page.url()).pathname, '/');
  await page.locator('#keys').click();
  assert.equal(await page.locator('#single-keys').isChecked(), false);
});

test('a site opens and shuts in place, keeps the focus, and the address says so', options, async (t) => {
  const { url } = await stage(t, incident());
  const { page } = await visit(t, `${url}/`);
  await live(page);
  const toggle = page.locator('[data-s="syd-dc1"] .toggle');
  assert.equal(await toggle.getAttribute('aria-expanded'), 'false');
  await toggle.focus();
  await page.keyboard.press('Enter');
  await page.locator('tr[data-t="erp"]').waitFor();
  assert.match(page.url(), /open=syd-dc1/);
  assert.equal(await page.evaluate(`document.activeElement.closest('[data-s]').dataset.s`), 'syd-dc1');
  await page.keyboard.press('Enter');
  await page.locator('tr[data-t="erp"]').waitFor({ state: 'detached' });
  await page.goBack();
  await page.locator('tr[data-t="erp"]').waitFor();
});

test('copying without a clipboard leaves the link in the address bar', options, async (t) => {
  const { url } = await stage(t, incident());
  const { page } = await visit(t, `${url}/`);
  await live(page);
  await page.evaluate(`Object.defineProperty(navigator, 'clipboard', { value: undefined })`);
  await page.locator('#copy').click();
  await page.waitForURL(/from=.*Z&to=.*Z/);
});
