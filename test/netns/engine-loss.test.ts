/** The ICMP engine on links that lose, double, delay and reorder. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Singleton } from '../../agent/measure/singleton.ts';
import { probeClock } from '../../agent/probe/clock.ts';
import { Observer } from '../../agent/verdict/observer.ts';
import type { CanaryEvent } from '../../agent/verdict/snapshot.ts';
import { icmp } from './icmp-targets.ts';
import { labSkip } from './lab.ts';
import { probing } from './probing.ts';
import { FAR4, FAR6, wanPath } from './wan-path.ts';

const skip = labSkip('nft', '/dev/net/tun');
const kinds = (probes: readonly Singleton[]): string[] => probes.map(({ outcome }) => outcome.kind);
const losses = (probes: readonly Singleton[]): number => kinds(probes).filter((kind) => kind === 'lost').length;

test('exactly every tenth packet dropped is exactly every tenth probe lost', { skip }, async (t) => {
  const { sender, far } = await wanPath(t);
  far.firewall('input', 'icmp type echo-request numgen inc mod 10 4 drop');
  const run = probing(t, sender, [icmp(FAR4, { everyMs: 30, timeoutMs: 400 })], 100);
  await run.finished(100);
  // A busy machine may leave a probe out, which says so (`local`): what nftables counted are those that were sent.
  const sent = run.of(0).filter(({ outcome }) => outcome.kind !== 'local');
  const lost = sent.flatMap(({ outcome }, index) => (outcome.kind === 'lost' ? [index] : []));
  assert.deepEqual(
    lost,
    [4, 14, 24, 34, 44, 54, 64, 74, 84, 94].filter((index) => index < sent.length),
  );
  assert.ok(sent.length > 50, `${sent.length} sent`);
});

test('what a random 5 % loses is what is counted', { skip }, async (t) => {
  const { sender, router } = await wanPath(t);
  router.firewall(
    'forward',
    'icmp type echo-request numgen random mod 100 < 5 counter drop',
    'icmpv6 type echo-request numgen random mod 100 < 5 counter drop',
  );
  const options = { everyMs: 20, timeoutMs: 300 };
  const run = probing(t, sender, [icmp(FAR4, options), icmp(FAR6, options)], 400);
  await run.finished(400);
  const dropped = [...router.run(['nft', 'list', 'ruleset']).matchAll(/counter packets (\d+)/g)].map((m) =>
    Number(m[1]),
  );
  assert.deepEqual([losses(run.of(0)), losses(run.of(1))], dropped, JSON.stringify(run.engine.status()));
  assert.ok(
    dropped.every((n) => n > 4 && n < 50),
    `${dropped}`,
  );
});

test('an outage of 3.7 s is told to a tenth of a second, by the probes and by the verdict', { skip }, async (t) => {
  const { sender, link } = await wanPath(t, { both: { delayMs: 5 } });
  const target = icmp(FAR4, { everyMs: 20, timeoutMs: 200 });
  let events = 0;
  const observer = new Observer({ nextEventId: () => ++events });
  const site = { name: target.site, cidrs: [], critical: true, expect: { link: null, mtu: null } };
  observer.setTargets([site], [{ id: 0, target }]);
  const told: CanaryEvent[] = [];
  const clock = probeClock();
  const ticker = setInterval(() => told.push(...observer.tick(clock.mono(), clock.wall()).events), 200);
  t.after(() => clearInterval(ticker));

  const run = probing(t, sender, [target], undefined, observer);
  await run.finished(100);
  await link.setBoth({ loss: 1 });
  const [beganMono, beganWall] = [clock.mono(), clock.wall()];
  await new Promise((resolve) => setTimeout(resolve, 3700));
  await link.setBoth({ loss: 0 });
  const lasted = clock.mono() - beganMono;
  await run.finished(run.of(0).length + 50);
  const probes = run.judged(0);
  const first = probes.findIndex(({ outcome }) => outcome.kind === 'lost');
  const end = probes.findIndex(({ outcome }, i) => i > first && outcome.kind === 'reply');
  assert.equal(losses(probes), end - first, 'one outage and no other loss');
  const outage = probes[end]!.sentMono - probes[first]!.sentMono;
  assert.ok(Math.abs(outage - lasted) < 100, `an outage of ${lasted} ms was seen as ${outage} ms`);

  const isOver = ({ kind, from }: CanaryEvent): boolean => kind === 'target' && from === 'down';
  for (let waited = 0; waited < 50 && !told.some(isOver); waited++) await new Promise((r) => setTimeout(r, 200));
  const down = told.find(({ kind, to }) => kind === 'target' && to === 'down');
  const over = told.find(isOver);
  assert.ok(down !== undefined && over !== undefined, JSON.stringify(told));
  assert.ok(Math.abs(down.at - beganWall) <= 200, `began ${down.at - beganWall} ms off: ${down.text}`);
  assert.ok(Math.abs(over.lastedMs! - lasted) <= 100, `an outage of ${lasted} ms was told as ${over.lastedMs} ms`);
});

test('duplicates are notes, not replies', { skip }, async (t) => {
  const { sender, link } = await wanPath(t, { back: { duplicate: 0.3 }, both: { delayMs: 2 } });
  const run = probing(t, sender, [icmp(FAR4, { everyMs: 20 })], 100);
  await run.finished(100);
  const { back } = await link.stats();
  assert.ok(back.duplicated > 10, `${back.duplicated}`);
  assert.ok(run.judged(0).every(({ outcome }) => outcome.kind === 'reply'));
  assert.equal(run.notes.filter(({ kind }) => kind === 'duplicate').length, back.duplicated);
  assert.equal(run.notes.length, back.duplicated);
});

test('a reply overtaken by a later one is reordered', { skip }, async (t) => {
  const { sender, link } = await wanPath(t, { forth: { reorder: 0.1, reorderByMs: 100 } });
  const run = probing(t, sender, [icmp(FAR4, { everyMs: 20 })], 200);
  await run.finished(200);
  const { reordered } = (await link.stats()).forth;
  const held = run.of(0).filter(({ outcome }) => outcome.kind === 'reply' && outcome.rttMs >= 100);
  assert.ok(reordered > 5, `${reordered} held back`);
  // a busy machine may have held back a few more, or have had no time for a few
  assert.ok(Math.abs(held.length - reordered) <= reordered / 4, `${held.length} slow, ${reordered} held back`);
  // one held back is overtaken unless those behind it were held back too, or none came
  const seen = run.of(0).filter((probe) => probe.reordered);
  assert.ok(seen.length >= reordered * 0.7, `${seen.length} of ${reordered}`);
  assert.ok(seen.filter((probe) => held.includes(probe)).length >= seen.length * 0.8, 'the slow ones are overtaken');
});

test('a reply after its timeout is late and the probe stays lost', { skip }, async (t) => {
  const { sender, link } = await wanPath(t, { both: { delayMs: 5 } });
  const run = probing(t, sender, [icmp(FAR4, { everyMs: 50, timeoutMs: 100 })]);
  await run.finished(5);
  const before = run.of(0).length;
  await link.setBoth({ delayMs: 150 });
  await run.finished(before + 20);
  await new Promise((resolve) => setTimeout(resolve, 500));
  const late = run.notes.filter(({ kind }) => kind === 'late');
  assert.ok(late.length >= 15, `${late.length} late`);
  assert.ok(
    late.every(({ rttMs }) => rttMs !== null && rttMs >= 300 && rttMs < 500),
    `${late.map((n) => n.rttMs)}`,
  );
  const lateOnes = new Set(late.map(({ sequence }) => sequence));
  assert.ok(run.of(0).every(({ sequence, outcome }) => !lateOnes.has(sequence) || outcome.kind === 'lost'));
});
