/** The ICMP engine on a host whose interface cannot send as fast as is asked: this host's fault, not the network's. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { icmp } from './icmp-targets.ts';
import { labFor, labSkip } from './lab.ts';
import { probing } from './probing.ts';

const skip = labSkip('tc');

for (const [family, host] of [
  [4, '10.21.0.2'],
  [6, 'fd21::2'],
] as const) {
  test(`IPv${family}: what the interface’s full queue turns away is overload, counted, and no loss`, {
    skip,
  }, async (t) => {
    const lab = labFor(t);
    const [a, b] = [lab.host('a'), lab.host('b')];
    lab.link(a, b, ['10.21.0.1/24', 'fd21::1/64'], ['10.21.0.2/24', 'fd21::2/64']);
    a.run(['tc', 'qdisc', 'add', 'dev', 'to-b', 'root', 'tbf', 'rate', '16kbit', 'burst', '2kb', 'limit', '2kb']);
    const run = probing(
      t,
      a,
      Array.from({ length: 4 }, () => icmp(host, { everyMs: 100, timeoutMs: 4000 })),
      40,
    );
    await run.finished(40);
    const kinds = run.all.map(({ outcome }) => ('code' in outcome ? `${outcome.kind} ${outcome.code}` : outcome.kind));
    assert.deepEqual(new Set(kinds), new Set(['reply', 'local overload']));
    const turnedAway = kinds.filter((kind) => kind === 'local overload').length;
    const { noBuffers, lateSends, now } = run.engine.status().overload;
    assert.ok(turnedAway > 20 && noBuffers > 20, `${turnedAway}, ${noBuffers}`);
    assert.ok(
      noBuffers <= turnedAway && turnedAway <= noBuffers + lateSends,
      `${turnedAway}, ${noBuffers}, ${lateSends}`,
    );
    assert.ok(now);
  });
}
