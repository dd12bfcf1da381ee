import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noteLine, opening, type Pinged, paragraph, probeLine, table } from '../../../agent/commands/ping/report.ts';
import { Tally } from '../../../agent/commands/ping/tally.ts';
import type { Outcome, Singleton } from '../../../agent/measure/singleton.ts';

const singleton = (sequence: number, outcome: Outcome, reordered = false): Singleton => ({
  target: 1,
  sequence,
  sentMono: sequence * 1000,
  sentWall: 0,
  outcome,
  reordered,
});
const reply = (rttMs: number, timing: 'kernel' | 'user' = 'kernel'): Outcome => ({
  kind: 'reply',
  rttMs,
  timing,
  errorBarMs: 0.01,
  replyTtl: 60,
});
const TOO_BIG: Outcome = {
  kind: 'error',
  code: 'fragmentation-needed',
  text: 'fragmentation needed, next-hop MTU 1400',
  from: '10.0.0.1',
  mtu: 1400,
};
function pinged(host: string, ...outcomes: Outcome[]): Pinged {
  const tally = new Tally();
  for (const [i, outcome] of outcomes.entries()) tally.add(singleton(i, outcome));
  return { host, address: '10.0.0.9', problem: null, tally };
}

test('a line for every probe says what became of it', () => {
  const target = pinged('erp.corp.example');
  const name = 'erp.corp.example (10.0.0.9)';
  const line = (outcome: Outcome, reordered = false): string => probeLine(target, singleton(7, outcome, reordered), 56);
  assert.equal(line(reply(20.0344)), `64 bytes from ${name}: seq=7 ttl=60 time=20.034 ms`);
  assert.match(line(reply(20, 'user'), true), /time=20\.000 ms \(user-space clock\) \(reordered\)$/);
  assert.equal(line({ kind: 'lost' }), `${name}: seq=7 no reply`);
  assert.equal(line(TOO_BIG), `${name}: seq=7 fragmentation needed, next-hop MTU 1400, from 10.0.0.1`);
  assert.equal(
    line({ kind: 'local', code: 'no-route', text: 'network unreachable' }),
    `${name}: seq=7 not judged: network unreachable`,
  );
  assert.equal(
    noteLine(target, { target: 1, sequence: 3, kind: 'late', rttMs: 1200, atMono: 0 }),
    `${name}: seq=3 late reply after 1200.000 ms`,
  );
});

test('the paragraph of one target has all that is known and nothing else', () => {
  const target = pinged('10.0.0.9', reply(10), reply(12), TOO_BIG, TOO_BIG, { kind: 'lost' }, reply(11, 'user'));
  target.tally.note({ target: 1, sequence: 0, kind: 'duplicate', rttMs: 1, atMono: 0 });
  assert.equal(
    paragraph(target, 5000),
    [
      '--- 10.0.0.9: 6 probes, 3 answered, 50 % loss, 5.0 s',
      'RTT ms     min 10.000  p50 11.000  p90 12.000  p99 12.000  max 12.000',
      '           mean 11.000  deviation 0.816',
      'jitter ms  0.180 (RFC 3550)  variation 1.000 (RFC 3393 median)',
      'longest loss burst: 3 probes',
      'replies: 1 duplicate',
      'errors: 2 × fragmentation needed, next-hop MTU 1400, from 10.0.0.1',
      'reply TTL: 60',
      '2 timed by kernel stamps, 1 by the user-space clock, ± 0.010 ms at worst',
    ].join('\n'),
  );
  assert.equal(
    paragraph(pinged('10.0.0.9', { kind: 'lost' }), 1000),
    '--- 10.0.0.9: 1 probe, 0 answered, 100 % loss, 1.0 s',
  );
});

test('many targets are a table with one line each and a total', () => {
  const unresolved: Pinged = { host: 'no.example', address: null, problem: 'no such name', tally: new Tally() };
  const lines = table([pinged('10.0.0.9', reply(10), reply(12)), pinged('b', { kind: 'lost' }), unresolved], 2000);
  assert.deepEqual(lines.split('\n').slice(0, 4), [
    'target        sent   loss     min     p50     p90     p99     max  jitter  TTL',
    '10.0.0.9         2    0 %  10.000  10.000  12.000  12.000  12.000   0.125   60',
    'b (10.0.0.9)     1  100 %       –       –       –       –       –       –    –',
    'no.example       0      –       –       –       –       –       –       –    –  no such name',
  ]);
  assert.equal(
    lines.split('\n').at(-1),
    '1 of 3 targets answered, 3 probes in 2.0 s; RTTs in ms, timed by kernel stamps on both ends, ± 0.010 ms',
  );
});

test('the first line says what will be done', () => {
  const one = [pinged('erp')];
  assert.equal(opening(one, 56, 200, 'raw ICMP'), 'ping erp (10.0.0.9): 56 bytes every 200 ms, raw ICMP');
  assert.match(opening([...one, ...one], 56, 1000, 'raw ICMP'), /^ping 2 targets: 56 bytes every 1 s/);
});
