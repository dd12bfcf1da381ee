/** The publishing script against an `aws` that takes no more than the real one would. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type TestContext, test } from 'node:test';
import { manifest } from '../../packaging/package.ts';
import { documentNames } from '../ssm-document/document.ts';

interface Document {
  readonly versions: readonly { readonly versionName: string; readonly status: string }[];
  readonly default: number;
  readonly accounts: readonly string[];
}

/** A package of two small zips, an `aws` on the PATH, and the script. */
class Rig {
  readonly folder: string;
  readonly #state: string;

  constructor(t: TestContext) {
    this.folder = mkdtempSync(join(tmpdir(), 'vpc-canary-test-'));
    t.after(() => rmSync(this.folder, { recursive: true, force: true }));
    this.#state = join(this.folder, 'state.json');
    mkdirSync(join(this.folder, 'bin'));
    const call = `exec "${process.execPath}" --no-warnings "${resolve('test/fakes/aws/cli.ts')}" "$@"`;
    writeFileSync(join(this.folder, 'bin/aws'), `#!/bin/sh\n${call}\n`, { mode: 0o755 });
  }

  pack(version: string): void {
    const zips = (['x64', 'arm64'] as const).map((architecture) => {
      const file = join(this.folder, `vpc-canary-${version}-linux-${architecture}.zip`);
      writeFileSync(file, `${version} ${architecture}`);
      return { architecture, file };
    });
    writeFileSync(join(this.folder, 'manifest.json'), JSON.stringify(manifest(version, zips)));
  }

  publish(...flags: string[]): { code: number | null; stdout: string; stderr: string } {
    const given = ['--folder', this.folder, '--bucket', 'packages-{region}', ...flags];
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--no-warnings', 'packaging/publish.ts', ...given],
      {
        encoding: 'utf8',
        env: {
          PATH: `${join(this.folder, 'bin')}:/usr/bin:/bin`,
          AWS_REGION: 'eu-west-1',
          FAKE_AWS_STATE: this.#state,
        },
      },
    );
    return { code: status, stdout, stderr };
  }

  document(name: string, region = 'eu-west-1'): Document | undefined {
    const state = JSON.parse(readFileSync(this.#state, 'utf8')) as { documents: Record<string, Document> };
    return state.documents[`${region} ${name}`];
  }

  get calls(): string[][] {
    if (!existsSync(`${this.#state}.calls`)) return [];
    return readFileSync(`${this.#state}.calls`, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  }
}

test('the first version: uploaded, created, waited for; the documents too; every command printed', (t) => {
  const rig = new Rig(t);
  rig.pack('1.4.0');
  const { code, stdout, stderr } = rig.publish('--share', '111122223333', '--share', '444455556666');
  assert.deepEqual([code, stderr], [0, '']);
  const made = rig.document('VpcCanary');
  assert.deepEqual(
    made?.versions.map(({ versionName, status }) => [versionName, status]),
    [['1.4.0', 'Active']],
  );
  assert.deepEqual(made?.accounts, ['111122223333', '444455556666']);
  for (const name of documentNames()) assert.deepEqual(rig.document(name)?.accounts, made?.accounts, name);
  const printed = stdout.split('\n').filter((line) => line.startsWith('aws '));
  assert.equal(printed.length, rig.calls.length);
  assert.match(
    stdout,
    /^aws s3 cp .*\/vpc-canary-1\.4\.0-linux-x64\.zip s3:\/\/packages-eu-west-1\/vpc-canary\/1\.4\.0\//m,
  );
  assert.match(stdout, /^aws ssm create-document .* --document-type Package .*--version-name 1\.4\.0/m);
  assert.match(stdout, /^aws ssm create-document .* --document-type Automation --name VpcCanary-Rollout/m);
});

test('a second version is an update, the default only if asked; unchanged documents are left alone', (t) => {
  const rig = new Rig(t);
  rig.pack('1.4.0');
  rig.publish();
  rig.pack('1.5.0');
  const { code, stdout, stderr } = rig.publish();
  assert.deepEqual([code, stderr], [0, '']);
  assert.deepEqual([rig.document('VpcCanary')?.versions.length, rig.document('VpcCanary')?.default], [2, 1]);
  assert.match(stdout, /^aws ssm update-document .*--document-version '\$LATEST'/m);
  assert.equal(stdout.match(/is unchanged$/gm)?.length, documentNames().length);
  rig.pack('1.6.0');
  assert.equal(rig.publish('--default', '--package-only').code, 0);
  assert.equal(rig.document('VpcCanary')?.default, 3);
});

test('a document that changed gets a version, which becomes the default', (t) => {
  const rig = new Rig(t);
  assert.equal(rig.publish('--documents-only').code, 0);
  const state = join(rig.folder, 'state.json');
  writeFileSync(state, readFileSync(state, 'utf8').replaceAll('Starts vpc-canary now', 'Starts it now'));
  const { code, stdout } = rig.publish('--documents-only');
  assert.equal(code, 0);
  assert.deepEqual([rig.document('VpcCanary-Activate')?.default, rig.document('VpcCanary-Health')?.default], [2, 1]);
  assert.equal(stdout.match(/update-document-default-version/g)?.length, 1);
});

test('the same version again is refused with the reason, or left alone when asked to', (t) => {
  const rig = new Rig(t);
  rig.pack('1.4.0');
  rig.publish('--package-only');
  const { code, stderr } = rig.publish('--package-only');
  assert.equal(code, 1);
  assert.match(
    stderr,
    /version 1\.4\.0 of VpcCanary is published in eu-west-1 already, and a published version cannot be replaced: raise "version"/,
  );
  const both = rig.publish('--package-only', '--skip-published', '--region', 'eu-west-1', '--region', 'us-east-1');
  assert.deepEqual([both.code, both.stderr], [0, '']);
  assert.equal(rig.document('VpcCanary', 'us-east-1')?.versions.length, 1);
  assert.match(both.stdout, /s3:\/\/packages-us-east-1\//);
});

test('what is missing or wrong on this side is named before anything is run', (t) => {
  const rig = new Rig(t);
  assert.match(rig.publish().stderr, /manifest\.json is missing: npm run build && npm run package make it/);
  rig.pack('1.4.0');
  appendFileSync(join(rig.folder, 'vpc-canary-1.4.0-linux-x64.zip'), 'tampered');
  rmSync(join(rig.folder, 'vpc-canary-1.4.0-linux-arm64.zip'));
  const { code, stderr } = rig.publish();
  assert.equal(code, 1);
  assert.match(stderr, /linux-x64\.zip is not what the manifest was made for \(sha256\)/);
  assert.match(stderr, /linux-arm64\.zip is missing: npm run package makes it/);
  rig.pack('1.4.0 beta');
  assert.match(rig.publish().stderr, /version "1\.4\.0 beta" does not match/);
  rig.pack('1.4.0');
  const content = JSON.parse(readFileSync(join(rig.folder, 'manifest.json'), 'utf8')) as { files: object };
  const many = Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`${index}.zip`, {}]));
  writeFileSync(join(rig.folder, 'manifest.json'), JSON.stringify({ ...content, files: many }));
  assert.match(rig.publish().stderr, /21 files, a package has 1 to 20/);
  for (const [flags, sign] of [
    [['--share', '1234'], /--share "1234" is not an account number/],
    [['--region', 'mars'], /--region "mars" is not a region/],
    [['--bucket', 'No Bucket'], /--bucket "No Bucket" is not the name/],
    [['--bukket', 'x'], /--bukket/],
  ] as const)
    assert.match(rig.publish(...flags).stderr, sign);
  assert.deepEqual(rig.calls, []);
});

