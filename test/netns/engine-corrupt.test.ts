/** Replies that were damaged on the way: never an RTT, and never taken for a fault of this host. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { icmp } from './icmp-targets.ts';
import { labFor, labSkip } from './lab.ts';
import { probing } from './probing.ts';

const skip = labSkip('nft');

test('a reply with a wrong checksum is corrupt (IPv4) or dropped by the kernel (IPv6), and the probe is lost', {
  skip,
}, async (t) => {
  const lab = labFor(t);
  const [a, b] = [lab.host('a'), lab.host('b')];
  lab.link(a, b, ['10.32.0.1/24', 'fd32::1/64'], ['10.32.0.2/24', 'fd32::2/64']);
  b.firewall(
    'output',
    'icmp type echo-reply icmp sequence & 1 == 1 icmp checksum set 0x1234',
    'icmpv6 type echo-reply icmpv6 sequence & 1 == 1 icmpv6 checksum set 0x1234',
  );
  const options = { everyMs: 50, timeoutMs: 400 };
  const run = probing(t, a, [icmp('10.32.0.2', options), icmp('fd32::2', options)], 30);
  await run.finished(30);
  for (const index of [0, 1]) {
    const kinds = run.judged(index).map(({ outcome }) => outcome.kind);
    const lost = kinds.filter((kind) => kind === 'lost').length;
    assert.ok(lost >= kinds.length / 4 && lost <= (kinds.length * 3) / 4, kinds.join(' '));
    assert.ok(
      kinds.every((kind) => kind === 'lost' || kind === 'reply'),
      kinds.join(' '),
    );
    const corrupt = run.notes.filter(({ target, kind }) => target === index && kind === 'corrupt').length;
    assert.equal(corrupt, index === 0 ? lost : 0);
  }
  assert.equal(run.engine.status().overload.receiveOverflows, 0);
});
