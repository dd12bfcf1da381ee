/** The same installation from a .deb and from an .rpm, and beside Distributor: one of them at a time. */
import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Machine, newMachine } from './machine.ts';
import { makePackages, type Package, type Packages } from './packages.ts';
import { answers, holdPort, isActive, isEnabled, nothingInstalled, pid, remains, state } from './service.ts';
import { SsmAgent } from './ssm-agent.ts';

const CONFIG = 'etc/vpc-canary/config.yaml';

/** The commands of one package manager. rpm has no purge; on a Debian system it knows no other package, hence --nodeps. */
interface Manager {
  readonly install: (file: string) => string;
  readonly update: (file: string) => string;
  readonly verify: string;
  readonly remove: string;
  readonly file: (wanted: Package) => string;
}

const APT: Manager = {
  install: (file) => `apt-get install -y --reinstall --allow-downgrades ${file}`,
  update: (file) => `apt-get install -y ${file}`,
  verify: 'dpkg --verify vpc-canary',
  remove: 'apt-get remove -y vpc-canary',
  file: ({ deb }) => deb,
};
const RPM: Manager = {
  install: (file) => `rpm --nodeps --force-debian -i ${file}`,
  update: (file) => `rpm --nodeps --force-debian -U ${file}`,
  verify: 'rpm -V --nodeps vpc-canary',
  remove: 'rpm --nodeps --force-debian -e vpc-canary',
  file: ({ rpm }) => rpm,
};

async function lives(t: TestContext, machine: Machine, manager: Manager, packages: Packages): Promise<void> {
  const { before, current } = packages;
  const old = machine.bring(manager.file(before));
  const young = machine.bring(manager.file(current));

  await t.test('refused where it cannot run, with the reason', async () => {
    const release = join(machine.root, 'etc/os-release');
    const text = readFileSync(release, 'utf8');
    rmSync(release);
    writeFileSync(release, 'ID="amzn"\nVERSION_ID="2"\n');
    const refused = await machine.run(manager.install(old));
    rmSync(release);
    writeFileSync(release, text);
    assert.notEqual(refused.status, 0);
    assert.match(refused.output, /Amazon Linux 2 is not supported: its glibc is 2\.26/);
    assert.ok(await nothingInstalled(machine));
    await machine.run('apt-get purge -y vpc-canary');
  });

  await t.test('installed, it runs as Distributor would have it', async () => {
    await machine.read(manager.install(old));
    assert.ok(await isEnabled(machine));
    for (const path of ['/', '/readyz', '/prtg']) assert.ok(await answers(machine, path), path);
    const { agent } = await state(machine);
    assert.deepEqual([agent.version, agent.icmp.mode, agent.capabilities], [before.version, 'raw', ['CAP_NET_RAW']]);
    assert.equal(await machine.read(`stat -c "%a %U %G" /${CONFIG}`), '640 root vpc-canary');
    assert.match(await machine.read('vpc-canary version'), new RegExp(` ${before.version} `));
    assert.equal(await machine.read(manager.verify), '');
  });

  await t.test('updated, configuration and past stay', async () => {
    machine.write(CONFIG, 'title: mine\nhttp: { listen: "0.0.0.0:8080" }\n');
    const running = await pid(machine);
    const oldest = async (): Promise<number | null> => (await state(machine)).agent.history.oldest;
    await machine.until('a past on disk', async () => (await oldest()) !== null);
    const began = await oldest();
    await machine.read(manager.update(young));
    const { agent } = await state(machine);
    assert.deepEqual([agent.version, agent.title, agent.history.oldest], [current.version, 'mine', began]);
    assert.notEqual(await pid(machine), running);
    assert.equal(await machine.read(manager.verify), '');
  });

  await t.test('Distributor is refused beside it, and takes nothing away', async () => {
    const running = await pid(machine);
    const agent = new SsmAgent(machine);
    const refused = await agent.install(current);
    assert.equal(refused.status, 'Failed');
    assert.match(refused.output, /installed here from a \.deb or \.rpm/);
    agent.unpack(current);
    const [line, environment] = agent.command('uninstall', current.version, {});
    const { status, output } = await machine.run(line, { environment });
    assert.equal(status, 1, output);
    assert.match(output, /installed here from a \.deb or \.rpm/);
    assert.equal(await pid(machine), running);
  });

  await t.test('removed, configuration and state stay, and whether it ran', async () => {
    await machine.read('systemctl disable --quiet --now vpc-canary');
    await machine.read(manager.remove);
    assert.ok(await nothingInstalled(machine));
    assert.match(readFileSync(join(machine.root, CONFIG), 'utf8'), /mine/);
    await machine.read('test -e /var/lib/vpc-canary/history.db');
    await machine.read(manager.install(young));
    assert.ok(!(await isActive(machine)) && !(await isEnabled(machine)), 'it was switched off before');
    await machine.read('systemctl enable --quiet --now vpc-canary');
    assert.equal((await state(machine)).agent.title, 'mine');
    await machine.read(manager.remove);
  });
}

