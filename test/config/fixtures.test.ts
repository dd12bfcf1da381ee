/**
 * One file a case. A file under `invalid/` says in its first lines which problems it has, and whether the exported
 * JSON Schema sees them too:
 *
 *   # problem: CODE LINE:COLUMN PATH | a part of the fix
 *   # schema: refuses | accepts
 */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gather } from '../../agent/config/gather.ts';
import { loadConfig } from '../../agent/config/load.ts';
import { formatProblem } from '../../agent/config/problem.ts';

const FOLDER = 'test/config/fixtures';

/** "CODE LINE:COLUMN PATH" and the part of the fix, of each problem a file announces. */
function announced(text: string): { readonly problem: string; readonly fix: string }[] {
  return [...text.matchAll(/^# problem: ([^|\n]+?) ?\| (.+)$/gm)].map(([, problem = '', fix = '']) => ({
    problem,
    fix,
  }));
}

const valid = globSync(`${FOLDER}/valid/*`).sort();
const invalid = globSync(`${FOLDER}/invalid/*.yaml`).sort();

test('the fixtures are seen', () => {
  assert.ok(valid.length >= 8, `${valid.length} valid`);
  assert.ok(invalid.length >= 70, `${invalid.length} invalid`);
});

for (const file of valid) {
  test(`good: ${file.slice(FOLDER.length + 1)}`, async () => {
    // gathered, not loaded: the certificates that some name are not on this machine
    const { problems } = await gather({ file, environment: {} });
    assert.deepEqual(problems.map(formatProblem), []);
  });
}

for (const file of invalid) {
  test(`bad: ${file.slice(FOLDER.length + 1)}`, async () => {
    const text = readFileSync(file, 'utf8');
    const expected = announced(text);
    const loaded = await loadConfig({ file, environment: {} });
    const problems = loaded.ok ? [] : loaded.problems;
    assert.deepEqual(
      problems.map(({ code, path, origin }) => `${code} ${origin.line}:${origin.column} ${path}`.trimEnd()),
      expected.map(({ problem }) => problem),
      problems.map(formatProblem).join('\n'),
    );
    for (const [index, { fix }] of expected.entries()) {
      const line = formatProblem(problems[index]!);
      assert.ok(line.includes(fix), `the fix of "${line}" should say "${fix}"`);
      assert.ok(line.startsWith(`${file}:`), line);
      assert.doesNotMatch(line, /hunter2/, 'a secret is shown');
    }
    assert.ok(expected.length > 0, 'the file announces no problem');
  });
}
