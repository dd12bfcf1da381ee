import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Judged, LocalAlarms } from '../../agent/verdict/local-alarms.ts';
import type { AlarmsView } from '../../agent/verdict/snapshot.ts';
import type { VpcView } from '../../agent/verdict/vpc-view.ts';
import { publishView } from '../fakes/publish-view.ts';
import { allUp } from '../fakes/snapshots.ts';
import { halfSeenVpc, quietVpc, strangeVpc, troubledVpc } from '../fakes/vpc.ts';

const [EXAMPLE] = allUp().targets;
const START = Date.UTC(2026, 10, 21);

interface Minute {
  /** Loss ratio of the target "erp"; null: nothing sent. */
  readonly loss?: number | null;
  readonly p99?: number | null;
  /** Counters of the group "dc" since the start. */
  readonly again?: number;
  readonly bytes?: number;
  /** Since CloudWatch last accepted something; absent: nothing is published; null: never. */
  readonly acceptedMs?: number | null;
}

function seen(minute: Minute, at: number): Judged {
  assert.ok(EXAMPLE !== undefined);
  const { loss = 0, p99 = 10, again, bytes = 0, acceptedMs } = minute;
  const rtt = p99 === null || EXAMPLE.last60s.rtt === null ? null : { ...EXAMPLE.last60s.rtt, p99 };
  const target = { ...EXAMPLE, name: 'erp', site: 'dc', last60s: { ...EXAMPLE.last60s, lossRatio: loss, rtt } };
  const counts = { opened: 0, closed: 0, failedConnects: 0, resets: 0, segmentsOut: 0, timeouts: 0, bytesIn: 0 };
  const total = { ...counts, bytesOut: bytes, retransmissions: again ?? 0 };
  const group = {
    name: 'dc',
    site: 'dc',
    category: null,
    open: 0,
    window: total,
    total,
    rttP50Ms: null,
    rttP99Ms: null,
  };
  const flows =
    again === undefined ? null : ({ groups: [group, { ...group, name: 'internet', site: null }] } as unknown);
  const lastAcceptedAt = acceptedMs === null || acceptedMs === undefined ? null : at - acceptedMs;
  const publish = acceptedMs === undefined ? null : publishView({ lastAcceptedAt });
  return { at, targets: [target], flows: flows as Judged['flows'] & object, agent: { publish } };
}

/** The alarms after each of these minutes. */
function after(minutes: readonly Minute[], alarms = new LocalAlarms()): AlarmsView {
  let view = alarms.observe(seen({}, START), 0);
  for (const [index, minute] of minutes.entries()) {
    view = alarms.observe(seen(minute, START + (index + 1) * 60_000), (index + 1) * 60_000);
  }
  return view;
}
const names = ({ active }: AlarmsView): string[] => active.map(({ name }) => name);
const times = (count: number, minute: Minute): Minute[] => Array.from({ length: count }, () => minute);

test('nothing is judged before the first minute is over; then once a minute', () => {
  const alarms = new LocalAlarms();
  const first = alarms.observe(seen({ loss: 1 }, START), 5000);
  assert.deepEqual(first.counts, { OK: 0, ALARM: 0, INSUFFICIENT_DATA: 0 });
  assert.equal(alarms.observe(seen({ loss: 1 }, START + 59_000), 64_999), first);
  const second = alarms.observe(seen({ loss: 0 }, START + 60_000), 65_000);
  assert.deepEqual(second.counts, { OK: 2, ALARM: 0, INSUFFICIENT_DATA: 1 });
  assert.equal(alarms.observe(seen({ loss: 1 }, START + 61_000), 66_000), second);
});

test('loss: three of five minutes at the limit, and well again when fewer are left', () => {
  const bad = { loss: 0.02 };
  assert.deepEqual(names(after([bad, bad])), []);
  assert.deepEqual(names(after([bad, bad, bad])), ['site dc', 'erp PacketLoss']);
  assert.deepEqual(names(after([bad, {}, bad, {}, bad])), ['site dc', 'erp PacketLoss']);
  assert.deepEqual(names(after([bad, {}, {}, bad, {}, bad])), []);
  assert.deepEqual(names(after([bad, bad, bad, {}, {}])), ['site dc', 'erp PacketLoss']);
  assert.deepEqual(names(after([bad, bad, bad, {}, {}, {}])), []);
  assert.deepEqual(names(after(times(5, { loss: 0.0199 }))), []);
});

test('an alarm says since when it is on, and why', () => {
  const { active } = after(times(5, { loss: 1 }));
  assert.deepEqual(active, [
    { name: 'site dc', site: 'dc', state: 'ALARM', since: START + 180_000, text: '1 of its 2 alarms' },
    {
      name: 'erp PacketLoss',
      site: 'dc',
      state: 'ALARM',
      since: START + 180_000,
      text: '2 % or more lost, in 3 of 5 minutes',
    },
  ]);
});

test('nothing sent is not known: neither at fault nor OK', () => {
  assert.equal(after(times(6, { loss: null, p99: null })).counts.INSUFFICIENT_DATA, 3);
  assert.deepEqual(names(after([{ loss: 1 }, { loss: 1 }, { loss: null }, { loss: null }, { loss: 1 }])), [
    'site dc',
    'erp PacketLoss',
  ]);
});

