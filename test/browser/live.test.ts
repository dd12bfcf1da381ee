/** CONSOLE 8.7 and the live half of 8.3: what changes without a reload, what is said when nothing comes. */
import assert from 'node:assert/strict';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, type TestContext, test } from 'node:test';
import type { Page } from 'playwright-core';
import type { Snapshot, TargetView } from '../../agent/verdict/snapshot.ts';
import type { VpcView } from '../../agent/verdict/vpc-view.ts';
import { allUp, many } from '../fakes/console.ts';
import { NOW } from '../fakes/console-parts.ts';
import { fakeStatistics } from '../fakes/statistics.ts';
import { quietVpc, troubledVpc } from '../fakes/vpc.ts';
import { closeBrowser, live, noBrowser, visit } from './chromium.ts';
import { watchOutage } from './outage-watch.ts';
import { stage } from './stage.ts';

const options = { skip: noBrowser };
after(closeBrowser);

const status = (page: Page, text: RegExp, timeout: number): Promise<void> =>
  page.locator('#live', { hasText: text }).waitFor({ timeout });

function withTarget(snapshot: Snapshot, name: string, change: Partial<TargetView>): Snapshot {
  return {
    ...snapshot,
    targets: snapshot.targets.map((target) => (target.name === name ? { ...target, ...change } : target)),
  };
}

const sampleOf = (p50: number | null, loss = p50 === null ? 1 : 0): Partial<TargetView> => {
  const sample = fakeStatistics({ p50, loss });
  return { last1s: sample, last10s: sample, last60s: sample };
};

/** mel-dc2 down since this moment, as the observer would say it. */
function cut(snapshot: Snapshot): Snapshot {
  const since = snapshot.at - 1500;
  const down = { state: 'down' as const, since, reasons: [{ code: 'lost', text: 'no reply' }], ...sampleOf(null) };
  const names = snapshot.targets.filter(({ site }) => site === 'mel-dc2').map(({ name }) => name);
  const targets = names.reduce((changed, name) => withTarget(changed, name, down), snapshot);
  return {
    ...targets,
    counts: { up: 9, degraded: 0, down: 4, unknown: 0 },
    sites: snapshot.sites.map((site) =>
      site.name === 'mel-dc2' ? { ...site, state: 'down', since, bestRttMs: null } : site,
    ),
    verdict: {
      ...snapshot.verdict,
      state: 'down',
      headline: 'mel-dc2 is unreachable',
      since,
      label: 'Down · critical site',
    },
  };
}

test('numbers change within a second or two, without another request for the page', options, async (t) => {
  const theatre = await stage(t, allUp());
  const { page, complaints } = await visit(t, `${theatre.url}/`);
  await live(page);
  const requests: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  theatre.play((snapshot) => withTarget(snapshot, 'mel-core', sampleOf(13.7, 0.1)));
  const row = page.locator('tr[data-t="mel-core"]');
  await row.locator('[data-c=rtt]', { hasText: '13.7' }).waitFor({ timeout: 4000 });
  assert.equal(await row.locator('[data-c=loss]').innerText(), '10');
  assert.match((await row.locator('[data-c=loss]').getAttribute('class')) ?? '', /over/);
  theatre.play((snapshot) => withTarget(snapshot, 'mel-core', sampleOf(null)));
  await row.locator('[data-c=rtt]', { hasText: 'was 11.2' }).waitFor({ timeout: 4000 });
  theatre.play((snapshot) => snapshot);
  await row.locator('[data-c=rtt]', { hasText: /^11.2$/ }).waitFor({ timeout: 4000 });
  assert.deepEqual(requests, []);
  assert.deepEqual(complaints, []);
});

