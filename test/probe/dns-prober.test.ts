import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Outcome } from '../../agent/measure/singleton.ts';
import type { DnsTarget } from '../../agent/measure/target.ts';
import { probeClock } from '../../agent/probe/clock.ts';
import { dnsProber } from '../../agent/probe/dns-prober.ts';
import { fixedAddresses } from '../fakes/addresses.ts';
import { a, aaaa, cname, FakeDnsServer, type Script, TYPE, txt } from '../fakes/dns-server.ts';
import { RecordingSink } from '../fakes/sink.ts';
import { dnsTarget } from '../fakes/targets.ts';

async function serve(t: TestContext, address = '127.0.0.1') {
  const server = await FakeDnsServer.start(address);
  t.after(() => server.close());
  return server;
}

function probe(t: TestContext, server: { address: string; port: number }, fields: Partial<DnsTarget> = {}) {
  const sink = new RecordingSink();
  const prober = dnsProber({ sink, addresses: fixedAddresses(), clock: probeClock(), random: () => 0 });
  t.after(() => prober.close());
  const target = dnsTarget({ server: server.address, port: server.port, everyMs: 30_000, ...fields });
  prober.setTargets([{ id: 5, target }]);
  return { sink, prober };
}

/** The outcome of one probe of a server that answers `corp.example A` as the script says. */
async function outcomeOf(t: TestContext, script: Script, fields: Partial<DnsTarget> = {}): Promise<Outcome> {
  const server = await serve(t);
  server.set('corp.example', 'A', script);
  const [outcome] = await probe(t, server, { timeoutMs: 500, ...fields }).sink.outcomes();
  return outcome!;
}

for (const address of ['127.0.0.1', '::1']) {
  for (const transport of ['udp', 'tcp'] as const) {
    test(`an answer over ${transport} from ${address} has an RTT by kernel stamps, and its records`, async (t) => {
      const server = await serve(t, address);
      server.set('corp.example', 'A', {
        delayMs: 30,
        records: [cname('real.example'), { ...a('10.0.0.1'), name: 'real.example' }, a('10.0.0.2')],
      });
      const { sink } = probe(t, server, { transport, everyMs: 300 });
      // The kernel begins to stamp a moment after it was asked to: the first answer may be without.
      const outcome = (await sink.outcomes(3))[2];
      assert.ok(outcome?.kind === 'reply', JSON.stringify(outcome));
      assert.equal(outcome.timing, 'kernel');
      assert.ok(outcome.rttMs >= 28 && outcome.rttMs < 400, `${outcome.rttMs} ms`);
      assert.deepEqual(outcome.detail?.dns, { rcode: 'NOERROR', answers: ['10.0.0.1', '10.0.0.2'] });
      assert.ok(server.queries.every((query) => query.transport === transport));
      const { queries } = server;
      assert.ok(new Set(queries.map(({ port }) => port)).size === queries.length, 'each from a port of its own');
    });
  }
}

test('the RTT does not hold what the loop was busy with', async (t) => {
  const server = await serve(t);
  server.set('corp.example', 'A', { records: [a('10.0.0.1')] });
  const { sink } = probe(t, server, { everyMs: 100 });
  await sink.outcomes(2);
  // The answer itself comes from this loop, so only what follows it may be slow.
  const original = sink.singletons.length;
  for (let n = 0; n < 5; n++) {
    await sleep(60);
    for (const end = performance.now() + 40; performance.now() < end; );
  }
  await sink.outcomes(original + 3);
  for (const { outcome } of sink.singletons.slice(original)) {
    assert.ok(outcome.kind === 'reply' && outcome.timing === 'kernel', JSON.stringify(outcome));
  }
});

test('expected answers may come in any order and case, among others', async (t) => {
  const server = await serve(t);
  server.set('corp.example', 'AAAA', { records: [aaaa('2001:db8:0:0:0:0:0:1'), aaaa('2001:db8:0:0:0:0:0:2')] });
  const { sink } = probe(t, server, { type: 'AAAA', expect: ['2001:DB8::2'] });
  assert.equal((await sink.outcomes())[0]?.kind, 'reply');
});

test('answers that lack what is expected are an error that names both', async (t) => {
  const outcome = await outcomeOf(t, { records: [a('10.0.0.9')] }, { expect: ['10.0.0.1', '10.0.0.9'] });
  assert.deepEqual(outcome, {
    kind: 'error',
    code: 'dns-answer',
    text: '10.0.0.1 not among the answers: 10.0.0.9',
    from: '127.0.0.1',
    mtu: null,
    detail: { dns: { rcode: 'NOERROR', answers: ['10.0.0.9'] } },
  });
});

test('no record at all is an answer, unless records are expected', async (t) => {
  assert.equal((await outcomeOf(t, {})).kind, 'reply');
  const lacking = await outcomeOf(t, {}, { expect: ['10.0.0.1'] });
  assert.ok(lacking.kind === 'error' && lacking.text === '10.0.0.1 not among the answers: no A record');
});

for (const [rcode, name] of [
  [2, 'SERVFAIL'],
  [3, 'NXDOMAIN'],
  [5, 'REFUSED'],
  [11, 'RCODE11'],
] as const) {
  test(`rcode ${rcode} is an error by the name of ${name}`, async (t) => {
    const outcome = await outcomeOf(t, { rcode });
    assert.ok(outcome.kind === 'error', JSON.stringify(outcome));
    assert.deepEqual([outcome.code, outcome.text, outcome.detail?.dns?.rcode], ['dns-rcode', name, name]);
  });
}

