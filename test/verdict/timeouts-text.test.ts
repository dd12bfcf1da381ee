import assert from 'node:assert/strict';
import { test } from 'node:test';
import { timeoutsText } from '../../agent/verdict/timeouts-text.ts';

test('unknown timeouts have their reason, known ones need no word', () => {
  assert.equal(timeoutsText({ source: 'tcp_info', reason: null, unknown: 0 }), null);
  assert.equal(timeoutsText({ source: 'bpf', reason: null, unknown: 0 }), null);
  assert.equal(timeoutsText({ source: null, reason: null, unknown: 0 }), null);
  assert.match(
    timeoutsText({ source: null, reason: 'flows.rto is off', unknown: 0 }) ?? '',
    /6\.7 .*: flows\.rto is off\.$/,
  );
  assert.match(
    timeoutsText({ source: 'tcp_info', reason: 'no cgroup', unknown: 0 }) ?? '',
    /kernel’s own.*no cgroup\.$/,
  );
  assert.match(timeoutsText({ source: 'bpf', reason: null, unknown: 1 }) ?? '', /of 1 open connection are not known/);
});
