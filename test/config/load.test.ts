import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Config } from '../../agent/config/config.ts';
import type { ConfigRequest } from '../../agent/config/gather.ts';
import { loadConfig } from '../../agent/config/load.ts';
import { formatProblem } from '../../agent/config/problem.ts';

const folder = mkdtempSync(join(tmpdir(), 'vpc-canary-config-'));
after(() => rmSync(folder, { recursive: true }));

let files = 0;
function fileOf(text: string | Buffer): string {
  const path = join(folder, `${(files += 1)}.yaml`);
  writeFileSync(path, text);
  return path;
}

async function good(request: Partial<ConfigRequest> & { readonly text?: string }): Promise<Config> {
  const { text, ...rest } = request;
  const loaded = await loadConfig({ environment: {}, ...(text === undefined ? {} : { file: fileOf(text) }), ...rest });
  assert.deepEqual(loaded.ok ? [] : loaded.problems.map(formatProblem), []);
  assert.ok(loaded.ok);
  return loaded.config;
}

async function bad(request: Partial<ConfigRequest>): Promise<string[]> {
  const loaded = await loadConfig({ environment: {}, ...request });
  return loaded.ok ? [] : loaded.problems.map(formatProblem);
}

test('with no configuration the loopback is probed, and the config says that nobody chose it', async () => {
  const config = await good({ text: '' });
  assert.equal(config.builtInTargets, true);
  assert.deepEqual(
    config.targets.map(({ name, site, everyMs, kind }) => [name, site, everyMs, kind]),
    [
      ['loopback-v4', 'this-host', 1000, 'icmp'],
      ['loopback-v6', 'this-host', 1000, 'icmp'],
    ],
  );
  assert.deepEqual(config.sites, [
    { name: 'this-host', cidrs: [], critical: false, expect: { link: 'local', mtu: null } },
  ]);
  assert.deepEqual(
    [config.http.host, config.http.port, config.http.auth, config.http.allow],
    ['127.0.0.1', 8080, null, null],
  );
  assert.deepEqual(config.flows, {
    enabled: true,
    everyMs: 10_000,
    capacity: 10_000,
    loopback: false,
    ownProbes: false,
    awsRanges: null,
    rto: 'auto',
  });
  assert.deepEqual(config.history, { mode: 'disk', maxBytes: 64_000_000 });
  assert.equal((await good({ text: 'targets: []' })).targets.length, 0);
  assert.equal((await good({ text: 'targets: []' })).builtInTargets, false);
});

test('the default file may be missing, a named one may not', async () => {
  const nowhere = join(folder, 'nowhere.yaml');
  const [problem, ...more] = await bad({ file: nowhere });
  assert.equal(problem, `${nowhere}: there is no such file. Fix: create it, or correct the path.`);
  assert.deepEqual(more, []);
  assert.equal((await bad({ environment: { VPC_CANARY_CONFIG: nowhere } })).length, 1);
  assert.equal((await good({ defaultFile: nowhere })).builtInTargets, true);
  assert.equal((await good({ file: '/dev/null' })).builtInTargets, true);
});

