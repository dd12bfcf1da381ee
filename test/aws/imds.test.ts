/** The metadata client and what is read with it, against a server that insists on version 2. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { InstanceCredentials } from '../../agent/aws/credentials.ts';
import { isEc2 } from '../../agent/aws/dmi.ts';
import { readIdentity } from '../../agent/aws/identity.ts';
import { Imds, imdsFailureText } from '../../agent/aws/imds.ts';
import { FakeMetadata } from '../fakes/aws/metadata.ts';

async function metadata(t: TestContext, timeoutMs = 5000): Promise<{ server: FakeMetadata; imds: Imds }> {
  const server = new FakeMetadata();
  const imds = new Imds({ endpoint: await server.listen(), timeoutMs });
  t.after(async () => {
    imds.close();
    await server.close();
  });
  return { server, imds };
}

test('an instance knows itself', async (t) => {
  const { server, imds } = await metadata(t);
  const result = await readIdentity(imds);
  assert.deepEqual(result, {
    ok: true,
    identity: {
      instanceId: 'i-0123456789abcdef0',
      instanceType: 't4g.nano',
      region: 'ap-southeast-2',
      availabilityZone: 'ap-southeast-2a',
      availabilityZoneId: 'apse2-az1',
      accountId: '111122223333',
      vpcId: 'vpc-0a1b2c3d4e5f67890',
      subnetIds: ['subnet-0aaaaaaaaaaaaaaaa', 'subnet-0bbbbbbbbbbbbbbbb'],
      cidrs: ['10.0.0.0/16', '10.1.0.0/16', '2001:db8:1::/56'],
      tags: { Name: 'canary-syd', 'cost centre': 'net 7' },
    },
  });
  assert.equal(server.tokens, 1, 'one token serves all');
  assert.equal(server.asked[0], 'PUT api/token');
});

test('tags that the instance does not show are none, and nothing fails', async (t) => {
  const { server, imds } = await metadata(t);
  delete server.entries['meta-data/tags/instance/'];
  const result = await readIdentity(imds);
  assert.deepEqual(result.ok && result.identity.tags, {});
});

test('half an identity is none, for half of one would be published under a wrong name', async (t) => {
  const { server, imds } = await metadata(t);
  server.failing.add('meta-data/mac');
  assert.deepEqual(await readIdentity(imds), { ok: false, failure: { code: 'refused', status: 500 } });
});

test('a token that is no longer taken is renewed once', async (t) => {
  const { server, imds } = await metadata(t);
  assert.ok((await imds.get('meta-data/mac')).ok);
  server.validFrom = 2;
  assert.ok((await imds.get('meta-data/mac')).ok);
  assert.equal(server.tokens, 2);
  server.validFrom = 9;
  assert.deepEqual(await imds.get('meta-data/mac'), { ok: false, failure: { code: 'refused', status: 401 } });
});

test('each way to fail has its name and its remedy', async (t) => {
  const { server, imds } = await metadata(t, 300);
  const failure = async (path = 'meta-data/mac') => {
    const result = await imds.get(path);
    assert.ok(!result.ok);
    return result.failure;
  };
  server.mode = 'hop-limit';
  assert.deepEqual(await failure(), { code: 'no-answer' });
  assert.match(imdsFailureText({ code: 'no-answer' }).remedy, /hop-limit 2/);
  server.mode = 'off';
  assert.deepEqual(await failure(), { code: 'off' });
  assert.match(imdsFailureText({ code: 'off' }).remedy, /http-endpoint enabled/);
  server.mode = 'broken';
  assert.deepEqual(await failure(), { code: 'refused', status: 500 });
  server.mode = 'on';
  assert.deepEqual(await failure('meta-data/nothing'), { code: 'absent', path: 'meta-data/nothing' });
  await server.close();
  assert.equal((await failure()).code, 'unreachable');
});

test('credentials: fetched ahead, kept when the metadata fails, dropped on request', async (t) => {
  const { server, imds } = await metadata(t);
  let now = 1_000_000;
  const credentials = new InstanceCredentials(imds, () => now);
  server.mode = 'off';
  await assert.rejects(credentials.get(), { name: 'CredentialsProviderError', message: /switched off/ });
  server.mode = 'on';
  server.role('ID1', 'secret', 'token', now + 3_600_000);
  assert.equal((await credentials.get()).accessKeyId, 'ID1');
  server.role('ID2', 'secret', 'token', now + 7_200_000);
  assert.equal((await credentials.get()).accessKeyId, 'ID1', 'kept while good');
  credentials.drop();
  assert.equal((await credentials.get()).accessKeyId, 'ID2');
  now += 7_200_000 - 60_000;
  server.mode = 'broken';
  assert.equal((await credentials.get()).accessKeyId, 'ID2', 'static stability');
  const asked = server.asked.length;
  await credentials.get();
  assert.equal(server.asked.length, asked, 'not asked at every call');
  server.mode = 'on';
  server.role('ID3', 'secret', 'token', now + 7_200_000);
  now += 6 * 60_000;
  assert.equal((await credentials.get()).accessKeyId, 'ID3');
  delete server.entries['meta-data/iam/security-credentials/'];
  await assert.rejects(new InstanceCredentials(imds).get(), /has no meta-data\/iam/);
});

test('EC2 is told by the firmware', (t) => {
  const root = mkdtempSync(join(tmpdir(), 'vpc-canary-dmi-'));
  t.after(() => rmSync(root, { recursive: true }));
  assert.equal(isEc2(root), false);
  const write = (path: string, text: string): void => {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  write('class/dmi/id/sys_vendor', 'LENOVO\n');
  assert.equal(isEc2(root), false);
  write('class/dmi/id/sys_vendor', 'Amazon EC2\n');
  assert.equal(isEc2(root), true);
  write('class/dmi/id/sys_vendor', 'Xen\n');
  write('class/dmi/id/bios_version', '4.11.amazon\n');
  assert.equal(isEc2(root), true);
});
