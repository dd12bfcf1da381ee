/** `health` as a process of its own, against a real server. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Snapshot } from '../../agent/verdict/snapshot.ts';
import { incident } from '../fakes/small-snapshot.ts';
import { fakeSources } from '../fakes/web-sources.ts';
import { serve } from '../web/client.ts';
import { cli } from './cli.ts';

/** The incident as if it were now: the critical site mel-dc2 is down. */
const today = (): Snapshot => ({ ...incident(), at: Date.now() });

/** As it was before: all up. */
function before(): Snapshot {
  const shot = today();
  return {
    ...shot,
    verdict: { ...shot.verdict, state: 'up' },
    sites: shot.sites.map((site) => ({ ...site, state: 'up' as const, reasons: [] })),
    targets: shot.targets.map((target) => ({ ...target, state: 'up' as const, reasons: [] })),
  };
}

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'canary-cli-'));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

test('it says what /healthz says; fail is exit 1', async (t) => {
  const { url } = await serve(t, fakeSources(today()));
  const { code, stdout, stderr } = await cli(['health', '--url', url]);
  assert.deepEqual([code, stdout], [1, '']);
  assert.match(stderr, /^fail, version /m);
  const json = await cli(['health', '--json', '--url', url]);
  assert.equal(json.code, 1);
  assert.equal((JSON.parse(json.stdout) as { status: string }).status, 'fail');
});

test('what was down before the update does not count, what went down since does', async (t) => {
  const file = join(folder(t), 'before.json');
  const shot = today();
  const { url } = await serve(t, fakeSources(shot));
  const compare = () => cli(['health', '--url', url, '--not-worse-than', file, '--expect-version', shot.agent.version]);
  writeFileSync(file, (await cli(['health', '--json', '--url', url])).stdout);
  const same = await compare();
  assert.deepEqual([same.code, same.stderr], [0, '']);
  assert.match(same.stdout, /^fail, version /);
  const well = await serve(t, fakeSources(before()));
  writeFileSync(file, (await cli(['health', '--json', '--url', well.url])).stdout);
  const worse = await compare();
  assert.equal(worse.code, 1);
  assert.match(worse.stderr, /^vpc-canary: .*mel-dc2 was up, is down/);
});

test('another version is not what was asked for; --wait waits for the right one', async (t) => {
  const shot = before();
  const sources = fakeSources(shot);
  let version = '0.0.0';
  const { url } = await serve(t, {
    ...sources,
    snapshot: () => ({ ...shot, at: Date.now(), agent: { ...shot.agent, version } }),
  });
  const ask = (...more: string[]) => cli(['health', '--url', url, '--expect-version', '1.4.0', ...more]);
  const wrong = await ask();
  assert.deepEqual([wrong.code, wrong.stdout], [1, '']);
  assert.match(wrong.stderr, /version 0\.0\.0 answers, not 1\.4\.0/);
  const waiting = ask('--wait', '60');
  await new Promise((resolve) => setTimeout(resolve, 2500));
  version = '1.4.0';
  const { code, stdout } = await waiting;
  assert.equal(code, 0);
  assert.match(stdout, /^(pass|warn), version 1\.4\.0: /);
});

test('the agent of this host is found by its configuration: address and password', async (t) => {
  const auth = { basic: [{ user: 'noc', password: 's3cret' }], bearer: [] };
  const { url } = await serve(t, fakeSources(before()), { auth });
  const path = folder(t);
  writeFileSync(join(path, 'password'), 's3cret\n', { mode: 0o600 });
  const config = (listen: string): string => {
    const file = join(path, 'config.yaml');
    const reference = `file:${join(path, 'password')}`;
    writeFileSync(file, `http: { listen: "${listen}", auth: { basic: [{ user: noc, password: "${reference}" }] } }\n`);
    return file;
  };
  const found = await cli(['health', '--config', config(`0.0.0.0:${new URL(url).port}`)]);
  assert.deepEqual([found.code, found.stderr], [0, '']);
  const nobody = await cli(['health', '--config', config('127.0.0.1:9')]);
  assert.equal(nobody.code, 69);
  const denied = await cli(['health', '--url', url]);
  assert.equal(denied.code, 77);
  writeFileSync(join(path, 'config.yaml'), 'sites: 5\n');
  const broken = await cli(['health', '--config', join(path, 'config.yaml')]);
  assert.equal(broken.code, 78);
  assert.match(broken.stderr, /sites/);
});

test('wrong usage is 64', async (t) => {
  const path = folder(t);
  writeFileSync(join(path, 'odd.json'), '{"a":1}');
  for (const wrong of [
    ['--wait', 'long'],
    ['--not-worse-than', join(path, 'none.json')],
    ['--not-worse-than', join(path, 'odd.json')],
    ['--expect'],
  ]) {
    assert.equal((await cli(['health', ...wrong])).code, 64, wrong.join(' '));
  }
});
