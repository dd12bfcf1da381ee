/** The count of timeouts by the program in the kernel, against what this kernel itself tells of each connection. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, readlinkSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { SystemFlows } from '../../agent/flow/system-flows.ts';
import { cgroupRoot } from '../../agent/flow/timeouts.ts';
import { Arena } from '../../agent/kernel/arena.ts';
import { BPF_COMMAND, bpf } from '../../agent/kernel/ebpf.ts';
import { BPF_CGROUP_SOCK_OPS, RtoCounter } from '../../agent/kernel/rto-counter.ts';
import { SockDiag } from '../../agent/kernel/sock-diag.ts';
import { STATES } from '../../agent/kernel/sock-diag-wire.ts';
import { decodeSocketRow, emptyRow } from '../../agent/kernel/socket-row.ts';
import { AF } from '../../agent/kernel/sockets.ts';
import { kernelTellsTimeouts } from '../../agent/kernel/tcp-info.ts';
import type { FlowsView } from '../../agent/verdict/flows-view.ts';
import { labFor, labSkip } from './lab.ts';

const root = cgroupRoot(readFileSync('/proc/self/mountinfo', 'utf8'), readlinkSync('/proc/self/ns/cgroup'));
const skip =
  labSkip('nft') ||
  (root.ok ? false : root.reason) ||
  (kernelTellsTimeouts() ? false : 'needs a kernel that tells timeouts as well (6.7), to compare with');
const cgroup = root.ok ? root.path : '';

/** Programs of this kind on the root of cgroup v2. */
function programs(): number {
  const arena = new Arena(32 + 64 * 4);
  const folder = openSync(cgroup, 'r');
  // target_fd 0 | attach_type 4 | query_flags 8 | attach_flags 12 | prog_ids 16 | prog_cnt 24
  arena.view.setUint32(0, folder, true);
  arena.view.setUint32(4, BPF_CGROUP_SOCK_OPS, true);
  arena.setPointer(16, arena.base + 32);
  arena.view.setUint32(24, 64, true);
  const result = bpf(BPF_COMMAND.PROG_QUERY, arena.base, 32);
  closeSync(folder);
  assert.equal(result, 0);
  return arena.view.getUint32(24, true);
}

function build(t: TestContext) {
  const lab = labFor(t);
  const [here, router, server] = [lab.host('here'), lab.router('r'), lab.host('server')];
  lab.link(here, router, ['10.1.0.1/24', 'fd01::1/64'], ['10.1.0.254/24', 'fd01::fe/64']);
  lab.link(router, server, ['10.2.0.254/24', 'fd02::fe/64'], ['10.2.0.1/24', 'fd02::1/64']);
  for (const [host, gateway] of [
    [here, ['10.1.0.254', 'fd01::fe']],
    [server, ['10.2.0.254', 'fd02::fe']],
  ] as const) {
    host.ip(`route add 10.0.0.0/8 via ${gateway[0]}`);
    host.ip(`route add fd00::/8 via ${gateway[1]}`);
  }
  // A connect that is never answered is given up after two more tries.
  here.sysctl({ 'ipv4.tcp_syn_retries': 2 });
  return { here, router, server };
}

/** A connection to the server, closed with the test at the latest. */
function attempt(t: TestContext, port: number, index: number): Socket {
  const socket = connect({ port, host: index % 2 === 0 ? '10.2.0.1' : 'fd02::1' }).on('error', () => {});
  t.after(() => socket.destroy());
  return socket;
}

test('every connection’s count is tcpi_total_rto: lossy, blackholed, given up, alive and dead', { skip }, async (t) => {
  const { here, router, server } = build(t);
  const program = server.spawn([process.execPath, 'test/netns/load/server.cjs']);
  await once(program.stdout!, 'data');
  const before = programs();
  const counter = RtoCounter.attach(cgroup);
  assert.ok(counter instanceof RtoCounter, JSON.stringify(counter));
  t.after(() => counter.close());
  assert.equal(programs(), before + 1);

  const inside = here.enter();
  t.after(() => inside[Symbol.dispose]());
  const diag = SockDiag.open();
  assert.ok(diag instanceof SockDiag);
  t.after(() => diag.close());
  router.firewall('forward', 'tcp dport 82 drop', 'meta l4proto tcp numgen random mod 6 0 drop');
  const row = emptyRow();
  const told = { sockets: 0, withTimeouts: 0, timeouts: 0, alive: 0 };
  const compare = (count: (cookie: number) => number) => ({
    row: (view: DataView, message: number, info: number, length: number) => {
      decodeSocketRow(view, message, info, length, row);
      if (!row.hasInfo) return;
      assert.equal(count(row.cookie), row.totalRto, `socket ${row.cookie} to port ${row.remotePort}`);
      told.sockets += 1;
      if (row.totalRto > 0) told.withTimeouts += 1;
      told.timeouts += row.totalRto;
    },
  });
  const dead = compare((cookie) => counter.take(cookie));
  const alive = compare((cookie) => {
    told.alive += 1;
    return counter.of(cookie);
  });
  const lossy = Array.from({ length: 300 }, (_, index) =>
    attempt(t, 444, index).on('connect', function (this: Socket) {
      this.write(Buffer.alloc(20_000));
    }),
  );
  const silent = Array.from({ length: 40 }, (_, index) => attempt(t, 82, index));
  const givenUp = Promise.all(silent.map((socket) => new Promise((resolve) => socket.once('close', resolve))));
  // Every connection is looked at, again and again, while it is under way. A timeout may fall between the
  // kernel's answer and ours: what differs must be the same a moment later.
  await sleep(3000);
  for (const family of [AF.INET, AF.INET6]) {
    for (let tries = 0; ; tries += 1) {
      try {
        assert.equal(diag.beginDump(family, STATES.flows), 0);
        while (diag.readDump(alive) === 0);
        break;
      } catch (error) {
        if (!(error instanceof assert.AssertionError) || tries === 20) throw error;
        while (diag.readDump({ row: () => {} }) === 0);
        await sleep(20);
      }
    }
  }
  assert.ok(told.alive > 200, `${told.alive} were alive`);
  told.sockets = told.withTimeouts = told.timeouts = 0;
  await givenUp;
  for (const socket of lossy) socket.destroy();
  router.firewall('forward');
  const latest = performance.now() + 60_000;
  while (told.sockets < 340) {
    assert.ok(performance.now() < latest, `${told.sockets} of 340 have ended`);
    diag.drainDestroyed(dead, 1024);
    await sleep(100);
  }
  assert.ok(told.withTimeouts > 100 && told.timeouts > 150, JSON.stringify(told));
  assert.equal(diag.dropped(), 0);
  t.diagnostic(`${told.timeouts} timeouts of ${told.withTimeouts} connections, all equal`);
  counter.close();
  assert.equal(programs(), before);
});