test('an image is built with the .deb, boots, and runs; updated, removed, purged', async (t) => {
  const machine = newMachine(t);
  if (machine === null) return;
  const packages = await makePackages();

  await t.test('installed where no systemd runs, it starts at the first boot', async () => {
    const { status, output } = machine.runOff(`dpkg -i ${machine.bring(packages.before.deb)}`);
    assert.equal(status, 0, output);
    await machine.boot();
    await machine.until('the page', () => answers(machine, '/readyz'), 20_000);
    await machine.read('apt-get purge -y vpc-canary');
    assert.equal(await remains(machine), '');
  });

  await lives(t, machine, APT, packages);

  await t.test('purged, nothing is left', async () => {
    await machine.read('apt-get purge -y vpc-canary');
    assert.equal(await remains(machine), '');
  });

  await t.test(
    'SSM_START=no leaves the start to its owner; a port that is taken is told, and is no error',
    async () => {
      const inert = await machine.read(`SSM_START=no ${APT.install(machine.bring(packages.current.deb))}`);
      assert.match(inert, /installed and not started/);
      assert.ok(!(await isActive(machine)));
      const port = await holdPort(machine, 8080);
      await machine.read('systemctl enable --quiet vpc-canary');
      const { status, output } = await machine.run(APT.install(machine.bring(packages.current.deb)));
      port.kill('SIGKILL');
      assert.equal(status, 0, output);
      assert.match(
        output,
        /installed, but it did not become healthy within \d+ s; its last words:\r?\n[\s\S]*8080[\s\S]*in use/,
      );
      await machine.until('the service to come by itself', () => answers(machine, '/readyz'), 20_000);
      await machine.read('apt-get purge -y vpc-canary');
    },
  );

  await t.test('over a Distributor install it is refused, and what runs goes on', async () => {
    const agent = new SsmAgent(machine);
    const installed = await agent.install(packages.current);
    assert.equal(installed.status, 'Success', installed.output);
    const running = await pid(machine);
    for (const manager of [APT, RPM]) {
      const refused = await machine.run(manager.install(machine.bring(manager.file(packages.current))));
      assert.notEqual(refused.status, 0);
      assert.match(refused.output, /installed here by Systems Manager Distributor or install\.sh/);
    }
    await machine.run('apt-get purge -y vpc-canary');
    assert.equal(await pid(machine), running);
    await machine.read('systemctl is-active --quiet vpc-canary');
    assert.equal((await agent.uninstall({ SSM_PURGE: 'true' })).status, 'Success');
  });

  await t.test('as an .rpm', async (inner) => {
    await lives(inner, machine, RPM, packages);
    await machine.read('rm -r /etc/vpc-canary /var/lib/vpc-canary && userdel vpc-canary');
    assert.equal(await remains(machine), '');
  });
});
