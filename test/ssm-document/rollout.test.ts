/** The runbook: held against its schema and itself, then run through its stories with a fleet that is not there. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { Ajv } from 'ajv';
import { FakeFleet, type FleetInstance } from '../fakes/aws/fleet.ts';
import { execute, type Runbook, type Step } from './automation.ts';
import { automationSchema } from './automation-schema.ts';
import { readDocument } from './document.ts';

const runbook = readDocument('VpcCanary-Rollout') as Runbook;
const validate = new Ajv({ strict: false, formats: { regex: true } }).compile(automationSchema);
/** Of a document's content. */
const MOST_BYTES = 64 * 1024;

const flat = (steps: readonly Step[]): Step[] => steps.flatMap((step) => [step, ...flat(step.inputs.Steps ?? [])]);
const steps = flat(runbook.mainSteps);

test('it is an Automation runbook of schema 0.3', () => {
  assert.ok(validate(runbook), JSON.stringify(validate.errors, null, 1));
  assert.ok(readFileSync('ssm-document/VpcCanary-Rollout.yaml').length < MOST_BYTES);
  for (const bad of [
    { ...runbook, schemaVersion: '2.2' },
    { ...runbook, outputs: ['account'] },
    { ...runbook, mainSteps: [{ ...runbook.mainSteps[0], onFailure: 'Stop' }] },
    { ...runbook, mainSteps: [{ ...runbook.mainSteps[1], inputs: { Steps: [] } }] },
  ]) {
    assert.ok(!validate(bad), JSON.stringify(bad).slice(0, 200));
  }
});

test('what it refers to is there: steps, outputs, parameters; every parameter is used', () => {
  const names = steps.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length, 'names are unique in all');
  const outputs = new Set(steps.flatMap(({ name, outputs: own = [] }) => own.map(({ Name }) => `${name}.${Name}`)));
  for (const { name, action } of steps) {
    if (action === 'aws:runCommand') outputs.add(`${name}.CommandId`);
    if (action === 'aws:loop') for (const one of ['Iteration', 'IteratorValue']) outputs.add(`${name}.Current${one}`);
  }
  const text = JSON.stringify(runbook);
  const used = [...text.matchAll(/\{\{ *([\w.:]+) *\}\}/g)].map(([, name = '']) => name);
  for (const name of [...used, ...runbook.outputs]) {
    if (name.includes('.')) assert.ok(outputs.has(name), name);
    else if (!name.startsWith('automation:')) assert.ok(runbook.parameters[name] !== undefined, name);
  }
  for (const name of Object.keys(runbook.parameters)) assert.ok(used.includes(name), `${name} is not used`);
  const jumps = [...text.matchAll(/"(?:NextStep|Default|nextStep)":"(\w+)"|"step:(\w+)"/g)];
  assert.ok(jumps.length >= 5);
  for (const [, one, other] of jumps)
    assert.ok(
      runbook.mainSteps.some(({ name }) => name === (one ?? other)),
      one ?? other,
    );
});

test('it gives VpcCanary-Health what that takes', () => {
  const { parameters } = readDocument('VpcCanary-Health') as {
    parameters: Record<string, { allowedValues?: string[] }>;
  };
  const asked = steps.filter(({ inputs }) => inputs['DocumentName'] === '{{ HealthDocument }}');
  assert.equal(asked.length, 2);
  for (const { inputs } of asked)
    for (const [name, values] of Object.entries(inputs['Parameters'] as Record<string, string[]>)) {
      assert.ok(parameters[name] !== undefined, name);
      const { allowedValues } = parameters[name];
      if (allowedValues !== undefined)
        assert.ok(
          values.every((value) => allowedValues.includes(value)),
          name,
        );
    }
});

/** Two instances in the first wave, three in the second, one in the last; all with version 1.3.0. */
function fleet(...changes: Partial<FleetInstance>[]): FakeFleet {
  const waves = ['first', 'first', 'second', 'second', 'second', 'last'];
  return new FakeFleet(
    waves.map((wave, index) => ({
      id: `i-${index + 1}`,
      tags: { VpcCanaryWave: wave },
      online: true,
      version: '1.3.0',
      down: [],
      ...changes[index],
    })),
    ['1.3.0', '1.4.0'],
  );
}

const GIVEN = { Version: '1.4.0', Waves: ['first', 'second', 'last'] };
const versions = ({ instances }: FakeFleet): (string | null)[] => instances.map(({ version }) => version);