test('each kind of target comes out as measure/target.ts wants it', async () => {
  const everyKey = readFileSync('test/config/fixtures/valid/every-key.yaml', 'utf8');
  const config = await good({ text: everyKey.replace(/^ +tls:.*$/m, '') });
  const [core, link, erp, intranet, resolver, odd, ...none] = config.targets;
  assert.deepEqual(none, [], 'the one switched off is not there');
  assert.deepEqual(core, {
    kind: 'icmp',
    name: 'syd-core',
    site: 'syd-dc1',
    host: '10.20.0.1',
    everyMs: 500,
    timeoutMs: 1500,
    family: 4,
    size: 1472,
    df: true,
    dscp: 34,
    ttl: 32,
    source: '10.0.1.10',
    interface: 'ens5',
    thresholds: {
      lossDegraded: 0.01,
      lossDown: 0.995,
      rttDegradedMs: null,
      jitterDegradedMs: 30,
      windowMs: 30_000,
      clearMs: 60_000,
    },
  });
  assert.ok(link?.kind === 'icmp' && link.site === 'default');
  assert.deepEqual(
    [erp?.kind, erp?.kind === 'tcp' && [erp.host, erp.port, erp.source]],
    ['tcp', ['2001:db8:20::9', 443, '2001:db8::10']],
  );
  assert.ok(intranet?.kind === 'http');
  assert.deepEqual(intranet.headers, { 'X-Probe': 'canary', Accept: '*/*' });
  assert.deepEqual(
    [intranet.expectStatus.length, intranet.expectStatus[0], intranet.expectStatus[100]],
    [101, 200, 399],
  );
  assert.deepEqual([intranet.method, intranet.expectBody, intranet.insecure], ['HEAD', 'ok', true]);
  assert.ok(resolver?.kind === 'dns');
  assert.deepEqual([resolver.query, resolver.type, resolver.port], ['1.0.20.10.in-addr.arpa', 'PTR', 5353]);
  assert.deepEqual([resolver.expect, resolver.transport, resolver.family], [['core.syd.corp.example.'], 'tcp', 6]);
  assert.equal(odd?.name, `中文 <script> 'quoted' 🐤`);
  assert.deepEqual(
    config.sites.map(({ name }) => name),
    ['syd-dc1', 'mel-dc2', 'default', 'elsewhere'],
  );
  assert.deepEqual(config.http.allow, ['10.0.0.0/8', '192.0.2.7/32', '2001:db8::/32']);
});

test('thresholds: the nearest counts, key by key; the window spans three intervals', async () => {
  const config = await good({
    text: `
thresholds: { loss: { degraded: 5% }, rtt: { degraded: 100ms }, window: 20s }
sites: { syd: { thresholds: { rtt: { degraded: 10ms } } } }
targets:
  - { name: plain, icmp: 10.0.0.1 }
  - { name: near, site: syd, icmp: 10.0.0.2 }
  - { name: own, site: syd, icmp: 10.0.0.3, thresholds: { rtt: { degraded: none }, loss: { down: 90% } } }
  - { name: slow, site: syd, icmp: 10.0.0.4, every: 30s }
  - { name: chosen, site: syd, icmp: 10.0.0.5, every: 30s, thresholds: { window: 30s } }
`,
  });
  assert.deepEqual(
    config.targets.map(({ thresholds: t }) => [t.lossDegraded, t.lossDown, t.rttDegradedMs, t.windowMs, t.clearMs]),
    [
      [0.05, 1, 100, 20_000, 30_000],
      [0.05, 1, 10, 20_000, 30_000],
      [0.05, 0.9, null, 20_000, 30_000],
      [0.05, 1, 10, 90_000, 30_000],
      [0.05, 1, 10, 30_000, 30_000],
    ],
  );
});

test('a source for all probes goes to targets of its family, and holds names to it', async () => {
  const config = await good({
    text: `
probe: { source: 10.0.1.10, interface: ens6 }
targets:
  - { name: four, icmp: 10.0.0.1 }
  - { name: six, icmp: "2001:db8::1" }
  - { name: name, tcp: "erp.corp.example:443" }
  - { name: name6, tcp: "erp.corp.example:443", family: 6 }
  - { name: own, icmp: 10.0.0.2, source: 10.0.2.10, interface: ens7 }
`,
  });
  assert.deepEqual(
    config.targets.map((t) => [
      t.name,
      t.kind === 'icmp' || t.kind === 'tcp' ? t.source : '',
      t.family,
      t.kind === 'icmp' ? t.interface : null,
    ]),
    [
      ['four', '10.0.1.10', null, 'ens6'],
      ['six', null, null, 'ens6'],
      ['name', '10.0.1.10', 4, null],
      ['name6', null, 6, null],
      ['own', '10.0.2.10', null, 'ens7'],
    ],
  );
});

