import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Cause, predicateOf, reasonOf } from '../../agent/verdict/cause.ts';

const noReply = { code: 'no-reply', kind: 'icmp', timeoutMs: 1000, text: null, lateRttMs: null } as const;

test('reasons read as rows of the page', () => {
  const rows: readonly (readonly [Cause, string])[] = [
    [noReply, 'no reply'],
    [{ ...noReply, kind: 'tcp' }, 'connect timed out'],
    [{ ...noReply, kind: 'http', timeoutMs: 5000 }, 'no answer within 5 s'],
    [
      { ...noReply, kind: 'http', text: 'connected, no answer to the request within 5 s' },
      'connected, no answer to the request within 5 s',
    ],
    [{ ...noReply, lateRttMs: 1412.6 }, 'replies come after 1.413 s, past the timeout of 1 s'],
    [
      { code: 'error', error: 'host-unreachable', text: 'host unreachable', from: '10.0.0.1' },
      'host unreachable, says 10.0.0.1',
    ],
    [{ code: 'error', error: 'refused', text: 'connection refused', from: null }, 'connection refused'],
    [{ code: 'loss', ratio: 0.031, limit: 0.02 }, 'loses 3.1 % (limit 2 %)'],
    [{ code: 'rtt', ms: 182.3, limitMs: 150 }, 'median RTT 182 ms (limit 150 ms)'],
    [{ code: 'jitter', ms: 12.34, limitMs: 10 }, 'jitter 12.3 ms (limit 10 ms)'],
    [
      { code: 'recovering', outageMs: 6000, clearMs: 30_000 },
      'answers again, was down 6.0 s; up after 30 s without trouble',
    ],
    [{ code: 'measuring', dueMs: 7600 }, 'measuring, first verdict in 8 s'],
    [{ code: 'measuring', dueMs: 0 }, 'measuring, first verdict with the next answer'],
    [{ code: 'local', local: 'no-route', text: 'x', label: '10.40.0.1' }, 'no route from this host to 10.40.0.1'],
    [
      { code: 'local', local: 'denied', text: 'x', label: '10.40.0.1' },
      "this host's firewall or policy forbids probes to 10.40.0.1",
    ],
    [
      { code: 'resolver', problem: 'erp does not resolve', address: '10.20.3.4' },
      'erp does not resolve; still probing 10.20.3.4',
    ],
  ];
  for (const [cause, text] of rows) assert.equal(reasonOf(cause).text, text);
});

test('reasons keep the codes that scripts look for', () => {
  assert.equal(reasonOf({ code: 'error', error: 'tls', text: 'certificate expired', from: null }).code, 'tls');
  assert.equal(reasonOf({ code: 'local', local: 'overload', text: '', label: '' }).code, 'overload');
  assert.equal(reasonOf({ ...noReply, lateRttMs: 1200 }).code, 'late');
});

test('predicates read as sentences', () => {
  const say = (cause: Cause, many = false): string => {
    const { verb, tail } = predicateOf(cause, many);
    return `X ${verb}${tail}`;
  };
  assert.equal(say(noReply), 'X does not answer');
  assert.equal(say(noReply, true), 'X is unreachable');
  assert.equal(say({ code: 'loss', ratio: 0.031, limit: 0.02 }), 'X loses 3.1 % (limit 2 %)');
  assert.equal(
    say({ code: 'error', error: 'refused', text: 'connection refused', from: null }),
    'X refuses connections',
  );
  assert.equal(
    say({
      code: 'error',
      error: 'admin-prohibited',
      text: 'communication administratively prohibited',
      from: '10.0.0.1',
    }),
    'X is unreachable: communication administratively prohibited, says 10.0.0.1',
  );
  assert.equal(
    say({ code: 'filtered', tcp: { flowsMovingData: 14, healthy: true }, answering: null }),
    'X answers no ping but its TCP is healthy (14 flows): filtered or rate-limited, not down',
  );
  assert.equal(
    say({ code: 'local', local: 'no-route', text: '', label: '10.40.0.1' }),
    'X cannot be measured: no route from this host to 10.40.0.1',
  );
});
