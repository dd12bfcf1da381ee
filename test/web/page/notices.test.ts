import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allUp, noPrivilege } from '../../fakes/console.ts';
import { fakeAgent, NOW, notice, type Scene, sceneOf } from '../../fakes/console-parts.ts';
import { textOf } from '../../fakes/markup.ts';
import { ask } from './ask.ts';

const page = (scene: Scene, address: string): string => textOf(ask(scene, address).html);
const withNotices = (...notices: ReturnType<typeof notice>[]): Scene => {
  const { snapshot } = allUp();
  return sceneOf({ ...snapshot, agent: fakeAgent({ notices }) });
};

test('a notice says what, since when and what to do', () => {
  const text = page(noPrivilege(), '/');
  assert.match(text, /Error: ICMP cannot be measured.* since 03:12:52/s);
  assert.match(text, /setcap cap_net_raw/);
});

test('warnings and errors stand on every view they bear upon, notes on the agent’s', () => {
  const scene = withNotices(
    notice('clock-step', 'warning', 'The clock was stepped by +3.2 s; round trips are not touched.', null),
    notice('note', 'info', 'A mere note.', null),
  );
  for (const address of ['/', '/site/mel-dc2', '/target/mel-core', '/agent']) {
    assert.match(page(scene, address), /stepped by \+3\.2 s/, address);
  }
  assert.doesNotMatch(page(scene, '/'), /A mere note/);
  assert.match(page(scene, '/agent'), /A mere note/);
});

test('history that starts inside the window, after it, before it', () => {
  const { snapshot } = allUp();
  const scene = sceneOf(snapshot, { oldest: NOW - 3_600_000 });
  assert.match(page(scene, '/?range=24h'), /History starts 02:14:22; what is before is hatched, not up/);
  assert.doesNotMatch(page(scene, '/?range=1h'), /History starts/);
  assert.match(
    page(scene, '/?from=2026-11-20&to=2026-11-20T05:00'),
    /Nothing was recorded then: history starts 02:14:22/,
  );
});