test(
  'a site goes down: verdict, row, title and icon change without reload, and it is said aloud',
  options,
  async (t) => {
    const theatre = await stage(t, allUp());
    const { page, complaints } = await visit(t, `${theatre.url}/`);
    let since: number | null = null;
    const seen = await watchOutage(page, 'mel-core', () => {
      const down = cut(theatre.latest());
      since = down.verdict.since;
      theatre.play((snapshot) => ({ ...down, at: snapshot.at, sequence: snapshot.sequence }));
    });
    assert.equal(seen.sameDocument, true);
    assert.equal(seen.since, since);
    for (const [what, ms] of Object.entries(seen.afterMs)) assert.ok(ms < 10_000, `${what} after ${ms} ms`);
    assert.match(await page.title(), /^■ mel-dc2 is unreachable/);
    await page.locator('#say', { hasText: 'mel-dc2 is unreachable' }).waitFor({ state: 'attached', timeout: 3000 });
    theatre.play((snapshot) => snapshot);
    await page.locator('h1', { hasText: 'All 13 targets' }).waitFor({ timeout: 6000 });
    assert.match(await page.title(), /^● /);
    assert.deepEqual(complaints, []);
  },
);

test(
  'a subnet’s numbers are patched in place; a tunnel that falls redraws its section without reload',
  options,
  async (t) => {
    const scene = allUp();
    const quiet = quietVpc(NOW);
    const theatre = await stage(t, { ...scene, snapshot: { ...scene.snapshot, vpc: quiet } });
    const { page, complaints } = await visit(t, `${theatre.url}/vpc`);
    await live(page);
    await page.evaluate('window.sameDocument = true');
    const row = page.locator('[data-v="subnet-0f3a91c27be400000"]');
    const width = Number(await row.locator('[data-c=bar]').getAttribute('width'));
    const requests: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    const fuller = (vpc: VpcView): VpcView => ({
      ...vpc,
      subnets: vpc.subnets.map((one, index) =>
        index > 0 || one.use === null
          ? one
          : { ...one, use: { ...one.use, free: 75, ratio: 0.701, trend: 'full in 3 d at this rate' } },
      ),
    });
    theatre.play((snapshot) => ({ ...snapshot, vpc: snapshot.vpc ? fuller(snapshot.vpc) : null }));
    await row.locator('[data-c=use]', { hasText: '70.1 %' }).waitFor({ timeout: 4000 });
    assert.equal(await row.locator('[data-c=free]').innerText(), '75');
    assert.equal(await row.locator('[data-c=trend]').innerText(), 'full in 3 d at this rate');
    assert.ok(Number(await row.locator('[data-c=bar]').getAttribute('width')) > width);
    assert.deepEqual(requests, []);
    theatre.play((snapshot) => ({ ...snapshot, vpc: troubledVpc(snapshot.at) }));
    await page.locator('.inner', { hasText: 'IPSEC IS DOWN' }).waitFor({ timeout: 6000 });
    assert.equal(await page.evaluate('window.sameDocument'), true);
    assert.deepEqual(complaints, []);
  },
);

test('nothing moves under pointer or focus: the list waits, the verdict does not', options, async (t) => {
  const theatre = await stage(t, allUp());
  const { page } = await visit(t, `${theatre.url}/`);
  await live(page);
  await page.locator('tr[data-t="erp"]').hover();
  await page.evaluate(`window.row = document.querySelector('tr[data-t="erp"]')`);
  const down = cut(theatre.latest());
  theatre.play((snapshot) => ({ ...down, at: snapshot.at, sequence: snapshot.sequence }));
  await page.locator('h1', { hasText: 'mel-dc2 is unreachable' }).waitFor({ timeout: 5000 });
  assert.equal(await page.evaluate('window.row.isConnected'), true, 'the row under the pointer stayed');
  await page.mouse.move(600, 5);
  await page.locator('section.v-down .site-line', { hasText: 'mel-dc2' }).waitFor({ timeout: 4000 });
  assert.equal(await page.evaluate('window.row.isConnected'), false);
});

