/**
 * The host's connections against two witnesses: the kernel's own counters of the same namespace, and what the
 * applications at both ends counted. Servers and clients are programs of their own in namespaces with a router
 * between them that loses packets both ways.
 */
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { SystemFlows } from '../../agent/flow/system-flows.ts';
import { SockDiag } from '../../agent/kernel/sock-diag.ts';
import type { FlowsView } from '../../agent/verdict/flows-view.ts';
import { type Host, labFor, labSkip } from './lab.ts';

const V4 = '10.2.0.1';
const V6 = 'fd02::1';

interface Sums {
  readonly connections: number;
  readonly read: number;
  readonly written: number;
  readonly errors?: number;
}

/** A program that writes lines of JSON. */
class Program {
  readonly child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(child: ChildProcess) {
    this.child = child;
    child.stderr!.pipe(process.stderr);
    this.#lines = createInterface(child.stdout!)[Symbol.asyncIterator]();
  }

  async line(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error('the program ended without a word');
    return value;
  }

  async sums(): Promise<Sums> {
    return JSON.parse(await this.line()) as Sums;
  }

  end(): void {
    this.child.stdin!.end();
  }
}

/** Our host, a router, a server behind it; this thread moves into ours. */
async function build(t: TestContext) {
  const lab = labFor(t);
  const [here, router, server] = [lab.host('here'), lab.router('r'), lab.host('server')];
  lab.link(here, router, ['10.1.0.1/24', 'fd01::1/64'], ['10.1.0.254/24', 'fd01::fe/64']);
  lab.link(router, server, ['10.2.0.254/24', 'fd02::fe/64'], [`${V4}/24`, `${V6}/64`]);
  for (const [host, gateway] of [
    [here, ['10.1.0.254', 'fd01::fe']],
    [server, ['10.2.0.254', 'fd02::fe']],
  ] as const) {
    host.ip(`route add 10.0.0.0/8 via ${gateway[0]}`);
    host.ip(`route add fd00::/8 via ${gateway[1]}`);
  }
  for (const host of [here, server]) host.sysctl({ 'core.somaxconn': 4096, 'ipv4.tcp_max_syn_backlog': 4096 });
  const program = new Program(server.spawn([process.execPath, 'test/netns/load/server.cjs']));
  assert.equal(await program.line(), 'ready');
  const inside = here.enter();
  t.after(() => inside[Symbol.dispose]());
  return { here, router, server, program };
}

function read(t: TestContext, over: Partial<ConstructorParameters<typeof SystemFlows>[0]> = {}): SystemFlows {
  const flows = new SystemFlows({
    dumpEveryMs: 500,
    capacity: 10_000,
    loopback: false,
    ownProbes: false,
    sites: [{ name: 'dc', cidrs: ['10.2.0.0/16', 'fd02::/16'] }],
    awsRanges: null,
    rto: 'auto',
    mono: () => performance.now(),
    wall: Date.now,
    ...over,
  });
  t.after(() => flows.close());
  return flows;
}

/** A view whose dump began after now. */
async function settled(flows: SystemFlows): Promise<FlowsView> {
  const before = flows.view()?.reader.dumps ?? 0;
  for (;;) {
    await sleep(100);
    const view = flows.view();
    assert.equal(view?.problem ?? null, null);
    if (view && view.reader.dumps >= before + 3) return view;
  }
}

/** When so many are open: a connection that the application has closed may still wait for its last ACK. */
async function settledAt(flows: SystemFlows, open: number): Promise<FlowsView> {
  for (let n = 0; ; n += 1) {
    const view = await settled(flows);
    if (view.open === open) return view;
    assert.ok(n < 30, `${view.open} open, not ${open}`);
  }
}

/** Looks until it holds; what did not hold in a minute is the failure. */
async function until(holds: () => boolean, failure: () => string): Promise<void> {
  const latest = performance.now() + 60_000;
  while (!holds()) {
    assert.ok(performance.now() < latest, failure());
    await sleep(100);
  }
}

