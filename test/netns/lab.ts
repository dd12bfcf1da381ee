/**
 * A laboratory of network hosts on one machine: each host is a network namespace, links are veth pairs.
 *
 * Packets are real, only the wires are not. Names carry the pid and start time of the process that made them, so a
 * lab left behind by a killed run is recognised as nobody's and removed by the next one, while labs of runs
 * going on at the same time are left alone. A lab is torn down when its test ends, fails, or the process gets
 * SIGTERM or SIGINT.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { TestContext } from 'node:test';
import { enter } from './enter.ts';

const PREFIX = 'vcnlab';
const open = new Set<Lab>();
let made = 0;

/** Start time of a process in clock ticks since boot (field 22 of proc_pid_stat(5)); null when there is none. */
function startTime(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}

/** Removes namespaces whose maker no longer runs. Returns their names. */
export function removeStale(): string[] {
  if (!existsSync('/run/netns')) return [];
  const stale = readdirSync('/run/netns').filter((name) => {
    const [prefix, pid, started] = name.split('-');
    return prefix === PREFIX && startTime(Number(pid)) !== started;
  });
  for (const name of stale) spawnSync('ip', ['netns', 'del', name], { stdio: 'ignore' });
  return stale;
}

let namespacesWork: string | null | undefined;

/** Why no lab can be built here, or null. Tries it once, since root in a container may lack the capability. */
function namespaceProblem(): string | null {
  if (process.getuid?.() !== 0) return 'needs root for network namespaces';
  const name = `${PREFIX}-${process.pid}-${startTime(process.pid)}-try`;
  const add = spawnSync('ip', ['netns', 'add', name], { encoding: 'utf8' });
  if (add.error !== undefined) return 'needs ip (package iproute2)';
  spawnSync('ip', ['netns', 'del', name], { stdio: 'ignore' });
  return add.status === 0 ? null : `needs network namespaces: ${add.stderr.trim()}`;
}

const inPath = (tool: string): boolean =>
  tool.startsWith('/')
    ? existsSync(tool)
    : ['/usr/sbin', '/sbin', ...(process.env['PATH'] ?? '').split(':')].some((folder) =>
        existsSync(`${folder}/${tool}`),
      );

/**
 * The `skip` option of a test that needs a lab: false, or the reason why it cannot run here.
 * `tools` are further programs the test calls, or files it needs ('/dev/net/tun').
 */
export function labSkip(...tools: string[]): string | false {
  namespacesWork ??= namespaceProblem();
  if (namespacesWork !== null) return namespacesWork;
  const missing = tools.filter((tool) => !inPath(tool));
  return missing.length > 0 ? `needs ${missing.join(', ')}` : false;
}

/** One host of a lab. */
export class Host {
  readonly label: string;
  /** Name of its network namespace. */
  readonly namespace: string;
  readonly #children = new Set<ChildProcess>();

  constructor(namespace: string, label: string) {
    this.namespace = namespace;
    this.label = label;
  }

  /** `ip -n NAMESPACE …` with the words of one line. */
  ip(words: string): string {
    return sh('ip', ['-n', this.namespace, ...words.split(' ')]);
  }

  /** Runs a program inside to its end and returns what it printed. */
  run(command: readonly string[], input = ''): string {
    return sh('ip', ['netns', 'exec', this.namespace, ...command], input);
  }