test(
  'the agent dies: within 6 s the page says so; it comes back and the page is live again by itself',
  options,
  async (t) => {
    const theatre = await stage(t, allUp());
    const { page } = await visit(t, `${theatre.url}/`);
    await live(page);
    await theatre.kill();
    await status(page, /^no data for \d+ s$/, 8000);
    assert.match(
      await page.locator('#stale').innerText(),
      /^No data from the agent for \d+ s\. What stands here is from \d\d:\d\d:\d\d; trying again by itself\. .*systemctl status vpc-canary/,
    );
    assert.match(await page.title(), /^\? /);
    assert.match((await page.locator('link[rel=icon]').getAttribute('href')) ?? '', /unknown\.svg/);
    await theatre.start();
    await status(page, /^live$/, 30_000);
    assert.equal(await page.locator('#stale').isVisible(), false);
    assert.match(await page.title(), /^● /);
    assert.match((await page.locator('link[rel=icon]').getAttribute('href')) ?? '', /up\.svg/);
  },
);

/** A proxy that answers 502 when told to, as load balancers do while their backend restarts. */
async function proxy(t: TestContext, port: number): Promise<{ readonly url: string; broken: boolean }> {
  const state = { url: '', broken: false };
  const server = createServer((request, response) => {
    if (state.broken) return void response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad gateway</h1>');
    const onward = httpRequest(
      { host: '127.0.0.1', port, path: request.url ?? '/', headers: request.headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
        answer.on('error', () => response.destroy());
      },
    );
    onward.on('error', () => response.writeHead(502).end());
    response.on('close', () => onward.destroy());
    request.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  state.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return state;
}

test(
  'a proxy answers 502 for a while: the page holds what it has and is live again within 30 s',
  options,
  async (t) => {
    const theatre = await stage(t, allUp());
    const between = await proxy(t, theatre.port);
    const { page } = await visit(t, `${between.url}/`);
    await live(page);
    between.broken = true;
    await theatre.kill();
    await status(page, /^no data/, 9000);
    await theatre.start();
    await page.waitForTimeout(4000);
    assert.match(await page.locator('h1').innerText(), /All 13 targets/, 'the page of the proxy is not taken for ours');
    between.broken = false;
    await status(page, /^live$/, 30_000);
  },
);

test('five minutes hidden without the network: fresh at once on return, not at the next try', options, async (t) => {
  const theatre = await stage(t, allUp());
  const { page } = await visit(t, `${theatre.url}/`, {}, (fresh) => fresh.clock.install());
  await live(page);
  const hide = (hidden: boolean): Promise<unknown> =>
    page.evaluate(`Object.defineProperty(document, 'hidden', { value: ${hidden}, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'))`);
  await hide(true);
  // From here timers run only when told to: what is fresh afterwards is so by the return alone.
  await page.clock.pauseAt(Date.now() + 1000);
  await page.context().setOffline(true);
  const down = cut(theatre.latest());
  theatre.play((snapshot) => ({ ...down, at: snapshot.at, sequence: snapshot.sequence }));
  for (let second = 0; second < 300; second += 10) await page.clock.runFor(10_000);
  await status(page, /^no data for 30\d s$/, 3000);
  assert.match(await page.locator('h1').innerText(), /All 13 targets/);
  await page.context().setOffline(false);
  await hide(false);
  await page.locator('h1', { hasText: 'mel-dc2 is unreachable' }).waitFor({ timeout: 3000 });
  await status(page, /^live$/, 3000);
  assert.equal(await page.locator('#stale').isVisible(), false);
  assert.match(await page.title(), /^■ mel-dc2/);
});

test('with all streams taken the page still follows, as snapshots', options, async (t) => {
  const theatre = await stage(t, many(40, false));
  const held = await Promise.all(Array.from({ length: 20 }, () => fetch(`${theatre.url}/api/v1/stream`)));
  const { page } = await visit(t, `${theatre.url}/`);
  await page.waitForTimeout(9000);
  await status(page, /^snapshot$/, 2000);
  assert.equal(await page.locator('#stale').isVisible(), false);
  await Promise.all(held.map((response) => response.body?.cancel()));
  await status(page, /^live$/, 15_000);
});