/** Sockets of a host's connections, those that wait for their end included: /proc/net/tcp without LISTEN and TIME_WAIT. */
function sockets(host: Host): number {
  const rows = host.run(['cat', '/proc/net/tcp', '/proc/net/tcp6']).matchAll(/^ *\d+: \S+ \S+ ([0-9A-F]{2}) /gm);
  return [...rows].filter(([, state]) => state !== '0A' && state !== '06').length;
}

const closed = (sockets: readonly Socket[]): Promise<unknown> =>
  Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve))));

const client = (here: Host, ...words: (string | number)[]): Program =>
  new Program(here.spawn([process.execPath, 'test/netns/load/client.cjs', ...words.map(String)]));

const skip = labSkip('nft');

test('10,000 short and 20 long connections, dual-stack, 2 % loss both ways: nothing is missed', { skip }, async (t) => {
  const { here, router, program } = await build(t);
  const flows = read(t);
  await settled(flows);
  router.firewall('forward', 'meta l4proto tcp numgen random mod 50 0 drop');
  const load = client(here, 10_000, 20, V4, V6);
  const app = await load.sums();
  await settledAt(flows, 20);
  assert.equal(app.errors, 0);
  load.end();
  const ended = await load.sums();
  const view = await settledAt(flows, 0);
  program.end();
  const peer = await program.sums();

  assert.deepEqual(ended, { ...app, errors: 0 });
  assert.equal(view.reader.eventsLost, 0);
  const { total, coverage } = view;
  const told = { opened: total.opened, closed: total.closed, out: total.bytesOut, in: total.bytesIn };
  assert.deepEqual(told, { opened: 10_020, closed: 10_020, out: ended.written, in: ended.read });
  assert.deepEqual([peer.read, peer.written], [ended.written, ended.read], 'the applications agree');
  assert.ok(total.retransmissions > 500, `${total.retransmissions}`);
  assert.deepEqual(coverage.retransmissions, { flows: total.retransmissions, kernel: total.retransmissions });
  assert.deepEqual(coverage.opened, { flows: 10_020, kernel: 10_020 });
  // A kernel before 6.7 tells no timeouts by connection; then there is nothing to compare.
  if (total.timeouts !== null) {
    assert.ok(total.timeouts > 50, `${total.timeouts}`);
    assert.deepEqual(coverage.timeouts, { flows: total.timeouts, kernel: total.timeouts });
  }
  const [site] = view.groups;
  assert.deepEqual([site?.name, site?.total.opened], ['dc', 10_020]);
  assert.equal(view.reader.flows, 4, 'two addresses, two ports');
  assert.ok(view.top.retransmissions.every(({ direction }) => direction === 'client'));
  t.diagnostic(
    `${total.retransmissions} retransmissions, ${total.timeouts} timeouts, ${total.bytesOut} bytes out, ${total.bytesIn} in`,
  );
});

test('the server’s side, from the command line and an own namespace', { skip }, async (t) => {
  const { here, router, server, program } = await build(t);
  router.firewall('forward', 'meta l4proto tcp numgen random mod 50 0 drop');
  const words = ['agent/main.ts', 'flows', '--local', '--json', '--seconds', '300'];
  const cli = server.spawn([process.execPath, '--no-warnings', ...words]);
  const said = once(createInterface(cli.stdout!), 'line') as Promise<[string]>;
  const [notice] = (await once(createInterface(cli.stderr!), 'line')) as [string];
  assert.match(notice, /Counting for 300 s; Ctrl-C ends it/);
  const load = client(here, 1000, 0, V4, V6);
  const app = await load.sums();
  load.end();
  await until(
    () => sockets(server) === 0,
    () => `${sockets(server)} sockets stay open`,
  );
  const ended = once(cli, 'exit');
  cli.kill('SIGINT');
  const [line] = await said;
  assert.deepEqual(await ended, [0, null]);
  program.end();
  const view = JSON.parse(line) as FlowsView;
  const { total } = view;
  const told = { opened: total.opened, out: total.bytesOut, in: total.bytesIn };
  assert.deepEqual(told, { opened: 1000, out: app.read, in: app.written });
  assert.ok(view.top.opened.every(({ direction, servicePort }) => direction === 'server' && servicePort === 443));
  const { flows, kernel } = view.coverage.retransmissions;
  // SYN-ACKs sent again belong to no connection yet.
  assert.ok(kernel !== null && flows <= kernel && kernel - flows <= 150, `${flows} of ${kernel}`);
  assert.deepEqual(view.coverage.opened, { flows: 1000, kernel: 1000 });
});

