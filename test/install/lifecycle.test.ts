/** From first install to removal, on a real machine, in the order in which an operator would see it. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { bootMachine, type Machine } from './machine.ts';
import { copyOf, makePackages } from './packages.ts';
import { answers, pid, remains, state } from './service.ts';
import { type Outcome, SsmAgent } from './ssm-agent.ts';

/**
 * Between two probes of one target at 1 Hz when probing is interrupted for 2 s. On a busy machine a plain restart takes
 * longer, and an update may take no longer than two of those.
 */
const LONGEST_GAP_S = 3;
const longestGap = (times: readonly number[]): number =>
  Math.max(...times.slice(1).map((time, index) => time - (times[index] ?? 0)));

function succeeded({ status, output }: Outcome): void {
  assert.equal(status, 'Success', output);
}

/** Times (s) of echo requests to 127.0.0.1 on the machine's loopback, from now until `stop`. */
function watchProbes(t: TestContext, machine: Machine): { stop(): Promise<number[]> } {
  const filter = ['icmp', 'and', 'dst', '127.0.0.1', 'and', 'icmp[icmptype]==icmp-echo'];
  const command = ['-t', machine.init, '-n', 'tcpdump', '-i', 'lo', '-n', '-tt', '-l', '--immediate-mode', ...filter];
  const child = spawn('nsenter', command, { stdio: ['ignore', 'pipe', 'ignore'] });
  t.after(() => child.kill('SIGKILL'));
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  return {
    stop: () =>
      new Promise((resolve) => {
        child.once('close', () => resolve([...output.matchAll(/^(\d+\.\d+) IP/gm)].map((match) => Number(match[1]))));
        child.kill('SIGTERM');
      }),
  };
}

