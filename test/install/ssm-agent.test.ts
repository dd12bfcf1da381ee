/** The emulator itself, held against the rows of README.md with packages of a few lines. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { sha256 } from '../../packaging/payload.ts';
import { bootMachine } from './machine.ts';
import { SsmAgent } from './ssm-agent.ts';
import { checksumHolds, folderName, GO_ARCHITECTURE, unacceptable, unzip, zipFor } from './ssm-package.ts';
import { PackageRecord, STATES } from './ssm-record.ts';
import { parseArguments, SHOWN } from './ssm-step.ts';

const scratch = mkdtempSync(join(tmpdir(), 'vpc-canary-test-toys-'));
test.after(() => rmSync(scratch, { recursive: true, force: true }));

let made = 0;

/** A package of these scripts; install.sh and uninstall.sh do nothing unless given. */
function toy(
  version: string,
  scripts: Record<string, string> = {},
  more: Record<string, unknown> = {},
): { folder: string } {
  made += 1;
  const folder = join(scratch, String(made));
  const files = { 'install.sh': '', 'uninstall.sh': '', ...scripts };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, 'in', dirname(name)), { recursive: true });
    writeFileSync(join(folder, 'in', name), text);
  }
  execFileSync('zip', ['-q', '-r', '../toy.zip', '.'], { cwd: join(folder, 'in') });
  const manifest = {
    schemaVersion: '2.0',
    version,
    packages: { debian: { _any: { [GO_ARCHITECTURE]: { file: 'toy.zip' } } } },
    files: { 'toy.zip': { checksums: { sha256: sha256(join(folder, 'toy.zip')) } } },
    ...more,
  };
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest));
  return { folder };
}

test('row 1: additional arguments are a JSON text of strings with SSM_ names; a map is dropped', () => {
  assert.deepEqual(parseArguments('{"SSM_START":"no"}'), { SSM_START: 'no' });
  assert.deepEqual(parseArguments({ SSM_START: 'no' }), {});
  for (const wrong of ['{"START":"no"}', '{"SSM_":"no"}', '{"":"no"}', '{"SSM_START":1}', '["no"]', 'no'])
    assert.throws(() => parseArguments(wrong), wrong);
});

test('row 4: a version is matched exactly, by the longest prefix, then by _any', () => {
  const keys = ['2', '2023', '22.04', '22.*', '8.*', '8.10.*', '_any'];
  const versions = Object.fromEntries(keys.map((key) => [key, { [GO_ARCHITECTURE]: { file: key } }]));
  const manifest = { version: '1', packages: { os: versions }, files: {} };
  const golden = {
    '2': '2',
    '22.04': '22.04',
    '22.10': '22.*',
    '8.9': '8.*',
    '8.10.1': '8.10.*',
    '8': '8.*',
    '2023.6': '_any',
  };
  for (const [version, key] of Object.entries(golden))
    assert.equal(zipFor(manifest, `ID=os\nVERSION_ID="${version}"\n`), key, version);
  assert.equal(zipFor(manifest, 'ID=other\nVERSION_ID="8"\n'), undefined);
});

test('row 6: sha256 and md5 count, in any case; none passes, unknown ones alone do not', () => {
  const file = join(scratch, 'file');
  writeFileSync(file, 'content');
  assert.ok(checksumHolds({ sha256: sha256(file).toUpperCase() }, file));
  assert.ok(checksumHolds({ md5: '9a0364b9e99bb480dd25e1f0284c8555' }, file));
  assert.ok(checksumHolds({}, file) && checksumHolds({ sha256: '' }, file));
  assert.ok(!checksumHolds({ sha256: sha256(file).replace(/^./, 'x') }, file));
  assert.ok(!checksumHolds({ sha512: 'anything' }, file));
});

test('row 7: names outside the pattern become hashed folders', () => {
  for (const plain of ['VpcCanary', '1.0.0-rc.1', '1.0.0+b1', 'net_canary']) assert.equal(folderName(plain), plain);
  assert.match(folderName('1..0'), /^_1--0_4_BACPMTOC[A-Z2-7]+$/);
  assert.match(
    folderName('arn:aws:ssm:eu-west-1:111122223333:document/VpcCanary'),
    /^_arn-aws-ssm-[\w-]+_35_[A-Z2-7]{52}$/,
  );
});