test('refused, blackholed, half-open, reset by either side', { skip }, async (t) => {
  const { router } = await build(t);
  router.firewall('forward', 'tcp dport 82 drop', 'tcp sport 444 tcp flags & (syn | ack) == syn | ack drop');
  const flows = read(t, { dumpEveryMs: 1000 });
  await settled(flows);
  const attempt = (port: number, host: string) => {
    const socket = connect({ port, host });
    socket.on('error', () => {});
    return socket;
  };
  const both = (count: number) => Array.from({ length: count }, (_, index) => (index % 2 === 0 ? V4 : V6));
  const refused = both(50).map((host) => attempt(81, host));
  await closed(refused);
  const silent = [...both(20).map((host) => attempt(82, host)), ...both(20).map((host) => attempt(444, host))];
  let waiting = await settled(flows);
  await until(
    () => (waiting = flows.view() ?? waiting).coverage.retransmissions.flows >= 40,
    () => `${waiting.coverage.retransmissions.flows} SYNs sent again`,
  );
  assert.equal(waiting.total.failedConnects, 50);
  assert.equal(waiting.open, 40, 'connects under way');
  for (const socket of silent) socket.destroy();
  const resetters = both(40).map((host) => attempt(443, host));
  await Promise.all(resetters.map((socket) => once(socket, 'connect')));
  await settled(flows);
  for (const socket of resetters) socket.resetAndDestroy();
  const quick = both(30).map((host) =>
    attempt(443, host).once('connect', function (this: Socket) {
      this.resetAndDestroy();
    }),
  );
  await closed(quick);
  const cut = both(30).map((host) =>
    attempt(445, host).once('connect', function (this: Socket) {
      this.write('x');
    }),
  );
  await closed(cut);
  const view = await settled(flows);
  const { total, unattributed, coverage } = view;
  assert.equal(total.failedConnects, 90, 'refused, blackholed, half-open');
  assert.equal(total.opened, 100);
  assert.equal(total.closed, 100);
  assert.equal(total.resets, 100);
  assert.equal(total.bytesOut, 30);
  // Those that a dump never saw have lost their ports: no flow, but still their group.
  assert.ok(unattributed.resets !== null && unattributed.resets <= 30);
  assert.equal(view.groups[0]?.total.resets, 100);
  assert.deepEqual(coverage.opened, { flows: 190, kernel: 190 });
  assert.deepEqual(coverage.retransmissions.flows, coverage.retransmissions.kernel);
  assert.ok(coverage.retransmissions.flows >= 40, 'SYNs sent again');
  assert.equal(view.open, 0);
  assert.ok(
    view.top.loss.some(({ window }) => window.failedConnects === 25),
    'refused on one address',
  );
});

