import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeMetadata } from '../fakes/aws/metadata.ts';
import { cli } from './cli.ts';

const LISTEN = ['--listen', '0.0.0.0:8181'];

test('on EC2 it is all that PRTG needs, from the metadata and the configuration', async (t) => {
  const metadata = new FakeMetadata();
  metadata.entries['meta-data/local-ipv4'] = '10.0.3.17';
  const endpoint = await metadata.listen();
  t.after(() => metadata.close());
  const env = { AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint };
  const { code, stdout, stderr } = await cli(['inventory', ...LISTEN], { env });
  assert.deepEqual([code, stderr], [0, '']);
  assert.deepEqual(stdout.split('\r\n'), [
    'account,region,vpc,subnet,instance,address,name,sensor',
    '111122223333,ap-southeast-2,vpc-0a1b2c3d4e5f67890,subnet-0aaaaaaaaaaaaaaaa,i-0123456789abcdef0,10.0.3.17,canary-syd,http://10.0.3.17:8181/prtg',
    '',
  ]);
  const bare = await cli(['inventory', '--no-header', '--set', 'title=Sydney', ...LISTEN], { env });
  assert.match(bare.stdout, /^111122223333,.*,Sydney,http:/);
  const json = await cli(['inventory', '--json', '--listen', '127.0.0.1:8080'], { env });
  assert.equal(JSON.parse(json.stdout).instance, 'i-0123456789abcdef0');
  assert.match(json.stderr, /listens on 127\.0\.0\.1 alone; PRTG cannot reach it/);
});

test('elsewhere what is not known is empty; a metadata service that is silent is an error', async () => {
  const { code, stdout } = await cli(['inventory', '--no-header', ...LISTEN], {
    env: { AWS_EC2_METADATA_DISABLED: 'true' },
  });
  assert.equal(code, 0);
  assert.match(stdout, /^,,,,,[\d.a-f:]+,[^,]+,http:\/\/.*:8181\/prtg\r\n$/);
  const silent = await cli(['inventory', ...LISTEN], {
    env: { AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:9' },
  });
  assert.deepEqual([silent.code, silent.stdout], [75, '']);
  assert.equal((await cli(['inventory', '--bogus'])).code, 64);
  assert.equal((await cli(['inventory', '--set', 'sites=5'])).code, 78);
});
