/** Parameter Store to configuration: the real SDK, a server that checks signatures and pages, a real keeper. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Parameters } from '../../../agent/commands/run/parameters.ts';
import { withSavedLayers } from '../../../agent/commands/run/saved-parameters.ts';
import type { ConfigRequest } from '../../../agent/config/gather.ts';
import { loadConfig } from '../../../agent/config/load.ts';
import { type ConfigKeeper, keepConfig } from '../../../agent/config/reload.ts';
import { ENVIRONMENT, REGION } from '../../fakes/aws/cloudwatch.ts';
import { FakeParameterStore } from '../../fakes/aws/parameter-store.ts';

interface Rig {
  readonly store: FakeParameterStore;
  readonly keeper: ConfigKeeper;
  readonly parameters: Parameters;
  readonly file: string;
  readonly request: ConfigRequest;
  readonly directory: string;
}

async function rig(t: TestContext, { everyMs = 40, vpc = 'vpc-1' } = {}): Promise<Rig> {
  Object.assign(process.env, ENVIRONMENT);
  const directory = mkdtempSync(join(tmpdir(), 'vpc-canary-parameters-'));
  const store = new FakeParameterStore();
  const endpoint = await store.listen();
  const file = join(directory, 'config.yaml');
  writeFileSync(
    file,
    [
      `state: { directory: ${directory} }`,
      `parameters: { enabled: on, region: ${REGION}, endpoint: "${endpoint}" }`,
      `publish: { cloudwatch: { enabled: off, vpc: ${vpc} } }`,
    ].join('\n'),
  );
  const request = { file, environment: {} };
  const initial = await loadConfig(request);
  assert.ok(initial.ok);
  const keeper = keepConfig(initial, request, {
    now: Date.now,
    onSignal: () => () => undefined,
    onReload: () => undefined,
  });
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const parameters = new Parameters(keeper, request, { identity: null, imds: null, settled: true }, log, everyMs);
  t.after(async () => {
    parameters.close();
    keeper.close();
    await store.close();
    rmSync(directory, { recursive: true });
  });
  return { store, keeper, parameters, file, request, directory };
}

const names = ({ keeper }: Rig): string[] => keeper.current.config.targets.map(({ name }) => name);

async function until(done: () => boolean, what: string): Promise<void> {
  for (let i = 0; i < 500; i += 1) {
    if (done()) return;
    await sleep(10);
  }
  assert.fail(`waited in vain: ${what}`);
}

test('default, then the VPC’s, then what is below; a change is taken; a copy is kept that only the agent reads', async (t) => {
  const it = await rig(t);
  it.store.parameters.set('/vpc-canary/default', { value: 'targets: [{ name: a, icmp: 10.0.0.1 }]\ntitle: all' });
  it.store.parameters.set('/vpc-canary/vpc-1', { value: 'title: one', secure: true });
  it.store.parameters.set('/vpc-canary/vpc-1/more', { value: 'targets: [{ name: b, icmp: 10.0.0.2 }]' });
  it.store.parameters.set('/vpc-canary/vpc-2', { value: 'title: another' });
  it.parameters.apply(it.keeper.current.config);
  await until(() => it.keeper.current.config.title === 'one', 'the parameters');
  assert.deepEqual(names(it), ['a', 'b']);
  assert.deepEqual(it.parameters.conditions(), []);
  const saved = join(it.directory, 'parameters.json');
  assert.equal(statSync(saved).mode & 0o777, 0o600);

  it.store.parameters.set('/vpc-canary/vpc-1/more', { value: 'targets: [{ name: c, icmp: 10.0.0.3 }]' });
  await until(() => names(it).includes('c'), 'the change');
  assert.deepEqual(names(it), ['a', 'c']);
  assert.deepEqual(it.store.problems, []);
  const reloads = it.keeper.status.reloads;
  await sleep(200);
  assert.equal(it.keeper.status.reloads, reloads, 'nothing changed, nothing is loaded');

  // the next life, with Parameter Store away
  const request = await withSavedLayers(it.request);
  const loaded = await loadConfig(request);
  assert.deepEqual(loaded.ok && loaded.config.targets.map(({ name }) => name), ['a', 'c']);
  writeFileSync(saved, readFileSync(saved, 'utf8').slice(0, 40));
  assert.equal(await withSavedLayers(it.request), it.request, 'a torn copy is none');
});

test('200 parameters come page by page', async (t) => {
  const it = await rig(t, { everyMs: 60_000 });
  for (let i = 0; i < 200; i += 1) {
    const value = `targets: [{ name: t${i}, icmp: 10.0.1.${i + 1} }]`;
    it.store.parameters.set(`/vpc-canary/default/t${i}`, { value });
  }
  it.parameters.apply(it.keeper.current.config);
  await until(() => names(it).length === 200, 'all of them');
  assert.equal(it.store.calls.length, 1 + 20 + 1);
});

test('a text longer than a parameter stands in parts', async (t) => {
  const it = await rig(t, { everyMs: 60_000 });
  const text = `targets: [${Array.from({ length: 150 }, (_, i) => `{ name: target-number-${i}, icmp: 10.0.2.${i + 1} }`).join(', ')}]`;
  for (let i = 0; i * 4096 < text.length; i += 1) {
    it.store.parameters.set(`/vpc-canary/default/part-${i + 1}`, { value: text.slice(i * 4096, (i + 1) * 4096) });
  }
  it.parameters.apply(it.keeper.current.config);
  await until(() => names(it).length === 150, 'the whole of it');
});

test('parameters that do not hold leave the last good ones in force, and say which and why', async (t) => {
  const it = await rig(t);
  it.store.parameters.set('/vpc-canary/default', { value: 'title: good' });
  it.parameters.apply(it.keeper.current.config);
  await until(() => it.keeper.current.config.title === 'good', 'the good ones');
  for (const bad of ['title: [', 'titel: x', 'targets: [{ name: a, icmp: 300.0.0.1 }]']) {
    it.store.parameters.set('/vpc-canary/vpc-1', { value: bad });
    await until(() => it.parameters.conditions().some(({ code }) => code === 'parameters-refused'), bad);
    const [condition] = it.parameters.conditions();
    assert.match(condition?.text ?? '', /Parameter Store \/vpc-canary\/vpc-1:1/);
    assert.equal(it.keeper.current.config.title, 'good');
    assert.ok(it.keeper.status.ok, 'the file is not blamed');
    it.store.parameters.delete('/vpc-canary/vpc-1');
    await until(() => it.parameters.conditions().length === 0, 'the mending');
  }
});

test('no permission is told with the statement, and everything goes on', async (t) => {
  const it = await rig(t);
  it.store.mode = 'denied';
  it.parameters.apply(it.keeper.current.config);
  await until(() => it.parameters.conditions().length > 0, 'the condition');
  const [condition] = it.parameters.conditions();
  assert.equal(condition?.code, 'parameters-unread');
  assert.match(condition?.remedy ?? '', /ssm:GetParametersByPath.*parameter\/vpc-canary\/\*/);
  it.store.mode = 'on';
  it.store.parameters.set('/vpc-canary/default', { value: 'title: late' });
  await until(() => it.keeper.current.config.title === 'late', 'the parameters after all');
  assert.deepEqual(it.parameters.conditions(), []);
});
