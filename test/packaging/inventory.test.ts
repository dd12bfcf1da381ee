import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type TestContext, test } from 'node:test';

const instance = (id: string, address: string, tags: Record<string, string>, state = 'running') => ({
  InstanceId: id,
  VpcId: `vpc-${id}`,
  SubnetId: `subnet-${id}`,
  PrivateIpAddress: address,
  State: { Name: state },
  Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
});

const OURS = { 'vpc-canary': 'yes' };

function inventory(t: TestContext, ...flags: string[]): { code: number | null; stdout: string; stderr: string } {
  const folder = mkdtempSync(join(tmpdir(), 'vpc-canary-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'bin'));
  const call = `exec "${process.execPath}" --no-warnings "${resolve('test/fakes/aws/cli.ts')}" "$@"`;
  writeFileSync(join(folder, 'bin/aws'), `#!/bin/sh\n${call}\n`, { mode: 0o755 });
  const instances = {
    'syd ap-southeast-2': {
      OwnerId: '111122223333',
      Instances: [
        instance('i-2', '10.2.0.5', { ...OURS, Name: 'canary, "two"', VpcCanaryPort: '8443' }),
        instance('i-1', '10.1.0.5', OURS),
        instance('i-3', '10.3.0.5', OURS, 'stopped'),
        instance('i-4', '10.4.0.5', { Name: 'another' }),
      ],
    },
    'dub eu-west-1': { OwnerId: '444455556666', Instances: [instance('i-9', '10.9.0.5', { ...OURS, Name: 'dublin' })] },
  };
  writeFileSync(join(folder, 'state.json'), JSON.stringify({ documents: {}, objects: {}, instances }));
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--no-warnings', 'packaging/inventory.ts', ...flags],
    {
      encoding: 'utf8',
      env: { PATH: `${join(folder, 'bin')}:/usr/bin:/bin`, FAKE_AWS_STATE: join(folder, 'state.json') },
    },
  );
  return { code: status, stdout, stderr };
}

const EVERYWHERE = ['--profile', 'syd', '--profile', 'dub', '--region', 'ap-southeast-2', '--region', 'eu-west-1'];

test('running canaries of all accounts and regions, sorted, in the columns of the command', (t) => {
  const { code, stdout, stderr } = inventory(t, ...EVERYWHERE);
  assert.equal(code, 0, stderr);
  assert.deepEqual(stdout.split('\r\n'), [
    'account,region,vpc,subnet,instance,address,name,sensor',
    '111122223333,ap-southeast-2,vpc-i-1,subnet-i-1,i-1,10.1.0.5,vpc-canary vpc-i-1,http://10.1.0.5:8080/prtg',
    '111122223333,ap-southeast-2,vpc-i-2,subnet-i-2,i-2,10.2.0.5,"canary, ""two""",http://10.2.0.5:8443/prtg',
    '444455556666,eu-west-1,vpc-i-9,subnet-i-9,i-9,10.9.0.5,dublin,http://10.9.0.5:8080/prtg',
    '',
  ]);
  assert.equal(stderr.match(/^aws ec2 describe-instances /gm)?.length, 4);
});

test('none is said; --dry-run asks nobody; wrong flags are named', (t) => {
  const none = inventory(t, '--region', 'us-east-1');
  assert.deepEqual([none.code, none.stdout.split('\r\n').length], [0, 2]);
  assert.match(none.stderr, /no running instance has the tag vpc-canary=yes there/);
  const dry = inventory(t, ...EVERYWHERE, '--dry-run');
  assert.deepEqual([dry.code, dry.stdout], [0, '']);
  assert.equal(dry.stderr.match(/^aws ec2 describe-instances /gm)?.length, 4);
  assert.match(inventory(t).stderr, /name a region/);
  assert.match(inventory(t, '--region', 'eu-west-1', '--port', 'x').stderr, /--port "x" is not a port/);
});