function roll(t: TestContext, on: FakeFleet, given: Record<string, string | string[]> = {}) {
  if (spawnSync('python3', ['--version']).error !== undefined) {
    t.skip('needs python3');
    return null;
  }
  return execute(runbook, { ...GIVEN, ...given }, on);
}

test('all good: wave after wave, and the version is declared', async (t) => {
  const on = fleet();
  const done = await roll(t, on, { VersionParameter: '/vpc-canary/version' });
  if (done === null) return;
  assert.deepEqual([done.status, done.message], ['Success', '']);
  assert.deepEqual(versions(on), Array(6).fill('1.4.0'));
  assert.deepEqual(on.sent, [
    ...['Health Remember i-1 i-2', 'ConfigureAWSPackage 1.4.0 i-1 i-2', 'Health Check i-1 i-2'],
    ...['Health Remember i-3 i-4 i-5', 'ConfigureAWSPackage 1.4.0 i-3 i-4 i-5', 'Health Check i-3 i-4 i-5'],
    ...['Health Remember i-6', 'ConfigureAWSPackage 1.4.0 i-6', 'Health Check i-6'],
  ]);
  assert.equal(on.stored.get('/vpc-canary/version'), '1.4.0');
  assert.equal(
    done.outputs['account.Report'],
    'version 1.4.0: 6 instances updated and healthy\nwaves done: first, second, last',
  );
  assert.deepEqual(done.outputs['account.Failed'], []);
  assert.equal((done.outputs['account.Updated'] as string[])[2], 'i-3 (wave second)');
});

test('a site that was down before the update stops nothing', async (t) => {
  const on = fleet({ down: ['mel'] }, {}, { down: ['syd', 'mel'] });
  const done = await roll(t, on);
  assert.ok(done === null || done.status === 'Success', done?.message);
});

test('the second wave fails: it stops there, names the instance and the reason, and leaves the rest alone', async (t) => {
  const on = fleet({}, {}, {}, { breaks: { '1.4.0': 'mel' } });
  const done = await roll(t, on, { VersionParameter: '/vpc-canary/version' });
  if (done === null) return;
  assert.equal(done.status, 'Failed');
  assert.match(
    done.message,
    /^stop: RuntimeError: version 1\.4\.0: 4 instances updated and healthy\nwaves done: first\n/,
  );
  assert.match(done.message, /failed: i-4 \(wave second\): not healthy, Failed: vpc-canary: mel was up, is down\n/);
  assert.match(done.message, /waves not begun: last$/);
  assert.deepEqual(versions(on), ['1.4.0', '1.4.0', '1.4.0', '1.4.0', '1.4.0', '1.3.0']);
  assert.equal(on.stored.size, 0, 'the version is not declared');
  assert.deepEqual(done.outputs['account.Failed'], [
    'i-4 (wave second): not healthy, Failed: vpc-canary: mel was up, is down',
  ]);
});

test('an update that fails: the others of the wave are not begun', async (t) => {
  const on = fleet({}, {}, { refuses: ['1.4.0'] });
  const done = await roll(t, on);
  if (done === null) return;
  assert.match(done.message, /i-3 \(wave second\): not updated, Failed: vpc-canary: 1\.4\.0 did not become healthy/);
  assert.match(done.message, /left out: i-4 \(wave second\): not begun; i-5 \(wave second\): not begun/);
  assert.deepEqual(versions(on).slice(2), ['1.3.0', '1.3.0', '1.3.0', '1.3.0']);
});

test('with Rollback the failed wave goes back to the versions its instances had, in whatever number', async (t) => {
  const on = fleet({}, {}, { version: '1.2.0' }, { breaks: { '1.4.0': 'mel' } });
  on.versions.push('1.2.0');
  // has it already: nothing to go back to
  on.instances.push({ id: 'i-0', tags: { VpcCanaryWave: 'second' }, online: true, version: '1.4.0', down: [] });
  const done = await roll(t, on, { Rollback: 'yes' });
  if (done === null) return;
  assert.equal(done.status, 'Failed');
  assert.deepEqual(versions(on), ['1.4.0', '1.4.0', '1.2.0', '1.3.0', '1.3.0', '1.3.0', '1.4.0']);
  assert.deepEqual(on.instances[3]?.down, []);
  assert.match(done.message, /failed: i-4 .*\nwaves not begun: last\ntaken back: i-3, i-4, i-5$/);
  assert.deepEqual(on.sent.slice(-2), ['ConfigureAWSPackage 1.2.0 i-3', 'ConfigureAWSPackage 1.3.0 i-4 i-5']);
});

