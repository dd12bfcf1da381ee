import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { Ethtool } from '../../agent/kernel/ethtool.ts';
import { labFor, labSkip } from '../netns/lab.ts';

/** `ethtool -S`: lines of "     name: 12". */
function peerCounters(text: string): Map<string, number> {
  return new Map([...text.matchAll(/^ +(.+): (\d+)$/gm)].map(([, name, value]) => [name ?? '', Number(value)]));
}

test('a veth pair: driver and counters as ethtool tells them', { skip: labSkip('ethtool') }, (t) => {
  const lab = labFor(t);
  const [a, b] = [lab.host('a'), lab.host('b')];
  lab.link(a, b, ['10.77.0.1/24'], ['10.77.0.2/24']);
  using _inside = a.enter();
  const ethtool = Ethtool.open();
  assert.ok(typeof ethtool !== 'number');
  t.after(() => ethtool.close());
  assert.equal(ethtool.driver('to-b'), 'veth');
  const counters = ethtool.counters('to-b');
  assert.ok(counters);
  const ours = new Map(counters.names.map((name, i) => [name, counters.values[i]]));
  const index = Number(/^(\d+):/.exec(b.ip('link show to-a'))?.[1]);
  assert.equal(ours.get('peer_ifindex'), index);
  assert.deepEqual(ours, peerCounters(a.run(['ethtool', '-S', 'to-b'])));
});

test('a driver with hundreds of counters', { skip: labSkip('ethtool') }, (t) => {
  const host = labFor(t).host('wide');
  host.ip('link add wide0 numrxqueues 64 numtxqueues 64 type veth peer name wide1 numrxqueues 64 numtxqueues 64');
  using _inside = host.enter();
  const ethtool = Ethtool.open();
  assert.ok(typeof ethtool !== 'number');
  t.after(() => ethtool.close());
  const names = [...peerCounters(host.run(['ethtool', '-S', 'wide0'])).keys()];
  assert.ok(names.length > 300, `${names.length} counters`);
  assert.deepEqual(ethtool.counters('wide0')?.names, names);
  assert.equal(ethtool.counters('wide1')?.names.length, names.length);
});

test('every interface of this machine, as ethtool tells it', (t) => {
  if (spawnSync('ethtool', ['--version']).error) return t.skip('needs ethtool');
  const ethtool = Ethtool.open();
  assert.ok(typeof ethtool !== 'number');
  t.after(() => ethtool.close());
  const interfaces = readdirSync('/sys/class/net');
  assert.ok(interfaces.length > 0);
  for (const name of interfaces) {
    const told = spawnSync('ethtool', ['-S', name], { encoding: 'utf8' });
    const counters = ethtool.counters(name);
    const names = [...peerCounters(told.stdout).keys()];
    assert.deepEqual([...(counters?.names ?? [])], names, name);
    const driver = /^driver: (.*)$/m.exec(spawnSync('ethtool', ['-i', name], { encoding: 'utf8' }).stdout)?.[1];
    assert.equal(ethtool.driver(name), driver || null, name);
  }
});

test('what is no interface has neither driver nor counters', (t) => {
  const ethtool = Ethtool.open();
  assert.ok(typeof ethtool !== 'number');
  t.after(() => ethtool.close());
  for (const name of ['nothing0', 'lo', 'a-name-that-is-far-too-long-for-the-kernel', '', '../lo']) {
    assert.equal(ethtool.counters(name), null, name);
  }
  assert.equal(ethtool.driver('nothing0'), null);
});
