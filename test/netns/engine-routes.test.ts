/** Where the ICMP engine's packets leave: interfaces by choice, link-local addresses, the longest packet there is. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { icmp } from './icmp-targets.ts';
import { labFor, labSkip } from './lab.ts';
import { probing } from './probing.ts';

const skip = labSkip();

/** TTLs of the replies; probes left out on a busy machine are no matter here. */
const ttls = (run: ReturnType<typeof probing>, target: number): Set<number | null> =>
  new Set(run.judged(target).map(({ outcome }) => (outcome.kind === 'reply' ? outcome.replyTtl : null)));

test('the same address through two interfaces is two hosts', { skip }, async (t) => {
  const lab = labFor(t);
  const [a, b, c] = [lab.host('a'), lab.host('b'), lab.host('c')];
  lab.link(a, b, ['10.31.0.1/24', 'fd31::1/64'], ['10.31.0.2/24', 'fd31::2/64', 'fe80::2/64']);
  lab.link(a, c, ['10.31.0.1/24', 'fd31::1/64'], ['10.31.0.2/24', 'fd31::2/64', 'fe80::2/64']);
  // Told apart by the TTL of their replies.
  b.sysctl({ 'ipv4.ip_default_ttl': 50, 'ipv6.conf.all.hop_limit': 50, 'ipv6.conf.to-a.hop_limit': 50 });
  c.sysctl({ 'ipv4.ip_default_ttl': 70, 'ipv6.conf.all.hop_limit': 70, 'ipv6.conf.to-a.hop_limit': 70 });
  const targets = [
    icmp('10.31.0.2', { interface: 'to-b' }),
    icmp('10.31.0.2', { interface: 'to-c' }),
    icmp('fd31::2', { interface: 'to-b' }),
    icmp('fd31::2', { interface: 'to-c', source: 'fd31::1' }),
    icmp('fe80::2%to-b'),
    icmp('fe80::2%to-c'),
  ];
  const run = probing(t, a, targets, 5);
  await run.finished(5);
  for (const index of targets.keys()) {
    assert.deepEqual(ttls(run, index), new Set([index % 2 === 0 ? 50 : 70]), `target ${index}`);
  }
});

test('the longest packets there are go and come in fragments, beside short ones', { skip }, async (t) => {
  const lab = labFor(t);
  const [a, b] = [lab.host('a'), lab.host('b')];
  lab.link(a, b, ['10.31.1.1/24', 'fd31:1::1/64'], ['10.31.1.2/24', 'fd31:1::2/64']);
  const targets = ['10.31.1.2', 'fd31:1::2'].flatMap((host) => [icmp(host, { size: 65_000 }), icmp(host)]);
  const run = probing(t, a, targets, 5);
  await run.finished(5);
  for (const index of targets.keys()) assert.deepEqual(ttls(run, index), new Set([64]), `target ${index}`);
  assert.deepEqual(run.notes, []);
});
