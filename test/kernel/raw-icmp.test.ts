/** Raw ICMP sockets on this machine's own kernel, over loopback. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { effectiveCapabilities } from '../../agent/kernel/capabilities.ts';
import { ERRNO } from '../../agent/kernel/errno.ts';
import type { RouteSpec } from '../../agent/kernel/icmp-route.ts';
import { openRawIcmp, type RawIcmp } from '../../agent/kernel/raw-icmp.ts';
import { parseAddress } from '../../agent/measure/address.ts';
import { newIcmpMessage, readIcmp, readQuotedEcho } from '../../agent/probe/wire-icmp.ts';
import { icmpOffsetInFrame } from '../../agent/probe/wire-ip.ts';
import { Recorder, stageEcho, until } from '../fakes/icmp-recorder.ts';

const skip = effectiveCapabilities()?.includes('CAP_NET_RAW') ? false : 'needs CAP_NET_RAW';
const LOOPBACK = { 4: '127.0.0.1', 6: '::1' } as const;
const BLOCK = 0x5a00;

const route = (address: string, fields: Partial<RouteSpec> = {}): RouteSpec => ({
  address: parseAddress(address)!,
  zone: null,
  ttl: 64,
  dscp: 0,
  df: false,
  source: null,
  interface: null,
  ...fields,
});

function open(t: TestContext, family: 4 | 6, numbered?: boolean, block = BLOCK): { door: RawIcmp; told: Recorder } {
  const told = new Recorder(family);
  const door = openRawIcmp(family, block, told, numbered);
  assert.ok(typeof door !== 'number', `errno ${door}`);
  t.after(() => door.close());
  return { door, told };
}

for (const family of [4, 6] as const) {
  test(`IPv${family}: what is sent is stamped by its number, what is answered is read with stamp and TTL`, {
    skip,
  }, async (t) => {
    const { door, told } = open(t, family);
    const to = door.openRoute(route(LOOPBACK[family], { ttl: 3, dscp: 46, df: true }), 64);
    // The kernel begins to stamp arrivals a moment after it is first asked to.
    await new Promise((resolve) => setTimeout(resolve, 50));
    const before = Date.now();
    for (let i = 0; i < 3; i += 1) {
      stageEcho(door, to, { token: 100 + i, identifier: BLOCK + 1, sequence: i });
      door.flush();
    }
    door.drainStamps();
    await until(() => door.drain() && told.arrivals.length === 3);
    assert.deepEqual(
      told.stamps.map(({ token }) => token),
      [100, 101, 102],
    );
    for (const [i, arrival] of told.arrivals.entries()) {
      const sent = told.stamps[i]!.at;
      assert.ok(before - 1 <= sent && sent <= arrival.at && arrival.at <= Date.now() + 1);
      assert.equal(arrival.hopLimit, 64);
      assert.equal(arrival.source, Buffer.from(parseAddress(LOOPBACK[family])!).toString('hex'));
      const message = newIcmpMessage();
      const view = new DataView(arrival.message.buffer, arrival.message.byteOffset, arrival.message.length);
      readIcmp(view, 0, view.byteLength, family, message);
      assert.deepEqual([message.kind, message.identifier, message.sequence], ['reply', BLOCK + 1, i]);
    }
    assert.deepEqual([told.refusals, told.errors, told.loops, door.overflows], [[], [], [], 0]);
  });

  test(`IPv${family}: without numbers the stamp comes with its packet`, { skip }, async (t) => {
    const { door, told } = open(t, family, false);
    const to = door.openRoute(route(LOOPBACK[family]), 64);
    stageEcho(door, to, { token: 1, identifier: BLOCK + 2, sequence: 77 });
    door.flush();
    await until(() => {
      door.drainStamps();
      return told.loops.length === 1;
    });
    const { frame } = told.loops[0]!;
    const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
    const offset = icmpOffsetInFrame(view, 0, frame.length, family);
    const message = newIcmpMessage();
    assert.ok(offset > 0 && readQuotedEcho(view, offset, frame.length - offset, family, message));
    assert.deepEqual([message.identifier, message.sequence, message.index], [BLOCK + 2, 77, 9]);
  });

  test(`IPv${family}: one message the kernel refuses does not stop the others`, { skip }, async (t) => {
    const { door, told } = open(t, family);
    const good = door.openRoute(route(LOOPBACK[family], { df: true }), 64);
    const other = door.openRoute(route(LOOPBACK[family], { df: true }), 65_528);
    stageEcho(door, other, { token: 1, identifier: BLOCK, sequence: 1, size: 65_520 });
    stageEcho(door, good, { token: 2, identifier: BLOCK, sequence: 2 });
    door.flush();
    await until(() => door.drain() && told.arrivals.length === 1);
    assert.deepEqual(told.refusals, [{ token: 1, errno: ERRNO.EMSGSIZE }]);
    door.drainStamps();
    assert.deepEqual(
      told.stamps.map(({ token }) => token),
      [2],
    );
  });

  test(`IPv${family}: a message of 60,000 bytes comes back whole, one beyond the MTU is refused`, {
    skip,
  }, async (t) => {
    const { door, told } = open(t, family);
    const to = door.openRoute(route(LOOPBACK[family], { df: true }), 8 + 60_000);
    stageEcho(door, to, { token: 1, identifier: BLOCK, sequence: 1, size: 60_000 });
    door.flush();
    await until(() => door.drain() && told.arrivals.length === 1);
    assert.deepEqual([told.arrivals[0]?.message.length, told.arrivals[0]?.wholeLength], [60_008, 60_008]);
    stageEcho(door, to, { token: 2, identifier: BLOCK, sequence: 2, size: 65_520 });
    door.flush();
    assert.deepEqual(told.refusals, [{ token: 2, errno: ERRNO.EMSGSIZE }]);
  });

  test(`IPv${family}: echoes of other identifiers are not for us`, { skip }, async (t) => {
    const ours = open(t, family);
    const theirs = open(t, family, true, 0x5b00);
    const to = theirs.door.openRoute(route(LOOPBACK[family]), 64);
    stageEcho(theirs.door, to, { token: 1, identifier: 0x5bff, sequence: 1 });
    theirs.door.flush();
    await until(() => theirs.door.drain() && theirs.told.arrivals.length === 1);
    assert.ok(ours.door.drain());
    assert.equal(ours.told.arrivals.length, 0);
  });

  test(`IPv${family}: replies that find the queue full are counted`, { skip }, async (t) => {
    const { door, told } = open(t, family);
    const routes = Array.from({ length: 100 }, () => door.openRoute(route(LOOPBACK[family]), 64));
    let sent = 0;
    while (sent < 40_000) {
      for (const to of routes) stageEcho(door, to, { token: sent, identifier: BLOCK, sequence: sent++ & 0xffff });
      door.flush();
      door.drainStamps();
    }
    // Kernels count what finds the queue full, some of them before asking the filter whose it is.
    await until(() => door.drain() && told.arrivals.length + door.overflows >= sent);
    assert.ok(told.arrivals.length < sent, 'the queue never overflowed');
    const { overflows } = door;
    stageEcho(door, routes[0]!, { token: 1, identifier: BLOCK, sequence: 1 });
    const before = told.arrivals.length;
    door.flush();
    await until(() => door.drain() && told.arrivals.length > before);
    assert.equal(door.overflows, overflows, 'an emptied queue does not overflow');
  });
}

test('a batch takes 128 messages, and no more than its memory', { skip }, (t) => {
  const { door } = open(t, 4);
  const routes = Array.from({ length: 130 }, () => door.openRoute(route('127.0.0.1'), 64));
  const staged = routes.filter((to) => door.stage(to, 1, 64) >= 0);
  assert.equal(staged.length, 128);
  door.flush();
  const large = routes.filter((to) => door.stage(to, 1, 60_000) >= 0);
  assert.equal(large.length, 4);
});

test('closed routes are used again; one that is closed cannot be staged', { skip }, (t) => {
  const { door } = open(t, 4);
  const first = door.openRoute(route('127.0.0.1'), 64);
  door.closeRoute(first);
  assert.throws(() => door.stage(first, 1, 64), /not open/);
  assert.equal(door.openRoute(route('127.0.0.2'), 64), first);
});

test('an interface that does not exist is −ENODEV', { skip }, (t) => {
  const { door } = open(t, 6);
  assert.equal(door.openRoute(route('::1', { interface: 'no-such0' }), 64), -ERRNO.ENODEV);
  assert.equal(door.openRoute(route('fe80::1', { zone: 'no-such0' }), 64), -ERRNO.ENODEV);
  assert.ok(door.openRoute(route('::1', { interface: 'lo' }), 64) >= 0);
});
