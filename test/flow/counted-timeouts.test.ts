import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CountedTimeouts } from '../../agent/flow/counted-timeouts.ts';
import { AT, COUNTERS } from '../../agent/flow/counters.ts';
import { SocketLedger, TCP_STATE } from '../../agent/flow/ledger.ts';
import { FlowTable } from '../../agent/flow/table.ts';
import { ViewBuilder } from '../../agent/flow/view.ts';
import { emptyRow, type SocketRow } from '../../agent/kernel/socket-row.ts';

/** A kernel's count made up. */
function rig() {
  const counts = new Map<number, number>();
  const counted = new CountedTimeouts({
    of: (cookie) => counts.get(cookie) ?? 0,
    take: (cookie) => {
      const count = counts.get(cookie) ?? 0;
      counts.delete(cookie);
      return count;
    },
  });
  return { counts, counted };
}

const rowOf = (cookie: number, over: Partial<SocketRow> = {}): SocketRow =>
  Object.assign(emptyRow(), {
    state: TCP_STATE.ESTABLISHED,
    localPort: 40_000 + cookie,
    remotePort: 443,
    remote: Uint8Array.from([10, 0, 0, 1, ...new Array<number>(12).fill(0)]),
    cookie,
    hasInfo: true,
    totalRetrans: 9,
    bytesAcked: 100,
    segsOut: 12,
    segsIn: 3,
    bytesSent: 99,
    bytesRetrans: 0,
    ...over,
  });

test('who was there before the count is unknown for good, all others are counted, modulo 65536', () => {
  const { counts, counted } = rig();
  const old = rowOf(1);
  counted.alive(old);
  counted.dumped();
  counts.set(1, 5).set(2, 70_000).set(3, 4);
  assert.equal(counted.unknown, 1);
  const rows = [old, rowOf(2), rowOf(3, { totalRetrans: 0 })];
  for (const row of rows) counted.alive(row);
  assert.deepEqual(
    rows.map(({ totalRto }) => totalRto),
    [Number.NaN, 70_000 % 65_536, 0],
  );
  for (const row of rows) counted.dead(row);
  assert.deepEqual(
    rows.map(({ totalRto }) => totalRto),
    [Number.NaN, 70_000 % 65_536, 4],
  );
  assert.equal(counted.unknown, 0);
  assert.deepEqual([...counts.keys()], [1], 'what ended is let go');
});

test('a count that the kernel let go of does not fall', () => {
  const { counts, counted } = rig();
  counted.dumped();
  counts.set(1, 7);
  const row = rowOf(1);
  counted.alive(row);
  counts.set(1, 2);
  counted.alive(row);
  assert.equal(row.totalRto, 7);
});

test('a flow with a connection older than the count has no timeouts until that left the window; sums hold the others', () => {
  const { counts, counted } = rig();
  const table = new FlowTable({
    capacity: 10,
    groups: 1,
    groupOf: () => 0,
    listens: () => false,
    timeoutsCounted: true,
    skip: () => false,
  });
  const ledger = new SocketLedger(table);
  const dump = (...rows: SocketRow[]): void => {
    ledger.beginDump();
    for (const row of rows) {
      counted.alive(row);
      ledger.alive(row);
    }
    ledger.endDump();
    counted.dumped();
  };
  const view = () => {
    const builder = new ViewBuilder(table, [{ name: 'all', site: null, category: null }]);
    builder.step(10);
    return builder.finish({} as Parameters<ViewBuilder['finish']>[0]);
  };
  const [old, young] = [rowOf(1), rowOf(2)];
  const elsewhere = rowOf(3, { remotePort: 80 });
  dump(old);
  counts.set(2, 3).set(3, 1);
  dump(old, young, elsewhere);
  const shown = view();
  const timeoutsOf = (port: number) => {
    const flow = view().top.bytes.find(({ servicePort }) => servicePort === port);
    return [flow?.window.timeouts, flow?.total.timeouts];
  };
  assert.equal(shown.total.timeouts, 4);
  assert.deepEqual(timeoutsOf(443), [null, null]);
  assert.deepEqual(timeoutsOf(80), [1, 1]);
  counted.dead(old);
  ledger.dead(Object.assign(old, { state: TCP_STATE.CLOSE }));
  for (let n = 0; n < 5; n += 1) {
    table.rotate();
    Object.assign(young, { bytesSent: young.bytesSent + 10 });
    dump(young, elsewhere);
  }
  assert.deepEqual(timeoutsOf(443), [0, null], 'its total is never known again');
  assert.equal(table.host().total[AT.timeouts], 4);
  assert.ok(COUNTERS.every((name) => !Number.isNaN(table.host().total[AT[name]])));
});
