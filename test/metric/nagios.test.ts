import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_LIMIT_PAIR, parseLimits, renderNagios } from '../../agent/metric/nagios.ts';
import { sentence } from '../../agent/verdict/sentence.ts';
import { incident, site, snapshot, target } from '../fakes/small-snapshot.ts';

const ALL = { site: null, target: null };
const PERFDATUM = /^'((?:[^'=|]|'')+)'=(?:U|-?[\d.]+(?:ms|%)?)(?:;[\d.]*){0,4}$/;

/** Splits output as Nagios does: text, perfdata, further lines. */
function read(output: string) {
  const [first = '', ...lines] = output.split('\n');
  const [text = '', perfdata = '', ...more] = first.split('|');
  assert.deepEqual(more, [], 'one | only');
  for (const line of lines) assert.doesNotMatch(line, /\|/);
  const data = [...perfdata.trim().matchAll(/'(?:[^']|'')+'=\S+/g)].map(([datum]) => datum);
  for (const datum of data) assert.match(datum, PERFDATUM);
  assert.equal(data.join(' '), perfdata.trim());
  return { text: text.trim(), data, lines };
}

test('down is CRITICAL with the verdict, perfdata by site, the targets below', () => {
  const { code, output } = renderNagios(incident(), ALL, NO_LIMIT_PAIR);
  const { text, data, lines } = read(output);
  assert.equal(code, 2);
  assert.equal(text, `VPC-CANARY CRITICAL - ${sentence(incident().verdict, incident().at)}`);
  assert.ok(data.includes("'mel-dc2 rtt'=U;;;0;"), data.join(' '));
  assert.ok(data.includes("'mel-dc2 loss'=100%;;;0;100"));
  assert.ok(data.includes("'syd-dc1 rtt'=4.21ms;;;0;"));
  assert.ok(data.includes("'down'=2;;;0"));
  assert.deepEqual(lines, [
    'mel-dc2/mel-core (10.20.0.1): down, no reply to 10 probes',
    'mel-dc2/mel-dns (10.20.0.1): down, no reply to 10 probes',
    'syd-dc1/erp (erp.corp.example:443): degraded, loses 3.1 % (limit 2 %)',
  ]);
});

test('each state has its code', () => {
  for (const [state, code] of [
    ['up', 0],
    ['degraded', 1],
    ['down', 2],
    ['unknown', 3],
  ] as const) {
    const view = target('t', 's', { state });
    const shot = snapshot([[site('s', [view], { state }), [view]]]);
    assert.equal(renderNagios(shot, { site: null, target: 't' }, NO_LIMIT_PAIR).code, code);
    assert.equal(renderNagios(shot, { site: 's', target: null }, NO_LIMIT_PAIR).code, code);
  }
});

test('limits of the caller make it worse, never better', () => {
  const names = { site: null, target: 'syd-core' };
  const none = { rttMs: null, lossRatio: null };
  const warn = { warning: { rttMs: 4, lossRatio: null }, critical: none };
  const warned = renderNagios(incident(), names, warn);
  assert.equal(warned.code, 1);
  assert.match(warned.output, /syd-core: RTT 4\.21 ms \(limit 4 ms\)\./);
  assert.ok(read(warned.output).data.includes("'syd-core rtt'=4.21ms;4;;0;"));
  assert.equal(renderNagios(incident(), names, { ...warn, critical: { rttMs: 4.2, lossRatio: null } }).code, 2);
  assert.equal(renderNagios(incident(), names, { ...warn, warning: { rttMs: 5, lossRatio: 0 } }).code, 0);
  const loss = { warning: none, critical: { rttMs: null, lossRatio: 0.03 } };
  assert.equal(renderNagios(incident(), { site: null, target: 'erp' }, loss).code, 2);
  const mild = { warning: { rttMs: 9999, lossRatio: 1 }, critical: none };
  assert.equal(renderNagios(incident(), ALL, mild).code, 2, 'what the agent calls down stays CRITICAL');
});

test('an unknown name is UNKNOWN', () => {
  const { code, output } = renderNagios(incident(), { site: 'x', target: null }, NO_LIMIT_PAIR);
  assert.equal(code, 3);
  assert.equal(output, 'VPC-CANARY UNKNOWN - There is no site "x". Sites: mel-dc2, syd-dc1.');
});

test('names that would break the format, and more targets than fit', () => {
  const odd = target("it's | a=b\nc", 's', { state: 'degraded' });
  read(renderNagios(snapshot([[site('s', [odd]), [odd]]]), { site: 's', target: null }, NO_LIMIT_PAIR).output);
  const views = Array.from({ length: 500 }, (_, i) => target(`target-${i}`, 's', { state: 'down' }));
  const { output } = renderNagios(snapshot([[site('s', views), views]]), { site: 's', target: null }, NO_LIMIT_PAIR);
  assert.ok(Buffer.byteLength(output) < 8192, `${Buffer.byteLength(output)} bytes`);
  assert.match(output, /\nand 480 more$/);
});

test('limits are read as check_ping writes them', () => {
  assert.deepEqual(parseLimits('100,20%'), { rttMs: 100, lossRatio: 0.2 });
  assert.deepEqual(parseLimits('100.5ms'), { rttMs: 100.5, lossRatio: null });
  assert.deepEqual(parseLimits('0%'), { rttMs: null, lossRatio: 0 });
  for (const wrong of ['', ',', '%', '100,', '100%20', '200%', '-1', 'a', '20%,100']) {
    assert.equal(parseLimits(wrong), null, wrong);
  }
});
