/** The real SDK over real HTTP against a server that checks what AWS checks. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { CloudWatch, type PutDatum } from '../../agent/aws/cloudwatch.ts';
import type { AwsOptions } from '../../agent/aws/connection.ts';
import type { AwsClass, AwsFailure } from '../../agent/aws/errors.ts';
import { Imds } from '../../agent/aws/imds.ts';
import { ParameterStore } from '../../agent/aws/parameters.ts';
import {
  type Behaviour,
  ENVIRONMENT,
  FakeCloudWatch,
  type FakeCloudWatchOptions,
  REGION,
} from '../fakes/aws/cloudwatch.ts';
import { FakeMetadata } from '../fakes/aws/metadata.ts';
import { Authority, certificateSkip } from '../fakes/certificates.ts';

const datum = (over: Partial<PutDatum> = {}): PutDatum => ({
  name: 'RoundTripTime',
  unit: 'Milliseconds',
  dimensions: [
    ['VpcId', 'vpc-1'],
    ['Target', 'core'],
  ],
  at: Math.floor(Date.now() / 60_000) * 60_000,
  values: [1.5, 2],
  counts: [3, 1],
  resolution: 60,
  ...over,
});

interface Rig {
  readonly server: FakeCloudWatch;
  readonly client: CloudWatch;
  put(...data: PutDatum[]): Promise<AwsFailure | null>;
}

async function rig(
  t: TestContext,
  server: FakeCloudWatchOptions = {},
  over: Partial<AwsOptions> = {},
  namespace = 'VpcCanary',
): Promise<Rig> {
  const fake = new FakeCloudWatch(server);
  const endpoint = await fake.listen();
  const options = { region: REGION, endpoint, fips: false, proxy: null, certificates: null, imds: null };
  const client = new CloudWatch({ ...options, environment: ENVIRONMENT, ...over }, namespace);
  t.after(async () => {
    client.close();
    await fake.close();
  });
  return {
    server: fake,
    client,
    put: async (...data) => {
      const result = await client.put(data, AbortSignal.timeout(10_000));
      return result.ok ? null : result.failure;
    },
  };
}

test('what is put arrives whole, signed, on one connection', async (t) => {
  const { server, put } = await rig(t);
  const one = datum();
  assert.equal(await put(one), null);
  assert.equal(await put(datum({ name: 'Heartbeat', unit: 'Count', values: [1], counts: [1], resolution: 1 })), null);
  assert.deepEqual(server.problems, []);
  assert.deepEqual(server.accepted[0], {
    MetricName: 'RoundTripTime',
    Dimensions: [
      { Name: 'VpcId', Value: 'vpc-1' },
      { Name: 'Target', Value: 'core' },
    ],
    Timestamp: one.at / 1000,
    Values: [1.5, 2],
    Counts: [3, 1],
    Unit: 'Milliseconds',
    StorageResolution: 60,
  });
  assert.equal(server.accepted[1]?.StorageResolution, 1);
  assert.deepEqual([...server.namespaces], ['VpcCanary']);
  assert.equal(server.connections, 1, 'the connection is kept');
});

test('a large request is compressed', async (t) => {
  const { server, put } = await rig(t);
  assert.equal(await put(...Array.from({ length: 200 }, (_, i) => datum({ dimensions: [['Target', `t${i}`]] }))), null);
  assert.equal(server.gzipped, 1);
  assert.equal(server.accepted.length, 200);
});

test('every failure has its class, and the SDK does not try again by itself', async (t) => {
  let behaviour: Behaviour = 'ok';
  const { server, put } = await rig(t, { behave: () => behaviour });
  const classes: [Behaviour, AwsClass, RegExp][] = [
    ['throttle', 'throttled', /fewer calls/],
    ['internal', 'transient', /answers 500/],
    ['html', 'transient', /answers 503/],
    ['cut', 'transient', /./],
    ['lost-answer', 'transient', /cannot be reached \((ECONNRESET|EPIPE)/],
    ['expired', 'credentials', /ExpiredToken/],
    ['denied', 'denied', /not authorized/],
    ['too-large', 'too-large', /too large/],
  ];
  for (const [next, wanted, text] of classes) {
    behaviour = next;
    const before = server.requests.length;
    const failure = await put(datum());
    assert.equal(failure?.class, wanted, `${next}: ${JSON.stringify(failure)}`);
    assert.match(failure.text, text, next);
    assert.doesNotMatch(failure.text, /\.$/, next);
    assert.equal(server.requests.length, before + 1, `${next}: one request`);
  }
  behaviour = 'denied';
  const failure = await put(datum());
  assert.match(failure?.remedy ?? '', /"Action":"cloudwatch:PutMetricData".*"cloudwatch:namespace":"VpcCanary"/);
});

test('an answer that does not come is given up', async (t) => {
  const { client } = await rig(t, { behave: () => 'hang' });
  const result = await client.put([datum()], AbortSignal.timeout(300));
  assert.equal(!result.ok && result.failure.class, 'transient');
});

test('an answer that does not come in time is given up by the client itself; one that is late counts', async (t) => {
  const silent = await rig(t, { behave: () => 'hang' }, { answerMs: 200 });
  const began = Date.now();
  const failure = await silent.put(datum());
  assert.equal(failure?.class, 'transient');
  assert.match(failure.text, /cannot be reached/);
  assert.ok(Date.now() - began < 5000);
  const late = await rig(t, { behave: () => 'late', lateMs: 300 });
  assert.equal(await late.put(datum()), null);
});

test('what AWS will never take is called invalid', async (t) => {
  const { put } = await rig(t);
  const cases: PutDatum[] = [
    datum({ values: [Number.NaN] }),
    datum({ at: Date.now() - 15 * 86_400_000 }),
    datum({ at: Date.now() + 3 * 3_600_000 }),
    datum({ dimensions: [['Target', '']] }),
    datum({ values: Array.from({ length: 151 }, (_, i) => i + 1), counts: Array(151).fill(1) }),
  ];
  for (const bad of cases) assert.equal((await put(bad))?.class, 'invalid', JSON.stringify(bad).slice(0, 80));
});

test('a namespace of AWS is refused', async (t) => {
  const { put } = await rig(t, {}, {}, 'AWS/EC2');
  assert.equal((await put(datum()))?.class, 'invalid');
});

test('a clock that is off by an hour costs one request, then AWS’s time is used', async (t) => {
  const now = (): number => Date.now() + 3_600_000;
  const { client, put } = await rig(t, { now });
  assert.equal((await put(datum()))?.class, 'clock');
  assert.equal(await put(datum()), null);
  assert.ok(Math.abs(client.clockOffsetMs() - 3_600_000) < 10_000, String(client.clockOffsetMs()));
});

test('an endpoint of another region is named, and it is not called a clock', async (t) => {
  const { server, put } = await rig(t, {}, { region: 'us-east-1' });
  const failure = await put(datum());
  assert.equal(failure?.class, 'denied');
  assert.match(failure.text, /^127\.0\.0\.1:\d+ is not in the region us-east-1 \(SignatureDoesNotMatch/);
  assert.match(failure.remedy, /region and the endpoint agree/);
  assert.equal(server.requests.length, 1);
});

test('credentials of the instance: refused ones are dropped and fetched again', async (t) => {
  const metadata = new FakeMetadata();
  const imds = new Imds({ endpoint: await metadata.listen() });
  t.after(async () => {
    imds.close();
    await metadata.close();
  });
  metadata.role('ASIAOLD', 'old', 'old-token', Date.now() + 3_600_000);
  const keys = [{ id: 'ASIAOLD', secret: 'old', token: 'old-token' }];
  const { server, client, put } = await rig(t, { keys }, { environment: {}, imds });
  assert.equal(await put(datum()), null);
  server.keys = [{ id: 'ASIANEW', secret: 'new', token: 'new-token' }];
  metadata.role('ASIANEW', 'new', 'new-token', Date.now() + 3_600_000);
  assert.equal((await put(datum()))?.class, 'credentials');
  client.dropCredentials();
  assert.equal(await put(datum()), null);
});

test('no credentials at all are told with what to do', async (t) => {
  const metadata = new FakeMetadata();
  delete metadata.entries['meta-data/iam/security-credentials/'];
  const imds = new Imds({ endpoint: await metadata.listen() });
  t.after(async () => {
    imds.close();
    await metadata.close();
  });
  const { put } = await rig(t, {}, { environment: {}, imds });
  const failure = await put(datum());
  assert.equal(failure?.class, 'credentials');
  assert.match(failure.text, /no credentials/);
  assert.match(failure.remedy, /instance profile/);
});

test('off EC2 without credentials: told what is looked for, and the metadata is not asked by anybody', async (t) => {
  const metadata = new FakeMetadata();
  const own = { AWS_EC2_METADATA_SERVICE_ENDPOINT: await metadata.listen(), HOME: '/nonexistent' };
  const before = Object.fromEntries(Object.keys(own).map((name) => [name, process.env[name]]));
  Object.assign(process.env, own);
  t.after(async () => {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    await metadata.close();
  });
  const { put } = await rig(t, {}, { environment: {}, imds: null });
  const failure = await put(datum());
  assert.equal(failure?.class, 'credentials');
  assert.match(failure.text, /Could not load credentials/);
  assert.match(failure.remedy, /AWS_ACCESS_KEY_ID/);
  assert.deepEqual(metadata.asked, []);
});

test('nobody there, and a name that is none, are told apart', async (t) => {
  const { put } = await rig(t, {}, { endpoint: 'http://127.0.0.1:9' });
  const refused = await put(datum());
  assert.match(refused?.text ?? '', /127\.0\.0\.1:9 cannot be reached \(ECONNREFUSED/);
  assert.match(refused?.remedy ?? '', /interface endpoint/);
  const unknown = await rig(t, {}, { endpoint: 'http://monitoring.nowhere.invalid' });
  const failure = await unknown.put(datum());
  assert.equal(failure?.class, 'transient');
  assert.match(failure.text, /cannot be resolved|cannot be reached/);
});

test('a certificate of a private authority: refused with its remedy, taken when it is named', {
  skip: certificateSkip,
}, async (t) => {
  const authority = new Authority(t);
  const tls = authority.issue('IP:127.0.0.1', 10);
  const refused = await rig(t, { tls });
  const failure = await refused.put(datum());
  assert.match(failure?.text ?? '', /certificate of 127\.0\.0\.1:\d+ is not trusted/);
  assert.match(failure?.remedy ?? '', /aws\.certificates/);
  const named = await rig(t, { tls }, { certificates: authority.file });
  assert.equal(await named.put(datum()), null);
  const inEnvironment = await rig(t, { tls }, { environment: { ...ENVIRONMENT, AWS_CA_BUNDLE: authority.file } });
  assert.equal(await inEnvironment.put(datum()), null);
});

test('a certificates file that is not there is told, not thrown', async (t) => {
  const { put } = await rig(t, {}, { certificates: '/nowhere/ca.pem' });
  const failure = await put(datum());
  assert.match(failure?.text ?? '', /ENOENT/);
});

/** A proxy that joins CONNECT requests to where they go, and counts them; what is not on loopback it refuses. */
async function proxy(t: TestContext): Promise<{ url: string; joined: string[] }> {
  const joined: string[] = [];
  const server = createServer((_, response) => response.writeHead(405).end());
  server.on('connect', (request, socket, head) => {
    joined.push(request.url ?? '');
    const { hostname, port } = new URL(`http://${request.url}`);
    if (hostname !== '127.0.0.1') {
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      return;
    }
    const upstream = connect(Number(port), hostname, () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      upstream.write(head);
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on('error', () => socket.destroy());
    socket.on('error', () => upstream.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, joined };
}

test('through a proxy, by configuration or environment, unless NO_PROXY says otherwise', {
  skip: certificateSkip,
}, async (t) => {
  const authority = new Authority(t);
  const tls = authority.issue('IP:127.0.0.1', 10);
  const { url, joined } = await proxy(t);
  const certificates = authority.file;
  const configured = await rig(t, { tls }, { certificates, proxy: url });
  assert.equal(await configured.put(datum()), null);
  assert.equal(joined.length, 1);
  const environment = { ...ENVIRONMENT, HTTPS_PROXY: url };
  const inEnvironment = await rig(t, { tls }, { certificates, environment });
  assert.equal(await inEnvironment.put(datum()), null);
  assert.equal(joined.length, 2);
  const around = await rig(t, { tls }, { certificates, environment: { ...environment, NO_PROXY: '127.0.0.1' } });
  assert.equal(await around.put(datum()), null);
  assert.equal(joined.length, 2);
});

test('the host that is called: the region’s, its FIPS one, an interface endpoint', async (t) => {
  const { url, joined } = await proxy(t);
  const ask = async (over: Partial<AwsOptions>): Promise<string | undefined> => {
    const { client } = await rig(t, {}, { proxy: url, endpoint: null, region: 'us-gov-west-1', ...over });
    const result = await client.put([datum()], AbortSignal.timeout(10_000));
    assert.equal(!result.ok && result.failure.class, 'transient');
    return joined.at(-1);
  };
  assert.equal(await ask({}), 'monitoring.us-gov-west-1.amazonaws.com:443');
  assert.equal(await ask({ region: 'us-east-2', fips: true }), 'monitoring-fips.us-east-2.amazonaws.com:443');
  const endpoint = 'https://vpce-0a1b2c3d-e4f5g6h7.monitoring.ap-southeast-2.vpce.amazonaws.com';
  assert.equal(await ask({ endpoint }), `${new URL(endpoint).host}:443`);
  const store = new ParameterStore({
    region: 'us-east-2',
    endpoint: null,
    fips: true,
    proxy: url,
    certificates: null,
    imds: null,
    environment: ENVIRONMENT,
  });
  assert.equal((await store.read(['/vpc-canary/default'], AbortSignal.timeout(10_000))).ok, false);
  assert.equal(joined.at(-1), 'ssm-fips.us-east-2.amazonaws.com:443');
  store.close();
});