test('round trips: five of ten minutes above the band of the last hour, which a change does not widen at once', () => {
  const hour = Array.from({ length: 40 }, (_, index) => ({ p99: 10 + (index % 5) * 0.1 }));
  assert.deepEqual(names(after([...hour, ...times(4, { p99: 20 })])), []);
  assert.deepEqual(names(after([...hour, ...times(5, { p99: 20 })])), ['site dc', 'erp RoundTripTime']);
  assert.deepEqual(names(after([...hour, ...times(20, { p99: 20 })])), ['site dc', 'erp RoundTripTime']);
  assert.deepEqual(names(after([...hour, ...times(10, { p99: 10.9 })])), [], 'less than a tenth above is nothing');
  assert.deepEqual(names(after([...hour, ...times(80, { p99: 20 })])), [], 'in the end it is the usual');
  const unknown = after(times(29, { p99: 10 }));
  assert.equal(unknown.counts.INSUFFICIENT_DATA, 1, 'no band before half an hour');
});

test('retransmissions: a share of the traffic of groups that are sites, once there are enough of them', () => {
  const minutes = (again: number, bytes: number, count = 6): Minute[] =>
    Array.from({ length: count }, (_, index) => ({ again: again * index, bytes: bytes * index }));
  assert.deepEqual(names(after(minutes(100, 1_460_000))), ['site dc', 'dc Retransmissions']);
  assert.deepEqual(names(after(minutes(100, 146_000_000))), []);
  assert.deepEqual(names(after(minutes(9, 1460))), []);
  const restarted = [...minutes(100, 1_460_000, 3), ...minutes(100, 1_460_000, 2)];
  assert.deepEqual(names(after(restarted)), ['site dc', 'dc Retransmissions']);
  assert.deepEqual(names(after(minutes(100, 1_460_000, 3))), []);
  const anew = after([
    { again: 100, bytes: 100 },
    { again: 5, bytes: 1000 },
  ]);
  assert.equal(anew.counts.INSUFFICIENT_DATA, 2, 'the band and the minute in which counters began anew');
});

test('what is no longer configured is forgotten', () => {
  const alarms = new LocalAlarms();
  after(times(3, { loss: 1 }), alarms);
  const gone = alarms.observe({ at: START, targets: [], flows: null, agent: { publish: null } }, 600_000);
  assert.deepEqual(gone, { counts: { OK: 0, ALARM: 0, INSUFFICIENT_DATA: 0 }, active: [] });
});

test('heartbeat: three minutes without an acceptance, only where something is published, and no site’s', () => {
  assert.deepEqual(names(after(times(5, {}))), []);
  assert.deepEqual(names(after(times(5, { acceptedMs: 59_000 }))), []);
  assert.deepEqual(names(after(times(2, { acceptedMs: null }))), []);
  assert.deepEqual(names(after(times(3, { acceptedMs: null }))), ['Heartbeat']);
  assert.deepEqual(names(after([{ acceptedMs: 100_000 }, { acceptedMs: 160_000 }, { acceptedMs: 220_000 }])), [
    'Heartbeat',
  ]);
  assert.deepEqual(names(after([...times(3, { acceptedMs: null }), { acceptedMs: 1000 }])), []);
});

const VPC_NAMES = ['BgpPeerState', 'PropagatedRoutes', 'SubnetIpUsage', 'SubnetTimeToExhaustion', 'TunnelState'];

/** The alarms after so many minutes of this VPC. */
function afterVpc(minutes: number, vpc: (at: number) => VpcView | null): AlarmsView {
  const alarms = new LocalAlarms();
  let view = alarms.observe({ at: START, targets: [], flows: null, agent: { publish: null }, vpc: vpc(START) }, 0);
  for (let minute = 1; minute <= minutes; minute += 1) {
    const at = START + minute * 60_000;
    view = alarms.observe({ at, targets: [], flows: null, agent: { publish: null }, vpc: vpc(at) }, minute * 60_000);
  }
  return view;
}

test('the VPC: the worst of subnets, tunnels, sessions and tables, three of five minutes, under one alarm', () => {
  assert.deepEqual(names(afterVpc(2, troubledVpc)), []);
  const troubled = afterVpc(3, troubledVpc);
  assert.deepEqual(names(troubled).sort(), [...VPC_NAMES, 'vpc'].sort());
  assert.equal(troubled.active[0]?.text, '5 of its 5 alarms');
  assert.ok(troubled.active.every(({ site }) => site === null));
  assert.deepEqual(afterVpc(5, quietVpc).counts, { OK: 5, ALARM: 0, INSUFFICIENT_DATA: 1 });
  assert.equal(afterVpc(5, () => null).counts.OK, 0);
});

test('the VPC: what AWS does not tell, or told too long ago, is not known', () => {
  const half = afterVpc(5, halfSeenVpc);
  assert.deepEqual(half.counts, { OK: 3, ALARM: 0, INSUFFICIENT_DATA: 3 });
  const old = troubledVpc(START);
  assert.equal(names(afterVpc(30, () => old)).length, 0, 'the same answer for half an hour is no answer');
  const strange = afterVpc(5, (at) => ({ ...strangeVpc(at), parts: troubledVpc(at).parts }));
  assert.ok(!names(strange).includes('TunnelState'), 'a state of AWS that nobody knows is no alarm');
});
