/** CONSOLE 8: 1 (no complaint, no foreign request), 2 (script off), 10 (hostile names), 12 (one headline). */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { sentence } from '../../agent/verdict/sentence.ts';
import { allUp, HOSTILE_NAMES, hostile, noPrivilege } from '../fakes/console.ts';
import { degraded, incident } from '../fakes/console-incident.ts';
import { NOW } from '../fakes/console-parts.ts';
import { halfSeenVpc, troubledVpc } from '../fakes/vpc.ts';
import { ask } from '../web/client.ts';
import { closeBrowser, live, noBrowser, sideways, visit } from './chromium.ts';
import { stage } from './stage.ts';
import { THEMES, VIEWS } from './views.ts';

const options = { skip: noBrowser };
after(closeBrowser);

test('no console message, CSP report or request elsewhere, on every view in both themes', options, async (t) => {
  const { url } = await stage(t, incident());
  for (const colorScheme of THEMES) {
    const { page, complaints } = await visit(t, `${url}/`, { colorScheme });
    for (const [name, address] of Object.entries(VIEWS)) {
      await page.goto(url + address);
      await live(page);
      await page.keyboard.press('j');
      await page.mouse.move(700, 500);
      await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
      await page.waitForTimeout(200);
      assert.deepEqual(complaints, [], `${name}, ${colorScheme}`);
    }
  }
});

test('without script the page is whole: verdict, chain, sites, charts, events, ranges, filter', options, async (t) => {
  const { url } = await stage(t, incident());
  const { page, complaints } = await visit(t, `${url}/`, { javaScriptEnabled: false });
  assert.match(await page.locator('h1').innerText(), /^mel-dc2 is unreachable\s+since [\d :.Nov]+, 12 min \d+ s$/);
  assert.equal(await page.locator('.chain li').count(), 5);
  assert.equal(await page.locator('.site').count(), 5);
  assert.ok((await page.locator('svg.bar').count()) > 5);
  assert.ok((await page.locator('.events li').count()) > 3);
  assert.match(await page.locator('.live').innerText(), /^snapshot\s[\d:]{8}\sUTC$/);
  assert.equal(
    await page.locator('button:visible').count(),
    1,
    'the filter’s own button, hidden until focused, and no dead one',
  );
  await page.getByRole('link', { name: '14 d', exact: true }).click();
  assert.match(page.url(), /\?range=14d$/);
  await page.locator('#q').fill('payroll');
  await page.locator('#q').press('Enter');
  assert.match(page.url(), /q=payroll/);
  assert.match(page.url(), /range=14d/);
  assert.deepEqual(await page.locator('tr .name a').allInnerTexts(), ['payroll']);
  await page.getByRole('link', { name: 'payroll' }).click();
  assert.equal(await page.locator('.plot .c-median').count(), 1);
  await page.getByRole('link', { name: 'Table', exact: true }).click();
  assert.ok((await page.locator('table.figures tbody tr').count()) > 40);
  await page.getByRole('link', { name: 'Events', exact: true }).click();
  await page.locator('select[name=site]').selectOption('akl-branch');
  await page.getByRole('button', { name: 'Show' }).click();
  assert.equal(await page.locator('.events li').count(), 1);
  await page.getByRole('link', { name: 'reload it every 10 s' }).click();
  assert.equal(await page.locator('meta[http-equiv=refresh]').getAttribute('content'), '10');
  assert.deepEqual(complaints, []);
});

test(
  'without script the VPC is whole: sections, statement to paste, a table that opens, ranges',
  options,
  async (t) => {
    const scene = incident();
    const half = { ...troubledVpc(NOW), parts: halfSeenVpc(NOW).parts };
    const { url } = await stage(t, { ...scene, snapshot: { ...scene.snapshot, vpc: half } });
    const { page, complaints } = await visit(t, `${url}/`, { javaScriptEnabled: false });
    await page.getByRole('link', { name: 'VPC', exact: true }).first().click();
    assert.deepEqual(await page.locator('main h2').allInnerTexts(), [
      'Not well',
      'Address space',
      'VPN tunnels',
      'Direct Connect',
      'Routes',
      'What changed',
      'Rules of the road',
    ]);
    assert.match(await page.locator('pre').last().innerText(), /"ec2:DescribeRouteTables"/);
    assert.equal(await page.locator('button:visible').count(), 0);
    await page.getByRole('link', { name: '8 routes of app' }).click();
    assert.match(page.url(), /open=rtb-07c1e5a9b3d2f4a61/);
    assert.equal(await page.locator('.route-list li').count(), 9);
    await page.getByRole('link', { name: '14 d', exact: true }).click();
    assert.match(page.url(), /range=14d/);
    assert.ok((await page.locator('[data-part="vpc-changes"] li').count()) >= 2);
    assert.deepEqual(complaints, []);
  },
);

test('hostile names are text: no script runs, no element appears, nothing overflows', options, async (t) => {
  const { url } = await stage(t, hostile());
  for (const width of [1280, 390]) {
    const views = ['/?open=all', ...HOSTILE_NAMES.map((name) => `/target/${encodeURIComponent(name)}`)];
    const { page, complaints } = await visit(t, `${url}/`, { viewport: { width, height: 900 } });
    for (const address of views) {
      await page.goto(url + address);
      await live(page);
      assert.deepEqual(complaints, [], address);
      assert.equal(await page.locator('img, body script').count(), 0);
      assert.equal(await page.evaluate(sideways), 0, `${address} at ${width}`);
    }
  }
  const { page } = await visit(t, `${url}/?open=all`);
  const names = await page.locator('tr .name a').allInnerTexts();
  for (const name of HOSTILE_NAMES) assert.ok(names.includes(name), name);
});

test('the headline has the same words on the page, in /prtg and in /healthz', options, async (t) => {
  for (const make of [allUp, incident, degraded, noPrivilege]) {
    const theatre = await stage(t, make());
    // A snapshot that stands still, or the age would be another second by the time the last is asked.
    const still = theatre.latest();
    theatre.play(() => still);
    const words = sentence(still.verdict, still.at);
    const { page } = await visit(t, `${theatre.url}/`, { javaScriptEnabled: false });
    assert.equal(`${await page.locator('h1').textContent()}.`.trim(), words);
    assert.ok((await ask(theatre, '/prtg')).text.includes(JSON.stringify(words).slice(1, -1)), `/prtg: ${words}`);
    assert.ok((await ask(theatre, '/healthz')).text.includes(JSON.stringify(words).slice(1, -1)), `/healthz: ${words}`);
    await theatre.kill();
  }
});
