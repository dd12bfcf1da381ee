import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HistoryReader, StateSpan } from '../../../agent/verdict/past.ts';
import { Memory } from '../../../agent/web/page/memory.ts';
import { fakeTarget } from '../../fakes/console-parts.ts';
import { fakeHistory } from '../../fakes/history.ts';

const NOW = 1_795_000_000_000;
const HOUR = 3_600_000;
const window = (to: number): { from: number; to: number; live: true } => ({ from: to - HOUR, to, live: true });

function withSpans(spans: readonly StateSpan[]): { memory: Memory; asked: () => number } {
  let asked = 0;
  const reader: HistoryReader = {
    ...fakeHistory({ now: NOW, targets: [], episodes: [] }),
    spans: () => {
      asked += 1;
      return spans;
    },
  };
  return { memory: new Memory(reader), asked: () => asked };
}

test('the present state runs on without a question, until it changes or a minute is over', () => {
  const { memory, asked } = withSpans([{ from: NOW - HOUR, to: NOW, state: 'up' }]);
  memory.spans('site', 'a', 1, window(NOW));
  assert.equal(memory.spans('site', 'a', 1, window(NOW + 30_000)).at(-1)?.to, NOW + 30_000);
  assert.equal(asked(), 1);
  memory.spans('site', 'a', 2, window(NOW + 31_000));
  assert.equal(asked(), 2);
  memory.spans('site', 'a', 2, window(NOW + 92_000));
  assert.equal(asked(), 3);
  memory.spans('target', 'a', 2, window(NOW + 92_000));
  memory.spans('site', 'a', 2, { ...window(NOW + 92_000), from: NOW - 2 * HOUR });
  assert.equal(asked(), 5);
});

test('a gap at the end does not run on to now, nor does a state that ended before', () => {
  const gap: StateSpan = { from: NOW - 100, to: NOW, state: 'unmeasured' };
  const { memory } = withSpans([gap]);
  memory.spans('site', 'a', 1, window(NOW));
  assert.deepEqual(memory.spans('site', 'a', 1, window(NOW + 9000)), [gap]);
  const ended: StateSpan = { from: NOW - HOUR, to: NOW - 60_000, state: 'up' };
  const old = withSpans([ended]);
  old.memory.spans('site', 'a', 1, window(NOW));
  assert.deepEqual(old.memory.spans('site', 'a', 1, window(NOW + 9000)), [ended]);
});

test('fixed windows are never answered from memory', () => {
  const { memory, asked } = withSpans([]);
  for (let times = 0; times < 2; times += 1) memory.spans('site', 'a', 1, { from: 0, to: HOUR, live: false });
  assert.equal(asked(), 2);
});

test('a spark asks once for ten minutes and then for its newest columns; both ways give the same', () => {
  const target = fakeTarget({ name: 'a', site: 's', label: '10.0.0.1' });
  const reader = fakeHistory({ now: NOW + HOUR, targets: [{ name: 'a', baseMs: 10 }], episodes: [] });
  const memory = new Memory(reader);
  memory.spark(target, NOW);
  assert.equal(reader.asked, 1);
  memory.spark(target, NOW + 1000);
  memory.spark(target, NOW + 2000);
  assert.ok(reader.asked <= 2, `${reader.asked}`);
  for (let at = NOW; at < NOW + 300_000; at += 7000) memory.spark(target, at);
  const grown = memory.spark(target, NOW + 300_000);
  assert.equal(grown.columns.length, 60);
  assert.deepEqual(grown, new Memory(reader).spark(target, NOW + 300_000));
});

test('targets probed rarely get columns wide enough for two probes', () => {
  const target = fakeTarget({ name: 'a', site: 's', label: 'x', everyMs: 30_000 });
  const reader = fakeHistory({ now: NOW, targets: [{ name: 'a', baseMs: 10, everyMs: 30_000 }], episodes: [] });
  const { columns } = new Memory(reader).spark(target, NOW);
  assert.equal(columns.length, 10);
  assert.equal(columns.includes(null), false);
});
