import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { formatProblem } from '../../agent/config/problem.ts';
import { checkTls } from '../../agent/config/tls-files.ts';
import { readSource } from '../../agent/config/yaml.ts';

const check = async (certificate: string, key: string): Promise<string[]> => {
  const { tree } = readSource(`http:\n  tls: { certificate: ${certificate}, key: ${key} }`, 'f');
  return (await checkTls(tree)).problems.map(formatProblem);
};

test('a certificate and a key are tried together', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'vpc-canary-tls-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const make = (name: string): [string, string] => {
    const [cert, key] = [join(folder, `${name}.crt`), join(folder, `${name}.key`)];
    const options = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-subj', '/CN=test'];
    execFileSync('openssl', ['req', '-x509', ...options, '-keyout', key, '-out', cert], { stdio: 'ignore' });
    return [cert, key];
  };
  let pairs: [string, string][];
  try {
    pairs = [make('a'), make('b')];
  } catch (error) {
    t.skip(`needs openssl: ${String(error).split('\n')[0]}`);
    return;
  }
  const [[cert, key], [, otherKey]] = pairs as [[string, string], [string, string]];
  assert.deepEqual(await check(cert, key), []);
  assert.match((await check(cert, otherKey)).join(), /^f:2:8: http\.tls: certificate and key cannot be used/);
  assert.match((await check(key, key)).join(), /cannot be used/);
  assert.match((await check(cert, join(folder, 'none'))).join(), /http\.tls\.key: .*there is no such file/);
  const noise = join(folder, 'noise');
  writeFileSync(noise, 'not PEM');
  assert.match((await check(noise, key)).join(), /cannot be used/);
});

test('without TLS there is nothing to check', async () => {
  assert.deepEqual(await checkTls(readSource('title: a', 'f').tree), { problems: [], outOfReach: [] });
});
