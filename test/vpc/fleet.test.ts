/** 500 canaries in one account and region, before the bucket that EC2 gives each action. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AwsFailure } from '../../agent/aws/errors.ts';
import type { VpcClock } from '../../agent/vpc/poller.ts';
import { VpcWatch } from '../../agent/vpc/vpc-watch.ts';
import { HeapClock } from '../fakes/heap-clock.ts';
import { seeded } from '../fakes/random.ts';
import { association, FakeDoors, gateway, local, propagated, table, throttled, vif, vpn } from '../fakes/vpc-doors.ts';
import { EVERY, LIMITS, MINUTE, PLACE } from './rig.ts';

/** EC2's bucket for each action of an account and region. */
class Buckets {
  refused = 0;
  accepted = 0;
  /** Most calls of one action within a second. */
  peak = 0;
  readonly #clock: VpcClock;
  readonly #size: number;
  readonly #perSecond: number;
  readonly #buckets = new Map<string, { tokens: number; at: number; second: number; calls: number }>();

  constructor(clock: VpcClock, size: number, perSecond: number) {
    this.#clock = clock;
    this.#size = size;
    this.#perSecond = perSecond;
  }

  take(action: string): AwsFailure | null {
    const now = this.#clock.mono();
    const bucket = this.#buckets.get(action) ?? { tokens: this.#size, at: now, second: 0, calls: 0 };
    this.#buckets.set(action, bucket);
    bucket.tokens = Math.min(this.#size, bucket.tokens + ((now - bucket.at) / 1000) * this.#perSecond);
    bucket.at = now;
    const second = Math.floor(now / 1000);
    bucket.calls = second === bucket.second ? bucket.calls + 1 : 1;
    bucket.second = second;
    this.peak = Math.max(this.peak, bucket.calls);
    if (bucket.tokens < 1) {
      this.refused += 1;
      return throttled;
    }
    bucket.tokens -= 1;
    this.accepted += 1;
    return null;
  }
}

interface Fleet {
  readonly clock: HeapClock;
  readonly buckets: Buckets;
  readonly watches: readonly VpcWatch[];
}

/** All of them started in the same moment, as State Manager does. */
function fleet(count: number, size: number, perSecond: number, random: () => number): Fleet {
  const clock = new HeapClock();
  const buckets = new Buckets(clock, size, perSecond);
  const doors = new FakeDoors();
  doors.gateways = [gateway()];
  doors.vpns = [vpn('vpn-1')];
  doors.associations = [association()];
  doors.interfaces = [vif('dxvif-1')];
  doors.routeTables = [table([local(), propagated('10.20.0.0/16')])];
  doors.before = (method) => buckets.take(method);
  const watches = Array.from({ length: count }, () => {
    const features = {
      subnets: true,
      ipam: true,
      addresses: true,
      tunnels: true,
      'direct-connect': true,
      routes: true,
    };
    const watch = new VpcWatch({
      doors,
      place: PLACE,
      limits: LIMITS,
      every: EVERY,
      features,
      silenced: [],
      sites: () => [],
      clock,
      random,
      saved: null,
    });
    watch.start();
    return watch;
  });
  return { clock, buckets, watches };
}

const isWhole = (watch: VpcWatch): boolean => watch.view().parts.every(({ status }) => status === 'ok');

test('500 started together are never refused, not even by the smaller bucket of 50 and 10', async () => {
  for (const [size, perSecond] of [
    [100, 20],
    [50, 10],
  ] as const) {
    const { clock, buckets, watches } = fleet(500, size, perSecond, seeded(7));
    await clock.advance(3 * MINUTE);
    assert.ok(watches.every(isWhole), 'all know everything within three minutes');
    await clock.advance(10 * MINUTE);
    assert.equal(buckets.refused, 0, `bucket of ${size}, ${perSecond} a second`);
    assert.ok(buckets.accepted > 500 * 12 * 4, `${buckets.accepted} calls`);
    assert.ok(buckets.peak <= 25, `${buckets.peak} calls of one action within a second`);
  }
});

test('without the spread and the jitter they would be refused: the bucket is a real one', async () => {
  const { clock, buckets } = fleet(500, 100, 20, () => 0.5);
  await clock.advance(2 * MINUTE);
  assert.ok(buckets.refused > 1000, `${buckets.refused}`);
});

test('a bucket that others have nearly emptied: all come through in turn, and the pressure eases', async () => {
  // 500 want 8.3 calls a second of the dearest action; there are 3.
  const { clock, buckets, watches } = fleet(500, 20, 3, seeded(3));
  await clock.advance(5 * MINUTE);
  const early = buckets.refused;
  await clock.advance(25 * MINUTE);
  const later = (buckets.refused - early) / 5;
  assert.ok(later < early, `${early} refused in the first five minutes, ${later} in each five later`);
  const told = watches.filter((watch) => watch.view().vpns.length === 1).length;
  assert.ok(told > 490, `${told} of 500 know their tunnels`);
});
