import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

function ping(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, ['--no-warnings', 'agent/main.ts', 'ping', ...args], { encoding: 'utf8' });
}

test('--help documents exit codes, the JSON shape and examples', () => {
  const { status, stdout } = ping('--help');
  assert.equal(status, 0);
  for (const part of ['Exit codes:', 'Examples:', '--i-own-this-network', 'lossRatio', 'CAP_NET_RAW', '  77  ']) {
    assert.ok(stdout.includes(part), part);
  }
});

test('wrong usage ends with 2 and says what to write', () => {
  for (const [args, message] of [
    [[], /missing required argument/],
    [['--bogus', '127.0.0.1'], /unknown option/],
    [['-c', '0', '127.0.0.1'], /-c 0: write a whole number from 1/],
    [['-i', '0.02', '127.0.0.1'], /--i-own-this-network/],
    [['224.0.0.1'], /multicast/],
    [['--json', '224.0.0.1'], /224\.0\.0\.1: this is a multicast/],
    [['--json=xml', '127.0.0.1'], /--json=lines/],
    [['-6', '127.0.0.1'], /not an IPv6 address/],
    [['no-such-name.invalid'], /no-such-name\.invalid: /],
  ] as const) {
    const { status, stdout, stderr } = ping(...args);
    assert.equal(status, 2, `${args.join(' ')}: ${stderr}`);
    assert.match(stderr, message);
    assert.equal(stdout, '');
  }
});
