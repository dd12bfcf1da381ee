/** What an installation can be told, what it keeps, and a configuration that is bad. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { bootMachine } from './machine.ts';
import { makePackages } from './packages.ts';
import { isActive } from './service.ts';
import { SsmAgent } from './ssm-agent.ts';

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
