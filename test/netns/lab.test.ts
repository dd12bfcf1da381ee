import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { Lab, labFor, labSkip, removeStale } from './lab.ts';

const skip = labSkip('nft', 'ping');
const labs = (pid: number): string[] => readdirSync('/run/netns').filter((n) => n.startsWith(`vcnlab-${pid}-`));

test('two hosts on a veth pair answer each other on IPv4 and IPv6, and go with their lab', { skip }, (t) => {
  const lab = labFor(t);
  const [a, b] = [lab.host('a'), lab.host('b')];
  lab.link(a, b, ['10.11.0.1/24', 'fd11::1/64'], ['10.11.0.2/24', 'fd11::2/64']);
  assert.match(a.run(['ping', '-c1', '-W2', '10.11.0.2']), / 0% packet loss/);
  assert.match(a.run(['ping', '-c1', '-W2', 'fd11::2']), / 0% packet loss/);
  b.firewall('input', 'icmp type echo-request drop');
  assert.throws(() => a.run(['ping', '-c1', '-W1', '10.11.0.2']));
  b.firewall('input');
  assert.match(a.run(['ping', '-c1', '-W2', '10.11.0.2']), / 0% packet loss/);
  assert.equal(labs(process.pid).length, 2);
  lab.close();
  assert.deepEqual(labs(process.pid), []);
});

test('a router forwards between its neighbours', { skip }, (t) => {
  const lab = labFor(t);
  const [a, r, b] = [lab.host('a'), lab.router('r'), lab.host('b')];
  lab.link(a, r, ['10.11.1.1/24'], ['10.11.1.2/24']);
  lab.link(r, b, ['10.11.2.1/24'], ['10.11.2.2/24']);
  a.ip('route add default via 10.11.1.2');
  b.ip('route add default via 10.11.2.1');
  assert.match(a.run(['ping', '-c1', '-W2', '10.11.2.2']), /ttl=63/);
});

test('stepping in moves what this thread opens, stepping out moves it back', { skip }, (t) => {
  const lab = labFor(t);
  const a = lab.host('a');
  const devices = (): string => spawnSync('ip', ['-br', 'link'], { encoding: 'utf8' }).stdout;
  const home = devices();
  {
    using _inside = a.enter();
    assert.match(devices(), /^lo\s+UNKNOWN.*\n$/);
  }
  assert.equal(devices(), home);
});

/** Starts a process that builds a lab and then waits. */
async function builder(): Promise<ReturnType<typeof spawn>> {
  const code = `
    const { Lab } = await import(${JSON.stringify(import.meta.resolve('./lab.ts'))});
    new Lab().host('x');
    console.log('built');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--no-warnings', '--input-type=module', '-e', code]);
  await once(child.stdout, 'data');
  return child;
}

test('a terminated run takes its lab along; that of a killed run goes with the next', { skip }, async () => {
  const terminated = await builder();
  assert.equal(labs(terminated.pid!).length, 1);
  terminated.kill('SIGTERM');
  const [, signal] = await once(terminated, 'exit');
  assert.equal(signal, 'SIGTERM');
  assert.deepEqual(labs(terminated.pid!), []);

  const killed = await builder();
  killed.kill('SIGKILL');
  await once(killed, 'exit');
  assert.equal(labs(killed.pid!).length, 1);
  new Lab().close();
  assert.deepEqual(labs(killed.pid!), []);
});

test('the lab of a run still going on is nobody else’s to remove', { skip }, async () => {
  const other = await builder();
  removeStale();
  assert.equal(labs(other.pid!).length, 1);
  other.kill('SIGTERM');
  await once(other, 'exit');
});