test('row 8: modes are the zip’s; a folder it does not list takes its file’s; a link becomes a file', () => {
  const from = join(scratch, 'from');
  mkdirSync(join(from, 'folder'), { recursive: true });
  writeFileSync(join(from, 'folder/file'), '');
  writeFileSync(join(from, 'install.sh'), '');
  chmodSync(join(from, 'install.sh'), 0o640);
  symlinkSync('install.sh', join(from, 'link'));
  const zip = join(scratch, 'modes.zip');
  execFileSync('zip', ['-q', '-y', '-D', zip, 'install.sh', 'link', 'folder/file'], { cwd: from });
  const to = join(scratch, 'to');
  unzip(zip, to);
  const modes = execFileSync('stat', ['-c', '%a %F', to, join(to, 'install.sh'), join(to, 'folder')], {
    encoding: 'utf8',
  });
  assert.equal(modes, '700 directory\n640 regular empty file\n644 directory\n');
  assert.equal(readFileSync(join(to, 'link'), 'utf8'), 'install.sh');
});

test('row 9: install.sh and one file more; a manifest.json inside must name package and version', () => {
  const folder = mkdtempSync(join(scratch, 'nine-'));
  const write = (name: string, text = ''): void => writeFileSync(join(folder, name), text);
  write('install.sh');
  assert.match(unacceptable(folder, 'VpcCanary', '1.0') ?? '', /too little/);
  write('file');
  assert.equal(unacceptable(folder, 'VpcCanary', '1.0'), null);
  write('manifest.json', '{"name":"Canary","version":"1.0"}');
  assert.equal(unacceptable(folder, 'VpcCanary', '1.0'), null);
  assert.match(unacceptable(folder, 'VpcCanary', '1.1') ?? '', /is of version 1\.0/);
  write('manifest.json', '{"schemaVersion":"2.0","version":"1.0"}');
  assert.match(unacceptable(folder, 'VpcCanary', '1.0') ?? '', /names undefined/);
  rmSync(join(folder, 'install.sh'));
  assert.match(unacceptable(folder, 'VpcCanary', '1.0') ?? '', /install\.sh is missing/);
});

