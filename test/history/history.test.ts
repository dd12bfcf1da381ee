import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import type { SeriesRow } from '../../agent/measure/statistics.ts';
import { event, NOON, Rig, secondRow, temporaryDirectory } from './rig.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Equal within what history keeps: RTTs to 0.1 µs (a mean is rounded once per tier), quantiles to 1 %. */
function assertRow(found: SeriesRow | undefined, expected: SeriesRow, quantiles = 0.0101): void {
  assert.ok(found, `no row at ${expected.at}`);
  const counts = ({ at, sent, received, local, timing, errorBarMs }: SeriesRow) => {
    return { at, sent, received, local, timing, errorBarMs };
  };
  assert.deepEqual(counts(found), counts(expected));
  assert.equal(found.rtt === null, expected.rtt === null);
  if (found.rtt && expected.rtt) {
    for (const key of ['min', 'max', 'mean'] as const)
      assert.ok(Math.abs(found.rtt[key] - expected.rtt[key]) <= 0.000_2, `${key} ${found.rtt[key]}`);
    for (const key of ['p5', 'p25', 'p50', 'p75', 'p95', 'p99'] as const) {
      const error = Math.abs(found.rtt[key] - expected.rtt[key]);
      assert.ok(error <= quantiles * expected.rtt[key] + 0.000_11, `${key} ${found.rtt[key]} ${expected.rtt[key]}`);
    }
  }
  const total = found.histogram.reduce((sum, [, count]) => sum + count, 0);
  assert.equal(total, expected.received);
}

const rtts = fc.array(fc.double({ min: 0.01, max: 2_000, noNaN: true }), { maxLength: 12 });
/** What a target answered, second by second; null: nothing was measured. */
const seconds = fc.array(fc.option(fc.tuple(rtts, fc.nat(3)), { freq: 5 }), { minLength: 1, maxLength: 400 });

/** All samples of a stretch as one row: what merging has to come to. */
function pooled(at: number, stretch: readonly (readonly [number[], number] | null)[]): SeriesRow | null {
  const measured = stretch.filter((second) => second !== null);
  if (measured.length === 0) return null;
  const all = measured.flatMap(([replies]) => replies);
  return secondRow(
    at,
    all,
    measured.reduce((sum, [, lost]) => sum + lost, 0),
  );
}

test('what was written is what is read: seconds, tens, minutes, and any columns of them', () => {
  fc.assert(
    fc.property(seconds, fc.constantFrom(1, 5, 10, 60, 120), fc.boolean(), (written, width, restart) => {
      const rig = new Rig(null);
      written.forEach((second, i) => {
        if (second) rig.history.writeRows('a', [secondRow(NOON + i * SECOND, second[0], second[1])]);
      });
      rig.now = NOON + written.length * SECOND;
      if (restart) rig.history.tick();
      if (written.every((second) => second === null)) return;
      const columns = Math.ceil(written.length / width);
      const { stepMs, rows } = rig.history.series('a', NOON, NOON + columns * width * SECOND, columns);
      assert.equal(stepMs, width * SECOND);
      const expected = Array.from({ length: columns }, (_, c) =>
        pooled(NOON + c * stepMs, written.slice(c * width, (c + 1) * width)),
      ).filter((row) => row !== null);
      assert.deepEqual(
        rows.map((row) => row.at),
        expected.map((row) => row.at),
      );
      expected.forEach((row, i) => {
        assertRow(rows[i], row);
      });
      rig.history.close();
    }),
    { numRuns: 300 },
  );
});

test('a restart changes nothing of what is read, in the middle of a second tier step too', (t) => {
  const rig = new Rig(temporaryDirectory(t));
  const other = new Rig(null);
  const at = [7, 65, 66, 130, 3_605];
  for (let i = 0; i < 4_000; i += 1) {
    const replies = i % 50 === 0 ? [] : [10 + (i % 17), 11];
    rig.second('a', replies, 1);
    other.second('a', replies, 1);
    if (at.includes(i)) rig.restart();
  }
  for (const [range, columns] of [
    [HOUR, 360],
    [2 * HOUR, 100],
    [10 * MINUTE, 600],
  ] as const) {
    const found = rig.history.series('a', rig.now - range, rig.now, columns);
    const expected = other.history.series('a', rig.now - range, rig.now, columns);
    const plain = ({ rows }: typeof found) => rows.map((row) => ({ ...row, jitter: null }));
    assert.deepEqual(plain(found), plain(expected));
    assert.ok(found.rows.length >= 30);
  }
});

