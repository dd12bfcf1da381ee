/** The unit as it ships: how much it may do, that systemd understands it, and that each line has its reason. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';

const UNIT = 'systemd/vpc-canary.service';
const MOST_EXPOSED = 1.5;

/** Runs systemd-analyze, or skips: `--offline` came with systemd 250. */
function analyze(t: TestContext, ...args: string[]): { output: string; status: number | null } | null {
  const { stdout = '', error } = spawnSync('systemd-analyze', ['--version'], { encoding: 'utf8' });
  if (error || Number(/^systemd (\d+)/.exec(stdout)?.[1]) < 250) {
    t.skip('needs systemd-analyze of systemd 250 or newer');
    return null;
  }
  const ran = spawnSync('systemd-analyze', args, { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C.UTF-8' } });
  return { output: ran.stdout + ran.stderr, status: ran.status };
}

const directivesOf = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(/^([A-Z]\w+)=(.*)$/gm)].map((match) => match[1] ?? '');

test('the exposure that systemd computes stays low', (t) => {
  const ran = analyze(t, 'security', '--offline=yes', '--no-pager', UNIT);
  if (ran === null) return;
  const exposure = Number(/Overall exposure level for \S+: ([\d.]+)/.exec(ran.output)?.[1]);
  assert.ok(exposure <= MOST_EXPOSED, ran.output);
});

test('systemd understands every line', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'vpc-canary-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const unit = join(folder, 'vpc-canary.service');
  // verify wants the executable to exist
  writeFileSync(unit, readFileSync(UNIT, 'utf8').replace(/^ExecStart=\S+/m, 'ExecStart=/bin/sh'));
  const ran = analyze(t, 'verify', unit);
  if (ran === null) return;
  const ours = ran.output.split('\n').filter((line) => line.includes('vpc-canary'));
  assert.deepEqual(ours, []);
  assert.equal(ran.status, 0, ran.output);
});

test('every directive has its reason in the note', () => {
  const note = readFileSync('systemd/README.md', 'utf8');
  const directives = [
    ...directivesOf(UNIT),
    ...directivesOf('systemd/back-off.conf'),
    ...directivesOf('systemd/rto.conf'),
  ];
  assert.ok(directives.length > 40, `only ${directives.length} directives seen`);
  const unexplained = directives.filter(
    (name) => !['Description', 'ExecStart', 'Environment', 'WantedBy'].includes(name) && !note.includes(`\`${name}`),
  );
  assert.deepEqual(unexplained, []);
});

test('systemd takes the drop-in that lets timeouts be counted, and bpf(2) is then allowed', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'vpc-canary-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const unit = join(folder, 'vpc-canary.service');
  const text = readFileSync(UNIT, 'utf8').replace(/^ExecStart=\S+/m, 'ExecStart=/bin/sh');
  // A drop-in's lines come after the unit's own.
  const lines = readFileSync('systemd/rto.conf', 'utf8').replace(/^(#.*|\[Service\])\n/gm, '');
  writeFileSync(unit, text.replace('\n[Install]', `${lines}\n[Install]`));
  const ran = analyze(t, 'verify', unit);
  if (ran === null) return;
  assert.deepEqual(
    ran.output.split('\n').filter((line) => line.includes('vpc-canary')),
    [],
  );
  const exposed = analyze(t, 'security', '--offline=yes', '--no-pager', unit)?.output ?? '';
  assert.match(exposed, /✗ SystemCallFilter=~@privileged .*bpf/);
  assert.match(exposed, /✗ CapabilityBoundingSet=~CAP_BPF/);
});

test('CAP_NET_RAW is the one capability', () => {
  const text = readFileSync(UNIT, 'utf8');
  for (const name of ['AmbientCapabilities', 'CapabilityBoundingSet'])
    assert.deepEqual(text.match(new RegExp(`^${name}=.*$`, 'gm')), [`${name}=CAP_NET_RAW`]);
});
