/** MemoryMax of the unit is enough for all that a nano is to do. The benchmark memory-max watches for longer. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { lackingCgroup } from '../whole/memory-cgroup.ts';
import { memoryMax, TARGETS, watchUnderLimit } from '../whole/memory-limit.ts';
import { lacking } from './machine.ts';
import { makePackages } from './packages.ts';

const LENGTH_MS = 45_000;
/** Too little for the agent to live: shows that the limit is one. */
const TOO_LITTLE = 16 * 2 ** 20;

test('under MemoryMax, with 50 targets, viewers and the SDK, it is never killed and probes on time', async (t) => {
  const reason = lacking() ?? lackingCgroup();
  if (reason !== null) return t.skip(reason);
  const { current } = await makePackages();
  const folder = mkdtempSync(join(tmpdir(), 'vpc-canary-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  execFileSync('unzip', [
    '-q',
    join(current.folder, `vpc-canary-${current.version}-linux-${process.arch}.zip`),
    'vpc-canary',
    '-d',
    folder,
  ]);
  const executable = join(folder, 'vpc-canary');

  const seen = await watchUnderLimit(executable, memoryMax(), LENGTH_MS);
  const { rssBytes, anonymousBytes } = seen.snapshot.agent.usage;
  t.diagnostic(
    `RSS ${(rssBytes / 2 ** 20).toFixed(0)} MiB, ${((anonymousBytes ?? 0) / 2 ** 20).toFixed(0)} anonymous; charged at most ${(seen.peakBytes / 2 ** 20).toFixed(0)} MiB`,
  );
  assert.equal(seen.died, null);
  assert.equal(seen.killed, 0);
  assert.ok(seen.published > 0, 'the SDK was not in use');
  assert.deepEqual(seen.problems, []);
  assert.ok(seen.seconds > (LENGTH_MS / 1000) * 0.9, `seen for ${seen.seconds} s only`);
  const due = seen.seconds * TARGETS;
  assert.ok(Math.abs(seen.probes - due) <= 2 * TARGETS, `${seen.probes} probes where ${due} were due`);
  assert.equal(seen.lost, 0);

  const starved = await watchUnderLimit(executable, TOO_LITTLE, 1000).catch((error: Error) => error);
  assert.ok(starved instanceof Error || starved.killed > 0, 'the limit does not bind');
});
