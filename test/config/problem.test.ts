import assert from 'node:assert/strict';
import { test } from 'node:test';
import { displayValue, formatProblem, type Problem } from '../../agent/config/problem.ts';

const problem: Problem = {
  code: 'value',
  path: 'targets[erp].every',
  value: '"5 parsecs"',
  text: 'this is not a duration',
  allowed: 'a duration from 100ms to 1h',
  fix: 'write for example 5s',
  origin: { source: '/etc/vpc-canary/config.yaml', line: 12, column: 9 },
};

test('a problem is one line with place, path, value, what is allowed and the fix', () => {
  assert.equal(
    formatProblem(problem),
    '/etc/vpc-canary/config.yaml:12:9: targets[erp].every = "5 parsecs": this is not a duration. ' +
      'Allowed: a duration from 100ms to 1h. Fix: write for example 5s.',
  );
  assert.equal(
    formatProblem({
      ...problem,
      path: '',
      allowed: null,
      origin: { source: 'flag --listen', line: null, column: null },
    }),
    'flag --listen: this is not a duration. Fix: write for example 5s.',
  );
});

test('a shown value hides the password of a URL', () => {
  assert.equal(displayValue('see https://me:hunter2@a.example/ and b'), '"see https://[not shown]@a.example/ and b"');
});

test('a shown value cannot steer the terminal and is short', () => {
  assert.equal(displayValue('a\u001b[31m\u009b\u202eb'), '"a\\u001b[31m\\u009b\\u202eb"');
  assert.equal(displayValue('x'.repeat(500)).length, 60);
});
