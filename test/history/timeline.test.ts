/** State bars as the page asks for them: through History, over restarts, gaps and clock steps. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { State } from '../../agent/verdict/snapshot.ts';
import { drawBar } from '../../agent/web/page/chart/bar.ts';
import { NOON, Rig, temporaryDirectory } from './rig.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const DAY = 86_400 * SECOND;

/** Lets seconds pass with a snapshot each; `a` is the only target, `s` its site. */
function pass(rig: Rig, seconds: number, state: State, since: number): void {
  for (let i = 0; i < seconds; i += 1) {
    rig.now += SECOND;
    rig.history.observe({
      at: rig.now,
      targets: [{ name: 'a', state, since }],
      sites: [{ name: 's', state, since }],
    });
    rig.history.tick();
  }
}

const shown = (rig: Rig, from: number, name = 'a') =>
  rig.history
    .spans('target', name, from, rig.now)
    .map((span) => [span.state, (span.from - NOON) / SECOND, (span.to - NOON) / SECOND]);

test('exact to the event: a state begins at its since, not when it was seen', (t) => {
  const rig = new Rig(temporaryDirectory(t));
  pass(rig, 5, 'unknown', NOON + SECOND);
  pass(rig, 55, 'up', NOON + 5_200);
  pass(rig, 10, 'down', NOON + 58_700);
  pass(rig, 10, 'up', NOON + 66_400);
  const expected = [
    ['unmeasured', -10, 1],
    ['unknown', 1, 5.2],
    ['up', 5.2, 58.7],
    ['down', 58.7, 66.4],
    ['up', 66.4, 80],
  ];
  assert.deepEqual(shown(rig, NOON - 10 * SECOND), expected);
  rig.restart();
  assert.deepEqual(shown(rig, NOON - 10 * SECOND), expected);
  assert.deepEqual(rig.history.spans('site', 's', NOON + 60 * SECOND, NOON + 61 * SECOND), [
    { from: NOON + 60 * SECOND, to: NOON + 61 * SECOND, state: 'down' },
  ]);
});

test('an outage of 3.7 s is seen in the bar of 14 days, thirteen days later and after a restart', (t) => {
  const rig = new Rig(temporaryDirectory(t));
  const down = NOON + 10.2 * SECOND;
  pass(rig, 10, 'up', NOON);
  pass(rig, 4, 'down', down);
  // off and on again each hour, so that the days pass with all their renewing and forgetting in a moment
  for (const end = NOON + 13 * DAY; rig.now < end; rig.now += 60 * MINUTE) pass(rig, 3, 'up', down + 3700);
  rig.restart();
  const from = rig.now - 14 * DAY;
  const spans = rig.history.spans('target', 'a', from, rig.now);
  assert.deepEqual(
    spans.filter(({ state }) => state === 'down'),
    [{ from: down, to: down + 3700, state: 'down' }],
  );
  const [, width] = /class="f-down" d="M[\d.]+ 0h([\d.]+)v16/.exec(String(drawBar(spans, from, rig.now, 'a'))) ?? [];
  assert.equal(width, '1.5');
});

test('while the agent was off nothing was measured, and what was before does not run on', (t) => {
  const rig = new Rig(temporaryDirectory(t));
  pass(rig, 100, 'up', NOON);
  rig.restart();
  rig.now += 5 * MINUTE;
  const began = rig.now + SECOND;
  pass(rig, 3, 'unknown', began);
  pass(rig, 20, 'up', began + 2_500);
  assert.deepEqual(shown(rig, NOON + 90 * SECOND), [
    ['up', 90, 100],
    ['unmeasured', 100, 401],
    ['unknown', 401, 403.5],
    ['up', 403.5, 423],
  ]);
});

test('a suspended machine leaves a gap in the run', () => {
  const rig = new Rig(null);
  pass(rig, 100, 'up', NOON);
  rig.now += 2 * MINUTE;
  pass(rig, 10, 'up', NOON);
  assert.deepEqual(shown(rig, NOON + 90 * SECOND), [
    ['up', 90, 100],
    ['unmeasured', 100, 221],
    ['up', 221, 230],
  ]);
});

test('after the clock was set back the later run is believed', () => {
  const rig = new Rig(null);
  pass(rig, 100, 'up', NOON);
  rig.now -= 50 * SECOND;
  pass(rig, 20, 'down', rig.now);
  assert.deepEqual(shown(rig, NOON + 40 * SECOND), [
    ['up', 40, 51],
    ['down', 51, 70],
  ]);
});

test('a target that was removed is not measured from then on; one that comes back begins anew', () => {
  const rig = new Rig(null);
  pass(rig, 10, 'up', NOON);
  for (let i = 0; i < 5; i += 1) {
    rig.now += SECOND;
    rig.history.observe({ at: rig.now, targets: [], sites: [{ name: 's', state: 'up', since: NOON }] });
  }
  pass(rig, 5, 'degraded', NOON + 16 * SECOND);
  assert.deepEqual(shown(rig, NOON + SECOND), [
    ['up', 1, 11],
    ['unmeasured', 11, 16],
    ['degraded', 16, 20],
  ]);
});

test('runs are renewed daily without leaving a seam, and forgotten after 90 days', (t) => {
  const rig = new Rig(temporaryDirectory(t));
  const began = NOON + SECOND;
  const glance = (): void => {
    rig.history.observe({ at: rig.now, targets: [{ name: 'a', state: 'up', since: began }], sites: [] });
  };
  rig.now = began;
  for (; rig.now < NOON + 2 * DAY; rig.now += 4 * SECOND) glance();
  assert.deepEqual(
    rig.history.spans('target', 'a', began, NOON + 2 * DAY).map((span) => span.state),
    ['up'],
  );
  rig.now += 92 * DAY;
  rig.history.tick();
  rig.history.tick();
  assert.deepEqual(
    rig.history.spans('target', 'a', NOON, NOON + 2 * DAY).map((span) => span.state),
    ['unmeasured'],
  );
});
