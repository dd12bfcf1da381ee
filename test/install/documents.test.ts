/** The scripts of the Command documents, run on a machine with the package installed, inert. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scriptOf } from '../ssm-document/document.ts';
import { bootMachine } from './machine.ts';
import { makePackages } from './packages.ts';
import { SsmAgent } from './ssm-agent.ts';

test('Activate, Configure and Diagnose do what they say', async (t) => {
  const machine = await bootMachine(t);
  if (machine === null) return;
  const run = (name: string, given?: Record<string, string>) => machine.run(scriptOf(name, given));
  for (const name of ['VpcCanary-Activate', 'VpcCanary-Diagnose']) {
    assert.match((await run(name)).output, /vpc-canary is not installed here/);
  }
  const { current } = await makePackages();
  const installed = await new SsmAgent(machine).install(current, 'In-place update', { SSM_START: 'no' });
  assert.equal(installed.status, 'Success', installed.output);

  assert.deepEqual(await run('VpcCanary-Activate'), { status: 0, output: 'vpc-canary runs\n' });
  await machine.read('systemctl is-active --quiet vpc-canary && systemctl is-enabled --quiet vpc-canary');

  const refused = await run('VpcCanary-Configure', { Configuration: 'sites: 5' });
  assert.equal(refused.status, 1);
  assert.match(refused.output, /sites = 5/);
  const title = 'it\'s "$(id)" `id` \\n';
  const given = { Configuration: `title: ${JSON.stringify(title)}\nhttp:\n  listen: 0.0.0.0:8080` };
  const taken = await run('VpcCanary-Configure', given);
  assert.equal(taken.status, 0, taken.output);
  assert.match((await run('VpcCanary-Configure', given)).output, /already in force/);
  await machine.until('the agent to take it', async () => {
    const { output } = await machine.run('curl -sf -m 5 http://127.0.0.1:8080/api/v1/state');
    return output !== '' && (JSON.parse(output) as { agent: { title: string } }).agent.title === title;
  });
  assert.equal(
    await machine.read('stat -c "%a %U %G" /etc/vpc-canary/config.yaml; ls /etc/vpc-canary'),
    '640 root vpc-canary\nconfig.yaml',
  );

  const { status, output } = await run('VpcCanary-Diagnose');
  assert.equal(status, 0, output);
  for (const sign of [/ActiveState=active/, /"schema": 1/, /CAP_NET_RAW/, /configuration taken/])
    assert.match(output, sign);

  assert.equal((await run('VpcCanary-Activate', { Action: 'Deactivate' })).status, 0);
  assert.equal((await machine.run('systemctl is-active --quiet vpc-canary')).status, 3);
});
