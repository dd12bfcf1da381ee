/** The ICMP engine on this machine's own kernel, over loopback. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { effectiveCapabilities } from '../../agent/kernel/capabilities.ts';
import { systemIcmpEngine } from '../../agent/probe/icmp-system.ts';
import { fixedAddresses } from '../fakes/addresses.ts';
import { RecordingSink } from '../fakes/sink.ts';
import { icmpTarget } from '../fakes/targets.ts';

const skip = effectiveCapabilities()?.includes('CAP_NET_RAW') ? false : 'needs CAP_NET_RAW';

test('both loopback addresses answer, timed by the kernel on both ends', { skip }, async (t) => {
  const sink = new RecordingSink();
  const engine = systemIcmpEngine({ start: 'at-once', count: 5 }, fixedAddresses(), sink);
  t.after(() => engine.close());
  const hosts = ['127.0.0.1', '::1'];
  engine.setTargets(hosts.map((host, id) => ({ id, target: icmpTarget({ host, everyMs: 100 }) })));
  assert.deepEqual([engine.address(0), engine.address(1)], hosts);
  const outcomes = await sink.outcomes(10);
  const replies = outcomes.filter((outcome) => outcome.kind === 'reply');
  // On a machine that is busy with other tests a probe may be left out; that is said, and no loss.
  for (const outcome of outcomes) {
    assert.ok(outcome.kind === 'reply' || (outcome.kind === 'local' && outcome.code === 'overload'), outcome.kind);
  }
  assert.ok(replies.length >= 5);
  for (const reply of replies) {
    assert.equal(reply.timing, 'kernel');
    assert.equal(reply.replyTtl, 64);
    assert.ok(reply.rttMs > 0 && reply.rttMs < 100, `${reply.rttMs} ms`);
  }
  for (const id of [0, 1]) {
    const sequences = sink.singletons.filter(({ target }) => target === id).map(({ sequence }) => sequence);
    assert.deepEqual(sequences, [0, 1, 2, 3, 4]);
  }
  const { mode, timing, remedy, overload } = engine.status();
  assert.deepEqual([mode, timing, remedy, overload.receiveOverflows], ['raw', 'kernel', null, 0]);
  assert.deepEqual(sink.notes, []);
  assert.ok(sink.singletons.every(({ sentWall }) => Math.abs(sentWall - Date.now()) < 10_000));
});
