/** The runbook with a real machine as its fleet: its commands, the package and the agent are the real ones. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { FakeFleet, type FleetInstance, type Parameters } from '../fakes/aws/fleet.ts';
import { execute, type Runbook } from '../ssm-document/automation.ts';
import { readDocument, scriptOf } from '../ssm-document/document.ts';
import { bootMachine, type Machine } from './machine.ts';
import { makePackages, type Package } from './packages.ts';
import { SsmAgent } from './ssm-agent.ts';

const runbook = readDocument('VpcCanary-Rollout') as Runbook;

/** One instance: the machine. */
class MachineFleet extends FakeFleet {
  readonly #machine: Machine;
  readonly #agent: SsmAgent;
  readonly #packages: readonly Package[];
  /** How long a check may wait; the runbook's 90 s would be waited in full by each that fails. */
  waitSeconds = 60;
  /** Runs after an installation that went well, before the check. */
  afterInstall: (version: string) => Promise<void> = async () => {};

  constructor(machine: Machine, agent: SsmAgent, packages: readonly Package[]) {
    const instance = { id: 'i-machine', tags: { VpcCanaryWave: 'only' }, online: true, version: null, down: [] };
    super(
      [instance],
      packages.map(({ version }) => version),
    );
    this.#machine = machine;
    this.#agent = agent;
    this.#packages = packages;
  }

  override async execute(
    _instance: FleetInstance,
    document: string,
    parameters: Parameters,
  ): Promise<['Success' | 'Failed', string]> {
    const given = Object.fromEntries(Object.entries(parameters).map(([name, [value = '']]) => [name, value]));
    if (document !== 'AWS-ConfigureAWSPackage') {
      const { status, output } = await this.#machine.run(
        scriptOf(document, { ...given, WaitSeconds: String(this.waitSeconds) }),
      );
      return [status === 0 ? 'Success' : 'Failed', output];
    }
    const wanted = this.#packages.find(({ version }) => version === given['version']);
    if (wanted === undefined) return ['Failed', `no version ${given['version']}`];
    const args = JSON.parse(given['additionalArguments'] ?? '{}') as Record<string, string>;
    const { status, output } = await this.#agent.install(wanted, 'In-place update', args);
    if (status === 'Success') await this.afterInstall(wanted.version);
    return [status === 'Success' ? 'Success' : 'Failed', output];
  }
}

/** One site that is down for good, one as asked for. */
const configuration = (here: string): string =>
  `targets:
  - { name: gone, site: gone, tcp: "127.0.0.1:9", every: 1s }
  - { name: here, site: here, ${here}, every: 1s }
`;
const UP = configuration('icmp: 127.0.0.1');
const DOWN = configuration('tcp: "127.0.0.1:9"');

test('a version is rolled, one that does not start fails, one that makes things worse is taken back', async (t) => {
  if (spawnSync('python3', ['--version']).error !== undefined) return t.skip('needs python3');
  const machine = await bootMachine(t);
  if (machine === null) return;
  const { before, current, broken } = await makePackages();
  const agent = new SsmAgent(machine);
  const fleet = new MachineFleet(machine, agent, [before, current, broken]);
  const roll = (version: string) =>
    execute(runbook, { Version: version, Waves: ['only'], Rollback: 'yes', Soak: 'PT1S' }, fleet);
  const version = (): Promise<string> => machine.read('vpc-canary version');
  const judged = (state: string): Promise<void> =>
    machine.until(`both sites to be judged, here as ${state}`, async () => {
      const { output } = await machine.run('vpc-canary health --json');
      const is = (site: string, wanted: string): boolean =>
        new RegExp(`"${site}:state":\\[\\{[^}]*"observedValue":"${wanted}"`).test(output);
      return is('gone', 'down') && is('here', state);
    });

  const first = await agent.install(before, 'In-place update');
  assert.equal(first.status, 'Success', first.output);
  machine.write('etc/vpc-canary/config.yaml', `http: { listen: "127.0.0.1:8080" }\n${UP}`);
  await judged('up');

  const good = await roll(current.version);
  assert.equal(good.status, 'Success', good.message);
  assert.deepEqual(good.outputs['account.Updated'], ['i-machine (wave only)']);
  assert.match(await version(), new RegExp(`^vpc-canary ${current.version} `));

  fleet.waitSeconds = 3;
  const refused = await roll(broken.version);
  assert.equal(refused.status, 'Failed');
  assert.match(refused.message, /failed: i-machine \(wave only\): not updated, Failed: vpc-canary: /);
  assert.match(await version(), new RegExp(`^vpc-canary ${current.version} `));

  await judged('up');
  fleet.afterInstall = async (installed) => {
    const worse = installed === before.version;
    machine.write('etc/vpc-canary/config.yaml', `http: { listen: "127.0.0.1:8080" }\n${worse ? DOWN : UP}`);
    await judged(worse ? 'down' : 'up');
  };
  const worse = await roll(before.version);
  assert.equal(worse.status, 'Failed');
  assert.match(worse.message, /i-machine \(wave only\): not healthy, Failed: vpc-canary: here was up, is down/);
  assert.match(worse.message, /taken back: i-machine$/);
  assert.match(await version(), new RegExp(`^vpc-canary ${current.version} `));
});