test('a chunk that was packed is not read a second time from tails that others still need', (t) => {
  const rig = new Rig(temporaryDirectory(t));
  for (let i = 0; i < 600; i += 1) {
    rig.history.writeRows('steady', [secondRow(rig.now, [10])]);
    // This one's clock stumbles once: its first chunk is packed long before that of the other.
    if (i >= 10) rig.history.writeRows('stumbling', [secondRow(i === 300 ? NOON : rig.now, [20])]);
    rig.now += SECOND;
    rig.history.tick();
  }
  rig.restart();
  for (const [target, expected] of [
    ['steady', 600],
    ['stumbling', 590],
  ] as const) {
    const { rows } = rig.history.series(target, NOON, rig.now, 600);
    assert.equal(rows.length, expected);
    assert.ok(rows.every((row) => row.sent === 1));
  }
});

test('jitter of tens and minutes is RFC 3550 over consecutive seconds', () => {
  const rig = new Rig(null);
  for (let i = 0; i < 240; i += 1) rig.second('a', [i % 2 === 0 ? 10 : 14]);
  const { rows } = rig.history.series('a', rig.now - 2 * MINUTE, rig.now, 2);
  // |D| is always 4 ms, so J comes to 4 ms.
  for (const row of rows) assert.ok(Math.abs((row.jitter ?? 0) - 4) < 0.01, String(row.jitter));
});

test('the newest seconds are on the chart, whatever tier it is drawn from', () => {
  const rig = new Rig(null);
  for (let i = 0; i < 3_725; i += 1) rig.second('a', [5]);
  for (const range of [10 * MINUTE, HOUR, DAY, 14 * DAY]) {
    const { rows } = rig.history.series('a', rig.now - range, rig.now, 360);
    const sent = rows.reduce((sum, row) => sum + row.sent, 0);
    assert.ok(sent > Math.min(3_725, range / SECOND) - 60, `${range}: ${sent}`);
    assert.ok((rows.at(-1)?.at ?? 0) + (14 * DAY) / 360 >= rig.now - SECOND);
  }
});

test('history begins with its first second, not with the minute that holds it', () => {
  const rig = new Rig(null);
  rig.now += 23 * SECOND;
  for (let i = 0; i < 200; i += 1) rig.second('a', [5]);
  assert.equal(rig.history.oldest(), NOON + 23 * SECOND);
});

test('a gap is a gap: seconds without a row are in no column', () => {
  const rig = new Rig(null);
  rig.second('a', [5]);
  rig.now += 10 * MINUTE;
  rig.second('a', [6]);
  const { rows } = rig.history.series('a', NOON, rig.now, 1_000);
  assert.deepEqual(
    rows.map((row) => row.at - NOON),
    [0, 10 * MINUTE + SECOND],
  );
});

test('rows keep their order when the wall clock is set back, and every sample counts once', (t) => {
  const rig = new Rig(temporaryDirectory(t));
  for (let i = 0; i < 200; i += 1) rig.second('a', [10]);
  rig.now -= 90 * SECOND;
  for (let i = 0; i < 200; i += 1) rig.second('a', [20], 1);
  rig.restart();
  for (let i = 0; i < 20; i += 1) rig.second('a', [20], 1);
  const { rows } = rig.history.series('a', NOON, rig.now, 330);
  assert.equal(rows.length, 330);
  rows.forEach((row, i) => {
    assert.equal(row.at, NOON + i * SECOND);
  });
  const sum = (count: (row: SeriesRow) => number): number => rows.reduce((total, row) => total + count(row), 0);
  assert.equal(
    sum((row) => row.received),
    420,
  );
  assert.equal(
    sum((row) => row.sent),
    640,
  );
  assert.equal(rows[150]?.sent, 3);
  assert.deepEqual([rows[150]?.rtt?.min, rows[150]?.rtt?.max], [10, 20]);
});

test('rows older than their tier go, by tier; a target that was removed keeps its past until then', (t) => {
  const rig = new Rig(temporaryDirectory(t));
  const hour = (target: string): void => {
    for (let i = 0; i < 3_600; i += 1) rig.history.writeRows(target, [secondRow(rig.now + i * SECOND, [3])]);
    rig.now += HOUR;
    for (let i = 0; i < 40; i += 1) rig.history.tick();
    rig.now += 10 * SECOND;
    rig.history.tick();
  };
  hour('old-name');
  for (let i = 0; i < 8; i += 1) hour('new-name');
  assert.ok(rig.history.series('old-name', NOON, NOON + HOUR, 60).rows.length >= 59);
  assert.equal(rig.history.series('old-name', NOON, NOON + HOUR, 3_600).stepMs, 10 * SECOND, 'no seconds after 8 h');
  rig.restart();
  assert.ok(rig.history.series('old-name', NOON, NOON + HOUR, 60).rows.length >= 59);
  for (let i = 0; i < 30; i += 1) hour('new-name');
  assert.equal(rig.history.series('old-name', NOON, NOON + HOUR, 3_600).stepMs, MINUTE, 'no tens after a day');
  rig.now += 15 * DAY;
  for (let i = 0; i < 100; i += 1) rig.history.tick();
  rig.restart();
  assert.deepEqual(rig.history.series('old-name', NOON, NOON + HOUR, 60).rows, []);
});

