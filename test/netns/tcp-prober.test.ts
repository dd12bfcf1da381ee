/** TCP probes against hosts in namespaces: lost, refused, unreachable for each reason, slow, late, sent twice. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TcpTarget } from '../../agent/measure/target.ts';
import { probeClock } from '../../agent/probe/clock.ts';
import { tcpProber } from '../../agent/probe/tcp-prober.ts';
import { fixedAddresses } from '../fakes/addresses.ts';
import { RecordingSink } from '../fakes/sink.ts';
import { tcpTarget } from '../fakes/targets.ts';
import { type Host, labFor, labSkip } from './lab.ts';

const LISTENER = `require('net').createServer((s) => s.on('error', () => {}).end().resume()).listen(443, '::')`;

/** Our host, a router, a server listening on 443 behind it. */
async function build(t: TestContext) {
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
  server.spawn([process.execPath, '-e', LISTENER]);
  for (let n = 0; n < 500 && server.run(['ss', '-Hltn', 'sport', '443']) === ''; n++) await sleep(20);
  return { here, router, server };
}

function probe(t: TestContext, here: Host, ...targets: Partial<TcpTarget>[]) {
  const inside = here.enter();
  t.after(() => inside[Symbol.dispose]());
  const sink = new RecordingSink();
  const prober = tcpProber({ sink, addresses: fixedAddresses(), clock: probeClock(), random: () => 0 });
  t.after(() => prober.close());
  prober.setTargets(targets.map((fields, id) => ({ id, target: tcpTarget({ everyMs: 30_000, ...fields }) })));
  const outcome = async (id: number) => {
    await sink.wait((s) => s.singletons.some(({ target }) => target === id));
    return sink.singletons.find(({ target }) => target === id)!.outcome;
  };
  return { sink, prober, outcome };
}

const skip = labSkip('nft', 'ss');

test('a routed server answers over IPv4 and IPv6', { skip }, async (t) => {
  const { here } = await build(t);
  const { outcome } = probe(t, here, { host: '10.2.0.1' }, { host: 'fd02::1' });
  for (const id of [0, 1]) {
    const answer = await outcome(id);
    assert.ok(answer.kind === 'reply' && answer.timing === 'kernel', JSON.stringify(answer));
  }
});

test('each way to be unreachable has its name, and who said so', { skip }, async (t) => {
  const { here, router } = await build(t);
  router.firewall(
    'forward',
    'tcp dport 1 drop',
    'tcp dport 2 reject with icmpx type admin-prohibited',
    'tcp dport 3 reject with icmpx type host-unreachable',
    'tcp dport 4 reject with icmpx type no-route',
    'tcp dport 5 reject with icmpx type port-unreachable',
    'tcp dport 6 reject with tcp reset',
  );
  const ports = [1, 2, 3, 4, 5, 6, 7];
  const four = probe(t, here, ...ports.map((port) => ({ host: '10.2.0.1', port, timeoutMs: 500 })));
  const seen: unknown[] = [];
  for (const [id, port] of ports.entries()) {
    const outcome = await four.outcome(id);
    seen.push(outcome.kind === 'error' ? [port, outcome.code, outcome.from] : [port, outcome.kind]);
  }
  assert.deepEqual(seen, [
    [1, 'lost'],
    [2, 'admin-prohibited', '10.1.0.254'],
    [3, 'host-unreachable', '10.1.0.254'],
    [4, 'net-unreachable', '10.1.0.254'],
    [5, 'port-unreachable', '10.1.0.254'],
    [6, 'refused', null],
    [7, 'refused', null],
  ]);
  const six = probe(t, here, ...[2, 3, 4].map((port) => ({ host: 'fd02::1', port })));
  const codes = [];
  for (const id of [0, 1, 2]) {
    const outcome = await six.outcome(id);
    codes.push(outcome.kind === 'error' ? [outcome.code, outcome.from] : outcome);
  }
  assert.deepEqual(codes, [
    ['admin-prohibited', 'fd01::fe'],
    ['host-unreachable', 'fd01::fe'],
    ['net-unreachable', 'fd01::fe'],
  ]);
});

test("a route missing here is this host's, a route missing at the router is the network's", { skip }, async (t) => {
  const { here } = await build(t);
  const { outcome } = probe(t, here, { host: '172.16.0.1' }, { host: '10.99.0.1' }, { host: '2001:db8::1' });
  const [own, routers, six] = [await outcome(0), await outcome(1), await outcome(2)];
  assert.ok(own.kind === 'local' && own.code === 'no-route', JSON.stringify(own));
  assert.ok(routers.kind === 'error' && routers.code === 'net-unreachable', JSON.stringify(routers));
  assert.equal(routers.from, '10.1.0.254');
  assert.ok(six.kind === 'local' && six.code === 'no-route', JSON.stringify(six));
});

test('a next hop that answers no ARP is named so', { skip }, async (t) => {
  const { here } = await build(t);
  const { outcome } = probe(t, here, { host: '10.1.0.77', timeoutMs: 8000 });
  const answer = await outcome(0);
  assert.ok(answer.kind === 'error' && answer.code === 'host-unreachable', JSON.stringify(answer));
  assert.match(answer.text, /nobody answers ARP/);
  assert.equal(answer.from, '10.1.0.1');
});

test('an interface that is down is a local reason', { skip }, async (t) => {
  const { here } = await build(t);
  here.ip('link set to-r down');
  const { outcome } = probe(t, here, { host: '10.2.0.1' });
  const answer = await outcome(0);
  assert.ok(answer.kind === 'local' && answer.code === 'no-route', JSON.stringify(answer));
});

test('a SYN that had to be sent again is timed by the clock, and says so', { skip }, async (t) => {
  const { here, server } = await build(t);
  // Drops the first SYN only.
  server.firewall('input', 'tcp flags syn numgen inc mod 1000 0 drop');
  const { outcome } = probe(t, here, { host: '10.2.0.1', timeoutMs: 5000 });
  const answer = await outcome(0);
  assert.ok(answer.kind === 'reply', JSON.stringify(answer));
  assert.equal(answer.timing, 'user');
  assert.equal(answer.detail?.tcp?.synRetransmits, 1);
  assert.ok(answer.rttMs > 900 && answer.rttMs < 1600, `${answer.rttMs} ms: the first retransmission is after 1 s`);
  assert.ok(answer.errorBarMs >= 10);
});

test('a handshake complete after its timeout is lost, and a note says how late', { skip }, async (t) => {
  const { here, server } = await build(t);
  server.firewall('input', 'tcp flags syn numgen inc mod 1000 0 drop');
  const { sink, outcome } = probe(t, here, { host: '10.2.0.1', timeoutMs: 900 });
  assert.equal((await outcome(0)).kind, 'lost');
  await sink.wait((s) => s.notes.length > 0);
  const [note] = sink.notes;
  assert.equal(note?.kind, 'late');
  assert.ok(note.rttMs !== null && note.rttMs > 900 && note.rttMs < 1700, `${note.rttMs} ms`);
});
