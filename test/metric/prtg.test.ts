import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Ajv } from 'ajv';
import { LOOKUP, type PrtgAnswer, type PrtgChannel, prtgError, renderPrtg } from '../../agent/metric/prtg.ts';
import { sentence } from '../../agent/verdict/sentence.ts';
import type { Snapshot } from '../../agent/verdict/snapshot.ts';
import { agent, incident, site, snapshot, target } from '../fakes/small-snapshot.ts';

const ALL = { site: null, target: null };
const validate = new Ajv({ allErrors: true, strictTypes: false }).compile(
  JSON.parse(readFileSync('test/metric/prtg.schema.json', 'utf8')),
);

function valid(answer: PrtgAnswer): PrtgAnswer {
  assert.ok(validate(JSON.parse(JSON.stringify(answer))), JSON.stringify(validate.errors, null, 1));
  return answer;
}

function channels(answer: PrtgAnswer): Map<string, PrtgChannel> {
  valid(answer);
  assert.ok('result' in answer.prtg, JSON.stringify(answer));
  const map = new Map(answer.prtg.result.map((channel) => [channel.channel, channel]));
  assert.equal(map.size, answer.prtg.result.length, 'a channel name stands twice');
  return map;
}

/** Sites "s0", "s1", … of one target each. */
function many(count: number): Snapshot {
  return snapshot(
    Array.from({ length: count }, (_, i) => {
      const view = target(`t${i}`, `s${i}`);
      return [site(`s${i}`, [view]), [view]] as const;
    }),
  );
}

test('everything: state by lookup, counts, a site in three channels, the agent itself', () => {
  const answer = renderPrtg(incident(), ALL);
  const found = channels(answer);
  assert.deepEqual(found.get('State'), {
    channel: 'State',
    value: 2,
    unit: 'Custom',
    valuelookup: 'vpc-canary.state',
    limitmode: 0,
  });
  assert.equal(found.get('Targets down')?.value, 2);
  assert.equal(found.get('mel-dc2 state')?.value, 2);
  assert.equal(found.get('syd-dc1 RTT')?.value, '4.21');
  assert.equal(found.get('Agent memory')?.value, 61_000_000);
  assert.equal(found.get('Agent overload')?.value, 6);
});

test('the text is the verdict, in its very words', () => {
  const { verdict, at } = incident();
  const answer = renderPrtg(incident(), ALL);
  assert.equal(answer.prtg.text, sentence(verdict, at));
  assert.match(answer.prtg.text, /^mel-dc2 is unreachable since 03:02:17\.0, 12 min 5 s\.$/);
});

test('no reply is no RTT: the channel is left out of the scan, the loss is 100', () => {
  const found = channels(renderPrtg(incident(), { site: 'mel-dc2', target: null }));
  assert.equal(found.has('RTT'), false);
  assert.equal(found.get('Loss')?.value, '100');
  assert.equal(found.get('mel-core loss')?.value, '100');
  assert.equal(found.has('mel-core RTT'), false);
  assert.equal(found.get('mel-core state')?.value, LOOKUP.down);
});

test('a target: limits from its thresholds, with words', () => {
  const found = channels(renderPrtg(incident(), { site: null, target: 'syd-core' }));
  assert.deepEqual(found.get('RTT'), {
    channel: 'RTT',
    value: '4.21',
    float: 1,
    unit: 'Custom',
    customunit: 'ms',
    decimalmode: 'All',
    limitmode: 1,
    limitmaxwarning: 150,
    limitwarningmsg: 'RTT above 150 ms, where the target counts as degraded',
  });
  assert.equal(found.get('Loss')?.limitmaxwarning, 2);
  assert.equal(found.get('Loss')?.limitmaxerror, undefined, 'a limit of 100 % can never be exceeded');
  assert.equal(found.get('Outage')?.value, 0);
  assert.equal(channels(renderPrtg(incident(), { site: null, target: 'mel-core' })).get('Outage')?.value, 725);
});

test('the names of channels do not depend on states', () => {
  const names = (state: 'up' | 'degraded') => {
    const view = target('t', 's', { state });
    return [...channels(renderPrtg(snapshot([[site('s', [view], { state }), [view]]]), ALL)).keys()];
  };
  assert.deepEqual(names('up'), names('degraded'));
});

test('more sites only ever add channels at the end, and 50 is the most', () => {
  let before: string[] = [];
  for (let count = 1; count <= 60; count += 1) {
    const names = [...channels(renderPrtg(many(count), ALL)).keys()].filter((name) => !name.startsWith('Other'));
    assert.deepEqual(names.slice(0, before.length), before, `with ${count} sites`);
    before = names;
  }
});

