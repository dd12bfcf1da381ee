/** What goes wrong around an installation: kills, spoilt packages, wrong hosts, full disks, ports, configurations. */
import assert from 'node:assert/strict';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { bootMachine, type Machine } from './machine.ts';
import { copyOf, makePackages } from './packages.ts';
import { holdPort, isActive, nothingInstalled } from './service.ts';
import { SsmAgent } from './ssm-agent.ts';

/**
 * Runs a script under -x and kills it, with all it started, when it has traced so many commands. Returns the command
 * it was at.
 */
async function killAfter(
  machine: Machine,
  line: string,
  environment: Record<string, string>,
  commands: number,
): Promise<string> {
  const { child, ended } = machine.start(line.replace('exec sh ', 'exec sh -x '), { environment });
  let seen = 0;
  child.stderr?.on('data', (text: string) => {
    seen += text.split('\n').length - 1;
    if (seen >= commands && child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
      process.kill(-child.pid, 'SIGKILL');
    }
  });
  const { status, output } = await ended;
  assert.equal(status, null, `it ended before it was killed: ${output}`);
  return output.trimEnd().split('\n').at(-1) ?? '';
}

test('killed at any step, installing and uninstalling again comes to the end', async (t) => {
  const machine = await bootMachine(t);
  if (machine === null) return;
  const { before, current } = await makePackages();
  const agent = new SsmAgent(machine);
  // the trace of _script.sh shows few commands of its own: run the scripts themselves
  const direct = ([line, environment]: [string, Record<string, string>], action: string) =>
    [line.replace('./_script.sh', `./${action}.sh`), environment] as const;

  agent.unpack(current);
  const [install, environment] = direct(agent.command('install', current.version, {}), 'install');
  for (const commands of [30, 60, 90, 120, 150, 180]) {
    t.diagnostic(`installing, killed at: ${await killAfter(machine, install, environment, commands)}`);
  }
  const installed = await machine.run(install, { environment });
  assert.equal(installed.status, 0, installed.output);
  assert.ok(await isActive(machine));
  const config = await machine.read('cat /etc/vpc-canary/config.yaml');

  // over it another version, killed in the midst of its update; then back to this one, as the agent rolls back
  agent.unpack(before);
  const [update, updating] = direct(agent.command('update', before.version, {}), 'update');
  for (const commands of [80, 140, 170]) {
    t.diagnostic(`updating, killed at: ${await killAfter(machine, update, updating, commands)}`);
  }
  const updated = await machine.run(update, { environment: updating });
  assert.equal(updated.status, 0, updated.output);
  assert.match(await machine.read('vpc-canary version'), new RegExp(` ${before.version} `));

  const [uninstall, removing] = direct(agent.command('uninstall', before.version, {}), 'uninstall');
  for (const commands of [40, 50, 53]) {
    t.diagnostic(`uninstalling, killed at: ${await killAfter(machine, uninstall, removing, commands)}`);
  }
  const removed = await machine.run(uninstall, { environment: removing });
  assert.equal(removed.status, 0, removed.output);
  assert.ok(await nothingInstalled(machine));
  assert.equal(await machine.read('cat /etc/vpc-canary/config.yaml'), config);

  const again = await machine.run(install, { environment });
  assert.equal(again.status, 0, again.output);
  assert.ok(await isActive(machine), 'it ran before it was uninstalled, so it runs again');
});

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

test('arguments: inert, address; an activated service stays so; a bad configuration has its page', async (t) => {
  const machine = await bootMachine(t);
  if (machine === null) return;
  const { before, current } = await makePackages();
  const agent = new SsmAgent(machine);
  const args = { SSM_START: 'no', SSM_LISTEN: '127.0.0.1:9090' };
  const page = (): Promise<string> => machine.read('curl -sf -m 5 http://127.0.0.1:9090/healthz');

  assert.equal((await agent.install(before, 'Uninstall and reinstall', args)).status, 'Success');
  assert.ok(!(await isActive(machine)), 'inert');
  assert.equal((await machine.run('systemctl is-enabled --quiet vpc-canary')).status, 1);

  // a bad configuration at first start: the page says so, and systemd sees a service that runs
  const file = 'etc/vpc-canary/config.yaml';
  const good = readFileSync(join(machine.root, file), 'utf8');
  writeFileSync(join(machine.root, file), 'targets: none\n');
  await machine.read('systemctl enable --quiet --now vpc-canary');
  assert.match(await page(), /configuration has a problem/);
  assert.equal(await machine.read('systemctl show -p NRestarts --value vpc-canary'), '0');
  writeFileSync(join(machine.root, file), good);

  const replaced = await agent.install(current, 'Uninstall and reinstall', args);
  assert.equal(replaced.status, 'Success', replaced.output);
  assert.deepEqual(replaced.ran, [`uninstall.sh ${before.version} 0`, `install.sh ${current.version} 0`]);
  assert.ok(await isActive(machine), 'activated before, so active after');
  assert.match(await page(), new RegExp(`"releaseId":"${current.version}"`));
  assert.ok(!existsSync(join(machine.root, 'etc/vpc-canary/activation')));

  // a configuration from Parameter Store, through the command line that Amazon's images have
  const aws = '#!/bin/sh\n[ "$4" = /vpc-canary/bad ] && { echo "targets: none"; exit; }\necho "title: from $4"\n';
  writeFileSync(join(machine.root, 'usr/local/bin/aws'), aws, { mode: 0o755 });
  assert.equal((await agent.uninstall()).status, 'Success');
  const refused = await agent.install(current, 'Uninstall and reinstall', { SSM_CONFIG_PARAMETER: '/vpc-canary/bad' });
  assert.equal(refused.status, 'Failed');
  assert.match(refused.output, /\/vpc-canary\/bad is not a good configuration, nothing was changed/);
  const taken = await agent.install(current, 'Uninstall and reinstall', { SSM_CONFIG_PARAMETER: '/vpc-canary/x' });
  assert.equal(taken.status, 'Success', taken.output);
  assert.equal(readFileSync(join(machine.root, file), 'utf8'), 'title: from /vpc-canary/x\n');
});