test('seconds reach back an hour, tens a day, minutes 14 days, events 90 days; and go within a chunk of that', (t) => {
  const rig = new Rig(temporaryDirectory(t));
  rig.history.writeEvent(event(1, NOON));
  for (let i = 0; i < 2 * 60; i += 1) rig.second('a', [3]);
  /** Width of the rows that are left of the first minute, seen this long after it began; null when none is. */
  const leftAfter = (passed: number): number | null => {
    rig.now = NOON + passed;
    // pages are asked of a running agent: rows come in, and old ones are given up a few at a time
    for (let i = 0; i < 100; i += 1) rig.second('a', [3]);
    const { stepMs, rows } = rig.history.series('a', NOON, NOON + MINUTE, 60);
    return rows.length === 0 ? null : stepMs;
  };
  assert.equal(leftAfter(57 * MINUTE), SECOND);
  assert.equal(leftAfter(80 * MINUTE), 10 * SECOND);
  assert.equal(leftAfter(DAY - 5 * MINUTE), 10 * SECOND);
  assert.equal(leftAfter(DAY + 3 * HOUR), MINUTE);
  assert.equal(leftAfter(14 * DAY - 5 * MINUTE), MINUTE);
  assert.equal(leftAfter(14 * DAY + 7 * HOUR), null);
  leftAfter(90 * DAY - HOUR);
  assert.equal(rig.history.events({}).length, 1);
  leftAfter(91 * DAY);
  assert.equal(rig.history.events({}).length, 0);
});

test('events: written at once, asked by anything, newest first, ids go on after a restart', (t) => {
  const rig = new Rig(temporaryDirectory(t));
  assert.equal(rig.history.lastEventId(), 0);
  assert.equal(rig.history.oldest(), null);
  for (let id = 1; id <= 30; id += 1)
    rig.history.writeEvent(
      event(id, NOON + id * 100.5, {
        subject: id % 2 ? 'a' : 'b',
        site: id % 3 ? 's' : null,
        kind: id % 5 ? 'target' : 'agent',
      }),
    );
  rig.restart();
  const ids = (query: Parameters<typeof rig.history.events>[0]) => rig.history.events(query).map(({ id }) => id);
  assert.equal(rig.history.lastEventId(), 30);
  assert.deepEqual(
    rig.history.events({ limit: 1 })[0],
    event(30, NOON + 30 * 100.5, { subject: 'b', site: null, kind: 'agent' }),
  );
  assert.deepEqual(ids({ limit: 3 }), [30, 29, 28]);
  assert.deepEqual(ids({ before: 4 }), [3, 2, 1]);
  assert.deepEqual(ids({ subject: 'a', kind: 'agent' }), [25, 15, 5]);
  assert.deepEqual(ids({ site: 's', before: 6 }), [5, 4, 2, 1]);
  assert.deepEqual(ids({ from: NOON + 2 * 100.5, to: NOON + 4 * 100.5 }), [3, 2]);
  assert.equal(ids({}).length, 30);
  assert.equal(rig.history.oldest(), NOON + 100.5);
});

test('no more than 1,000 events at a time, 200 unless asked', () => {
  const rig = new Rig(null);
  for (let id = 1; id <= 1_200; id += 1) rig.history.writeEvent(event(id, NOON + id));
  assert.equal(rig.history.events({}).length, 200);
  assert.equal(rig.history.events({ limit: 5_000 }).length, 1_000);
});

test('a name nobody wrote under has no rows and was never measured', () => {
  const rig = new Rig(null);
  assert.deepEqual(rig.history.series('nobody', 0, NOON, 10).rows, []);
  assert.deepEqual(rig.history.spans('target', 'nobody', 0, NOON), [{ from: 0, to: NOON, state: 'unmeasured' }]);
});

test('nothing is left in the directory but the file', (t) => {
  const directory = temporaryDirectory(t);
  const rig = new Rig(directory);
  rig.second('a', [1]);
  rig.history.close();
  assert.deepEqual(readdirSync(directory), ['history.db']);
  assert.deepEqual(rig.history.series('a', NOON, NOON + SECOND, 1).rows, [], 'closed: no answer, no error');
});
