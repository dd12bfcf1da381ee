import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AlarmsView } from '../../../agent/verdict/snapshot.ts';
import { allUp } from '../../fakes/console.ts';
import { sceneOf } from '../../fakes/console-parts.ts';
import { textOf } from '../../fakes/markup.ts';
import { ask } from './ask.ts';

function agentPage(alarms?: AlarmsView): string {
  const { snapshot } = allUp();
  const scene = sceneOf(alarms === undefined ? snapshot : { ...snapshot, alarms });
  return textOf(ask(scene, '/agent').html);
}

test('before the first minute nothing is said to be OK', () => {
  assert.match(agentPage(), /Alarms.*In alarm\s*–.*The first minute is being measured/s);
});

test('all OK, and what is in alarm with since when and why', () => {
  const { at } = allUp().snapshot;
  const counts = { OK: 26, ALARM: 0, INSUFFICIENT_DATA: 5 };
  assert.match(agentPage({ counts, active: [] }), /In alarm\s*none\s*OK\s*26\s*Too little data yet\s*5.*31 alarms/s);
  const alarm = {
    name: '<b>',
    site: 'dc',
    state: 'ALARM',
    since: at - 300_000,
    text: '2 % or more lost, in 3 of 5 minutes',
  } as const;
  const text = agentPage({ counts: { OK: 30, ALARM: 1, INSUFFICIENT_DATA: 0 }, active: [alarm] });
  assert.match(text, /In alarm\s*1\s*(<b>|&lt;b&gt;).*5 min.*2 % or more lost, in 3 of 5 minutes/s);
});
