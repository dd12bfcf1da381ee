import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawBar, trueFromMs } from '../../../../agent/web/page/chart/bar.ts';

const DAY = 86_400_000;
const path = (drawing: unknown, state: string): string =>
  new RegExp(`class="f-${state}" d="([^"]*)"`).exec(String(drawing))?.[1] ?? '';

test('each state has its own height, the worse the taller', () => {
  const spans = (['unknown', 'up', 'degraded', 'down'] as const).map((state, index) => ({
    from: index * 75,
    to: (index + 1) * 75,
    state,
  }));
  const bar = drawBar(spans, 0, 300, 'x');
  assert.equal(path(bar, 'unknown'), 'M0 13h75v3h-75z');
  assert.equal(path(bar, 'up'), 'M75 11h75v5h-75z');
  assert.equal(path(bar, 'degraded'), 'M150 6h75v10h-75z');
  assert.equal(path(bar, 'down'), 'M225 0h75v16h-75z');
});

test('an outage of 3.7 s is seen in 14 days, at either end too', () => {
  const end = 14 * DAY;
  for (const from of [0, end / 2, end - 3700]) {
    const spans = [
      { from: 0, to: from, state: 'up' as const },
      { from, to: from + 3700, state: 'down' as const },
      { from: from + 3700, to: end, state: 'up' as const },
    ];
    const [, x, width] = /^M([\d.]+) 0h([\d.]+)v16/.exec(path(drawBar(spans, 0, end, 'x'), 'down')) ?? [];
    assert.equal(Number(width), 1.5);
    assert.ok(Number(x) >= 0 && Number(x) + 1.5 <= 300, `${x}`);
  }
  assert.equal(trueFromMs(0, 300_000), 1500);
});

test('the worse is drawn over the better', () => {
  const spans = [
    { from: 0, to: 50, state: 'down' as const },
    { from: 50, to: 100, state: 'up' as const },
  ];
  const text = String(drawBar(spans, 0, 100, 'x'));
  assert.ok(text.indexOf('f-up') < text.indexOf('f-down'));
});

test('what was not measured is hatched and never filled; spans outside the window are not drawn', () => {
  const spans = [
    { from: -100, to: -50, state: 'down' as const },
    { from: -50, to: 50, state: 'unmeasured' as const },
    { from: 50, to: 150, state: 'up' as const },
  ];
  const text = String(drawBar(spans, 0, 100, 'x'));
  assert.match(text, /<rect x="0" y="10" width="150" height="6" fill="url\(#hatch\)"\/>/);
  assert.equal(path(text, 'up'), 'M150 11h150v5h-150z');
  assert.equal(path(text, 'down'), '');
});
