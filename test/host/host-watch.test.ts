import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { HostWatch } from '../../agent/host/host-watch.ts';
import type { DriverDoor } from '../../agent/host/interfaces.ts';
import { Ethtool } from '../../agent/kernel/ethtool.ts';
import { hostShortages } from '../../agent/verdict/chain.ts';
import { labFor, labSkip } from '../netns/lab.ts';

/** A host made of a fixture's files, whose numbers the test turns on. */
class FakeHost {
  readonly root: string;
  mono = 1_000_000;

  constructor(t: TestContext, kernel: string) {
    this.root = mkdtempSync(join(tmpdir(), 'vpc-canary-host-'));
    t.after(() => rmSync(this.root, { recursive: true }));
    cpSync(`test/host/fixtures/${kernel}`, this.root, { recursive: true });
  }

  hardware(name: string): void {
    mkdirSync(join(this.root, 'sys/class/net', name, 'device'), { recursive: true });
  }

  edit(path: string, change: (text: string) => string): void {
    const file = join(this.root, 'proc', path);
    writeFileSync(file, change(readFileSync(file, 'latin1')));
  }

  /** Seconds pass: `each` changes the files, then they are read. */
  pass(watch: HostWatch, seconds: number, each: (second: number) => void = () => {}): void {
    for (let second = 0; second < seconds; second += 1) {
      each(second);
      this.mono += 1_000;
      watch.read(this.mono);
    }
  }
}

const cpuLine = (user: number, idle: number, steal: number): string =>
  `cpu  ${user} 0 0 ${idle} 0 0 0 ${steal} 0 0\ncpu0 0\n`;

/** An ENA as far as it matters here. */
function ena(counters: Record<string, number>): DriverDoor & { asked: number } {
  const door = {
    asked: 0,
    driver: () => 'ena',
    counters: () => {
      door.asked += 1;
      return { names: Object.keys(counters), values: Object.values(counters) };
    },
  };
  return door;
}

test('steal: a host whose CPU goes to others names itself, from when it began until it is over', (t) => {
  const host = new FakeHost(t, 'linux-6.18');
  const watch = new HostWatch({ drivers: null, root: host.root });
  t.after(() => watch.close());
  let [user, idle, steal] = [0, 0, 0];
  const spend = (u: number, i: number, s: number) => () => {
    [user, idle, steal] = [user + u, idle + i, steal + s];
    host.edit('stat', () => cpuLine(user, idle, steal));
  };
  host.pass(watch, 70, spend(10, 90, 0));
  const calm = watch.view(1_000);
  assert.deepEqual(calm.cpu.steal, { last10s: 0, last60s: 0 });
  assert.ok(Math.abs((calm.cpu.busy.last60s ?? 0) - 0.1) < 1e-9);
  assert.equal(watch.evidence(calm).since, null);
  assert.deepEqual(hostShortages(watch.evidence(calm)), []);

  host.pass(watch, 10, spend(10, 52, 38));
  const stolen = watch.view(2_000);
  assert.ok(Math.abs((stolen.cpu.steal.last10s ?? 0) - 0.38) < 1e-9);
  const evidence = watch.evidence(stolen);
  assert.deepEqual(hostShortages(evidence), ['CPU steal 38 %']);
  assert.equal(evidence.since, 2_000);
  assert.equal(watch.evidence(watch.view(3_000)).since, 2_000, 'since stays while it lasts');

  host.pass(watch, 65, spend(10, 90, 0));
  assert.equal(watch.evidence(watch.view(4_000)).since, null);
});

test('ENA allowances: asked every 10 s, told by name, and the connections that are left', (t) => {
  const host = new FakeHost(t, 'linux-6.18');
  host.hardware('eth0');
  const counters = {
    tx_timeout: 9,
    pps_allowance_exceeded: 500,
    conntrack_allowance_available: 120_000,
    bw_in_allowance_exceeded: 0,
  };
  const drivers = ena(counters);
  const watch = new HostWatch({ drivers, root: host.root });
  t.after(() => watch.close());
  host.pass(watch, 31);
  assert.equal(drivers.asked, 4);
  const [calm] = watch.view(0).interfaces;
  assert.equal(calm?.driver, 'ena');
  assert.equal(calm?.conntrackAllowanceAvailable, 120_000);
  const none = { last10s: 0, last60s: 0 };
  assert.deepEqual(calm?.allowances, [
    { name: 'pps_allowance_exceeded', exceeded: none },
    { name: 'bw_in_allowance_exceeded', exceeded: none },
  ]);
  assert.deepEqual(watch.evidence(watch.view(0)).allowanceExceeded, []);

  counters.pps_allowance_exceeded += 1_204;
  counters.conntrack_allowance_available = 0;
  host.pass(watch, 10);
  const evidence = watch.evidence(watch.view(0));
  assert.deepEqual(evidence.allowanceExceeded, [{ name: 'pps_allowance_exceeded', packets: 1_204 }]);
  assert.equal(evidence.conntrackUsedRatio, 1);
  assert.deepEqual(hostShortages(evidence), ['ENA dropped 1,204 packets', 'its connection tracking table is full']);
  assert.deepEqual(
    watch.view(0).interfaces.map(({ name }) => name),
    ['eth0'],
    'interfaces without hardware are left out',
  );
  assert.deepEqual(watch.allowances(), [
    { name: 'pps', exceeded: 1_204 },
    { name: 'bw_in', exceeded: 0 },
  ]);
});

