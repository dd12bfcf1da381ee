/** `vpc-canary run` as a user meets it: no configuration, good and bad ones, reloads, a taken port, no privileges. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { EXEC_ARGV } from '../../packaging/executable.ts';
import { onTerminal, terminalSkip } from '../commands/terminal.ts';
import { startAgent } from './running-agent.ts';

const TWO = `targets:
  - { name: one, site: here, icmp: 127.0.0.1, every: 200ms }
  - { name: two, site: here, tcp: "127.0.0.1:9", every: 1s }
`;

test('without a configuration it probes this host, says how to name targets, and ends in order', async (t) => {
  const agent = startAgent(t, { environment: { VPC_CANARY_CONFIG: '/dev/null' } });
  const snapshot = await agent.snapshotWith('a verdict', ({ verdict }) => verdict.state === 'up');
  assert.deepEqual(
    snapshot.targets.map(({ name, kind, address }) => [name, kind, address]),
    [
      ['loopback-v4', 'icmp', '127.0.0.1'],
      ['loopback-v6', 'icmp', '::1'],
    ],
  );
  assert.match(agent.output, /No targets are configured.*Name yours in/);
  assert.ok(snapshot.agent.notices.some(({ code }) => code === 'no-targets'));
  assert.match(
    (await agent.get('/')).body,
    /No targets are configured.*name targets in \/dev\/null;.*<pre[^>]*>sites:/s,
  );
  assert.equal((await agent.get('/livez')).status, 200);
  assert.equal((await agent.get('/readyz')).status, 200);
  agent.kill('SIGTERM');
  assert.equal(await agent.exit(), 0);
  assert.equal(agent.errors, '');
});

test('on a terminal the last line is the verdict, rewritten each second, and Ctrl-C ends it in order', {
  skip: terminalSkip,
}, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'vpc-canary-state-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const agent = onTerminal(t, 'run', '--config', '/dev/null', '--listen', '127.0.0.1:0', '--state-dir', folder);
  const line = /\[2K[0-9:]{8} {2}[^\n]* {2}\[2 up\]/;
  await agent.type(line, '');
  await agent.type(line, '\x03');
  assert.equal(await agent.exit(), 0);
  assert.match(agent.screen(), /ending on SIGINT/);
});

test('the verdict is the same sentence on page, /prtg, /healthz, status and in the log', async (t) => {
  const agent = startAgent(t, { config: TWO });
  await agent.snapshotWith('two is down', ({ counts }) => counts.down === 1 && counts.up === 1);
  const { headline } = (await agent.snapshot()).verdict;
  const page = (await agent.get('/')).body;
  const prtg = JSON.parse((await agent.get('/prtg')).body) as { prtg: { text: string } };
  const health = JSON.parse((await agent.get('/healthz')).body) as { output: string };
  const status = execFileSync(process.execPath, ['agent/main.ts', 'status', '--url', agent.url], { encoding: 'utf8' });
  for (const text of [page, prtg.prtg.text, health.output, status, agent.output]) {
    assert.ok(text.includes(headline), `${headline} is not in: ${text.slice(0, 300)}`);
  }
  const check = spawnSync(process.execPath, ['agent/main.ts', 'check', '--url', agent.url], { encoding: 'utf8' });
  assert.ok(check.stdout.includes(headline), check.stdout);
  assert.equal(check.status, 2, check.stdout + check.stderr);
});

test('a bad configuration starts nothing, names every problem and exits 78', async (t) => {
  const agent = startAgent(t, {
    config: 'targets:\n  - { name: a, icmp: 224.0.0.1 }\n  - { name: b, imcp: 10.0.0.1 }\n',
  });
  assert.equal(await agent.exit(), 78);
  assert.match(agent.errors, /multicast/);
  assert.match(agent.errors, /icmp/);
  assert.equal(agent.output, '');
});

test('under systemd a bad configuration runs with its page saying so, and a mended one is taken', async (t) => {
  const agent = startAgent(t, { config: 'targtes: []\n', environment: { NOTIFY_SOCKET: '/nonexistent/notify' } });
  const refused = await agent.snapshotWith('the problem', ({ agent: { config } }) => !config.ok);
  assert.match(refused.agent.config.problems[0] ?? '', /targets/);
  assert.deepEqual(refused.targets, []);
  agent.configure(TWO);
  const taken = await agent.snapshotWith('the mended one', ({ targets }) => targets.length === 2);
  assert.ok(taken.agent.config.ok);
});

test('reload: by SIGHUP and by the file; a bad one keeps the last good one and says so everywhere', async (t) => {
  const agent = startAgent(t, { config: TWO });
  await agent.snapshotWith('two targets', ({ targets }) => targets.length === 2);
  const before = await agent.snapshotWith('one is up', ({ targets }) => targets[0]?.state === 'up');

  writeFileSync(`${agent.configFile}.new`, `${TWO}  - { name: three, site: there, icmp: 127.0.0.3 }\n`);
  renameSync(`${agent.configFile}.new`, agent.configFile);
  const more = await agent.snapshotWith('three targets', ({ targets }) => targets.length === 3);
  assert.equal(more.targets[0]?.since, before.targets[0]?.since, 'an unchanged target keeps what was measured');

  agent.configure('targets: [{ name: one, icmp: 127.0.0.1, evry: 2s }]\n');
  agent.kill('SIGHUP');
  const refused = await agent.snapshotWith('the refusal', ({ agent: { config } }) => !config.ok);
  assert.equal(refused.targets.length, 3);
  assert.match(refused.agent.config.problems.join(), /every/);
  assert.match(
    (await agent.get('/')).body,
    /The configuration has a problem, the last good one stays in force: [^<]*every.*vpc-canary config check shows them all/s,
  );
  assert.match((await agent.get('/metrics')).body, /config_last_reload_success\S* 0/);
  assert.match((await agent.get('/healthz')).body, /config/i);
  assert.match(agent.output, /configuration refused/);

  agent.configure(TWO);
  const mended = await agent.snapshotWith('good again', ({ agent: { config } }) => config.ok);
  assert.equal(mended.targets.length, 2);
});

test('a port in use: who holds it, the flag to change, exit 69', async (t) => {
  const holder = createServer().listen(0, '127.0.0.1');
  t.after(() => holder.close());
  await once(holder, 'listening');
  const { port } = holder.address() as AddressInfo;
  const agent = startAgent(t, { flags: ['--listen', `127.0.0.1:${port}`] });
  assert.equal(await agent.exit(), 69);
  assert.match(agent.errors, new RegExp(`Port ${port} on 127.0.0.1 is in use`));
  assert.match(agent.errors, /--listen/);
  assert.match(agent.errors, new RegExp(String(process.pid)));
});

const unprivileged = process.getuid?.() === 0 ? false : 'needs root to drop privileges';
const NOBODY = [
  'setpriv',
  '--reuid=65534',
  '--regid=65534',
  '--clear-groups',
  '--inh-caps=-all',
  '--bounding-set=-all',
];

test('without privileges and with no state directory it runs all the same and says what is missing', {
  skip: unprivileged,
}, async (t) => {
  const agent = startAgent(t, {
    before: NOBODY,
    flags: ['--state-dir', '/proc/nowhere'],
    environment: { VPC_CANARY_CONFIG: '/dev/null' },
  });
  const snapshot = await agent.snapshotWith(
    'how ICMP goes',
    ({ agent: { icmp } }) => icmp.mode !== 'raw' && icmp.mode !== 'unused',
  );
  const codes = snapshot.agent.notices.map(({ code }) => code);
  assert.ok(codes.includes(`icmp-${snapshot.agent.icmp.mode}`), codes.join());
  assert.ok(snapshot.agent.notices.some(({ remedy }) => remedy?.includes('setcap')));
  assert.match((await agent.get('/')).body, /<p class="remedy">sudo setcap cap_net_raw/);
  assert.equal(snapshot.agent.history.mode, 'memory');
  assert.ok(
    codes.some((code) => code.startsWith('history-')),
    codes.join(),
  );
  // Whoever has only the log reads the causes and what to do there, once each.
  assert.match(
    agent.output,
    new RegExp(`CAP_NET_RAW.* To do: sudo setcap cap_net_raw.*notice=icmp-${snapshot.agent.icmp.mode}`),
  );
  assert.equal(agent.output.match(/notice=history-/g)?.length, 1, agent.output);
});

test('history outlives kill -9', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'vpc-canary-state-'));
  chmodSync(folder, 0o700);
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const first = startAgent(t, { config: TWO, flags: ['--state-dir', folder] });
  const seen = await first.snapshotWith('an event', ({ events }) => events.length > 0);
  first.kill('SIGKILL');
  await first.exit();
  const second = startAgent(t, { config: TWO, flags: ['--state-dir', folder] });
  const { events } = JSON.parse((await second.get('/api/v1/events')).body) as {
    events: { id: number; text: string }[];
  };
  const old = seen.events[0];
  assert.ok(
    events.some(({ id, text }) => id === old?.id && text === old?.text),
    JSON.stringify(events),
  );
});

test('10,000 targets work, under the heap that the executable has', async (t) => {
  const lines = Array.from({ length: 10_000 }, (_, i) => {
    const address = `127.1.${Math.floor(i / 250)}.${(i % 250) + 1}`;
    return `  - { name: t${i}, site: s${i % 50}, icmp: ${address}, every: 2s }`;
  });
  const agent = startAgent(t, {
    config: `targets:\n${lines.join('\n')}\n`,
    runtime: EXEC_ARGV,
  });
  const snapshot = await agent.snapshotWith(
    'replies of nearly all',
    ({ targets }) => targets.filter(({ lastReplyAt }) => lastReplyAt !== null).length > 9_500,
  );
  assert.equal(snapshot.targets.length, 10_000);
});
