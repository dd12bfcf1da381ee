import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AddressChange } from '../../agent/probe/address-source.ts';
import type { NameService, Resolution } from '../../agent/probe/name-service.ts';
import { Resolver } from '../../agent/probe/resolver.ts';
import { FakeClock } from '../fakes/clock.ts';

/** Names answered by hand: each question stays open until the test answers it, or at once by a rule. */
class FakeNames implements NameService {
  readonly asked: { host: string; family: 4 | 6 | null }[] = [];
  readonly open: { host: string; settle: (resolution: Resolution) => void }[] = [];
  rule: ((host: string) => Resolution) | null = null;
  closed = false;
  most = 0;

  resolve(host: string, family: 4 | 6 | null): Promise<Resolution> {
    this.asked.push({ host, family });
    const answer = this.rule?.(host);
    if (answer !== undefined) return Promise.resolve(answer);
    return new Promise((settle) => {
      this.open.push({ host, settle });
      this.most = Math.max(this.most, this.open.length);
    });
  }

  close(): void {
    this.closed = true;
  }

  answer(resolution: Resolution): void {
    this.open.shift()?.settle(resolution);
  }
}

const found = (ttlSeconds: number | null, ...addresses: string[]): Resolution => ({
  ok: true,
  addresses,
  family: addresses[0]?.includes(':') ? 6 : 4,
  ttlSeconds,
});
const failed = (code: string, text: string): Resolution => ({ ok: false, code, text });

function make() {
  const clock = new FakeClock();
  const names = new FakeNames();
  const resolver = new Resolver({ names, clock, random: () => 0 });
  const changes: AddressChange[] = [];
  resolver.onChange((change) => changes.push(change));
  return { clock, names, resolver, changes };
}

test('a literal is known at once and nobody is asked', () => {
  const { names, resolver, changes } = make();
  resolver.want(1, '10.20.0.1', null);
  resolver.want(2, '2001:db8::1', 6);
  assert.equal(resolver.current(1).address, '10.20.0.1');
  assert.equal(resolver.current(1).family, 4);
  assert.equal(resolver.current(2).family, 6);
  assert.deepEqual([names.asked, changes], [[], []]);
});

test('nothing waits: before the first answer there is no address and no problem', () => {
  const { resolver } = make();
  resolver.want(1, 'erp.corp.example', null);
  assert.deepEqual([resolver.current(1).address, resolver.current(1).problem], [null, null]);
  assert.equal(resolver.current(99).address, null);
});

for (const [ttl, expected] of [
  [30, 30_000],
  [3600, 60_000],
  [0, 5_000],
  [null, 60_000],
] as const) {
  test(`with a TTL of ${ttl} s a name is resolved again after ${expected / 1000} s`, async () => {
    const { clock, names, resolver } = make();
    names.rule = () => found(ttl, '10.20.0.1');
    resolver.want(1, 'erp.corp.example', null);
    await clock.advance(expected - 1);
    assert.equal(names.asked.length, 1);
    await clock.advance(1);
    assert.equal(names.asked.length, 2);
  });
}

test('refreshes are spread by up to a tenth of the interval, never beyond it', async () => {
  const clock = new FakeClock();
  const names = new FakeNames();
  const resolver = new Resolver({ names, clock, random: () => 0.999 });
  names.rule = () => found(60, '10.20.0.1');
  resolver.want(1, 'erp.corp.example', null);
  await clock.advance(54_000);
  assert.equal(names.asked.length, 1);
  await clock.advance(100);
  assert.equal(names.asked.length, 2);
});

test('an address in use stays as long as it is among the answers; then the change is told, per target', async () => {
  const { clock, names, resolver, changes } = make();
  let answers = ['10.0.0.1', '10.0.0.2'];
  names.rule = () => found(10, ...answers);
  resolver.want(1, 'erp.corp.example', null);
  resolver.want(2, 'ERP.corp.example.', null);
  await clock.advance(0);
  answers = ['10.0.0.2', '10.0.0.1'];
  await clock.advance(10_000);
  assert.equal(resolver.current(1).address, '10.0.0.1', 'the order of answers moves nobody');
  answers = ['10.0.0.3', '10.0.0.2'];
  await clock.advance(10_000);
  assert.equal(resolver.current(2).address, '10.0.0.3');
  const at = FakeClock.EPOCH + 20_000;
  assert.deepEqual(changes, [
    { id: 1, host: 'erp.corp.example', from: null, to: '10.0.0.1', at: FakeClock.EPOCH },
    { id: 2, host: 'erp.corp.example', from: null, to: '10.0.0.1', at: FakeClock.EPOCH },
    { id: 1, host: 'erp.corp.example', from: '10.0.0.1', to: '10.0.0.3', at },
    { id: 2, host: 'erp.corp.example', from: '10.0.0.1', to: '10.0.0.3', at },
  ]);
  assert.equal(names.asked.length, 3, 'two targets with one name are one question');
});

