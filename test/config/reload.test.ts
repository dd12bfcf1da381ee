import assert from 'node:assert/strict';
import { mkdtempSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ConfigRequest } from '../../agent/config/gather.ts';
import { loadConfig } from '../../agent/config/load.ts';
import { type ConfigKeeper, keepConfig, type ReloadOutcome } from '../../agent/config/reload.ts';

const GOOD = 'title: one\ntargets: [{ name: a, icmp: 10.0.0.1 }]\n';

interface Kept {
  readonly keeper: ConfigKeeper;
  readonly file: string;
  readonly outcomes: ReloadOutcome[];
  signal(): void;
  /** Waits for the outcome of that number. */
  outcome(index: number): Promise<ReloadOutcome>;
}

async function kept(t: TestContext): Promise<Kept> {
  const folder = mkdtempSync(join(tmpdir(), 'vpc-canary-reload-'));
  const file = join(folder, 'config.yaml');
  writeFileSync(file, GOOD);
  const request: ConfigRequest = { environment: {}, defaultFile: file };
  const initial = await loadConfig(request);
  assert.ok(initial.ok);
  const outcomes: ReloadOutcome[] = [];
  const listeners = new Set<() => void>();
  let clock = 1000;
  const keeper = keepConfig(initial, request, {
    now: () => (clock += 1),
    onSignal: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onReload: (outcome) => outcomes.push(outcome),
    watchTimes: { pollMs: 100, settleMs: 20 },
  });
  t.after(() => {
    keeper.close();
    assert.equal(listeners.size, 0, 'the signal is let go');
    rmSync(folder, { recursive: true });
  });
  return {
    keeper,
    file,
    outcomes,
    signal: () => {
      for (const listener of listeners) listener();
    },
    outcome: async (index) => {
      for (let i = 0; i < 1000 && outcomes.length <= index; i += 1) await sleep(10);
      assert.ok(outcomes[index], `no outcome ${index}`);
      return outcomes[index];
    },
  };
}

test('a changed file is taken', async (t) => {
  const { keeper, file, outcome } = await kept(t);
  assert.deepEqual(keeper.status, {
    ok: true,
    problems: [],
    loadedAt: 1001,
    reloads: 0,
    refusals: 0,
    sources: ['default', file],
  });
  writeFileSync(`${file}.new`, GOOD.replace('one', 'two'));
  renameSync(`${file}.new`, file);
  const taken = await outcome(0);
  assert.equal(taken.kind, 'taken');
  assert.equal(taken.reason, 'file');
  assert.equal(keeper.current.config.title, 'two');
  assert.deepEqual([keeper.status.reloads, keeper.status.loadedAt], [1, 1002]);
});

test('a bad one leaves the last good one in force and says why, until it is mended', async (t) => {
  const { keeper, file, outcome } = await kept(t);
  const before = keeper.current;
  writeFileSync(file, 'titel: two\nlog: { level: loud }\n');
  const refused = await outcome(0);
  assert.equal(refused.kind, 'refused');
  assert.equal(keeper.current, before);
  assert.equal(keeper.status.ok, false);
  assert.equal(keeper.status.problems.length, 2);
  assert.match(keeper.status.problems[0] ?? '', /config\.yaml:1:1: titel: .*did you mean title/);
  assert.deepEqual([keeper.status.loadedAt, keeper.status.reloads, keeper.status.refusals], [1001, 0, 1]);
  writeFileSync(file, GOOD.replace('one', 'three'));
  assert.equal((await outcome(1)).kind, 'taken');
  assert.deepEqual([keeper.status.ok, keeper.status.problems, keeper.current.config.title], [true, [], 'three']);
});

test('a signal reloads even an unchanged file, for secrets may have changed', async (t) => {
  const { signal, outcome } = await kept(t);
  signal();
  const taken = await outcome(0);
  assert.deepEqual([taken.kind, taken.reason], ['taken', 'signal']);
});

test('a file that is gone does not end the probing, not even by signal', async (t) => {
  const { keeper, file, outcome, signal } = await kept(t);
  unlinkSync(file);
  signal();
  const refused = await outcome(0);
  assert.equal(refused.kind, 'refused');
  assert.match(keeper.status.problems[0] ?? '', /there is no such file/);
  assert.equal(keeper.current.config.targets[0]?.name, 'a');
});

test('many requests at once make two reloads, not many', async (t) => {
  const { keeper, outcomes } = await kept(t);
  await Promise.all(Array.from({ length: 20 }, () => keeper.reload('signal')));
  assert.equal(outcomes.length, 2);
});

test('layers from elsewhere are taken below the file', async (t) => {
  const { keeper, outcomes } = await kept(t);
  const name = 'Parameter Store /vpc-canary/default';
  await keeper.setLayers([{ name, text: 'title: from-layer\nlog: { level: warn }' }]);
  assert.deepEqual([keeper.current.config.title, keeper.current.config.log.level], ['one', 'warn']);
  await keeper.setLayers([{ name, text: 'log: { level: [' }]);
  assert.deepEqual(
    outcomes.map(({ kind }) => kind),
    ['taken', 'refused'],
  );
  assert.match(keeper.status.problems[0] ?? '', /^Parameter Store .*:1:\d+: not YAML/);
  assert.equal(keeper.current.config.log.level, 'warn');
});

test('thousands of problems are told as fifty lines', async (t) => {
  const { keeper, file } = await kept(t);
  writeFileSync(file, `targets:\n${'  - { name: x }\n'.repeat(1000)}`);
  await keeper.reload('signal');
  assert.equal(keeper.status.problems.length, 50);
  assert.match(keeper.status.problems[49] ?? '', /^and 1950 more/);
});
