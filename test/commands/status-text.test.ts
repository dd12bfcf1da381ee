import assert from 'node:assert/strict';
import { test } from 'node:test';
import { statusText } from '../../agent/commands/status-text.ts';
import { agent, incident, site, snapshot, target } from '../fakes/small-snapshot.ts';
import { hostileNames, manyTroubles, overload } from '../fakes/snapshots.ts';

const PLAIN = { color: false, width: 100 };

test('the verdict first, then what is not up with its reason, then the agent', () => {
  assert.equal(
    statusText(incident(), 0, PLAIN),
    `■ mel-dc2 is unreachable since 03:02:17.0, 12 min 5 s.
  Fault at      link or site
  Not at fault  This host
  Also          ▲ erp loses 3.1 % (limit 2 %)

NOT UP                  SINCE       WHY
■ mel-dc2     down      03:02:17.0  critical site; no target answers
  ■ mel-core  down      02:14:22.0  icmp 10.20.0.1: no reply to 10 probes; was 4.21 ms
  ■ mel-dns   down      02:14:22.0  icmp 10.20.0.1: no reply to 10 probes; was 4.21 ms
● syd-dc1     up        02:14:22    1 of 2 targets not up
  ▲ erp       degraded  02:14:22    tcp erp.corp.example:443: loses 3.1 % (limit 2 %); 4.21 ms

vpc-canary 0.1.0 on ip-10-0-1-5, prod-syd, vpc-0abc, ap-southeast-2a · running 2 h · raw sockets,
  timed by the kernel · 58.2 MiB · CPU 0.4 % · verdict of 03:14:22 UTC
`,
  );
});

test('all well: one line a site', () => {
  const view = target('t', 's');
  const text = statusText(snapshot([[site('s', [view]), [view]]]), 0, PLAIN);
  assert.match(
    text,
    /^● All 1 targets answer, for 1 h\.\n\nUP +RTT +LOSS +FOR\n● s +1 target +4\.21 ms +0 % +1 h\n\nvpc-canary/,
  );
  assert.doesNotMatch(text, /NOT UP/);
});

test('no line is wider than the terminal, and nothing is cut off', () => {
  for (const width of [60, 80, 132]) {
    const text = statusText(incident(), 0, { color: false, width });
    for (const line of text.split('\n')) assert.ok([...line].length <= width, `${width}: ${line}`);
    const words = text.replace(/\s+/g, ' ');
    assert.match(words, /loses 3\.1 % \(limit 2 %\); 4\.21 ms/);
    assert.doesNotMatch(text, /^ *(min|ms|%|s)\b/m, 'a number keeps its unit');
  }
});

test('colours only when asked for, and the words are the same', () => {
  const colored = statusText(incident(), 0, { ...PLAIN, color: true });
  assert.ok(colored.includes('\x1b[1;31m■ mel-dc2 is unreachable'));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: terminal colours
  assert.equal(colored.replace(/\x1b\[[\d;]*m/g, ''), statusText(incident(), 0, PLAIN));
  assert.ok(!statusText(incident(), 0, PLAIN).includes('\x1b'));
});

test('control characters from afar do not reach the terminal', () => {
  const evil = 'x\x1b]0;owned\x07\r\n\x9b2J\u202e';
  const view = target(evil, evil, { state: 'degraded', label: evil, reasons: [{ code: 'c', text: evil }] });
  const shot = snapshot([[site(evil, [view]), [view]]], {
    verdict: { ...snapshot([]).verdict, headline: evil },
    agent: agent({ notices: [{ code: 'n', severity: 'error', text: evil, remedy: evil, since: 0 }], title: evil }),
  });
  const text = statusText(shot, 0, PLAIN);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
  assert.doesNotMatch(text, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
});

test('an old verdict, notices and a refused configuration are said', () => {
  const config = { sources: [], loadedAt: 0, ok: false, problems: ['targets[0].every: "1x"'], reloads: 1 };
  const notices = [{ code: 'n', severity: 'warning', text: 'no raw socket', remedy: 'run setcap', since: 0 }] as const;
  const view = target('t', 's');
  const shot = snapshot([[site('s', [view]), [view]]], { agent: agent({ config, notices }) });
  const text = statusText(shot, 42_000, PLAIN);
  assert.match(text, /^! This verdict is 42 s old/m);
  assert.match(text, /^! Refused configuration: targets\[0\]\.every: "1x"$/m);
  assert.match(text, /^! no raw socket\. To do: run setcap\.$/m);
  assert.doesNotMatch(statusText(shot, 2000, PLAIN), /old/);
  assert.doesNotMatch(statusText(shot, null, PLAIN), /old/);
});

test('a thousand targets down are counted, not listed', () => {
  const views = Array.from({ length: 1000 }, (_, i) => target(`t${i}`, 's', { state: 'down' }));
  const text = statusText(snapshot([[site('s', views, { state: 'down' }), views]]), 0, PLAIN);
  assert.match(text, / and 980 more +see --json or the page\n/);
  assert.ok(text.split('\n').length < 40);
});

test('nothing configured, nothing known', () => {
  const view = target('t', 's', { state: 'unknown', p50: null, lastKnownRttMs: null });
  const quiet = { ...view, last10s: { ...view.last10s, lossRatio: null }, last60s: { ...view.last60s, sent: 0 } };
  const text = statusText(snapshot([[site('s', [quiet], { state: 'unknown', bestRttMs: null }), [quiet]]]), 0, PLAIN);
  assert.match(text, /◌ t +unknown +\S+ +icmp 10\.20\.0\.1$/m);
  assert.doesNotMatch(text, /null|NaN|undefined/);
  assert.match(statusText(snapshot([]), 0, PLAIN), /^● All 0 targets/);
});

test('what holds for all is said once; further troubles name their subject; long names are shortened', () => {
  const text = statusText(overload(), 0, PLAIN);
  assert.equal(text.match(/sends were late/g)?.length, 1);
  assert.match(statusText(manyTroubles(), 0, PLAIN), / {2}Also +▲ akl-gw loses \d/);
  const long = statusText(hostileNames(), 0, PLAIN);
  for (const line of long.split('\n')) assert.ok([...line].length <= 100, line);
});

test('where events go, and how many wait', () => {
  const events = {
    bus: 'default',
    region: 'ap-southeast-2',
    accepted: 1,
    lastAcceptedAt: null,
    waiting: 3,
    mode: 'disk',
    error: null,
  } as const;
  const view = incident();
  const text = statusText({ ...view, agent: { ...view.agent, events } }, 0, { color: false, width: 300 });
  assert.match(text, / · EventBridge default in ap-southeast-2: 1 event sent, 3 events waiting · /);
});