test('what the service refuses is told with its reason: files that were changed on the way', (t) => {
  const rig = new Rig(t);
  rig.pack('1.4.0');
  // an `aws s3 cp` that loses a byte
  const aws = join(rig.folder, 'bin/aws');
  writeFileSync(aws, readFileSync(aws, 'utf8').replace('exec', 'if [ "$1" = s3 ]; then echo x >>"$6"; fi; exec'));
  const { code, stderr } = rig.publish('--package-only');
  assert.equal(code, 1);
  assert.match(stderr, /VpcCanary 1\.4\.0 was refused in eu-west-1: checksum of vpc-canary-1\.4\.0-linux-x64\.zip/);
});

test('26 versions are too many, and it says what to do', (t) => {
  const rig = new Rig(t);
  rig.pack('1.0.0');
  rig.publish('--package-only');
  const state = join(rig.folder, 'state.json');
  const kept = JSON.parse(readFileSync(state, 'utf8'));
  const { versions } = kept.documents['eu-west-1 VpcCanary'];
  for (let number = 1; number < 25; number += 1) versions.push({ ...versions[0], versionName: `1.0.${number}` });
  writeFileSync(state, JSON.stringify(kept));
  rig.pack('1.4.0');
  assert.match(rig.publish('--package-only').stderr, /25 is the most: delete an old one with aws ssm delete-document/);
});

test('--dry-run prints the commands and runs none, even without an aws', (t) => {
  const rig = new Rig(t);
  rig.pack('1.4.0');
  rmSync(join(rig.folder, 'bin/aws'));
  const { code, stdout, stderr } = rig.publish('--dry-run', '--default', '--share', '111122223333');
  assert.deepEqual([code, stderr], [0, '']);
  for (const verb of [
    's3 cp',
    'ssm create-document',
    'ssm update-document',
    'ssm update-document-default-version',
    'ssm modify-document-permission',
  ])
    assert.ok(stdout.includes(`\naws ${verb} `), verb);
  const without = rig.publish('--package-only');
  assert.match(without.stderr, /the AWS command line \(aws\) cannot be run/);
});

test('nothing of an account is in the script or its instructions', () => {
  for (const file of ['packaging/publish.ts', 'packaging/aws-cli.ts', 'packaging/publish.md']) {
    const numbers = readFileSync(file, 'utf8').match(/\b\d{12}\b/g) ?? [];
    // AWS's own examples
    assert.deepEqual(
      numbers.filter((number) => !['111122223333', '444455556666'].includes(number)),
      [],
      file,
    );
  }
});