const lower = {
  name: 'Parameter Store /vpc-canary/default',
  text: `
title: from-default
log: { level: warn, format: json }
sites: { syd: { critical: true, cidrs: [10.0.0.0/8] } }
targets:
  - { name: erp, site: syd, tcp: "10.0.0.1:443", every: 30s }
  - { name: dns, site: syd, dns: { server: 10.0.0.53, query: corp.example } }
  - { name: gone, site: syd, icmp: 10.0.0.9 }
`,
};
const upper = { name: 'Parameter Store /vpc-canary/vpc-1', text: '{"title": "from-vpc", "log": {"level": "error"}}' };

test('sources from weak to strong: maps deep, targets by name, other lists whole', async () => {
  const file = fileOf(`
log: { level: debug }
sites: { syd: { cidrs: [10.1.0.0/16] }, mel: {} }
targets:
  - { name: erp, every: 10s }
  - { name: dns, icmp: 10.0.0.53 }
  - { name: gone, enabled: false }
  - { name: new, site: mel, icmp: 10.2.0.1 }
`);
  const loaded = await loadConfig({
    layers: [lower, upper],
    file,
    environment: { VPC_CANARY_LOG_LEVEL: 'trace', VPC_CANARY_HTTP_LISTEN: '0.0.0.0:80' },
    settings: [{ source: 'flag --listen', path: ['http', 'listen'], text: '[::]:81' }],
  });
  assert.ok(loaded.ok);
  const { config } = loaded;
  assert.equal(config.title, 'from-vpc');
  assert.deepEqual(config.log, { level: 'trace', format: 'json' });
  assert.deepEqual([config.http.host, config.http.port], ['::', 81]);
  assert.deepEqual(config.sites[0], {
    name: 'syd',
    cidrs: ['10.1.0.0/16'],
    critical: true,
    expect: { link: null, mtu: null },
  });
  assert.deepEqual(
    config.targets.map(({ name, kind, everyMs, site }) => [name, kind, everyMs, site]),
    [
      ['erp', 'tcp', 10_000, 'syd'],
      ['dns', 'icmp', 1000, 'default'],
      ['new', 'icmp', 1000, 'mel'],
    ],
  );
  assert.deepEqual(loaded.sources, [
    'default',
    lower.name,
    upper.name,
    file,
    'environment VPC_CANARY_LOG_LEVEL',
    'flag --listen',
  ]);
  const origin = new Map(loaded.effective().map(({ path, source }) => [path, source]));
  assert.equal(origin.get('log.format'), `${lower.name}:3:29`);
  assert.equal(origin.get('log.level'), 'environment VPC_CANARY_LOG_LEVEL');
  assert.equal(origin.get('http.listen'), 'flag --listen');
  assert.equal(origin.get('targets[erp].every'), `${file}:5:25`);
  assert.equal(origin.get('targets[erp].tcp'), `${lower.name}:6:34`);
  assert.equal(origin.get('title'), `${upper.name}:1:11`);
});

test('every problem of every source at once, each at its place', async () => {
  const file = fileOf('titel: x\ntargets:\n  - { name: a, icmp: 224.0.0.1, every: 5 }\n');
  const problems = await bad({
    layers: [{ name: 'Parameter Store /vpc-canary/default', text: 'log: { level: loud }' }],
    file,
    environment: { VPC_CANARY_LOG_FROMAT: 'json', VPC_CANARY_HISTORY_MAX_BYTES: '1B' },
    settings: [{ source: 'flag --set', path: ['http', 'lisen'], text: 'x' }],
  });
  const places = problems.map((line) => line.slice(0, line.indexOf(': ')).replace(file, 'FILE'));
  assert.deepEqual(places.sort(), [
    'FILE:1:1',
    'FILE:3:22',
    'FILE:3:40',
    'Parameter Store /vpc-canary/default:1:15',
    'environment VPC_CANARY_HISTORY_MAX_BYTES',
    'environment VPC_CANARY_LOG_FROMAT',
    'flag --set',
  ]);
  assert.ok(problems.some((line) => line.includes('did you mean VPC_CANARY_LOG_FORMAT')));
  assert.ok(problems.some((line) => line.includes('did you mean http.listen')));
});