test('calls that come sooner than a second do not shorten what is looked back on', (t) => {
  const host = new FakeHost(t, 'linux-6.18');
  const watch = new HostWatch({ drivers: null, root: host.root });
  t.after(() => watch.close());
  const count = (value: number) => host.edit('self/net/softnet_stat', () => `0 ${value.toString(16)} 0\n`);
  for (let step = 0; step <= 300; step += 1) {
    count(step);
    watch.read(step * 200);
  }
  assert.deepEqual(watch.view(0).softnet.dropped, { last10s: 50, last60s: 300 });
});

test('drops count when they are more than usual, and not in the first two minutes', (t) => {
  const host = new FakeHost(t, 'linux-4.14');
  const watch = new HostWatch({ drivers: null, root: host.root });
  t.after(() => watch.close());
  let dropped = 7;
  const drop = (each: number) => (second: number) => {
    if (second % each === 0) dropped += 1;
    host.edit('self/net/dev', (text) => text.replace(/(eth0: +\d+ +\d+ +\d+ +)\d+/, `$1${dropped}`));
  };
  const told = (): number | null | undefined => watch.evidence(watch.view(0)).drops;
  host.pass(watch, 60, drop(2));
  assert.equal(told(), 0, 'no usual known yet');
  host.pass(watch, 240, drop(2));
  assert.equal(told(), 0, 'thirty a minute, as always');
  assert.equal(watch.view(0).interfaces[0]?.dropped.last60s, 30);
  host.pass(watch, 1, () => {
    dropped += 1_000;
    drop(1)(0);
  });
  assert.ok((told() ?? 0) > 1_000);
});

test('the softnet queue of each CPU is followed over its wrap at 32 bits', (t) => {
  const host = new FakeHost(t, 'linux-4.14');
  const watch = new HostWatch({ drivers: null, root: host.root });
  t.after(() => watch.close());
  host.pass(watch, 1);
  host.edit('self/net/softnet_stat', (text) => text.replace('fffffffe', '00000003'));
  host.pass(watch, 1);
  assert.deepEqual(watch.view(0).softnet, {
    dropped: { last10s: 5, last60s: 5 },
    squeezed: { last10s: 0, last60s: 0 },
  });
  assert.equal(watch.evidence(watch.view(0)).drops, 5);
});

test('memory: all tasks waiting for it is told, and the table of connections', (t) => {
  const host = new FakeHost(t, 'linux-6.18');
  const watch = new HostWatch({ drivers: null, root: host.root });
  t.after(() => watch.close());
  host.edit('sys/net/netfilter/nf_conntrack_max', () => '1000\n');
  host.edit('sys/net/netfilter/nf_conntrack_count', () => '1000\n');
  let waited = 0;
  host.pass(watch, 11, () => {
    waited += 400_000;
    host.edit('pressure/memory', () => `some avg10=0 total=${2 * waited}\nfull avg10=0 total=${waited}\n`);
  });
  const view = watch.view(0);
  assert.equal(view.memory.stalled.last10s, 0.4);
  assert.equal(view.memory.pressure.last10s, 0.8);
  assert.deepEqual(view.conntrack, { entries: 1_000, most: 1_000 });
  const words = hostShortages(watch.evidence(view));
  assert.deepEqual(words, ['stalled 40 % for want of memory', 'its connection tracking table is full']);
});

