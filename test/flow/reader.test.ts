/** The reader's order and patience, against a source that is made up. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SocketLedger } from '../../agent/flow/ledger.ts';
import { FlowReader, type SocketSource } from '../../agent/flow/reader.ts';
import { FlowTable } from '../../agent/flow/table.ts';
import { STATES } from '../../agent/kernel/sock-diag-wire.ts';
import { emptyRow } from '../../agent/kernel/socket-row.ts';

function rig(over: Partial<SocketSource> = {}, onWake: (at: number) => void = () => {}) {
  const calls: string[] = [];
  let pieces = 3;
  const source: SocketSource = {
    beginDump: (family, states) => {
      calls.push(states === STATES.listen ? `listen ${family}` : `dump ${family}`);
      pieces = states === STATES.listen ? 0 : 3;
      return 0;
    },
    readDump: () => (pieces-- > 0 ? 0 : 1),
    drainDestroyed: () => {
      calls.push('drain');
      return 0;
    },
    dropped: () => 0,
    close: () => calls.push('close'),
    ...over,
  };
  const table = new FlowTable({ capacity: 10, groups: 1, groupOf: () => 0, listens: () => false, skip: () => false });
  const ledger = new SocketLedger(table);
  let time = 0;
  /** Every look at the clock takes 0.4 ms, so a slice ends after a few. */
  const mono = (): number => (time += 0.4);
  const waiting: { at: number; run: () => void }[] = [];
  const soon: (() => void)[] = [];
  const moments: string[] = [];
  const reader = new FlowReader(
    { dumpEveryMs: 1000 },
    {
      source,
      ledger,
      listening: new Uint8Array(65_536),
      mono,
      after: (delayMs, run) => {
        const entry = { at: time + delayMs, run };
        waiting.push(entry);
        return () => void waiting.splice(waiting.indexOf(entry), 1);
      },
      soon: (run) => soon.push(run),
      onDump: (moment) => moments.push(moment),
    },
  );
  let slices = 0;
  const run = (untilMs: number): void => {
    while (time < untilMs) {
      const now = soon.shift();
      if (now !== undefined) {
        slices += 1;
        now();
        continue;
      }
      const next = waiting.shift();
      if (next === undefined) return;
      time = Math.max(time, next.at);
      onWake(time);
      next.run();
    }
  };
  return { reader, ledger, run, calls, moments, slices: () => slices };
}

test('a dump goes in slices between which the loop is free, both families, drained before and after', () => {
  const { run, calls, moments, reader, slices } = rig();
  run(500);
  assert.deepEqual(moments, ['begins', 'ended']);
  assert.equal(reader.done.dumps, 1);
  assert.ok(slices() >= 2, `${slices()} slices`);
  const order = calls.filter((call) => call !== 'drain');
  assert.deepEqual(order, ['listen 2', 'listen 10', 'dump 2', 'dump 10']);
  assert.ok(calls.indexOf('drain') < calls.indexOf('dump 2'));
  assert.ok(calls.lastIndexOf('drain') > calls.indexOf('dump 10'));
});

test('dumps come when they are due, ports are looked at more often', () => {
  const { run, moments, calls } = rig();
  run(5500);
  assert.ok(moments.length >= 8 && moments.length <= 12, `${moments.length}`);
  assert.ok(calls.filter((call) => call === 'listen 2').length >= 4);
});

test('a dump that breaks off is told and tried again, and proves nothing', () => {
  let broken = true;
  const { run, reader, moments } = rig({ readDump: () => (broken ? -105 : 1) });
  run(500);
  assert.equal(reader.done.errno, 105);
  assert.equal(reader.done.dumps, 0);
  broken = false;
  run(2500);
  assert.equal(reader.done.errno, 0);
  assert.ok(reader.done.dumps > 0);
  assert.equal(moments.filter((moment) => moment === 'ended').length, reader.done.dumps);
});

test('a kernel without tcp_diag answers ENOENT at once', () => {
  const { run, reader } = rig({ beginDump: () => -2 });
  run(3000);
  assert.equal(reader.done.errno, 2);
  assert.equal(reader.done.dumps, 0);
});

test('when many die, the next look comes sooner', () => {
  const looks = (dead: number): number => {
    let count = 0;
    const drainDestroyed = (): number => {
      count += 1;
      return dead;
    };
    rig({ drainDestroyed }).run(10_000);
    return count;
  };
  assert.ok(looks(600) > 1.7 * looks(10), `${looks(600)} and ${looks(10)}`);
});

test('at rest it wakes on a grid that others share', () => {
  const at: number[] = [];
  const { run } = rig({}, (wakeAt) => at.push(wakeAt));
  run(4000);
  assert.ok(at.length >= 8, `${at.length} wake-ups`);
  for (const moment of at) assert.ok(moment % 400 < 3, String(moment));
});

test('it lets go of the source when it stops', () => {
  const { reader, run, calls } = rig();
  run(300);
  reader.stop();
  const before = calls.length;
  run(5000);
  assert.equal(calls.at(before - 1), 'close');
  assert.equal(calls.length, before);
});

test('asked for a look now, it drains and dumps at once; who asks during a dump gets the next one', () => {
  const { reader, run, calls } = rig();
  run(500);
  const told: string[] = [];
  calls.length = 0;
  reader.dumpNow(() => told.push(`first after ${reader.done.dumps}`));
  assert.equal(calls[0], 'drain');
  assert.ok(calls.includes('dump 2'), 'it began at once');
  reader.dumpNow(() => told.push(`second after ${reader.done.dumps}`));
  run(900);
  assert.deepEqual(told, ['first after 2', 'second after 3']);
  reader.stop();
  reader.dumpNow(() => told.push('stopped'));
  assert.equal(told.at(-1), 'stopped');
});

test('who waits for a look is told when it breaks off, and when the reader stops', () => {
  const { reader, run } = rig({ readDump: () => -105 });
  const told: string[] = [];
  reader.dumpNow(() => told.push('broke off'));
  run(100);
  assert.deepEqual(told, ['broke off']);
  const other = rig();
  other.reader.dumpNow(() => told.push('stopped'));
  other.reader.stop();
  assert.deepEqual(told, ['broke off', 'stopped']);
});

test('above 50,000 sockets dumps come a third as often', () => {
  const { reader, ledger } = rig();
  const row = Object.assign(emptyRow(), { state: 1, remotePort: 443, hasInfo: true, segsOut: 1, segsIn: 1 });
  const meet = (upTo: number): void => {
    for (row.cookie = ledger.size + 1; row.cookie <= upTo; row.cookie += 1) ledger.alive(row);
  };
  meet(50_000);
  assert.equal(reader.dumpEveryMs, 1000);
  meet(50_001);
  assert.equal(reader.dumpEveryMs, 3000);
});
