import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

test('version agrees with package.json', () => {
  const packageVersion: unknown = JSON.parse(readFileSync('package.json', 'utf8')).version;
  const printed: unknown = JSON.parse(
    execFileSync(process.execPath, ['agent/main.ts', 'version', '--json'], { encoding: 'utf8' }),
  ).version;
  assert.equal(printed, packageVersion);
});

test('wrong usage has the exit codes that the help promises', () => {
  const codes = [
    ['run', '--bogus'],
    ['status', '--bogus'],
    ['check', '--bogus'],
    ['ping'],
    ['config', 'check', '--bogus'],
    ['bogus'],
    ['--help'],
    ['run', '--help'],
  ].map((words) => spawnSync(process.execPath, ['agent/main.ts', ...words], { encoding: 'utf8' }).status);
  assert.deepEqual(codes, [64, 64, 3, 2, 64, 64, 0, 0]);
});

test('--version is what people try first; the first help has examples', () => {
  const said = (...words: string[]): string =>
    execFileSync(process.execPath, ['agent/main.ts', ...words], { encoding: 'utf8' });
  assert.equal(said('--version'), said('version'));
  assert.match(said('--version'), /^vpc-canary \d+\.\d+\.\d+ \(Node v/);
  for (const words of [[], ['config']]) assert.match(said(...words, '--help'), /Examples:\n {2}\$ vpc-canary /);
});

test('a reader that leaves early is no mistake', () => {
  const { stderr } = spawnSync('sh', ['-c', `"${process.execPath}" agent/main.ts config schema | true`], {
    encoding: 'utf8',
  });
  assert.equal(stderr, '');
});
