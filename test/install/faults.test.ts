/** What goes wrong around an installation: spoilt packages, wrong hosts, full disks, taken ports, timeouts. */
import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { bootMachine } from './machine.ts';
import { copyOf, makePackages } from './packages.ts';
import { holdPort, nothingInstalled } from './service.ts';
import { SsmAgent } from './ssm-agent.ts';

test('what cannot work is refused with the reason, and changes nothing', async (t) => {
  const machine = await bootMachine(t);
  if (machine === null) return;
  const { current, foreign } = await makePackages();
  const agent = new SsmAgent(machine);
  const scratch = mkdtempSync(join(tmpdir(), 'vpc-canary-test-'));
  t.after(() => rmSync(scratch, { recursive: true, force: true }));

  await t.test('Amazon Linux 2', async () => {
    const release = join(machine.root, 'etc/os-release');
    const text = readFileSync(release, 'utf8');
    agent.unpack(current);
    rmSync(release);
    writeFileSync(release, 'ID="amzn"\nVERSION_ID="2"\n');
    const [line, environment] = agent.command('install', current.version, {});
    const { status, output } = await machine.run(line, { environment });
    rmSync(release);
    writeFileSync(release, text);
    assert.equal(status, 1);
    assert.match(output, /Amazon Linux 2 is not supported: its glibc is 2\.26/);
  });

  await t.test('another architecture', async () => {
    const { status, output } = await agent.install(foreign);
    assert.equal(status, 'Failed');
    assert.match(output, /this package is for \w+, this machine is \w+/);
  });

  await t.test('a zip that is not what the manifest says', async () => {
    const spoilt = copyOf(current, join(scratch, 'spoilt'));
    appendFileSync(join(spoilt.folder, `vpc-canary-${current.version}-linux-${process.arch}.zip`), 'x');
    assert.match((await agent.install(spoilt)).output, /checksum does not match/);
  });

  await t.test('a file changed after unpacking', async () => {
    agent.unpack(current);
    appendFileSync(join(agent.folderOf(current.version), 'vpc-canary.service'), 'User=root\n');
    const [line, environment] = agent.command('install', current.version, {});
    const { status, output } = await machine.run(line, { environment });
    assert.equal(status, 1);
    assert.match(output, /damaged or was tampered with: vpc-canary\.service: FAILED/);
  });

  await t.test('too little space', async () => {
    await machine.read('mkdir -p /opt && mount -t tmpfs -o size=60M tmpfs /opt');
    const { status, output } = await agent.install(current);
    await machine.read('umount /opt');
    assert.equal(status, 'Failed');
    assert.match(output, /not enough space in \/opt\/vpc-canary\/releases: \d+ KiB are needed, \d+ KiB are free/);
  });

  await t.test('a disk that fills while it is copied', async () => {
    await machine.read('mkdir -p /opt && mount -t tmpfs -o size=60M tmpfs /opt');
    // there was room when it was looked at
    writeFileSync(join(machine.root, 'usr/sbin/df'), '#!/bin/sh\nprintf "\\n/ 9 9 9999999 9 /\\n"\n', { mode: 0o755 });
    const { status, output } = await agent.install(current);
    rmSync(join(machine.root, 'usr/sbin/df'));
    assert.equal(await machine.read('ls -A /opt/vpc-canary/releases'), '', 'the half of it is taken away');
    await machine.read('umount /opt');
    assert.equal(status, 'Failed');
    assert.match(output, /cannot write to \/opt\/vpc-canary\/releases; is the disk full\?/);
  });

  await t.test('a place mounted noexec', async () => {
    await machine.read('mount -t tmpfs -o noexec,size=300M tmpfs /opt');
    const { status, output } = await agent.install(current);
    await machine.read('umount /opt');
    assert.equal(status, 'Failed');
    assert.match(output, /the executable does not run on this host: .*Permission denied.* noexec/);
  });

  await t.test(
    'killed by the agent’s timeout, it is told by validate.sh and mended by the next installation',
    async () => {
      const hasty = await new SsmAgent(machine, { timeoutMs: 2500 }).install(current);
      assert.deepEqual([hasty.status, hasty.ran], ['TimedOut', [`install.sh ${current.version} 137`]]);
      agent.unpack(current);
      const [line, environment] = agent.command('validate', current.version, {});
      const { status, output } = await machine.run(line, { environment });
      assert.equal(status, 1);
      assert.match(output, /is in force, not|was not installed to the end; install again/);
      assert.equal((await agent.install(current)).status, 'Success');
      assert.equal((await agent.uninstall({ SSM_PURGE: 'true' })).status, 'Success');
    },
  );

  await t.test('an address that is none', async () => {
    const { status, output } = await agent.install(current, 'In-place update', { SSM_LISTEN: 'here' });
    assert.equal(status, 'Failed');
    assert.match(output, /SSM_LISTEN is not an address and port/);
  });

  await t.test('a port that is taken', async () => {
    const holder = await holdPort(machine, 8080);
    const { status, output } = await agent.install(current);
    holder.kill('SIGKILL');
    assert.equal(status, 'Failed');
    assert.match(output, /8080.*in use|in use.*8080/);
    assert.match(output, / was removed, configuration and state stay/);
  });

  assert.ok(await nothingInstalled(machine));
});
