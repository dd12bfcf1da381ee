/** CONSOLE 8.9: what 200 targets weigh on the wire, and that a thousand can be used. Times are the bench's business. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { allUp, many } from '../fakes/console.ts';
import { NOW } from '../fakes/console-parts.ts';
import { largeVpc } from '../fakes/vpc.ts';
import { closeBrowser, live, noBrowser, until, visit } from './chromium.ts';
import { stage } from './stage.ts';

const options = { skip: noBrowser };
after(closeBrowser);

test('200 targets, all rows, everything: at most 60 KB; and the second visit only the page', options, async (t) => {
  const { url } = await stage(t, many(200, true));
  const { page } = await visit(t, 'about:blank');
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  let bytes = 0;
  let requests = 0;
  session.on('Network.loadingFinished', (event) => {
    bytes += event.encodedDataLength;
    requests += 1;
  });
  await page.goto(`${url}/?open=all`);
  await live(page);
  assert.ok(bytes > 10_000 && bytes <= 60_000, `${bytes} bytes`);
  assert.ok(requests <= 4, `${requests} requests: page, style, script, icon`);
  const first = bytes;
  await page.goto(`${url}/?open=all&range=24h`);
  await live(page);
  assert.ok(bytes - first < first, `${bytes - first} of ${first} bytes the second time`);
});

test(
  '300 subnets, all of them: at most 60 KB; without asking for all, those not well and a few',
  options,
  async (t) => {
    const scene = allUp();
    const { url } = await stage(t, { ...scene, snapshot: { ...scene.snapshot, vpc: largeVpc(NOW) } });
    const { page, complaints } = await visit(t, 'about:blank');
    const session = await page.context().newCDPSession(page);
    await session.send('Network.enable');
    let bytes = 0;
    session.on('Network.loadingFinished', (event) => {
      bytes += event.encodedDataLength;
    });
    await page.goto(`${url}/vpc?open=all`);
    await live(page);
    assert.equal(await page.locator('[data-v]').count(), 300);
    assert.ok(bytes > 10_000 && bytes <= 60_000, `${bytes} bytes`);
    await page.goto(`${url}/vpc`);
    await live(page);
    assert.equal(await page.locator('[data-v]').count(), 66, '60 that fill up, 6 that do not');
    assert.match(await page.locator('.rest').first().innerText(), /and \d+ (more below|up)/);
    await page.getByRole('link', { name: 'Show all 300 subnets' }).click();
    await page.locator('[data-v]').nth(299).waitFor();
    assert.deepEqual(
      complaints.filter((one) => /^(console|error)/.test(one)),
      [],
    );
  },
);

test(
  '200 targets, all rows: what is far below is laid out when it is come to, and found by keys',
  options,
  async (t) => {
    const { url } = await stage(t, many(200, true));
    const { page } = await visit(t, `${url}/?open=all`);
    await live(page);
    const laidOut = (): Promise<number> =>
      page.evaluate(
        `[...document.querySelectorAll('tr[data-t]')].filter((row) => row.checkVisibility({ contentVisibilityAuto: true })).length`,
      );
    const first = await laidOut();
    assert.ok(first >= 20 && first < 120, `${first} of 200 rows`);
    const last = "document.querySelector('[data-t=site-19-host-0199]')";
    assert.equal(await page.evaluate(`${last}.checkVisibility({ contentVisibilityAuto: true })`), false);
    await page.evaluate(`${last}.querySelector('a').focus()`);
    const seen = (): Promise<boolean> => page.evaluate(`${last}.checkVisibility({ contentVisibilityAuto: true })`);
    await until(seen, 2000, 'the row that has the focus');
    await page.emulateMedia({ media: 'print' });
    const sheet = await page.pdf({ format: 'A4' });
    assert.ok((sheet.toString('latin1').match(/\/Type \/Page\b/g) ?? []).length >= 4, 'all of it is on paper');
  },
);

test('a thousand targets: a page of closed sites, one opened, one found', options, async (t) => {
  const { url } = await stage(t, many(1000, true));
  const { page, complaints } = await visit(t, `${url}/`);
  await live(page);
  assert.ok((await page.evaluate<number>(`document.querySelectorAll('*').length`)) < 2500);
  await page.locator('[data-s="site-07"] .toggle').click();
  await page.locator('[data-s="site-07"] .toggle[aria-expanded=true]').waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('host-0423');
  await page.locator('tr[data-t="site-03-host-0423"]').waitFor();
  await page.locator('tr[data-t]').nth(1).waitFor({ state: 'detached' });
  assert.deepEqual(await page.locator('tr .name a').allInnerTexts(), ['site-03-host-0423']);
  assert.deepEqual(complaints, []);
});