test('an older kernel: what it does not tell is null; so is everything that a unit hides', (t) => {
  const host = new FakeHost(t, 'linux-4.14');
  const watch = new HostWatch({ drivers: null, root: host.root });
  t.after(() => watch.close());
  host.pass(watch, 2);
  const view = watch.view(5);
  assert.equal(view.cpu.cores, 4);
  assert.equal(view.cpu.load1, 0.2);
  assert.equal(view.memory.availableBytes, 281_360 * 1024);
  assert.deepEqual(view.cpu.pressure, { last10s: null, last60s: null });
  assert.equal(view.conntrack, null);
  assert.deepEqual(view.hidden, [], 'PSI and connection tracking are missed by nobody');
  assert.deepEqual(view.tcp.retransmitted, { last10s: 0, last60s: 0 });

  for (const path of ['stat', 'loadavg', 'meminfo']) rmSync(join(host.root, 'proc', path));
  const hidden = new HostWatch({ drivers: null, root: host.root });
  t.after(() => hidden.close());
  host.pass(hidden, 2);
  const less = hidden.view(5);
  assert.deepEqual(less.hidden, ['/proc/stat', '/proc/loadavg', '/proc/meminfo']);
  assert.deepEqual([less.cpu.cores, less.cpu.load1, less.memory.totalBytes], [null, null, null]);
  assert.equal(hidden.evidence(less).stealRatio, null);
});

test('an interface that is gone is no longer told of; one that comes begins with nothing', (t) => {
  const host = new FakeHost(t, 'linux-4.14');
  const watch = new HostWatch({ drivers: null, root: host.root });
  t.after(() => watch.close());
  host.pass(watch, 2);
  assert.deepEqual(
    watch.view(0).interfaces.map(({ name }) => name),
    ['eth0'],
  );
  host.edit('self/net/dev', (text) => text.replace('eth0', 'eth1'));
  host.pass(watch, 1);
  assert.deepEqual(
    watch.view(0).interfaces.map(({ name, dropped }) => [name, dropped.last60s]),
    [['eth1', null]],
  );
});

test('this machine: its cores and memory, shares between 0 and 1, nothing hidden', (t) => {
  const drivers = Ethtool.open();
  assert.ok(typeof drivers !== 'number');
  const watch = new HostWatch({ drivers });
  t.after(() => {
    watch.close();
    drivers.close();
  });
  watch.read(0);
  const until = performance.now() + 100;
  while (performance.now() < until);
  watch.read(1_000);
  const view = watch.view(Date.now());
  assert.equal(view.cpu.cores, cpus().length);
  assert.equal(view.memory.totalBytes, totalmem());
  const busy = view.cpu.busy.last10s ?? Number.NaN;
  const steal = view.cpu.steal.last10s ?? Number.NaN;
  assert.ok(busy > 0 && busy <= 1 && steal >= 0 && steal <= busy, `busy ${busy}, steal ${steal}`);
  assert.ok(view.tcp.sent.last10s !== null && view.softnet.dropped.last10s !== null);
  assert.deepEqual(view.hidden, []);
});

test('in a network namespace: real drops on a veth pair, real connections tracked', {
  skip: labSkip('ping', 'nft'),
}, (t) => {
  const lab = labFor(t);
  const [a, b] = [lab.host('a'), lab.host('b')];
  lab.link(a, b, ['10.78.0.1/24'], ['10.78.0.2/24']);
  a.ip('link set to-b mtu 9000');
  b.firewall('input', 'ct state new accept');
  using _inside = b.enter();
  const watch = new HostWatch({ drivers: null });
  t.after(() => watch.close());
  watch.read(0);
  // Larger than the other end takes: the pair drops them.
  assert.throws(() => a.run(['ping', '-c', '20', '-i', '0.01', '-W', '1', '-M', 'do', '-s', '4000', '10.78.0.2']));
  a.run(['ping', '-c', '1', '10.78.0.2']);
  watch.read(1_000);
  const view = watch.view(0);
  assert.deepEqual(
    view.interfaces.map(({ name }) => name),
    ['to-a'],
  );
  assert.ok((view.interfaces[0]?.dropped.last10s ?? 0) >= 20, JSON.stringify(view.interfaces));
  assert.ok((view.conntrack?.entries ?? 0) >= 1);
  assert.ok((view.conntrack?.most ?? 0) > 0);
});

test('while all is well the files are read every five seconds, and at once when it is not', (t) => {
  const host = new FakeHost(t, 'linux-6.18');
  const watch = new HostWatch({ drivers: null, root: host.root });
  t.after(() => watch.close());
  const read: number[] = [];
  for (let second = 0; second <= 12; second += 1) if (watch.read(second * 1_000, second !== 7)) read.push(second);
  assert.deepEqual(read, [0, 5, 7, 12]);
});
