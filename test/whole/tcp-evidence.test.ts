/**
 * What the host's own TCP connections say of a site, in a whole agent with real traffic: pings that are filtered while
 * connections move data are no outage, and connections that retransmit more than they use to are trouble that pings
 * do not show.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FlowsView } from '../../agent/verdict/flows-view.ts';
import type { Snapshot } from '../../agent/verdict/snapshot.ts';
import { labFor, labSkip } from '../netns/lab.ts';
import { startAgent } from './running-agent.ts';

/** What is usual is known after two minutes of traffic (flow/groups-health.ts); more for a slow machine. */
const LEARNT_MS = 135_000;

const NO_PING = 'ip daddr 10.40.0.1 icmp type echo-request drop';
const LOSS = 'ip daddr 10.50.0.1 meta l4proto tcp numgen random mod 12 0 drop';

test('ping filtered and TCP healthy is not down; TCP that retransmits above its usual is degraded with pings fine', {
  skip: labSkip('nft', 'curl'),
}, async (t) => {
  const lab = labFor(t);
  const [canary, router, syd, mel] = [lab.host('canary'), lab.router('r'), lab.host('syd'), lab.host('mel')];
  lab.link(canary, router, ['10.1.0.9/24'], ['10.1.0.254/24']);
  lab.link(router, syd, ['10.40.0.254/24'], ['10.40.0.1/24']);
  lab.link(router, mel, ['10.50.0.254/24'], ['10.50.0.1/24']);
  canary.ip('route add default via 10.1.0.254');
  syd.ip('route add default via 10.40.0.254');
  mel.ip('route add default via 10.50.0.254');
  for (const host of [syd, mel]) {
    const server = host.spawn([process.execPath, 'test/netns/load/server.cjs']);
    await once(server.stdout!, 'data');
  }
  const agent = startAgent(t, {
    host: canary,
    config: `sites:
  syd-dc1: { cidrs: [10.40.0.0/16], critical: true }
  mel-dc2: { cidrs: [10.50.0.0/16], critical: true }
targets:
  - { name: syd-core, site: syd-dc1, icmp: 10.40.0.1 }
  - { name: mel-core, site: mel-dc2, icmp: 10.50.0.1 }
flows: { every: 1s }
`,
  });
  await agent.snapshotWith('both up', ({ counts }) => counts.up === 2);
  // 24 connections that send and echo five times a second.
  canary.spawn([process.execPath, 'test/netns/load/client.cjs', 'none', '24', '10.40.0.1', '10.50.0.1']);
  const began = performance.now();
  const site = (snapshot: Snapshot, name: string) => snapshot.sites.find((one) => one.name === name);

  await agent.until('flows', async () => {
    const { open } = JSON.parse((await agent.get('/api/v1/flows')).body) as FlowsView;
    return open === 24;
  });
  router.firewall('forward', NO_PING);
  const filtered = await agent.snapshotWith('no ping', (snapshot) => site(snapshot, 'syd-dc1')?.state !== 'up');
  // Nothing is known of it by ping, so it is not up; that it is down is known to be wrong.
  assert.equal(site(filtered, 'syd-dc1')?.state, 'unknown', JSON.stringify(site(filtered, 'syd-dc1')));
  const text = /answers no ping.*but its TCP is healthy \(\d+ flows?\).*filtered or rate-limited, not down/;
  assert.match(JSON.stringify(filtered.verdict), text);
  const health = await agent.get('/healthz');
  assert.match(health.body, text);
  assert.equal(health.status, 200, 'a critical site is not down');

  await sleep(Math.max(0, LEARNT_MS - (performance.now() - began)));
  assert.equal(site(await agent.snapshot(), 'mel-dc2')?.state, 'up');
  router.firewall('forward', NO_PING, LOSS);
  const bad = await agent.snapshotWith('it retransmits', (snapshot) => site(snapshot, 'mel-dc2')?.state === 'degraded');
  const mel2 = site(bad, 'mel-dc2');
  assert.match(JSON.stringify(mel2?.reasons), /retransmit/);
  const core = bad.targets.find(({ name }) => name === 'mel-core');
  assert.equal(core?.state, 'up', 'its pings are fine');
  assert.match((await agent.get('/healthz?site=mel-dc2')).body, /retransmit/);
  // With the loss gone it is well again, and ping that is let through ends the other.
  router.firewall('forward');
  await agent.snapshotWith('answers again', (snapshot) => site(snapshot, 'syd-dc1')?.reasons.length === 0);
});