test('a wrong limit that many targets inherit is told once', async () => {
  const targets = Array.from({ length: 50 }, (_, i) => `  - { name: t${i}, icmp: 10.0.0.1 }`).join('\n');
  assert.equal((await bad({ file: fileOf(`thresholds: { clear: 5 }\ntargets:\n${targets}\n`) })).length, 1);
});

test('ten thousand targets load, and ten thousand wrong ones are all told', async () => {
  const lines = (every: string): string =>
    Array.from(
      { length: 10_000 },
      (_, i) => `  - { name: t${i}, site: s${i % 50}, icmp: 10.${i >> 8}.${i & 255}.1, every: ${every} }`,
    ).join('\n');
  const config = await good({ text: `targets:\n${lines('5s')}\n` });
  assert.equal(config.targets.length, 10_000);
  assert.equal(config.sites.length, 50);
  assert.equal(config.targets[9999]?.everyMs, 5000);
  assert.equal((await bad({ file: fileOf(`targets:\n${lines('5')}\n`) })).length, 10_000);
});

test('files that are no configuration', async () => {
  const cases: [string, string | Buffer, RegExp][] = [
    ['not UTF-8', Buffer.from([0x74, 0x3a, 0x20, 0xff, 0xfe]), /not UTF-8 text\. Fix: save it as UTF-8/],
    ['UTF-16', Buffer.from('\ufefftitle: a', 'utf16le'), /not UTF-8/],
    ['too large', Buffer.alloc(5 * 1024 * 1024, '#'), /larger than/],
  ];
  for (const [name, content, expected] of cases) {
    const [problem, ...more] = await bad({ file: fileOf(content) });
    assert.match(problem ?? '', expected, name);
    assert.deepEqual(more, [], name);
  }
  assert.equal((await good({ text: '\ufefftitle: with-a-byte-order-mark' })).title, 'with-a-byte-order-mark');
  assert.equal((await good({ text: 'title: a\r\nlog:\r\n  level: warn\r\n' })).log.level, 'warn');
});

test('a directory, a device, a named pipe and a circle of links are refused at once', async () => {
  const pipe = join(folder, 'pipe');
  execFileSync('sh', ['-c', 'mkfifo "$0"', pipe]);
  const circle = join(folder, 'circle');
  symlinkSync(circle, circle);
  for (const file of [folder, '/dev/zero', pipe, circle, join(folder, '1.yaml', 'x')]) {
    const problems = await bad({ file });
    assert.equal(problems.length, 1, file);
    assert.match(problems[0] ?? '', /Fix: /);
  }
});

test('an unreadable file says who may not read it', async (t) => {
  if (process.getuid?.() === 0) {
    // root reads everything, so ask as nobody
    const script = `import { loadConfig } from '${process.cwd()}/agent/config/load.ts';
      const r = await loadConfig({ file: process.argv[1], environment: {} }); console.log(r.ok ? '' : r.problems[0].text);`;
    const file = fileOf('title: a');
    chmodSync(file, 0o600);
    chmodSync(folder, 0o755);
    try {
      const said = execFileSync(process.execPath, ['--no-warnings', '--input-type=module', '-e', script, file], {
        uid: 65534,
        encoding: 'utf8',
      });
      assert.match(said, /may not be read by the user/);
    } catch (error) {
      t.skip(`cannot run as another user here: ${String(error).split('\n')[0]}`);
    }
    return;
  }
  const file = fileOf('title: a');
  chmodSync(file, 0o000);
  assert.match((await bad({ file }))[0] ?? '', /may not be read by the user/);
});

