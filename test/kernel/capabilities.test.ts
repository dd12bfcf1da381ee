import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeCapabilities, effectiveCapabilities } from '../../agent/kernel/capabilities.ts';

test('masks of /proc/PID/status are read bit by bit', () => {
  assert.deepEqual(decodeCapabilities('0000000000000000'), []);
  assert.deepEqual(decodeCapabilities('0000000000002000'), ['CAP_NET_RAW']);
  assert.deepEqual(decodeCapabilities('0000008000003000'), ['CAP_NET_ADMIN', 'CAP_NET_RAW', 'CAP_BPF']);
  const all = decodeCapabilities('000001ffffffffff');
  assert.equal(all.length, 41);
  assert.equal(all.at(-1), 'CAP_CHECKPOINT_RESTORE');
  assert.deepEqual(decodeCapabilities('0000020000000000'), ['CAP_41']);
});

test('this process has a list', () => {
  const own = effectiveCapabilities();
  assert.ok(own !== null);
  if (process.getuid?.() !== 0) return;
  assert.ok(own.every((name) => name.startsWith('CAP_')));
});
