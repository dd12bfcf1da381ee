import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { probeClock } from '../../agent/probe/clock.ts';
import { SystemNameService } from '../../agent/probe/name-service.ts';
import { Resolver } from '../../agent/probe/resolver.ts';
import { FakeClock } from '../fakes/clock.ts';
import { a, aaaa, cname, FakeDnsServer } from '../fakes/dns-server.ts';

async function make(t: TestContext, hosts = '') {
  const server = await FakeDnsServer.start();
  const folder = mkdtempSync(join(tmpdir(), 'vcn-names-'));
  const hostsFile = join(folder, 'hosts');
  writeFileSync(hostsFile, hosts);
  const names = new SystemNameService(
    { servers: [`127.0.0.1:${server.port}`], hostsFile, timeoutMs: 100, tries: 2 },
    probeClock(),
  );
  t.after(async () => {
    names.close();
    await server.close();
    rmSync(folder, { recursive: true });
  });
  return { server, names, hostsFile, at: `DNS server 127.0.0.1:${server.port}` };
}

test('an address comes with the smallest TTL on the way to it', async (t) => {
  const { server, names } = await make(t);
  server.set('erp.corp.example', 'A', {
    records: [cname('real.corp.example', 20), { ...a('10.0.0.1', 300), name: 'real.corp.example' }],
  });
  assert.deepEqual(await names.resolve('erp.corp.example', null), {
    ok: true,
    addresses: ['10.0.0.1'],
    family: 4,
    ttlSeconds: 20,
  });
});

test('nothing is answered from a cache of the library: each resolution is a question', async (t) => {
  const { server, names } = await make(t);
  server.set('erp.corp.example', 'A', { records: [a('10.0.0.1', 300)] });
  for (let n = 0; n < 3; n++) await names.resolve('erp.corp.example', 4);
  assert.equal(server.queries.length, 3);
});

test('without an IPv4 address the IPv6 address is taken, unless IPv4 was asked for', async (t) => {
  const { server, names } = await make(t);
  server.set('six.corp.example', 'AAAA', { records: [aaaa('2001:db8:0:0:0:0:0:1', 30)] });
  const either = await names.resolve('six.corp.example', null);
  assert.deepEqual(either, { ok: true, addresses: ['2001:db8::1'], family: 6, ttlSeconds: 30 });
  const four = await names.resolve('six.corp.example', 4);
  assert.equal(four.ok, false);
});

test('family 6 asks for IPv6 only, also when there is IPv4', async (t) => {
  const { server, names } = await make(t);
  server.set('both.corp.example', 'A', { records: [a('10.0.0.1')] });
  server.set('both.corp.example', 'AAAA', { records: [aaaa('2001:db8:0:0:0:0:0:2')] });
  const six = await names.resolve('both.corp.example', 6);
  assert.ok(six.ok && six.family === 6);
  const either = await names.resolve('both.corp.example', null);
  assert.ok(either.ok && either.family === 4, 'IPv4 first');
});

test('each failure says what happened and which server said so', async (t) => {
  const { server, names, at } = await make(t);
  server.set('servfail.example', 'A', { rcode: 2 });
  server.set('refused.example', 'A', { rcode: 5 });
  server.set('silent.example', 'A', { drop: true });
  const text = async (host: string): Promise<string> => {
    const resolution = await names.resolve(host, 4);
    return resolution.ok ? 'resolved' : resolution.text;
  };
  assert.equal(await text('nowhere.example'), `no such name (NXDOMAIN) from ${at}`);
  assert.equal(await text('servfail.example'), `SERVFAIL from ${at}`);
  assert.equal(await text('refused.example'), `REFUSED from ${at}`);
  assert.equal(await text('silent.example'), `no answer from ${at}`);
});

test('a truncated answer is fetched over TCP', async (t) => {
  const { server, names } = await make(t);
  server.set('big.corp.example', 'A', { truncated: true, records: [a('10.0.0.1', 30)] });
  const resolution = await names.resolve('big.corp.example', 4);
  assert.ok(resolution.ok);
  assert.deepEqual(
    server.queries.map(({ transport }) => transport),
    ['udp', 'tcp'],
  );
});

test('the hosts file comes before DNS, and a change of it is seen', async (t) => {
  let now = 0;
  const { server, hostsFile } = await make(t, '10.1.1.1 erp.corp.example\n::1 erp.corp.example\n');
  server.set('erp.corp.example', 'A', { records: [a('10.9.9.9')] });
  const names = new SystemNameService(
    { servers: [`127.0.0.1:${server.port}`], hostsFile, timeoutMs: 100, tries: 1 },
    { ...probeClock(), mono: () => now },
  );
  t.after(() => names.close());
  const listed = { ok: true, addresses: ['10.1.1.1'], family: 4, ttlSeconds: null };
  assert.deepEqual(await names.resolve('ERP.corp.example', null), listed);
  const six = await names.resolve('erp.corp.example', 6);
  assert.deepEqual(six, { ...listed, addresses: ['::1'], family: 6 });
  assert.equal(server.queries.length, 0);
  writeFileSync(hostsFile, '# empty now\n');
  now += 6000;
  const asked = await names.resolve('erp.corp.example', null);
  assert.ok(asked.ok && asked.addresses[0] === '10.9.9.9');
});

test('a name that DNS does not know may be known to the system', async (t) => {
  const { names } = await make(t);
  // Every libc resolves localhost from its own hosts file, which this service was not given.
  const resolution = await names.resolve('localhost', 4);
  assert.deepEqual(resolution, { ok: true, addresses: ['127.0.0.1'], family: 4, ttlSeconds: null });
});

test('closing ends a resolution under way', async (t) => {
  const { server, names } = await make(t);
  server.set('silent.example', 'A', { drop: true });
  const resolution = names.resolve('silent.example', 4);
  names.close();
  const ended = await resolution;
  assert.ok(!ended.ok && ended.code === 'ECANCELLED');
});

test('with the resolver: an address that moves is followed, a server that dies is named, and both end', async (t) => {
  const { server, names, at } = await make(t);
  const clock = new FakeClock();
  const resolver = new Resolver({ names, clock, random: () => 0 });
  t.after(() => resolver.close());
  const moves: string[] = [];
  resolver.onChange(({ from, to }) => moves.push(`${from} to ${to}`));
  const passes = async (ms: number, until: () => boolean): Promise<void> => {
    await clock.advance(ms);
    for (let n = 0; n < 200 && !until(); n++) {
      await new Promise((resolve) => setTimeout(resolve, 10)); // the questions and answers are real
      await clock.advance(0);
    }
    assert.ok(until(), JSON.stringify(resolver.current(1)));
  };
  server.set('erp.corp.example', 'A', { records: [a('10.0.0.1', 20)] });
  resolver.want(1, 'erp.corp.example', null);
  await passes(0, () => resolver.current(1).address === '10.0.0.1');
  server.set('erp.corp.example', 'A', { records: [a('10.0.0.2', 20)] });
  await passes(20_000, () => resolver.current(1).address === '10.0.0.2');
  server.set('erp.corp.example', 'A', { drop: true });
  await passes(20_000, () => resolver.current(1).problem !== null);
  assert.ok(resolver.current(1).problem?.includes(`no answer from ${at}; still using 10.0.0.2`));
  server.set('erp.corp.example', 'A', { records: [a('10.0.0.2', 20)] });
  await passes(5_000, () => resolver.current(1).problem === null);
  assert.deepEqual(moves, ['null to 10.0.0.1', '10.0.0.1 to 10.0.0.2']);
});
