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

test('Health remembers before an update and holds it against that afterwards', async (t) => {
  const machine = await bootMachine(t);
  if (machine === null) return;
  const run = (given: Record<string, string>) => machine.run(scriptOf('VpcCanary-Health', given));
  assert.match((await run({ Action: 'Remember' })).output, /not installed here yet: nothing to remember/);
  assert.deepEqual(await run({}), { status: 1, output: 'vpc-canary is not installed here\n' });

  const { before, current } = await makePackages();
  const agent = new SsmAgent(machine);
  const first = await agent.install(before, 'In-place update', { SSM_LISTEN: '127.0.0.1:8181' });
  assert.equal(first.status, 'Success', first.output);
  // a port of its own, a password, a site that is down (nobody listens there) and one that is up
  const password = 'file:/etc/vpc-canary/page.password';
  machine.write('etc/vpc-canary/page.password', 'hunter2\n');
  await machine.read('chown root:vpc-canary /etc/vpc-canary/page.password; chmod 640 /etc/vpc-canary/page.password');
  const config = (target: string): string =>
    `http: { auth: { basic: [{ user: noc, password: "${password}" }] } }
targets:
  - { name: gone, site: gone, tcp: "127.0.0.1:9", every: 1s }
  - { name: here, site: here, ${target}, every: 1s }
`;
  machine.write('etc/vpc-canary/config.yaml', config('icmp: 127.0.0.1'));
  await machine.read('systemctl restart vpc-canary');
  await machine.until('both sites to be judged', async () => {
    const { output } = await machine.run('VPC_CANARY_HTTP_LISTEN=127.0.0.1:8181 vpc-canary health --json');
    return (
      /"gone:state":\[\{[^}]*"observedValue":"down"/.test(output) &&
      /"here:state":\[\{[^}]*"observedValue":"up"/.test(output)
    );
  });
  const remembered = await run({ Action: 'Remember' });
  assert.equal(remembered.status, 0, remembered.output);
  assert.match(remembered.output, new RegExp(`^vpc-canary ${before.version} \\(.*\nremembered\n$`));
  assert.equal(await machine.read('stat -c %a /run/vpc-canary.health'), '600');

  const old = await run({ Version: current.version, WaitSeconds: '1' });
  assert.equal(old.status, 1);
  assert.match(old.output, new RegExp(`version ${before.version} answers, not ${current.version}`));
  const updated = await agent.install(current, 'In-place update');
  assert.equal(updated.status, 'Success', updated.output);
  const healthy = await run({ Version: current.version });
  assert.equal(healthy.status, 0, healthy.output);

  machine.write('etc/vpc-canary/config.yaml', config('tcp: "127.0.0.1:9"'));
  await machine.read('systemctl restart vpc-canary');
  const worse = await run({ Version: current.version, WaitSeconds: '15' });
  assert.equal(worse.status, 1, worse.output);
  assert.match(worse.output, /^vpc-canary: here was up, is down/m);
  assert.doesNotMatch(worse.output, /gone was/);

  await machine.read('systemctl stop vpc-canary');
  assert.match((await run({ WaitSeconds: '1' })).output, /No agent answers at http:\/\/127\.0\.0\.1:8181/);
  assert.match((await run({ Action: 'Remember' })).output, /its health could not be had/);
  assert.equal((await machine.run('test -e /run/vpc-canary.health')).status, 1);
});