test('it ends with its process, however that ends', { skip }, async () => {
  const before = programs();
  const code = `
    const { RtoCounter } = await import(${JSON.stringify(import.meta.resolve('../../agent/kernel/rto-counter.ts'))});
    console.log(RtoCounter.attach(${JSON.stringify(cgroup)}) instanceof RtoCounter);
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--no-warnings', '--input-type=module', '-e', code]);
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  assert.equal(said.toString().trim(), 'true');
  assert.equal(programs(), before + 1);
  child.kill('SIGKILL');
  await once(child, 'exit');
  // The kernel takes a link down from a queue of its own.
  for (let n = 0; n < 100 && programs() !== before; n += 1) await sleep(50);
  assert.equal(programs(), before);
});

test('flows counted by the program are those told by the kernel; older connections are unknown', {
  skip,
}, async (t) => {
  const { here, router, server } = build(t);
  const program = server.spawn([process.execPath, 'test/netns/load/server.cjs']);
  await once(program.stdout!, 'data');
  const inside = here.enter();
  t.after(() => inside[Symbol.dispose]());
  const old = attempt(t, 445, 0);
  await once(old, 'connect');
  const read = (rto: 'on' | 'off'): SystemFlows => {
    const flows = new SystemFlows({
      ...{ dumpEveryMs: 300, capacity: 100, loopback: false, ownProbes: true, sites: [], awsRanges: null, rto },
      mono: () => performance.now(),
      wall: Date.now,
    });
    t.after(() => flows.close());
    return flows;
  };
  const [counted, told] = [read('on'), read('off')];
  await Promise.all([counted.refresh(), told.refresh()]);
  assert.deepEqual(counted.view()?.timeouts, { source: 'bpf', reason: null, unknown: 1 });
  assert.deepEqual(told.view()?.timeouts, { source: 'tcp_info', reason: null, unknown: 0 });
  router.firewall('forward', 'meta l4proto tcp numgen random mod 6 0 drop');
  const lossy = Array.from({ length: 200 }, (_, index) => attempt(t, 444, index));
  for (const socket of lossy) socket.write(Buffer.alloc(20_000));
  await sleep(2000);
  router.firewall('forward');
  // Orderly, for of a connection that was reset each of the two knows what it saw last.
  for (const socket of lossy) socket.resume().end();
  const latest = performance.now() + 60_000;
  for (;;) {
    await Promise.all([counted.refresh(), told.refresh()]);
    if (counted.view()?.open === 1 && told.view()?.open === 1) break;
    await sleep(200);
    assert.ok(performance.now() < latest, `${counted.view()?.open} and ${told.view()?.open} open`);
  }
  const [a, b] = [counted.view(), told.view()];
  assert.ok(a !== null && b !== null && (b.total.timeouts ?? 0) > 50, `${b?.total.timeouts}`);
  assert.deepEqual(a.total, b.total);
  const byFlow = ({ top }: FlowsView) =>
    top.timeouts.map(({ remote, servicePort, total }) => `${remote} ${servicePort} ${total.timeouts}`);
  assert.deepEqual(byFlow(a), byFlow(b));
  assert.equal(a.coverage.timeouts.flows, a.total.timeouts);
  assert.equal(a.top.rtt.find(({ servicePort }) => servicePort === 445)?.total.timeouts, null);
  assert.equal(b.top.rtt.find(({ servicePort }) => servicePort === 445)?.total.timeouts, 0);
  old.destroy();
  do {
    await sleep(200);
    await counted.refresh();
  } while (counted.view()?.open !== 0 && performance.now() < latest);
  assert.equal(counted.view()?.timeouts.unknown, 0);
});