test('install, reboot, update, failed update, uninstall', async (t) => {
  const machine = await bootMachine(t);
  if (machine === null) return;
  const { before, current, broken } = await makePackages();
  // shared by another account: its folder's name is a hash
  const agent = new SsmAgent(machine, { name: 'arn:aws:ssm:ap-southeast-2:111122223333:document/VpcCanary' });
  // a hardened image
  await machine.read('mount -t tmpfs -o noexec,nosuid,nodev tmpfs /tmp');

  await t.test('installed, it is healthy within 10 s and its page answers', async () => {
    const began = Date.now();
    succeeded(await agent.install(before));
    const startedUs = Number(
      await machine.read('systemctl show -p ExecMainStartTimestampMonotonic --value vpc-canary'),
    );
    const activeUs = Number(await machine.read('systemctl show -p ActiveEnterTimestampMonotonic --value vpc-canary'));
    assert.ok(activeUs - startedUs < 10e6, `ready after ${(activeUs - startedUs) / 1e6} s`);
    t.diagnostic(`installed in ${Date.now() - began} ms, ready after ${(activeUs - startedUs) / 1000} ms`);
    for (const path of ['/', '/livez', '/readyz', '/healthz', '/metrics', '/prtg'])
      assert.ok(await answers(machine, path), path);
    assert.equal((await state(machine)).agent.version, before.version);
  });

  await t.test('it runs as its own user with CAP_NET_RAW alone, and has raw sockets with kernel stamps', async () => {
    const status = await machine.read(`cat /proc/${await pid(machine)}/status`);
    const uid = await machine.read('id -u vpc-canary');
    assert.match(status, new RegExp(`^Uid:\\t${uid}\\t${uid}\\t`, 'm'));
    for (const set of ['CapPrm', 'CapEff', 'CapBnd'])
      assert.match(status, new RegExp(`^${set}:\\t0000000000002000$`, 'm'));
    assert.match(status, /^NoNewPrivs:\t1$/m);
    const { icmp, capabilities, history } = (await state(machine)).agent;
    assert.deepEqual({ mode: icmp.mode, capabilities }, { mode: 'raw', capabilities: ['CAP_NET_RAW'] });
    assert.equal(history.mode, 'disk');
    assert.equal(await machine.read('stat -c "%a %U" /var/lib/vpc-canary'), '700 vpc-canary');
    assert.equal(await machine.read('stat -c "%a %U %G" /etc/vpc-canary/config.yaml'), '640 root vpc-canary');
  });

  await t.test('installed again, only validate.sh runs and nothing restarts', async () => {
    const running = await pid(machine);
    const outcome = await agent.install(before);
    succeeded(outcome);
    assert.deepEqual(outcome.ran, [`validate.sh ${before.version} 0`]);
    assert.equal(await pid(machine), running);
  });

  await t.test('it is back after a reboot, with the past it had', async () => {
    const down = Date.now();
    await machine.reboot();
    await machine.until('the page', () => answers(machine, '/readyz'), 20_000);
    const { oldest } = (await state(machine)).agent.history;
    assert.ok(oldest !== null && oldest < down, `the past begins at ${oldest}, the reboot was at ${down}`);
  });

  await t.test('updated in place, probes pause for 2 s at most, configuration and state stay', async () => {
    machine.write('etc/vpc-canary/config.yaml', 'title: mine\nhttp: { listen: "0.0.0.0:8080" }\n');
    const { oldest } = (await state(machine)).agent.history;
    const probes = watchProbes(t, machine);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await machine.read('systemctl restart vpc-canary');
    await new Promise((resolve) => setTimeout(resolve, 2500));
    const restartGap = longestGap(await probes.stop());
    const updating = watchProbes(t, machine);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const outcome = await agent.install(current, 'In-place update');
    succeeded(outcome);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const times = await updating.stop();
    assert.deepEqual(outcome.ran, [`update.sh ${current.version} 0`]);
    const gap = longestGap(times);
    t.diagnostic(
      `longest gap between probes at 1 Hz: ${gap.toFixed(2)} s, of a plain restart ${restartGap.toFixed(2)} s`,
    );
    assert.ok(times.length > 5 && gap <= Math.max(LONGEST_GAP_S, 2 * restartGap), times.join(' '));
    const { agent: seen } = await state(machine);
    assert.deepEqual([seen.version, seen.title, seen.history.oldest], [current.version, 'mine', oldest]);
    assert.equal((await machine.read('ls /opt/vpc-canary/releases')).split('\n').length, 1);
  });

  await t.test('a version that does not start is rolled back, in place', async () => {
    const outcome = await agent.install(broken, 'In-place update');
    assert.equal(outcome.status, 'Failed');
    assert.match(
      outcome.output,
      /^vpc-canary: 9\.9\.9-\w+ did not become healthy within \d+ s[\s\S]*is back in force$/m,
    );
    assert.match(outcome.output, /cannot run today/);
    const running = await pid(machine);
    assert.deepEqual(outcome.ran, ['update.sh 9.9.9 1', 'uninstall.sh 9.9.9 0', `install.sh ${current.version} 0`]);
    assert.equal((await state(machine)).agent.version, current.version);
    assert.equal(await pid(machine), running);
    succeeded(await agent.install(current));
  });

  await t.test(
    'rolled back also when it replaces; a manifest that changed, or an old uninstall.sh that fails, is no hindrance',
    async () => {
      const replaced = await agent.install(broken);
      const order = [`uninstall.sh ${current.version} 0`, 'install.sh 9.9.9 1', 'uninstall.sh 9.9.9 0'];
      assert.deepEqual([replaced.status, replaced.ran], ['Failed', [...order, `install.sh ${current.version} 0`]]);
      assert.match(replaced.output, /9\.9\.9-\w+ was removed, configuration and state stay/);
      assert.equal((await state(machine)).agent.version, current.version);

      const scratch = mkdtempSync(join(tmpdir(), 'vpc-canary-test-'));
      t.after(() => rmSync(scratch, { recursive: true, force: true }));
      const changed = copyOf(current, join(scratch, 'changed'));
      const manifest = join(changed.folder, 'manifest.json');
      writeFileSync(
        manifest,
        readFileSync(manifest, 'utf8').replace('"publisher": "vpc-canary"', '"publisher": "mine"'),
      );
      const again = await agent.install(changed);
      assert.deepEqual(again.ran, [`uninstall.sh ${current.version} 0`, `install.sh ${current.version} 0`]);

      writeFileSync(join(agent.folderOf(current.version), 'uninstall.sh'), 'exit 1\n');
      const back = await agent.install(before);
      assert.deepEqual(
        [back.status, back.ran],
        ['Success', [`uninstall.sh ${current.version} 1`, `install.sh ${before.version} 0`]],
      );
      assert.equal((await state(machine)).agent.version, before.version);
      succeeded(await agent.install(current));
    },
  );

  await t.test('hung, it is restarted by the watchdog; history and spool are whole', async () => {
    const cloudwatch =
      'publish: { cloudwatch: { endpoint: "http://127.0.0.1:9", region: eu-west-1, vpc: vpc-1, period: 1s } }';
    machine.write('etc/vpc-canary/config.yaml', `title: mine\nhttp: { listen: "0.0.0.0:8080" }\n${cloudwatch}\n`);
    await machine.read('mkdir -p /etc/systemd/system/vpc-canary.service.d');
    machine.write('etc/systemd/system/vpc-canary.service.d/watchdog.conf', '[Service]\nWatchdogSec=4\n');
    await machine.read('systemctl daemon-reload && systemctl restart vpc-canary');
    const waiting = async (): Promise<number> => (await state(machine)).agent.publish?.spool.waiting ?? 0;
    await machine.until(
      'batches in the spool',
      async () => (await answers(machine, '/livez')) && (await waiting()) > 2,
    );
    const [hung, spooled, { oldest }] = [await pid(machine), await waiting(), (await state(machine)).agent.history];
    await machine.read(`kill -STOP ${hung}`);
    await machine.until('another process', async () => ![hung, '0'].includes(await pid(machine)), 30_000);
    await machine.until('the page', () => answers(machine, '/readyz'), 20_000);
    assert.match(await machine.read('journalctl -u vpc-canary -o cat -n 50'), /Watchdog timeout \(limit 4s\)/);
    const { history } = (await state(machine)).agent;
    assert.deepEqual([history.mode, history.oldest], ['disk', oldest]);
    assert.deepEqual(await machine.read('ls /var/lib/vpc-canary | grep -c corrupt || true'), '0');
    assert.ok((await waiting()) >= spooled, `${await waiting()} batches wait, ${spooled} did before`);
    await machine.read('rm -r /etc/systemd/system/vpc-canary.service.d && systemctl daemon-reload');
  });

  await t.test('uninstalled, configuration and state stay; installed again they are in force', async () => {
    succeeded(await agent.uninstall());
    assert.equal((await machine.run('test -e /opt/vpc-canary || systemctl cat vpc-canary')).status, 1);
    assert.match(readFileSync(join(machine.root, 'etc/vpc-canary/config.yaml'), 'utf8'), /mine/);
    assert.ok(existsSync(join(machine.root, 'var/lib/vpc-canary/history.db')));
    succeeded(await agent.install(current));
    assert.equal((await state(machine)).agent.title, 'mine');
  });

  await t.test('purged, nothing is left', async () => {
    succeeded(await agent.uninstall({ SSM_PURGE: 'true' }));
    assert.equal(await remains(machine), '');
    assert.equal(await machine.read('systemctl list-units --all --plain --no-legend "vpc-canary*"'), '');
  });
});