test('what a full buffer loses is counted, to the event', { skip }, async (t) => {
  const lab = labFor(t);
  const host = lab.host('full');
  const inside = host.enter();
  t.after(() => inside[Symbol.dispose]());
  const diag = SockDiag.open(64 * 1024);
  assert.ok(diag instanceof SockDiag);
  t.after(() => diag.close());
  const server = createServer((socket) =>
    socket
      .resume()
      .on('error', () => {})
      .end(),
  ).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  for (let round = 0; round < 20; round += 1) {
    const batch = Array.from({ length: 50 }, () => connect(port, '127.0.0.1').resume());
    await Promise.all(batch.map((socket) => once(socket, 'close')));
  }
  let heard = 0;
  let lost = 0;
  const rows = { row: () => (heard += 1) };
  // The kernel announces from a queue of its own, so the last ones come a little later.
  await until(
    () => {
      while (diag.drainDestroyed(rows, 1024) > 0);
      lost = diag.dropped() ?? 0;
      return heard + lost >= 2000;
    },
    () => `${heard} heard, ${lost} lost`,
  );
  assert.ok(lost > 0, 'the buffer was never full');
  assert.equal(heard + lost, 2000, `${heard} heard, ${lost} lost`);
  server.close();
});

test('the agent: page, metrics, PRTG and API with real traffic, its own probes left out', { skip }, async (t) => {
  const { here, program } = await build(t);
  const folder = mkdtempSync(join(tmpdir(), 'canary-flows-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const config = join(folder, 'config.yaml');
  writeFileSync(
    config,
    `sites: { dc: { cidrs: [10.2.0.0/16, "fd02::/16"] } }
targets:
  - { name: tcp, site: dc, tcp: "10.2.0.1:443", every: 1s }
  - { name: web, site: dc, http: "http://10.2.0.1:444/", every: 1s, timeout: 900ms }
flows: { every: 1s }
http: { listen: "127.0.0.1:8080" }
history: { mode: memory }
`,
  );
  const agent = here.spawn([process.execPath, '--no-warnings', 'agent/main.ts', 'run', '--config', config]);
  agent.stderr!.pipe(process.stderr);
  const ask = async (path: string): Promise<string> => {
    const asking = `fetch('http://127.0.0.1:8080${path}').then((r) => r.text()).then((x) => process.stdout.write(x))`;
    return here.run([process.execPath, '-e', asking]);
  };
  /** Looks at the agent until it holds. */
  const seen = async (what: string, holds: (view: FlowsView) => boolean): Promise<FlowsView> => {
    let last = 'no answer';
    for (let n = 0; n < 100; n += 1, await sleep(200)) {
      try {
        last = await ask('/api/v1/flows');
        const view = JSON.parse(last) as FlowsView;
        if (holds(view)) return view;
      } catch {
        // not up yet
      }
    }
    return assert.fail(`never seen: ${what}; last ${last}`);
  };
  await seen('the baseline', ({ reader }) => reader.dumps > 1);
  const load = client(here, 300, 2, V4, V6);
  const app = await load.sums();
  const after = (await seen('an answer', () => true)).reader.dumps;
  const view = await seen(
    'two dumps without a short connection',
    ({ reader, open }) => reader.dumps >= after + 2 && open === 2,
  );
  assert.equal(view.total.opened, 302, 'the probes of the agent are none of it');
  assert.equal(view.total.bytesOut, app.written);
  assert.equal(view.total.bytesIn, app.read);
  const { flows, kernel } = view.coverage.opened;
  assert.ok(
    kernel !== null && kernel > 305 && Math.abs(flows - kernel) <= 4,
    `${flows} of ${kernel}: probes are counted apart`,
  );
  const page = await ask('/flows?by=opened');
  assert.match(page, /10\.2\.0\.1 <span class="dim">→ 443/);
  assert.match(page, /fd02::1 <span class="dim">→ 444/);
  assert.match(page, /connections hold \d/);
  assert.match(
    await ask('/metrics'),
    new RegExp(
      `vpc_canary_data_transferred_bytes_total\\{group="dc",site="dc",direction="out"\\} ${app.written}$`,
      'm',
    ),
  );
  assert.match(await ask('/prtg?view=flows'), /"channel":"dc connections","value":2/);
  load.end();
  program.end();
  agent.kill('SIGTERM');
});