test('what is folded is counted, and said', () => {
  const found = channels(renderPrtg(many(60), ALL));
  assert.equal(found.get('Other sites up')?.value, 48);
  assert.equal(found.get('Other sites down')?.value, 0);
  assert.match(
    renderPrtg(many(60), ALL).prtg.text,
    /first 12 of 60 sites .* other 48 are counted: use \/prtg\?site=NAME/,
  );
  const views = Array.from({ length: 40 }, (_, i) => target(`t${i}`, 's', i === 39 ? { state: 'down' } : {}));
  const folded = channels(renderPrtg(snapshot([[site('s', views), views]]), { site: 's', target: null }));
  assert.equal(folded.get('Other targets down')?.value, 1);
});

test('with every detail there is, a target stays under 50 channels', () => {
  const phases = { resolveMs: 2, connectMs: 10, tlsMs: 5, firstByteMs: 30, wholeMs: 42.5 };
  const view = target('t', 's', { detail: { http: { phases, status: 200, certificateDaysLeft: 30.9 } } });
  const found = channels(renderPrtg(snapshot([[site('s', [view]), [view]]]), { site: 's', target: 't' }));
  assert.equal(found.get('Certificate days left')?.value, 30);
  assert.equal(found.get('HTTP status')?.value, 200);
});

test('small and large numbers have a decimal point and no exponent', () => {
  for (const [p50, text] of [
    [0.000_000_1, '0'],
    [0.021, '0.021'],
    [1234.5678, '1234.568'],
  ] as const) {
    const view = target('t', 's', { p50 });
    const found = channels(renderPrtg(snapshot([[site('s', [view]), [view]]]), { site: null, target: 't' }));
    assert.equal(found.get('RTT')?.value, text);
  }
});

test('the first minute has no CPU figure, and a name may be anything', () => {
  const usage = { rssBytes: 1, anonymousBytes: null, cpu: null, loopDelayMs: null };
  const name = '<script>"\'&# ünï 😀';
  const view = target(name, name);
  const shot = snapshot([[site(name, [view]), [view]]], { agent: agent({ usage }) });
  assert.equal(channels(renderPrtg(shot, ALL)).has('Agent CPU'), false);
  assert.ok(channels(renderPrtg(shot, { site: name, target: null })).has(`${name} state`));
});

test('a name that is not there is an error that lists the names', () => {
  const wrong = valid(renderPrtg(incident(), { site: 'mel', target: null }));
  assert.deepEqual(wrong, { prtg: { error: 1, text: 'There is no site "mel". Sites: mel-dc2, syd-dc1.' } });
  const other = valid(renderPrtg(incident(), { site: 'mel-dc2', target: 'syd-core' }));
  assert.match(other.prtg.text, /"syd-core" stands in the site "syd-dc1", not in "mel-dc2"/);
  assert.match(valid(renderPrtg(many(30), { site: null, target: 'x' })).prtg.text, /t19 and 10 more\.$/);
});

test('texts are cut at 2000 characters', () => {
  assert.equal(prtgError('x'.repeat(3000)).prtg.text.length, 2000);
  const reasons = [{ code: 'c', text: 'y'.repeat(3000) }];
  const view = target('t', 's', { state: 'degraded', reasons });
  valid(renderPrtg(snapshot([[site('s', [view]), [view]]]), { site: null, target: 't' }));
});

test('the lookup file has our states and values', () => {
  const file = readFileSync('packaging/prtg/vpc-canary.state.ovl', 'utf8');
  const found = [...file.matchAll(/<SingleInt state="(\w+)" value="(\d)">(\w+)<\/SingleInt>/g)];
  assert.deepEqual(
    found.map(([, state, value, word]) => [word?.toLowerCase(), Number(value), state]),
    [
      ['up', LOOKUP.up, 'Ok'],
      ['degraded', LOOKUP.degraded, 'Warning'],
      ['down', LOOKUP.down, 'Error'],
      ['unknown', LOOKUP.unknown, 'Warning'],
    ],
  );
  assert.match(file, /<ValueLookup id="vpc-canary\.state" /);
});

test('how many alarms are on, in a channel that keeps its place', () => {
  const shot = incident();
  assert.equal(channels(renderPrtg(shot, ALL)).has('Alarms'), false);
  const alarms = { counts: { OK: 3, ALARM: 2, INSUFFICIENT_DATA: 0 }, active: [] };
  assert.equal(channels(renderPrtg({ ...shot, alarms }, ALL)).get('Alarms')?.value, 2);
  const names = [...channels(renderPrtg({ ...many(40), alarms }, ALL)).keys()];
  assert.ok(names.length <= 50);
  assert.deepEqual(
    names.filter((name) => name !== 'Alarms'),
    [...channels(renderPrtg(many(40), ALL)).keys()],
  );
});
