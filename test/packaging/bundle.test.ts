/** The bundle's many files: what is loaded on first use is found, and nothing is loaded before. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Snapshot } from '../../agent/verdict/snapshot.ts';
import { bundle } from '../../packaging/bundle.ts';
import { plainKeys } from '../../packaging/prune-schemas.ts';
import { KEY, REGION } from '../fakes/aws/cloudwatch.ts';
import { FakeAws } from '../fakes/aws/services.ts';
import { directConnect, vgwWithTwoVpns } from '../fakes/aws/vpc-stories.ts';

/** Inside the project, where koffi is found. */
async function bundled(t: TestContext): Promise<string> {
  mkdirSync('dist', { recursive: true });
  const folder = mkdtempSync(resolve('dist', 'test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  await bundle(join(folder, 'files'));
  return folder;
}

test('an agent out of the bundle probes over HTTP', { timeout: 60_000 }, async (t) => {
  const folder = await bundled(t);
  const server = createServer((_request, response) => response.end('{}')).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const here = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const config = join(folder, 'config.yaml');
  writeFileSync(
    config,
    `targets: [{ name: web, site: here, http: "${here}/health", every: 1s }]
http: { listen: "127.0.0.1:0" }
state: { directory: ${folder}/state }
`,
  );
  const agent = spawn(process.execPath, [join(folder, 'files/main.cjs'), 'run', '--config', config], {
    env: { ...process.env, NOTIFY_SOCKET: undefined },
  });
  t.after(() => agent.kill('SIGKILL'));
  let output = '';
  for (const stream of [agent.stdout, agent.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  const page = await until(
    () => /http:\/\/127\.0\.0\.1:\d+\/$/m.exec(output)?.[0],
    () => output,
  );
  await until(
    async () => {
      const snapshot = (await (await fetch(`${page}api/v1/state`)).json()) as Partial<Snapshot>;
      return snapshot.targets?.[0]?.state === 'up' || undefined;
    },
    () => output,
  );
});

test('the AWS clients are found, each in a file of its own', async (t) => {
  const files = join(await bundled(t), 'files');
  const clients = readdirSync(files).filter((name) => name.startsWith('sdk-'));
  assert.ok(clients.length >= 2, String(clients));
  for (const client of clients) {
    const exported = Object.entries(createRequire(import.meta.url)(join(files, client)) as Record<string, unknown>);
    assert.ok(exported.length > 0, client);
    for (const [name, value] of exported) assert.equal(typeof value, 'function', `${name} of ${client}`);
  }
});

test('of the AWS clients the bundle holds what is used, and that works as the whole does', async (t) => {
  const files = join(await bundled(t), 'files');
  const clients = readdirSync(files).filter((name) => name.startsWith('sdk-'));
  for (const client of clients) {
    const { length } = readFileSync(join(files, client));
    assert.ok(length < 130_000, `${client} has ${length} bytes: do the SDK's schemas have another form?`);
  }
  const server = new FakeAws(directConnect());
  server.world.vpnConnections = vgwWithTwoVpns().vpnConnections;
  const endpoint = await server.listen();
  t.after(() => server.close());
  const credentials = { accessKeyId: KEY.id, secretAccessKey: KEY.secret };
  const cases = [
    ['ec2', 'EC2Client', 'DescribeVpnConnectionsCommand', { Filters: [{ Name: 'state', Values: ['available'] }] }],
    ['ec2', 'EC2Client', 'DescribeRouteTablesCommand', { MaxResults: 5 }],
    ['direct-connect', 'DirectConnectClient', 'DescribeVirtualInterfacesCommand', {}],
  ] as const;
  for (const [client, className, command, input] of cases) {
    const file = clients.find((name) => name.startsWith(`sdk-${client}-`)) ?? '';
    const answers: unknown[] = [];
    for (const module of [join(files, file), `@aws-sdk/client-${client}`]) {
      const sdk = createRequire(import.meta.url)(module) as Record<string, new (input: object) => Sdk>;
      const made = sdk[className] && new sdk[className]({ region: REGION, endpoint, credentials });
      const { $metadata: _, ...answer } = await (made as Sdk).send(
        new (sdk[command] as new (of: object) => Sdk)(input),
      );
      answers.push(answer);
    }
    assert.ok(JSON.stringify(answers[0]).length > 100, command);
    assert.deepEqual(answers[0], answers[1], command);
  }
  assert.deepEqual(server.problems, []);
});

test('a table of schemas whose keys are no constants is refused', () => {
  assert.equal(plainKeys('const _a = "A";\nx = [{ [_a]: 1, [_a]: 2 }];'), 'const _a = "A";\nx = [{ "A": 1, "A": 2 }];');
  assert.throws(() => plainKeys('const _a = one();\nx = { [_a]: 1 };'), /the key _a/);
});

test('an agent without TLS anywhere does not load it', { timeout: 60_000 }, async (t) => {
  const folder = await bundled(t);
  const spy = join(folder, 'spy.cjs');
  writeFileSync(spy, `process.on('exit', () => console.log(JSON.stringify(process.moduleLoadList)));`);
  const flags = ['--require', spy, join(folder, 'files/main.cjs'), 'run', '--listen', '127.0.0.1:0'];
  const agent = spawn(process.execPath, [...flags, '--state-dir', join(folder, 'state')], {
    env: { ...process.env, NOTIFY_SOCKET: undefined },
  });
  t.after(() => agent.kill('SIGKILL'));
  let output = '';
  for (const stream of [agent.stdout, agent.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  await until(
    () => /The page is at/.exec(output)?.[0],
    () => output,
  );
  agent.kill('SIGTERM');
  await once(agent, 'close');
  const loaded = JSON.parse(output.trim().split('\n').at(-1) ?? '') as string[];
  assert.ok(loaded.includes('NativeModule http'));
  const heavy = /^NativeModule (tls|https|internal\/crypto\/webcrypto)$/;
  assert.deepEqual(
    loaded.filter((name) => heavy.test(name)),
    [],
  );
});

test('a verb reads only what it needs', async (t) => {
  const folder = await bundled(t);
  const files = join(folder, 'files');
  const spy = join(folder, 'spy.cjs');
  writeFileSync(spy, `process.on('exit', () => console.log(JSON.stringify(Object.keys(require.cache))));`);
  const flags = ['--require', spy, join(files, 'main.cjs')];
  const printed = execFileSync(process.execPath, [...flags, 'version'], { encoding: 'utf8' });
  const loaded = JSON.parse(printed.trim().split('\n').at(-1) ?? '') as string[];
  assert.ok(loaded.length >= 1);
  const bytes = loaded.reduce((sum, file) => sum + readFileSync(file).length, 0);
  const all = readdirSync(files).reduce((sum, file) => sum + readFileSync(join(files, file)).length, 0);
  assert.ok(bytes < all / 10, `${bytes} of ${all} bytes for the version`);
});

interface Sdk {
  send(command: Sdk): Promise<{ readonly $metadata: unknown }>;
}

async function until<T>(look: () => T | undefined | Promise<T | undefined>, told: () => string): Promise<T> {
  for (let turn = 0; turn < 400; turn += 1) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`waited in vain: ${told()}`);
}
