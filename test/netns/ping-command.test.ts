/** `vpc-canary ping` as people run it, in lab hosts. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { type Host, labFor, labSkip } from './lab.ts';
import { FAR4, FAR6, wanPath } from './wan-path.ts';

const skip = labSkip('nft', 'setpriv', '/dev/net/tun');
const CANARY = [process.execPath, '--no-warnings', 'agent/main.ts', 'ping'];
/** Root without any capability. */
const UNPRIVILEGED = ['setpriv', '--bounding-set=-all', '--inh-caps=-all', '--ambient-caps=-all'];

interface Result {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(host: Host, command: readonly string[]): Result {
  return spawnSync('ip', ['netns', 'exec', host.namespace, ...command], { encoding: 'utf8' });
}
const ping = (host: Host, ...args: string[]): Result => run(host, [...CANARY, ...args]);

test('one target: a line for each reply, then the summary', { skip }, async (t) => {
  const { sender } = await wanPath(t, { both: { delayMs: 5 } });
  const { status, stdout, stderr } = ping(sender, '-c', '5', '-i', '0.1', FAR4);
  assert.equal(status, 0, stderr);
  assert.equal(stderr, '');
  const replies = stdout.match(/^64 bytes from 10\.30\.0\.2: seq=\d+ ttl=63 time=\d+\.\d{3} ms/gm);
  assert.equal(replies?.length, 5, stdout);
  assert.match(stdout, /^--- 10\.30\.0\.2: 5 probes, 5 answered, 0 % loss/m);
  assert.match(stdout, /^RTT ms {5}min \d+\.\d{3} {2}p50 /m);
  assert.match(stdout, /^jitter ms /m);
  assert.match(stdout, /^reply TTL: 63$/m);
  assert.match(stdout, /^(timed by kernel stamps on both ends|\d+ timed by kernel stamps).*± \d/m);
});

test('many targets: a table; one that never answers makes the exit code 1', { skip }, async (t) => {
  const { sender, router } = await wanPath(t);
  router.firewall('forward', 'icmpv6 type echo-request drop');
  const targets = ['127.0.0.1', '127.0.0.2', '127.0.0.3', '::1', FAR4, FAR6];
  const { status, stdout } = ping(sender, '-q', '-c', '3', '-i', '0.1', '-W', '0.3', ...targets);
  assert.equal(status, 1);
  const lines = stdout.split('\n');
  assert.match(lines[0]!, /^target +sent +loss +min +p50 +p90 +p99 +max +jitter +TTL$/);
  for (const [i, target] of targets.entries()) assert.ok(lines[i + 1]!.startsWith(target), lines[i + 1]);
  assert.match(lines[6]!, / 3 +100 % +–/);
  assert.match(stdout, /5 of 6 targets answered, 18 probes/);
});

test('--json: the documented shape, with what the link did', { skip }, async (t) => {
  const { sender, link } = await wanPath(t, { both: { delayMs: 5 }, back: { duplicate: 0.3 }, forth: { loss: 0.1 } });
  const { status, stdout } = ping(
    sender,
    '--json',
    '-c',
    '60',
    '-i',
    '0.02',
    '-W',
    '0.5',
    '--i-own-this-network',
    FAR4,
  );
  assert.equal(status, 0);
  const report = JSON.parse(stdout);
  assert.deepEqual(Object.keys(report), ['schema', 'startedAt', 'endedAt', 'mode', 'options', 'targets', 'answered']);
  assert.deepEqual(Object.keys(report.targets[0]), [
    'target',
    'address',
    'problem',
    ...['sent', 'received', 'lost', 'errors', 'local', 'duplicates', 'late', 'reordered', 'corrupt'],
    ...['lossRatio', 'lossBurst', 'rtt', 'interarrivalJitter', 'roundTripIpdv', 'timing', 'userTimed', 'errorBarMs'],
    ...['exactQuantiles', 'replyTtls', 'icmpErrors', 'localReasons'],
  ]);
  assert.deepEqual(report.options, {
    count: 60,
    everyMs: 20,
    timeoutMs: 500,
    size: 56,
    df: false,
    dscp: 0,
    ttl: 64,
    source: null,
    interface: null,
    family: null,
  });
  const [target] = report.targets;
  const { forth } = await link.stats();
  assert.equal(report.mode, 'raw');
  assert.equal(target.sent + target.local, 60);
  assert.equal(target.lost, forth.lost);
  assert.equal(target.lossRatio, Number((forth.lost / target.sent).toFixed(6)));
  assert.ok(target.duplicates > 3, `${target.duplicates} duplicates`);
  assert.ok(target.rtt.min >= 10 && target.rtt.p99 >= target.rtt.p50, JSON.stringify(target.rtt));
  assert.deepEqual(target.replyTtls, [63]);
});

test('--json=lines: an object for each probe and then the summary', { skip }, async (t) => {
  const { sender } = await wanPath(t);
  const { stdout } = ping(sender, '--json=lines', '-c', '3', '-i', '0.1', FAR4);
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    lines.map(({ kind }) => kind),
    ['reply', 'reply', 'reply', 'summary'],
  );
  assert.deepEqual(
    lines.slice(0, 3).map(({ sequence }) => sequence),
    [0, 1, 2],
  );
  assert.equal(lines[3].targets[0].received, 3);
});

