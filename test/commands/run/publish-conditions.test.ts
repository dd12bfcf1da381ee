import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AwsClass, AwsFailure } from '../../../agent/aws/errors.ts';
import { type PublishTrouble, publishConditions } from '../../../agent/commands/run/publish-conditions.ts';
import type { PublishView } from '../../../agent/verdict/snapshot.ts';
import { publishView } from '../../fakes/publish-view.ts';

const SPOOL = publishView().spool;
const QUIET: PublishTrouble = { fault: null, clockOffMs: 0, failure: null, now: 0 };

function conditions(over: Partial<PublishView> = {}, trouble: Partial<PublishTrouble> = {}): string[] {
  return publishConditions(publishView(over), { ...QUIET, ...trouble }).map(
    ({ code, severity, text, remedy }) => `${severity} ${code}: ${text} | ${remedy ?? ''}`,
  );
}

const failed = (kind: AwsClass): Partial<PublishTrouble> => {
  const failure: AwsFailure = { class: kind, code: 'X', status: null, text: 'it says no', remedy: 'do this' };
  return { failure };
};

test('all well: nothing is said', () => {
  assert.deepEqual(conditions({ lastAcceptedAt: 1 }), []);
});

test('a failure says what waits and where; it is an error where only a person can help', () => {
  assert.deepEqual(conditions({ spool: { ...SPOOL, waiting: 1234 } }, failed('transient')), [
    'warning publish-failing: Nothing reaches CloudWatch: it says no; 1,234 batches wait on disk and go out later. | do this',
  ]);
  const severities = (['throttled', 'clock', 'too-large', 'denied', 'credentials', 'invalid'] as const).map(
    (kind) => conditions({}, failed(kind))[0]?.split(' ')[0],
  );
  assert.deepEqual(severities, ['warning', 'warning', 'warning', 'error', 'error', 'error']);
  const [inMemory] = conditions({ spool: { ...SPOOL, mode: 'memory', waiting: 1 } }, failed('transient'));
  assert.match(inMemory ?? '', /1 batch waits in memory and goes out later/);
});

test('how long the spool still has room: until it is full or what waits is too old for CloudWatch', () => {
  const hour = 3_600_000;
  const room = (hours: number, bytes: number, mode: 'disk' | 'memory' = 'disk'): string => {
    const spool = { ...SPOOL, mode, waiting: 1132, oldest: 0, bytes };
    return conditions({ spool }, { ...failed('transient'), now: hours * hour }).join();
  };
  assert.match(room(8, 1_000_000), /1,132 batches wait on disk and go out later, room for 13 d more\./);
  assert.match(room(8, 32_000_000), /, room for 8 h more\./);
  assert.match(room(300, 60_000_000), /, room for 20 h more\./);
  assert.doesNotMatch(room(0.1, 1_000_000), /room/, 'a pace of minutes is none');
  assert.doesNotMatch(room(8, 1_000_000, 'memory'), /room/);
});

test('a disk that takes nothing: full and forbidden have remedies of their own', () => {
  assert.match(
    conditions({}, { fault: 'ENOSPC' }).join(),
    /cannot be written \(ENOSPC\): data .* wait in memory, for two hours at most\. \| free space/,
  );
  assert.match(conditions({}, { fault: 'EACCES' }).join(), /writable for the agent's user/);
});

test('what was lost is counted, each kind with its cause', () => {
  assert.match(
    conditions({ spool: { ...SPOOL, dropped: 3 } }).join(),
    /3 batches .* dropped unsent.*raise publish\.spool\.maxBytes, now 61\.0 MiB/,
  );
  assert.match(conditions({ spool: { ...SPOOL, expired: 2 } }).join(), /2 batches .* two weeks old at most/);
  assert.match(conditions({ spool: { ...SPOOL, damaged: 1 } }).join(), /1 place of the spool could not be read/);
});

test('refused series are named, the first three of them', () => {
  const refused = ['a', 'b', 'c', 'd', 'e'].map((series) => ({ series, text: 'bad value' }));
  assert.match(conditions({ refused }).join(), /refuses a; b; c and 2 more: bad value\./);
});

test('folded targets say what folds them and what more would cost', () => {
  assert.match(conditions({ folded: 12 }).join(), /12 targets are published together as Other.*vpc-canary cost/);
});

test('a clock that is off: which way, by how much', () => {
  assert.match(conditions({}, { clockOffMs: 3_600_000 }).join(), /clock is 1 h behind AWS's/);
  assert.match(conditions({}, { clockOffMs: -3_600_000 }).join(), /clock is 1 h ahead of AWS's/);
});