test('rows 10 to 21, on a machine', async (t) => {
  const machine = await bootMachine(t);
  if (machine === null) return;
  const agentFor = (name: string, timeoutMs?: number): SsmAgent =>
    new SsmAgent(machine, timeoutMs === undefined ? { name } : { name, timeoutMs });
  const record = (name: string): PackageRecord => new PackageRecord(machine.root, name);

  await t.test('10, 11: sh in the package’s folder, the agent’s environment, SSM_COMMAND_ID its own', async () => {
    const script =
      'pwd; echo "$0 $BWS_ACTION_NAME [$SSM_X] [$SSM_COMMAND_ID]"; env | grep -E "^(HOME|https_proxy)="; exit 3';
    const { status, output, ran } = await agentFor('Ten').install(
      toy('1.0', { 'install.sh': script }),
      'In-place update',
      {
        SSM_X: 'a b',
        SSM_COMMAND_ID: 'mine',
      },
    );
    assert.equal(
      output,
      'Running sh install.sh\n/var/lib/amazon/ssm/packages/Ten/1.0\ninstall.sh install [a b] [c0ffee]\nhttps_proxy=\n',
    );
    assert.deepEqual([status, ran], ['Failed', ['install.sh 1.0 3']]);
  });

  await t.test('12: after the timeout all processes of the script are killed', async () => {
    const outcome = await agentFor('Twelve', 1000).install(toy('1.0', { 'install.sh': 'sleep 1234 & sleep 1234' }));
    assert.deepEqual([outcome.status, outcome.ran], ['TimedOut', ['install.sh 1.0 137']]);
    await machine.until('them to be gone', async () => (await machine.run('pgrep -x sleep')).status === 1, 5000);
  });

  await t.test('13: a process that keeps the output open holds the step; one that closes it does not', async () => {
    const held = await agentFor('Thirteen', 1500).install(toy('1.0', { 'install.sh': 'sleep 30 & exit 0' }));
    assert.equal(held.status, 'TimedOut');
    const free = await agentFor('Thirteen', 10_000).install(
      toy('1.0', { 'install.sh': 'sleep 30 >/dev/null 2>&1 & exit 0' }),
    );
    assert.equal(free.status, 'Success');
  });

  await t.test('14, 20: 194 asks for a reboot; then only validate.sh runs, and none is as good', async () => {
    const rebooting = toy('1.0', { 'install.sh': 'exit 194', 'validate.sh': 'exit 0' });
    assert.equal((await agentFor('Reboot').install(rebooting)).status, 'SuccessAndReboot');
    assert.equal((await agentFor('Bare').install(toy('1.0', { 'install.sh': 'exit 194' }))).status, 'SuccessAndReboot');
    assert.equal(record('Reboot').read()?.state, STATES.installing);
    await machine.reboot();
    assert.deepEqual((await agentFor('Reboot').resume()).ran, ['validate.sh 1.0 0']);
    assert.deepEqual((await agentFor('Bare').resume()).ran, []);
    for (const name of ['Reboot', 'Bare']) assert.equal(record(name).read()?.state, STATES.installed);
  });

  await t.test('14: the first 2,500 characters are shown', async () => {
    const { output } = await agentFor('Long').install(toy('1.0', { 'install.sh': 'yes | head -c 9000' }));
    assert.equal(output.length, SHOWN);
  });

  await t.test('15 to 17: install, replace whatever the old one says, update, roll back', async () => {
    const agent = agentFor('Order');
    const first = await agent.install(
      toy('1.0', { 'update.sh': 'exit 9', 'uninstall.sh': 'exit 1' }),
      'In-place update',
    );
    assert.deepEqual(first.ran, ['install.sh 1.0 0']);
    const replaced = await agent.install(toy('2.0', { 'update.sh': '' }));
    assert.deepEqual([replaced.status, replaced.ran], ['Success', ['uninstall.sh 1.0 1', 'install.sh 2.0 0']]);
    assert.ok(!existsSync(agent.folderOf('1.0')), 'the old folder goes');

    const bare = await agent.install(toy('3.0'), 'In-place update');
    assert.deepEqual([bare.status, bare.ran], ['Failed', []]);
    const failed = await agent.install(toy('3.0', { 'update.sh': 'exit 1' }), 'In-place update');
    assert.deepEqual(
      [failed.status, failed.ran],
      ['Failed', ['update.sh 3.0 1', 'uninstall.sh 3.0 0', 'install.sh 2.0 0']],
    );
    const again = await agent.install(toy('3.0', { 'install.sh': 'exit 1' }));
    const rolled = ['uninstall.sh 2.0 0', 'install.sh 3.0 1', 'uninstall.sh 3.0 0', 'install.sh 2.0 0'];
    assert.deepEqual([again.status, again.ran], ['Failed', rolled]);
    assert.equal(record('Order').installed(), '2.0');
  });

  await t.test(
    '18, 19: the same again runs validate.sh alone; a changed manifest all; uninstalled twice is well',
    async () => {
      const agent = agentFor('Same');
      const one = toy('1.0', { 'validate.sh': '' });
      await agent.install(one);
      assert.deepEqual((await agent.install(one)).ran, ['validate.sh 1.0 0']);
      const changed = await agent.install(toy('1.0', { 'validate.sh': '' }, { publisher: 'another' }));
      assert.deepEqual(changed.ran, ['uninstall.sh 1.0 0', 'install.sh 1.0 0']);
      assert.deepEqual((await agent.uninstall()).ran, ['uninstall.sh 1.0 0']);
      assert.ok(!existsSync(agent.folderOf('1.0')));
      assert.deepEqual(await agent.uninstall(), { status: 'Success', ran: [], output: '' });
    },
  );

  await t.test('21: two commands at once, one is refused', async () => {
    const slow = agentFor('Lock').install(toy('1.0', { 'install.sh': 'sleep 1' }));
    const refused = await agentFor('Lock').install(toy('1.0'));
    assert.deepEqual([refused.status, refused.output], ['Failed', 'the package is locked by another command']);
    assert.equal((await slow).status, 'Success');
    const { name, version, state, lastinstalledversion } = record('Lock').read() ?? {};
    assert.deepEqual([name, version, state, lastinstalledversion], ['Lock', '1.0', STATES.installed, '1.0']);
  });
});