test('a rollback of more than 50 instances is sent in parts', async (t) => {
  const on = new FakeFleet(
    Array.from({ length: 120 }, (_, index) => ({
      id: `i-${index}`,
      tags: { VpcCanaryWave: 'all' },
      online: true,
      version: '1.3.0',
      down: [],
      ...(index === 7 ? { breaks: { '1.4.0': 'mel' } } : {}),
    })),
    ['1.3.0', '1.4.0'],
  );
  const done = await roll(t, on, { Waves: ['all'], Rollback: 'yes' });
  if (done === null) return;
  assert.equal(on.sent.filter((line) => line.startsWith('ConfigureAWSPackage 1.3.0')).length, 3);
  assert.ok(versions(on).every((version) => version === '1.3.0'));
});

test('a first installation that fails has nothing to go back to', async (t) => {
  const on = fleet({ version: null, breaks: { '1.4.0': 'mel' } }, { version: null });
  const done = await roll(t, on, { Rollback: 'yes' });
  if (done === null) return;
  // without a memory of before, a site that is down is none of the update's doing
  assert.equal(done.status, 'Success', done.message);
  const refusing = fleet({ version: null, refuses: ['1.4.0'] }, { version: null });
  const failed = await roll(t, refusing, { Rollback: 'yes' });
  assert.match(failed?.message ?? '', /^stop: .*\nwaves done: none\nfailed: i-1 /);
});

test('no instance with that tag, or all of them offline: nothing is touched', async (t) => {
  const on = fleet({}, {}, {}, {}, {}, { online: false });
  const missing = await roll(t, on, { Waves: ['first', 'thrid'] });
  if (missing === null) return;
  assert.match(missing.message, /^plan: ValueError: no managed instance has VpcCanaryWave=thrid$/);
  const away = await roll(t, on);
  assert.match(away?.message ?? '', /^plan: ValueError: all instances of wave last are offline: i-6$/);
  const twice = await roll(t, on, { Waves: ['first', 'first'] });
  assert.match(twice?.message ?? '', /a wave is named twice/);
  assert.deepEqual(on.sent, []);
});

test('an instance that is offline is left out and named; the roll-out goes on', async (t) => {
  const on = fleet({}, { online: false });
  const done = await roll(t, on);
  if (done === null) return;
  assert.equal(done.status, 'Success', done.message);
  assert.deepEqual(versions(on), ['1.4.0', '1.3.0', '1.4.0', '1.4.0', '1.4.0', '1.4.0']);
  assert.deepEqual(done.outputs['account.Skipped'], ['i-2 (wave first): offline']);
  assert.deepEqual(done.outputs['plan.Offline'], ['i-2 (wave first)']);
  assert.match(String(done.outputs['account.Report']), /left out: i-2 \(wave first\): offline/);
});

test('a wave of which nobody answers any more is a failure', async (t) => {
  const on = fleet();
  const call = on.call.bind(on);
  on.call = (service, operation, input) => {
    // the last wave goes away after the plan was made
    if (operation === 'SendCommand' && on.instances[5] !== undefined) on.instances[5].online = false;
    return call(service, operation, input);
  };
  const done = await roll(t, on);
  if (done === null) return;
  assert.match(done.message, /failed: wave last: none of its instances could be reached/);
});

test('a version or a document that is not there: nothing is touched, and the message says what to do', async (t) => {
  const on = fleet();
  const version = await roll(t, on, { Version: '1.5.0' });
  if (version === null) return;
  assert.match(version.message, /version 1\.5\.0 of the package VpcCanary is missing here: publish it first/);
  on.documents.shift();
  const document = await roll(t, on);
  assert.match(document?.message ?? '', /the document VpcCanary-Health is missing here: publish it first/);
  assert.deepEqual(on.sent, []);
});

test('done again, it changes nothing', async (t) => {
  const on = fleet();
  if ((await roll(t, on)) === null) return;
  const again = await roll(t, on, { Rollback: 'yes' });
  assert.equal(again?.status, 'Success', again?.message);
});
