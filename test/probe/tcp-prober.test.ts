import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TcpTarget } from '../../agent/measure/target.ts';
import { probeClock } from '../../agent/probe/clock.ts';
import { tcpProber } from '../../agent/probe/tcp-prober.ts';
import { fixedAddresses } from '../fakes/addresses.ts';
import { RecordingSink } from '../fakes/sink.ts';
import { tcpTarget } from '../fakes/targets.ts';

function probe(t: TestContext, ...targets: Partial<TcpTarget>[]) {
  const sink = new RecordingSink();
  const prober = tcpProber({ sink, addresses: fixedAddresses(), clock: probeClock(), random: () => 0 });
  t.after(() => prober.close());
  prober.setTargets(targets.map((fields, id) => ({ id, target: tcpTarget(fields) })));
  return { sink, prober };
}

async function listen(t: TestContext, address: string, serve: (socket: Socket) => void) {
  const server = createServer({ allowHalfOpen: true }, serve);
  server.listen(0, address);
  await once(server, 'listening');
  t.after(() => server.close());
  return { server, port: (server.address() as AddressInfo).port };
}

for (const address of ['127.0.0.1', '::1']) {
  test(`a listening port of ${address} answers with the kernel's RTT`, async (t) => {
    const { port } = await listen(t, address, (socket) => socket.on('end', () => socket.end()).resume());
    const { sink } = probe(t, { host: address, port, everyMs: 200 });
    const outcomes = await sink.outcomes(3);
    for (const outcome of outcomes) {
      assert.ok(outcome.kind === 'reply', JSON.stringify(outcome));
      assert.equal(outcome.timing, 'kernel');
      assert.ok(outcome.rttMs > 0 && outcome.rttMs < 500, `${outcome.rttMs} ms`);
      assert.equal(outcome.rttMs, outcome.detail?.tcp?.rttMs);
      assert.equal(outcome.detail?.tcp?.synRetransmits, 0);
    }
    assert.deepEqual(
      sink.singletons.slice(0, 3).map(({ sequence }) => sequence),
      [0, 1, 2],
    );
  });
}

test('a busy event loop changes no RTT', async (t) => {
  const { port } = await listen(t, '127.0.0.1', (socket) => socket.on('end', () => socket.end()).resume());
  const { sink } = probe(t, { port, everyMs: 100 });
  const blocker = setInterval(() => {
    for (const end = performance.now() + 60; performance.now() < end; );
  }, 70);
  t.after(() => clearInterval(blocker));
  const outcomes = await sink.outcomes(10);
  const rtts = outcomes.map((outcome) => (outcome.kind === 'reply' ? outcome.rttMs : Number.POSITIVE_INFINITY));
  rtts.sort((a, b) => a - b);
  assert.ok(rtts[5]! < 5, `median of ${rtts.join(', ')} ms while the loop is blocked 60 ms at a time`);
});

test('a closed port is refused', async (t) => {
  const { server, port } = await listen(t, '127.0.0.1', () => {});
  server.close();
  await once(server, 'close');
  const { sink } = probe(t, { port });
  const [outcome] = await sink.outcomes();
  assert.deepEqual(outcome, { kind: 'error', code: 'refused', text: 'connection refused', from: null, mtu: null });
});

test('a peer that resets at once had accepted: the handshake has its RTT', async (t) => {
  const { port } = await listen(t, '127.0.0.1', (socket) => socket.resetAndDestroy());
  const { sink } = probe(t, { port });
  const [outcome] = await sink.outcomes();
  assert.equal(outcome?.kind, 'reply');
});

test('the peer sees an orderly end, whether it greets, is silent, or hangs up first', async (t) => {
  const ends: string[] = [];
  const watch = (socket: Socket): Socket => {
    let failed = '';
    socket.on('error', (error: NodeJS.ErrnoException) => (failed = error.code ?? ''));
    return socket
      .on('end', () => setTimeout(() => socket.end('221 bye\r\n'), 100)) // a reset would refuse this
      .on('close', () => ends.push(failed || 'orderly'))
      .resume();
  };
  const greets = await listen(t, '127.0.0.1', (socket) => {
    watch(socket).write('220 mail.corp.example ESMTP\r\n');
    setTimeout(() => socket.writable && socket.write('more\r\n'), 20);
  });
  const silent = await listen(t, '127.0.0.1', (socket) => void watch(socket));
  const hangsUp = await listen(t, '127.0.0.1', (socket) => void watch(socket).removeAllListeners('end').end());
  const { sink } = probe(t, ...[greets, silent, hangsUp].map(({ port }) => ({ port, everyMs: 60_000 })));
  await sink.outcomes(3);
  // Well before the two seconds after which a peer that does not end is left alone.
  for (let n = 0; n < 50 && ends.length < 3; n++) await sleep(20);
  assert.deepEqual(ends, ['orderly', 'orderly', 'orderly']);
});

test('a source address that is not here is a local reason', async (t) => {
  const { sink } = probe(t, { source: '192.0.2.250' });
  assert.deepEqual(await sink.outcomes(), [
    { kind: 'local', code: 'no-address', text: 'source address 192.0.2.250 is not on this host' },
  ]);
});

test('an address of the wrong shape is a local reason, not a crash', async (t) => {
  const { sink } = probe(t, { host: 'erp.corp.example' });
  assert.deepEqual(await sink.outcomes(), [
    { kind: 'local', code: 'other', text: 'sending to erp.corp.example failed: EINVAL' },
  ]);
});

test('close leaves nothing open: no timer, no connection', async (t) => {
  const connections = new Set<Socket>();
  const { port } = await listen(t, '127.0.0.1', (socket) => connections.add(socket.resume()));
  const open = (): number => {
    const hex = port.toString(16).toUpperCase().padStart(4, '0');
    // Columns of /proc/net/tcp: local, remote, state (06 is TIME_WAIT, which no process holds).
    return readFileSync('/proc/net/tcp', 'utf8')
      .split('\n')
      .filter((line) => new RegExp(`^ *\\d+: \\S+ \\w+:${hex} (?!06)`).test(line)).length;
  };
  const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const before = timers();
  const { sink, prober } = probe(t, { port, everyMs: 100 });
  await sink.outcomes(3);
  assert.ok(open() > 0, 'the peer never ends, so connections wait for it');
  await prober.close();
  // FIN_WAIT2 without a process is the kernel's; it has no inode. Ours are gone with their descriptors.
  for (let n = 0; n < 100 && open() > 0; n++) {
    for (const socket of connections) socket.destroy();
    await sleep(20);
  }
  assert.equal(open(), 0);
  assert.equal(timers(), before);
  const told = sink.singletons.length;
  await sleep(300);
  assert.equal(sink.singletons.length, told);
});