test('secrets are read from files and credentials, and shown nowhere', async () => {
  const credentials = join(folder, 'credentials');
  mkdirSync(credentials);
  writeFileSync(join(credentials, 'token'), 'hunter3');
  const password = join(folder, 'password');
  writeFileSync(password, 'hunter2\n', { mode: 0o600 });
  const file = fileOf(`
http: { auth: { basic: [{ user: prtg, password: "file:${password}" }], bearer: [credential:token] } }
targets:
  - { name: a, http: "https://intranet.corp.example/", headers: { Authorization: "file:${password}", X-Key: hunter4 } }
`);
  const loaded = await loadConfig({ file, environment: { CREDENTIALS_DIRECTORY: credentials } });
  assert.ok(loaded.ok);
  const { config } = loaded;
  assert.equal(config.http.auth?.basic[0]?.password.reveal(), 'hunter2');
  assert.equal(config.http.auth?.bearer[0]?.reveal(), 'hunter3');
  assert.ok(config.targets[0]?.kind === 'http');
  assert.deepEqual(config.targets[0].headers, { Authorization: 'hunter2', 'X-Key': 'hunter4' });
  assert.doesNotMatch(JSON.stringify(loaded.effective()), /hunter/);
  assert.match(JSON.stringify(loaded.effective()), /"prtg"/);
  assert.doesNotMatch(JSON.stringify(config.http), /hunter/);
  assert.deepEqual(loaded.warnings, []);
  chmodSync(password, 0o644);
  const open = await loadConfig({ file, environment: { CREDENTIALS_DIRECTORY: credentials } });
  assert.match(open.ok ? (open.warnings[0]?.fix ?? '') : '', /^chmod o-r /);
});

test('secrets that cannot be used', async () => {
  const secret = join(folder, 'secret');
  const file = fileOf(`http: { auth: { bearer: ["file:${secret}"] } }`);
  for (const [content, expected] of [
    ['', /empty/],
    ['\n', /empty/],
    ['a\nhunter2\n', /more than one line/],
    ['x'.repeat(70_000), /larger than/],
  ] as const) {
    writeFileSync(secret, content);
    const problems = await bad({ file });
    assert.equal(problems.length, 1);
    assert.match(problems[0] ?? '', expected);
    assert.doesNotMatch(problems[0] ?? '', /hunter2/);
  }
});

test('systemd says where the state goes, below every source of ours', async () => {
  const environment = { STATE_DIRECTORY: '/var/lib/vpc-canary:/var/lib/other' };
  assert.equal((await good({ text: '', environment })).state.directory, '/var/lib/vpc-canary');
  assert.equal((await good({ text: 'state: { directory: /srv }', environment })).state.directory, '/srv');
});

test('what is read of connections can be set, within bounds', async () => {
  const load = (text: string) =>
    loadConfig({ environment: {}, file: '/dev/null', settings: [{ source: 'flag', path: ['flows', 'every'], text }] });
  const good = await load('1s');
  assert.ok(good.ok);
  assert.equal(good.config.flows.everyMs, 1000);
  const bad = await load('500ms');
  assert.ok(!bad.ok);
  assert.match(bad.problems.map(formatProblem).join(), /flows\.every.*1s/);
});

test('a limit that is at odds with a default is at fault, not the default', async () => {
  for (const [name, text, fix] of [
    ['VPC_CANARY_VPC_THRESHOLDS_USAGE_DOWN', '2%', 'make down at least 80%, or degraded less'],
    ['VPC_CANARY_THRESHOLDS_LOSS_DOWN', '1%', 'make down at least 2%, or degraded less'],
  ] as const) {
    const loaded = await loadConfig({ environment: { [name]: text }, defaultFile: '/nonexistent/config.yaml' });
    assert.ok(!loaded.ok);
    const [problem] = loaded.problems;
    assert.deepEqual([problem?.origin.source, problem?.fix], [`environment ${name}`, fix]);
  }
});
