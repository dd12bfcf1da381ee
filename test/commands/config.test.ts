import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

const folder = mkdtempSync(join(tmpdir(), 'vpc-canary-command-'));
after(() => rmSync(folder, { recursive: true }));

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

function canary(args: readonly string[], environment: Record<string, string> = {}): Ran {
  const env = { PATH: process.env['PATH'] ?? '', ...environment };
  const ran = spawnSync(process.execPath, ['--no-warnings', 'agent/main.ts', 'config', ...args], {
    env,
    encoding: 'utf8',
  });
  return { code: ran.status, out: ran.stdout, error: ran.stderr };
}

const EXAMPLE = 'test/config/fixtures/valid/example.yaml';

test('check: a good file is 0 and one line', () => {
  assert.deepEqual(canary(['check', EXAMPLE]), {
    code: 0,
    out: `${EXAMPLE} is good: 4 targets at 1 site.\n`,
    error: '',
  });
  assert.equal(canary(['check', '--config', EXAMPLE]).code, 0);
  assert.equal(canary(['check'], { VPC_CANARY_CONFIG: EXAMPLE }).code, 0);
});

test('check: problems are 1, all of them, on standard error, place first', () => {
  const file = join(folder, 'bad.yaml');
  writeFileSync(file, 'titel: x\ntargets:\n  - { name: a, icmp: 224.0.0.1, every: 5 }\n');
  const { code, out, error } = canary(['check', file]);
  assert.deepEqual([code, out], [1, '']);
  assert.match(error, /^.*bad\.yaml:1:1: titel: the key "titel" is not known here\n {4}fix: did you mean title/);
  assert.match(error, /bad\.yaml:3:22: targets\[a\]\.icmp = "224\.0\.0\.1": this is a multicast address/);
  assert.match(
    error,
    /bad\.yaml:3:40: targets\[a\]\.every = 5: .*\n {4}allowed: a duration from 10ms to 1h\n {4}fix: write 5s or 5ms\n/,
  );
  assert.match(error, /\n3 problems\n$/);
});

test('check --json is for scripts', () => {
  const file = join(folder, 'json.yaml');
  writeFileSync(file, 'log: { level: loud }');
  const bad = canary(['check', file, '--json']);
  const report = JSON.parse(bad.out);
  assert.deepEqual([bad.code, report.ok, report.problems.length, report.warnings], [1, false, 1, []]);
  assert.deepEqual(report.problems[0].origin, { source: file, line: 1, column: 15 });
  assert.deepEqual([report.problems[0].path, report.problems[0].code], ['log.level', 'value']);
  assert.equal(JSON.parse(canary(['check', EXAMPLE, '--json']).out).ok, true);
});

test('check --resolve warns of names, and the configuration stays good', () => {
  const file = join(folder, 'names.yaml');
  writeFileSync(
    file,
    `targets:
  - { name: a, icmp: nowhere.invalid }
  - { name: b, http: "http://nowhere.invalid/" }
  - { name: c, tcp: "localhost:80" }
  - { name: d, icmp: 10.0.0.1 }
`,
  );
  const { code, error } = canary(['check', file, '--resolve']);
  assert.equal(code, 0);
  assert.match(error, /names\.yaml:2:22: warning: targets\[a\]\.icmp: "nowhere\.invalid" does not resolve here/);
  assert.equal(error.match(/warning/g)?.length, 2);
  assert.equal(canary(['check', file]).error, '');
});

test('check: a credential that only the service can read is a warning here', () => {
  const file = join(folder, 'credential.yaml');
  writeFileSync(file, 'http: { auth: { bearer: [credential:token] } }');
  const { code, error } = canary(['check', file]);
  assert.equal(code, 0);
  assert.match(error, /warning: http\.auth\.bearer\[0\]: credential:token: systemd passed no credentials/);
});

test('show: what is in force, and where it came from', () => {
  const args = ['show', '--config', EXAMPLE, '--set', 'log.level=debug', '--listen', '[::]:81'];
  const { code, out } = canary(args, { VPC_CANARY_TITLE: 'prod-syd' });
  assert.equal(code, 0);
  assert.match(
    out,
    /^# from weak to strong: default, .*example\.yaml, environment VPC_CANARY_TITLE, flag --set log\.level, flag --listen\n/,
  );
  assert.match(out, /\ntitle: prod-syd +# environment VPC_CANARY_TITLE\n/);
  assert.match(out, /\n {2}level: debug +# flag --set log\.level\n/);
  assert.match(out, /\n {4}every: 5s +# test\/config\/fixtures\/valid\/example\.yaml:5:69\n/);
  assert.match(out, /\n {4}timeout: 1s +# default\n/);
  const { out: json } = canary(['show', '--config', EXAMPLE, '--json']);
  assert.equal(JSON.parse(json).config.targets[1].tcp, 'erp.corp.example:443');
  assert.equal(JSON.parse(json).origins['targets[erp].every'], `${EXAMPLE}:5:69`);
});

test('show --written leaves out what nobody set', () => {
  const { out } = canary(['show', '--written', '--config', EXAMPLE]);
  assert.doesNotMatch(out.slice(out.indexOf('\n')), /default/);
  assert.match(out, /name: erp/);
});

test('show: a bad configuration is told, not shown', () => {
  const { code, out, error } = canary(['show', '--set', 'log.level=loud']);
  assert.deepEqual([code, out], [1, '']);
  assert.match(error, /^flag --set log\.level: log\.level = "loud"/);
});

test('schema is a JSON Schema', () => {
  const { code, out } = canary(['schema']);
  assert.equal(code, 0);
  assert.equal(JSON.parse(out).$schema, 'http://json-schema.org/draft-07/schema#');
});

test('help has examples and exit codes', () => {
  for (const verb of ['check', 'show', 'schema'])
    assert.match(canary([verb, '--help']).out, /Examples:\n {2}\$ vpc-canary config/);
  assert.match(canary(['check', '--help']).out, /Exit codes: 0 .* 1 /);
  const wrong = canary(['check', '--set', 'x']);
  assert.notEqual(wrong.code, 0);
  assert.match(wrong.error, /KEY=VALUE/);
});
