import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BlindTimes } from '../../agent/probe/ledger-blind.ts';

const overflow = (fromMono: number, toMono: number, spoils = false) =>
  ({ fromMono, toMono, code: 'overload', text: 'overflow', spoils }) as const;

test('a time counts when it touches what is asked about', () => {
  const times = new BlindTimes();
  times.add(overflow(100, 200));
  assert.equal(times.during(0, 99), null);
  assert.equal(times.during(0, 100)?.code, 'overload');
  assert.equal(times.during(150, 160)?.code, 'overload');
  assert.equal(times.during(201, 300), null);
  assert.equal(times.spoiling(150, 160), null);
});

test('what follows on without a gap is one time; a gap stays a gap', () => {
  const times = new BlindTimes();
  times.add(overflow(100, 200));
  times.add(overflow(200, 250));
  times.add(overflow(400, 450, true));
  assert.notEqual(times.during(240, 245), null);
  assert.equal(times.during(300, 350), null);
  assert.equal(times.spoiling(0, 1000)?.fromMono, 400);
});

test('old times are forgotten, by age and by number', () => {
  const times = new BlindTimes();
  times.add(overflow(100, 200));
  times.add(overflow(300, 400));
  times.forget(250);
  assert.equal(times.during(0, 250), null);
  assert.notEqual(times.during(0, 350), null);
  for (let i = 1; i < 100; i += 1) times.add(overflow(i * 1000, i * 1000 + 1));
  assert.equal(times.during(0, 500), null);
  assert.notEqual(times.during(99_000, 99_000), null);
});
