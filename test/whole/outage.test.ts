/** A link is cut under a whole agent: page, `/healthz` and events must say so within three seconds, and agree. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { browser, closeBrowser, noBrowser, visit } from '../browser/chromium.ts';
import { watchOutage } from '../browser/outage-watch.ts';
import { labFor, labSkip } from '../netns/lab.ts';
import { startAgent } from './running-agent.ts';

/** The budget is 3 s after the first lost packet, which at 1 Hz leaves up to a second after the cut; and this machine is shared. */
const LATEST_MS = 7000;

test('a cut link shows on the page, /healthz and in the events, with one beginning', {
  skip: labSkip('nft', 'curl') || noBrowser,
}, async (t) => {
  const lab = labFor(t);
  const [canary, far] = [lab.host('canary'), lab.host('far')];
  lab.link(canary, far, ['10.40.0.9/24'], ['10.40.0.1/24', '10.40.0.254/24']);
  const agent = startAgent(t, {
    host: canary,
    config: `sites: { mel-dc2: { critical: true, expect: { link: direct-connect } } }
targets:
  - { name: mel-core, site: mel-dc2, icmp: 10.40.0.1 }
  - { name: mel-fw, site: mel-dc2, icmp: 10.40.0.254 }
`,
  });
  await agent.snapshotWith('both up', ({ counts }) => counts.up === 2);
  assert.equal((await agent.get('/healthz')).status, 200);

  // The browser must be born where the agent listens.
  await closeBrowser();
  {
    using _inside = canary.enter();
    await browser();
  }
  t.after(closeBrowser);
  const { page, complaints } = await visit(t, `${agent.url}/`);
  const cutAt = Date.now();
  const seen = await watchOutage(page, 'mel-core', () => far.firewall('input', 'icmp type echo-request drop'));
  assert.equal((await agent.get('/healthz')).status, 503);
  for (const [what, after] of Object.entries(seen.afterMs)) assert.ok(after <= LATEST_MS, `${what} after ${after} ms`);
  assert.ok(seen.sameDocument, 'the page was loaded again');
  assert.deepEqual(complaints, []);

  const { events } = JSON.parse((await agent.get('/api/v1/events')).body) as {
    events: { at: number; kind: string; subject: string; to: string }[];
  };
  const down = events.find(({ kind, subject, to }) => kind === 'site' && subject === 'mel-dc2' && to === 'down');
  assert.ok(down, JSON.stringify(events));
  assert.ok(Math.abs(down.at - seen.since) <= 100, `${down.at} in the events, ${seen.since} on the page`);
  assert.ok(down.at - cutAt > -200 && down.at - cutAt < 2500, `it began ${down.at - cutAt} ms after the cut`);

  far.firewall('input');
  await agent.snapshotWith('answers again', ({ counts }) => counts.down === 0);
});