test('a failing resolver keeps the last address and says who failed since when, until it works again', async () => {
  const { clock, names, resolver, changes } = make();
  names.rule = () => found(60, '10.0.0.1');
  resolver.want(1, 'erp.corp.example', null);
  await clock.advance(0);
  names.rule = () => failed('ETIMEOUT', 'no answer from DNS server 10.0.0.2');
  await clock.advance(60_000);
  const first = resolver.current(1);
  assert.equal(first.address, '10.0.0.1');
  assert.equal(
    first.problem,
    'resolving erp.corp.example has failed since 2026-01-01 00:01:00 UTC: no answer from DNS server 10.0.0.2; ' +
      'still using 10.0.0.1, resolved 2026-01-01 00:00:00 UTC',
  );
  await clock.advance(600_000);
  assert.equal(resolver.current(1).problem, first.problem, 'the text stands still while the cause lasts');
  assert.equal(resolver.current(1).problemSince, FakeClock.EPOCH + 60_000);
  names.rule = () => found(60, '10.0.0.1');
  await clock.advance(60_000);
  assert.equal(resolver.current(1).problem, null);
  assert.equal(resolver.current(1).problemSince, null);
  assert.equal(changes.length, 1, 'the same address is no change');
});

test('a name that never resolved has a problem and no address; it is tried after 5, 10, 20, 40, 60, 60 s', async () => {
  const { clock, names, resolver } = make();
  names.rule = () => failed('ENOTFOUND', 'no such name (NXDOMAIN) from DNS server 10.0.0.2');
  resolver.want(1, 'nowhere.example', null);
  const at: number[] = [];
  for (let second = 0; second <= 200; second++) {
    await clock.advance(second === 0 ? 0 : 1000);
    while (at.length < names.asked.length) at.push(second);
  }
  assert.deepEqual(at, [0, 5, 15, 35, 75, 135, 195]);
  assert.match(resolver.current(1).problem ?? '', /NXDOMAIN.*; no address is known$/);
});

test('thousands of names are asked for a few at a time, and each gets its turn', async () => {
  const { clock, names, resolver } = make();
  const count = 5000;
  for (let id = 0; id < count; id++) resolver.want(id, `host-${id}.example`, null);
  while (names.open.length > 0) {
    names.answer(found(60, '10.0.0.1'));
    await Promise.resolve().then(() => undefined);
    if (names.open.length === 0) await clock.advance(0);
  }
  assert.equal(names.asked.length, count);
  assert.ok(names.most <= 8, `${names.most} at once`);
  for (const id of [0, count / 2, count - 1]) assert.equal(resolver.current(id).address, '10.0.0.1');
});

test('a silent server for some names does not starve others for ever', async () => {
  const { clock, names, resolver } = make();
  for (let id = 0; id < 8; id++) resolver.want(id, `silent-${id}.example`, null);
  resolver.want(100, 'good.example', null);
  await clock.advance(59_000);
  assert.equal(names.asked.length, 8);
  await clock.advance(1_000);
  assert.ok(names.asked.some(({ host }) => host === 'good.example'));
  assert.match(resolver.current(0).problem ?? '', /no end after 60 s/);
});

test('what is no longer wanted is no longer asked for; wanting another name replaces the first', async () => {
  const { clock, names, resolver } = make();
  names.rule = () => found(5, '10.0.0.1');
  resolver.want(1, 'a.example', null);
  resolver.want(1, 'b.example', 6);
  resolver.want(2, 'c.example', null);
  await clock.advance(0);
  resolver.drop(2);
  names.asked.length = 0;
  await clock.advance(12_000);
  assert.deepEqual(names.asked, [
    { host: 'b.example', family: 6 },
    { host: 'b.example', family: 6 },
  ]);
});

test('a name dropped while it waited for its turn is not asked for', async () => {
  const { clock, names, resolver } = make();
  for (let id = 0; id < 9; id++) resolver.want(id, `host-${id}.example`, null);
  resolver.drop(8);
  names.answer(found(60, '10.0.0.1'));
  await clock.advance(0);
  assert.equal(names.asked.length, 8);
});

test('a target that changed its mind while its name was being resolved is told nothing of the old name', async () => {
  const { clock, names, resolver, changes } = make();
  resolver.want(1, 'a.example', null);
  resolver.want(1, '10.9.9.9', null);
  names.answer(found(60, '10.0.0.1'));
  await clock.advance(0);
  assert.deepEqual(changes, []);
  assert.equal(resolver.current(1).address, '10.9.9.9');
});

test('after close nothing is asked, no timer is left, late answers change nothing', async () => {
  const { clock, names, resolver, changes } = make();
  resolver.want(1, 'a.example', null);
  await clock.advance(0);
  resolver.close();
  assert.ok(names.closed);
  names.answer(found(60, '10.0.0.1'));
  await clock.advance(0);
  assert.equal(clock.pending, 0);
  assert.deepEqual(changes, []);
});
