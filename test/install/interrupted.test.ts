/** Killed at any step, an installation, an update or a removal is repeated and comes to its end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bootMachine, type Machine } from './machine.ts';
import { makePackages, type Package } from './packages.ts';
import { isActive, nothingInstalled } from './service.ts';
import { SsmAgent } from './ssm-agent.ts';

/** The commands at which something on the disk or in systemd changes, in their order. */
const STEPS = {
  install: [
    /^\+ cp vpc-canary /,
    /^\+ mv \/opt\/vpc-canary\/releases\/\.new/,
    /^\+ \S+\/bin\/vpc-canary version$/,
    /^\+ systemd-sysusers /,
    /^\+ mv \S+\/config\.yaml\.new /,
    /^\+ mv -fT /,
    /^\+ mv -f \S+\/vpc-canary\.service\.new /,
    /^\+ systemctl daemon-reload/,
    /^\+ systemctl enable /,
    /^\+ systemctl restart /,
    /^\+ sleep 1/,
    /^\+ mv -f \S+\/complete\.new /,
  ],
  update: [
    /^\+ cp vpc-canary /,
    /^\+ mv \/opt\/vpc-canary\/releases\/\.new/,
    /^\+ mv -fT /,
    /^\+ systemctl restart /,
    /^\+ sleep 1/,
    /^\+ mv -f \S+\/complete\.new /,
    /^\+ rm -rf \/opt\/vpc-canary\/releases\/\d/,
  ],
  uninstall: [
    /^\+ mkdir -p \/opt\/vpc-canary$/,
    /^\+ systemctl disable /,
    /^\+ rm -f \/usr\/lib\/systemd/,
    /^\+ systemctl daemon-reload/,
    /^\+ rm -rf \/opt\/vpc-canary$/,
  ],
};

/** Runs a script under -x and kills it, with all it started, when it traces the step. False when it never came there. */
async function killAt(
  machine: Machine,
  line: string,
  environment: Record<string, string>,
  step: RegExp,
): Promise<boolean> {
  const { child, ended } = machine.start(line.replace('exec sh ', 'exec sh -x '), { environment });
  let rest = '';
  let seen = false;
  child.stderr?.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    if (seen || !lines.some((command) => step.test(command)) || child.pid === undefined) return;
    seen = true;
    process.kill(-child.pid, 'SIGKILL');
  });
  const { status } = await ended;
  return seen && status === null;
}

test('killed at any step, installing and uninstalling again comes to the end', async (t) => {
  const machine = await bootMachine(t);
  if (machine === null) return;
  const { before, current } = await makePackages();
  const agent = new SsmAgent(machine);
  /** Kills at every step. A step that the killed run before has just done is not met again: a few may be missed. */
  const everywhere = async (action: keyof typeof STEPS, { version }: Package): Promise<void> => {
    const [line, environment] = agent.command(action, version, {});
    // the trace of _script.sh shows few commands of its own: run the script itself
    const direct = line.replace('./_script.sh', `./${action}.sh`);
    const missed: RegExp[] = [];
    for (const step of STEPS[action]) if (!(await killAt(machine, direct, environment, step))) missed.push(step);
    t.diagnostic(`${action}: killed at ${STEPS[action].length - missed.length} of ${STEPS[action].length} steps`);
    assert.ok(missed.length <= 2, `never at ${missed.join(' ')}`);
  };
  const finish = async (action: string, { version }: Package): Promise<void> => {
    const [line, environment] = agent.command(action, version, {});
    const { status, output } = await machine.run(line, { environment });
    assert.equal(status, 0, output);
  };

  agent.unpack(current);
  await everywhere('install', current);
  await finish('install', current);
  assert.ok(await isActive(machine));
  const config = await machine.read('cat /etc/vpc-canary/config.yaml');

  // over it another version, killed in the midst of its update
  agent.unpack(before);
  await everywhere('update', before);
  await finish('update', before);
  assert.match(await machine.read('vpc-canary version'), new RegExp(` ${before.version} `));
  assert.equal((await machine.read('ls -A /opt/vpc-canary/releases')).split('\n').length, 1);

  await everywhere('uninstall', before);
  await finish('uninstall', before);
  assert.ok(await nothingInstalled(machine));
  assert.equal(await machine.read('cat /etc/vpc-canary/config.yaml'), config);

  // two at once: the second waits for the first
  await Promise.all([finish('install', current), finish('install', current)]);
  assert.ok(await isActive(machine), 'it ran before it was uninstalled, so it runs again');
});
