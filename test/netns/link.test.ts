import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Host, labFor, labSkip } from './lab.ts';
import { emulatedLink, type LinkOptions } from './link.ts';

const skip = labSkip('ping', '/dev/net/tun');

interface Ping {
  readonly received: number;
  readonly duplicates: number;
  readonly min: number;
  readonly avg: number;
  readonly max: number;
  readonly text: string;
}

/** iputils' own view of the link. */
function ping(host: Host, to: string, ...options: string[]): Ping {
  const text = host.run(['sh', '-c', `ping -i 0.01 ${options.join(' ')} ${to} 2>&1 || true`]);
  const [, min, avg, max] = /= ([\d.]+)\/([\d.]+)\/([\d.]+)\//.exec(text) ?? [];
  return {
    received: Number(/(\d+) received/.exec(text)?.[1]),
    duplicates: Number(/\+(\d+) duplicates/.exec(text)?.[1] ?? 0),
    min: Number(min),
    avg: Number(avg),
    max: Number(max),
    text,
  };
}

async function pair(t: Parameters<typeof labFor>[0], options: LinkOptions) {
  const lab = labFor(t);
  const [a, b] = [lab.host('a'), lab.host('b')];
  const addresses = [
    ['10.12.0.1/24', 'fd12::1/64'],
    ['10.12.0.2/24', 'fd12::2/64'],
  ] as const;
  const link = await emulatedLink(lab, a, b, ...addresses, options);
  return { lab, a, b, link };
}

test('delay is what was asked for, to a fraction of a millisecond, and can change', { skip }, async (t) => {
  const { a, link } = await pair(t, { forth: { delayMs: 15 }, back: { delayMs: 5 } });
  for (const to of ['10.12.0.2', 'fd12::2']) {
    const { received, min, avg } = ping(a, to, '-c50');
    assert.equal(received, 50);
    assert.ok(min >= 20 && min < 21, `${to}: least ${min} ms`);
    assert.ok(avg >= 20 && avg < 40, `${to}: mean ${avg} ms`);
  }
  await link.setBoth({ delayMs: 2 });
  const { min } = ping(a, '10.12.0.2', '-c50');
  assert.ok(min >= 4 && min < 5, `after the change: least ${min} ms`);
});

test('jitter spreads the delay', { skip }, async (t) => {
  const { a } = await pair(t, { both: { delayMs: 10 }, forth: { jitterMs: 4 } });
  const { min, max } = ping(a, '10.12.0.2', '-c200');
  assert.ok(min >= 16 && min < 17, `least ${min} ms`);
  assert.ok(max > 23, `most ${max} ms`);
});

test('loss and duplication are counted by both sides alike', { skip }, async (t) => {
  const { a, link } = await pair(t, { forth: { loss: 0.1 }, back: { duplicate: 0.2 } });
  const { received, duplicates } = ping(a, '10.12.0.2', '-c300', '-W1');
  const stats = await link.stats();
  assert.equal(received, 300 - stats.forth.lost);
  assert.equal(duplicates, stats.back.duplicated);
  assert.ok(stats.forth.lost > 10 && stats.forth.lost < 60, `${stats.forth.lost} lost`);
  assert.ok(duplicates > 25 && duplicates < 95, `${duplicates} twice`);
});

test('reordering lets later packets overtake', { skip }, async (t) => {
  const { a, link } = await pair(t, { forth: { reorder: 0.1, reorderByMs: 80 } });
  const { received, text } = ping(a, '10.12.0.2', '-c200');
  assert.equal(received, 200);
  const order = [...text.matchAll(/icmp_seq=(\d+)/g)].map((m) => Number(m[1]));
  const overtaken = order.filter((sequence, i) => order.slice(0, i).some((earlier) => earlier > sequence)).length;
  const { reordered } = (await link.stats()).forth;
  assert.ok(reordered > 5, `${reordered} held back`);
  assert.ok(overtaken >= reordered * 0.7 && overtaken <= reordered, `${overtaken} overtaken of ${reordered}`);
});

test('a rate takes its time for every byte', { skip }, async (t) => {
  // 1028-byte packets at 1 Mbit/s: 8.22 ms each way
  const { a } = await pair(t, { both: { rate: 1_000_000 } });
  const { min } = ping(a, '10.12.0.2', '-c10', '-s1000', '-i0.05');
  assert.ok(min >= 16.44 && min < 18, `least ${min} ms`);
});

test('a smaller MTU in the middle answers as a router, or fragments', { skip }, async (t) => {
  const { a, link } = await pair(t, { forth: { mtu: 1400 }, router: { v4: '10.12.0.7', v6: 'fd12::7' } });
  const big4 = ping(a, '10.12.0.2', '-c2', '-s1400', '-Mdo', '-W1');
  assert.match(big4.text, /From 10\.12\.0\.7 .*[Ff]rag needed.*mtu = 1400/);
  const big6 = ping(a, 'fd12::2', '-c2', '-s1400', '-Mdo', '-W1');
  assert.match(big6.text, /From fd12::7 .*Packet too big: mtu=1400/);
  assert.ok((await link.stats()).tooBig >= 2);
  a.ip('route flush cache');
  assert.equal(ping(a, '10.12.0.2', '-c3', '-s1400', '-Mdont').received, 3, 'fragments are put together again');
});

test('without a far host it answers echo requests itself', { skip }, async (t) => {
  const lab = labFor(t);
  const a = lab.host('a');
  const delay = { both: { delayMs: 5 } };
  await emulatedLink(lab, a, null, ['10.13.0.1/16', 'fd13::1/64'], [], delay);
  for (const to of ['10.13.77.9', 'fd13::77']) {
    const { received, min, text } = ping(a, to, '-c20');
    assert.equal(received, 20, text);
    assert.ok(min >= 10 && min < 11, `${to}: least ${min} ms`);
  }
});

test('it ends with its test', { skip }, async (t) => {
  const { link, a } = await pair(t, {});
  link.close();
  await assert.rejects(link.stats(), /the link emulator ended/);
  assert.throws(() => a.ip('link show to-b'));
});
