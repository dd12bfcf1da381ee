import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

test('version agrees with package.json', () => {
  const packageVersion: unknown = JSON.parse(readFileSync('package.json', 'utf8')).version;
  const printed: unknown = JSON.parse(
    execFileSync(process.execPath, ['agent/main.ts', 'version', '--json'], { encoding: 'utf8' }),
  ).version;
  assert.equal(printed, packageVersion);
});
