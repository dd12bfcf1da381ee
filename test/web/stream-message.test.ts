import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Snapshot } from '../../agent/verdict/snapshot.ts';
import { COLUMNS, fullMessage, structureOf, tickMessage } from '../../agent/web/stream-message.ts';
import { AT, incident, site, snapshot, statistics, target } from '../fakes/small-snapshot.ts';

/** One site "s" with two targets, the second as given. */
function two(over: Parameters<typeof target>[2] = {}, more: Partial<Snapshot> = {}): Snapshot {
  const views = [target('a', 's'), target('b', 's', over)];
  return snapshot([[site('s', views), views]], more);
}
const full = (shot: Snapshot, sentence = 'All is well.') => fullMessage(shot, sentence);

test('a full message has every row, in the order of its columns', () => {
  const message = full(incident(), 'mel-dc2 is unreachable.');
  const row = Object.fromEntries(COLUMNS.targets.map((name, i) => [name, message.targets[0]?.[i]]));
  assert.deepEqual(row, {
    name: 'mel-core',
    state: 'down',
    since: AT - 3_600_000,
    nowRttMs: null,
    p50Ms: null,
    p95Ms: null,
    lossRatio: 1,
    address: '10.20.0.1',
    reason: 'no reply to 10 probes',
  });
  assert.equal(message.targets.length, 4);
  assert.deepEqual(message.sites[0]?.slice(0, 2), ['mel-dc2', 'down']);
  assert.equal(message.events[0]?.subject, 'mel-dc2');
  assert.equal(message.columns, COLUMNS);
});

test('a quiet second is its time and nothing else', () => {
  const tick = tickMessage(full(two()), full({ ...two(), sequence: 18, at: AT + 1000 }));
  assert.deepEqual(Object.keys(tick), ['sequence', 'at', 'structure']);
  assert.ok(JSON.stringify(tick).length < 100);
});

test('a tick has the rows that changed', () => {
  const after = two({ last10s: statistics({ lossRatio: 0.1 }) });
  const tick = tickMessage(full(two()), full(after));
  assert.deepEqual(
    tick.targets?.map(([name, , , , , , loss]) => [name, loss]),
    [['b', 0.1]],
  );
  assert.equal(tick.sites, undefined);
});

test('noise below what a page shows is no change', () => {
  const tick = tickMessage(full(two()), full(two({ last10s: statistics({ p50: 4.210_000_1 }) })));
  assert.equal(tick.targets, undefined);
});

test('sentence, counts, notices and new events come when they change', () => {
  const before = two();
  const [event] = incident().events;
  assert.ok(event);
  const notice = { code: 'x', severity: 'info', text: 't', remedy: null, since: AT } as const;
  const after = { ...two({ state: 'degraded' }), events: [event], agent: { ...before.agent, notices: [notice] } };
  const tick = tickMessage(full(before), full(after, 'b is degraded.'));
  assert.equal(tick.sentence, 'b is degraded.');
  assert.equal(tick.counts?.degraded, 1);
  assert.deepEqual(tick.notices, [notice]);
  assert.deepEqual(tick.events, [event]);
  assert.equal(tickMessage(full(after), full(after)).events, undefined, 'an event is new once');
});

test('the structure changes with states, rows, verdict and notices, but not with numbers', () => {
  const base = structureOf(two());
  assert.equal(structureOf(two({ last10s: statistics({ p50: 99 }), last60s: statistics({ lossRatio: 0.5 }) })), base);
  assert.equal(structureOf({ ...two(), sequence: 99, at: AT + 99_000 }), base);
  const one = [target('a', 's')];
  const shapes = [
    two({ state: 'down' }),
    two({ since: AT }),
    snapshot([[site('s', one), one]]),
    { ...two(), verdict: { ...two().verdict, headline: 'else' } },
    two({}, { events: incident().events }),
  ];
  for (const shape of shapes) assert.notEqual(structureOf(shape), base);
});