  /** Starts a program inside. It is killed when the lab closes. */
  spawn(command: readonly string[], environment: NodeJS.ProcessEnv = process.env): ChildProcess {
    const child = spawn('ip', ['netns', 'exec', this.namespace, ...command], { env: environment });
    this.#children.add(child);
    child.once('exit', () => this.#children.delete(child));
    return child;
  }

  /**
   * Replaces this host's firewall by one chain of nftables rules for IPv4 and IPv6 (`drop`,
   * `numgen inc mod 10 0 drop`, `reject with icmp type host-unreachable` …); without rules it is open.
   */
  firewall(hook: 'input' | 'forward' | 'output', ...rules: string[]): void {
    const chain = [`chain ${hook} {`, `type filter hook ${hook} priority 0`, ...rules, '}'];
    const table = ['table inet lab', 'delete table inet lab', 'table inet lab {', ...chain, '}', ''];
    this.run(['nft', '-f', '-'], table.join('\n'));
  }

  /** Writes `net.…` settings of this host. */
  sysctl(settings: Readonly<Record<string, number | string>>): void {
    using _inside = enter(this.namespace);
    for (const [key, value] of Object.entries(settings)) {
      writeFileSync(`/proc/sys/net/${key.replaceAll('.', '/')}`, String(value));
    }
  }

  /** Moves this thread in until disposed of. */
  enter(): Disposable {
    return enter(this.namespace);
  }

  /** Kills what still runs inside. */
  stop(): void {
    for (const child of this.#children) child.kill('SIGKILL');
  }
}

function sh(command: string, args: readonly string[], input = ''): string {
  const done = spawnSync(command, args, { encoding: 'utf8', input, maxBuffer: 64 << 20 });
  if (done.error !== undefined) throw done.error;
  if (done.status !== 0) throw new Error(`${command} ${args.join(' ')}: ${(done.stderr || done.stdout).trim()}`);
  return done.stdout;
}

/** Addresses of one end of a link, with prefix length: `['10.0.0.1/24', 'fd00::1/64']`. */
export type Addresses = readonly string[];

export class Lab {
  readonly #id: string;
  readonly #hosts: Host[] = [];
  readonly #closers: (() => void)[] = [];

  constructor() {
    removeStale();
    this.#id = `${PREFIX}-${process.pid}-${startTime(process.pid)}-${made++}`;
    open.add(this);
    watchSignals();
  }

  /**
   * A new host: loopback up, no IPv6 duplicate address detection (it would hold back addresses for a second),
   * no limits on how many ICMP errors it sends (they would hide some from the tests).
   */
  host(label: string): Host {
    const host = new Host(`${this.#id}-${label}`, label);
    sh('ip', ['netns', 'add', host.namespace]);
    this.#hosts.push(host);
    host.ip('link set lo up');
    host.sysctl({
      'ipv6.conf.default.accept_dad': 0,
      'ipv6.conf.all.accept_dad': 0,
      'ipv6.conf.default.router_solicitations': 0,
      'ipv4.icmp_ratelimit': 0,
      'ipv6.icmp.ratelimit': 0,
    });
    return host;
  }

  /** A host that forwards IPv4 and IPv6. */
  router(label: string): Host {
    const host = this.host(label);
    host.sysctl({ 'ipv4.ip_forward': 1, 'ipv6.conf.all.forwarding': 1 });
    return host;
  }

  /** A veth pair between two hosts; each end is named after the other host (`to-b`). Returns when both are up. */
  link(a: Host, b: Host, addressesA: Addresses, addressesB: Addresses): void {
    const [nameA, nameB] = [`to-${b.label}`, `to-${a.label}`];
    sh('ip', ['link', 'add', nameA, 'netns', a.namespace, 'type', 'veth', 'peer', nameB, 'netns', b.namespace]);
    configure(a, nameA, addressesA);
    configure(b, nameB, addressesB);
    awaitUp(a, nameA);
    awaitUp(b, nameB);
  }

  /** Calls this when the lab closes, before its hosts go. */
  onClose(closer: () => void): void {
    this.#closers.push(closer);
  }

  /** Ends what runs in the hosts and removes them. Never throws, may be called twice. */
  close(): void {
    if (!open.delete(this)) return;
    for (const closer of this.#closers) {
      try {
        closer();
      } catch {
        // what is closed here dies with its host anyway
      }
    }
    for (const host of this.#hosts) {
      host.stop();
      spawnSync('ip', ['netns', 'del', host.namespace], { stdio: 'ignore' });
    }
  }
}

/** Brings a device up with its addresses. */
export function configure(host: Host, device: string, addresses: Addresses): void {
  for (const address of addresses) {
    host.ip(`address add ${address} dev ${device}${address.includes(':') ? ' nodad' : ''}`);
  }
  host.ip(`link set ${device} up`);
}

/**
 * Waits until the kernel has noticed that a device came up; it may take a second, and IPv6 has no routes before.
 * The wait blocks this thread: labs are built before anything is timed.
 */
export function awaitUp(host: Host, device: string): void {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (let tries = 0; tries < 500; tries++) {
    const up = /^\S+\s+(UP|UNKNOWN)\b/.test(host.ip(`-br link show ${device}`));
    if (up && host.ip(`-6 address show dev ${device} tentative`) === '') return;
    Atomics.wait(pause, 0, 0, 10);
  }
  throw new Error(`${device} of ${host.label} did not come up: ${host.ip(`address show dev ${device}`)}`);
}

/** A lab that closes with its test, passed or failed. */
export function labFor(t: TestContext): Lab {
  const lab = new Lab();
  t.after(() => lab.close());
  return lab;
}

let watching = false;

function watchSignals(): void {
  if (watching) return;
  watching = true;
  const closeAll = (): void => {
    for (const lab of [...open]) lab.close();
  };
  process.once('exit', closeAll);
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.once(signal, () => {
      closeAll();
      process.kill(process.pid, signal);
    });
  }
}