test('a server that is silent is a loss; an answer after the timeout is noted with its RTT', async (t) => {
  assert.equal((await outcomeOf(t, { drop: true })).kind, 'lost');
  const server = await serve(t);
  server.set('corp.example', 'A', { delayMs: 350, records: [a('10.0.0.1')] });
  const { sink } = probe(t, server, { timeoutMs: 200 });
  assert.equal((await sink.outcomes())[0]?.kind, 'lost');
  await sink.wait(({ notes }) => notes.length > 0);
  const [note] = sink.notes;
  assert.ok(note?.kind === 'late' && note.rttMs !== null, JSON.stringify(note));
  assert.ok(note.rttMs >= 345 && note.rttMs < 500, `${note.rttMs} ms`);
});

test('a second answer is noted as a duplicate', async (t) => {
  const server = await serve(t);
  server.set('corp.example', 'A', { times: 2, records: [a('10.0.0.1')] });
  const { sink } = probe(t, server);
  await sink.outcomes();
  await sink.wait(({ notes }) => notes.length > 0);
  assert.equal(sink.notes[0]?.kind, 'duplicate');
});

test('only the server asked, with our identifier and our question, is answered by', async (t) => {
  const forged = (forge: (message: Buffer) => Buffer): Script => ({ forge, records: [a('6.6.6.6')] });
  const cases: Record<string, Script> = {
    'another identifier': forged((m) => Buffer.concat([Buffer.of(m[0]! ^ 1), m.subarray(1)])),
    'another question': forged((m) => Buffer.concat([m.subarray(0, 13), Buffer.of(m[13]! ^ 1), m.subarray(14)])),
    'a query instead of an answer': forged((m) => Buffer.concat([m.subarray(0, 2), Buffer.of(1), m.subarray(3)])),
    'half a message': forged((m) => m.subarray(0, m.length - 2)),
    'no DNS at all': forged(() => Buffer.from('HTTP/1.1 400 Bad Request')),
  };
  for (const [name, script] of Object.entries(cases)) {
    const server = await serve(t);
    server.set('corp.example', 'A', script);
    const { sink } = probe(t, server, { timeoutMs: 250 });
    assert.equal((await sink.outcomes())[0]?.kind, 'lost', name);
    await sink.wait(({ notes }) => notes.length > 0);
    assert.deepEqual(
      sink.notes.map(({ kind }) => kind),
      ['corrupt'],
      name,
    );
  }
});

test('a truncated answer is fetched over TCP; the RTT stays that of the datagrams', async (t) => {
  const server = await serve(t);
  server.set('corp.example', 'A', { truncated: true, delayTcpMs: 200, records: [a('10.0.0.1')] });
  const { sink } = probe(t, server, { expect: ['10.0.0.1'] });
  const [outcome] = await sink.outcomes();
  assert.ok(outcome?.kind === 'reply', JSON.stringify(outcome));
  assert.deepEqual(outcome.detail?.dns?.answers, ['10.0.0.1']);
  assert.ok(outcome.rttMs < 150, `${outcome.rttMs} ms`);
  assert.deepEqual(
    server.queries.map(({ transport }) => transport),
    ['udp', 'tcp'],
  );
});

test('a truncated answer whose whole cannot be had is an error that says so', async (t) => {
  const cut = await outcomeOf(t, { truncated: true, cutAfter: 20, records: [a('10.0.0.1')] });
  assert.ok(cut.kind === 'error' && cut.code === 'dns-answer', JSON.stringify(cut));
  assert.match(cut.text, /truncated, and over TCP: the server closed the connection/);
});

test('over TCP, an answer in pieces is put together, one that ends early is a reset', async (t) => {
  const early = await outcomeOf(t, { cutAfter: 20, records: [a('10.0.0.1')] }, { transport: 'tcp' });
  assert.ok(early.kind === 'error' && early.code === 'reset', JSON.stringify(early));
  const long = 'x'.repeat(200);
  const server = await serve(t);
  server.set('corp.example', 'TXT', { records: Array.from({ length: 250 }, () => txt(long)) });
  const { sink } = probe(t, server, { transport: 'tcp', type: 'TXT', expect: [long] });
  const [whole] = await sink.outcomes();
  assert.equal(whole?.kind, 'reply');
});

test('where no DNS server listens, UDP and TCP say refused', async (t) => {
  const server = await FakeDnsServer.start();
  const { address, port } = server;
  await server.close();
  for (const transport of ['udp', 'tcp'] as const) {
    const [outcome] = await probe(t, { address, port }, { transport }).sink.outcomes();
    assert.ok(outcome?.kind === 'error' && outcome.code === 'refused', JSON.stringify(outcome));
  }
});

test('names beyond ASCII are asked for encoded; what is no name is a local reason', async (t) => {
  const server = await serve(t);
  server.set('xn--bcher-kva.example', 'A', { records: [a('10.0.0.1')] });
  const [outcome] = await probe(t, server, { query: 'Bücher.example' }).sink.outcomes();
  assert.equal(outcome?.kind, 'reply');
  const [none] = await probe(t, server, { query: 'a..b' }).sink.outcomes();
  assert.deepEqual(none, { kind: 'local', code: 'other', text: '"a..b" is no domain name' });
});

test('close leaves nothing open', async (t) => {
  const server = await serve(t);
  server.set('corp.example', 'A', { drop: true });
  const before = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const { sink, prober } = probe(t, server, { everyMs: 100, timeoutMs: 300 });
  await sink.outcomes(2);
  await prober.close();
  assert.equal(process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length, before);
  const told = sink.singletons.length;
  await sleep(300);
  assert.equal(sink.singletons.length, told);
  assert.equal(TYPE.A, server.queries[0]?.type);
});