test('errors are told by name, next-hop MTU and sender', { skip }, async (t) => {
  const { sender } = await wanPath(t, { forth: { mtu: 1400 }, router: { v4: '10.30.0.9', v6: 'fd30::9' } });
  const { status, stdout } = ping(sender, '-c', '2', '-i', '0.1', '-s', '1472', '--df', FAR4);
  assert.equal(status, 1);
  assert.match(stdout, /^10\.30\.0\.2: seq=0 fragmentation needed, next-hop MTU 1400, from 10\.30\.0\.9$/m);
  assert.match(stdout, /^errors: 2 × fragmentation needed, next-hop MTU 1400, from 10\.30\.0\.9$/m);
  assert.equal(ping(sender, '-c', '2', '-i', '0.1', '-s', '1472', '-M', 'dont', FAR4).status, 0);
});

test('-I sends from an address, or out of an interface', { skip }, async (t) => {
  const { sender, far } = await wanPath(t);
  sender.ip('address add 10.29.0.77/24 dev to-router');
  far.firewall('input', 'ip saddr != 10.29.0.77 icmp type echo-request drop');
  const from = (...source: string[]): number | null =>
    ping(sender, '-q', '-c', '2', '-i', '0.1', '-W', '0.3', ...source, FAR4).status;
  assert.equal(from(), 1);
  assert.equal(from('-I', '10.29.0.77'), 0);
  far.firewall('input');
  assert.equal(from('-I', 'to-router'), 0);
  assert.equal(from('-I', 'lo'), 1);
  const unknown = ping(sender, '-c', '1', '-I', 'no-such0', FAR4);
  assert.equal(unknown.status, 2);
  assert.match(unknown.stderr, /-I no-such0: this host has no such interface/);
});

test('^C prints the summary', { skip }, async (t) => {
  const lab = labFor(t);
  const a = lab.host('a');
  const child = a.spawn([...CANARY, '-i', '0.1', '127.0.0.1']);
  let stdout = '';
  child.stdout?.on('data', (chunk) => (stdout += chunk));
  while (!stdout.includes('seq=3')) await once(child.stdout!, 'data');
  child.kill('SIGINT');
  const [code] = await once(child, 'close');
  assert.equal(code, 0);
  assert.match(stdout, /^--- 127\.0\.0\.1: \d+ probes, \d+ answered, 0 % loss/m);
});

test('a reader that has seen enough ends it quietly', { skip }, async (t) => {
  const a = labFor(t).host('a');
  const { stdout, stderr } = run(a, ['sh', '-c', `${CANARY.join(' ')} -i 0.1 127.0.0.1 | head -2`]);
  assert.equal(stdout.split('\n').length, 3);
  assert.equal(stderr, '');
});

test('without privileges ping sockets do, and it says so; without those it says what would help', {
  skip,
}, async (t) => {
  const { sender } = await wanPath(t, { both: { delayMs: 5 } });
  const command = [...UNPRIVILEGED, ...CANARY, '-c', '4', '-i', '0.1', FAR4, FAR6];
  const refused = run(sender, command);
  assert.equal(refused.status, 77, refused.stderr);
  assert.match(refused.stderr, /CAP_NET_RAW.*setcap cap_net_raw.*ping_group_range/s);
  sender.sysctl({ 'ipv4.ping_group_range': '0 0' });
  const { status, stdout, stderr } = run(sender, command);
  assert.equal(status, 0, stderr);
  assert.match(stderr, /unprivileged ping sockets/);
  assert.match(stdout, /every 100 ms, unprivileged ping sockets/);
  assert.equal(stdout.match(/^64 bytes from \S+ seq=\d+ ttl=63 time=\d+\.\d+ ms/gm)?.length, 8, stdout);
});

test('without privileges errors are told by name too', { skip }, async (t) => {
  const { sender, router } = await wanPath(t, { forth: { mtu: 1400 }, router: { v4: '10.30.0.9', v6: 'fd30::9' } });
  sender.sysctl({ 'ipv4.ping_group_range': '0 0' });
  const unprivileged = (...args: string[]): string =>
    run(sender, [...UNPRIVILEGED, ...CANARY, '-c', '2', '-i', '0.1', '-W', '0.5', ...args]).stdout;
  const big = unprivileged('-s', '1452', '--df', FAR4, FAR6);
  assert.match(big, /^errors: 2 × fragmentation needed, next-hop MTU 1400, from 10\.30\.0\.9$/m);
  assert.match(big, /^errors: 2 × packet too big, next-hop MTU 1400, from fd30::9$/m);
  router.firewall('forward', 'icmp type echo-request reject with icmp type host-unreachable');
  assert.match(unprivileged(FAR4), /^errors: 2 × host unreachable, from 10\.29\.0\.2$/m);
});
