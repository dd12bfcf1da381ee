import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noteOf } from '../../agent/flow/processes.ts';

test('why an owner is not told, with what would tell it', () => {
  const search = { open: 3, found: 3, owned: 3, denied: 7, hidden: true };
  assert.equal(noteOf(search), null, 'all are told');
  assert.match(noteOf({ ...search, owned: 1 }) ?? '', /hidepid.*root/);
  assert.match(noteOf({ ...search, owned: 1, hidden: false }) ?? '', /may not be looked into: run it as root/);
  assert.match(noteOf({ ...search, owned: 1, hidden: false, denied: 0 }) ?? '', /container/);
  assert.match(noteOf({ ...search, found: 0, owned: 0 }) ?? '', /network namespace/);
  assert.equal(noteOf({ ...search, open: 0, found: 0, owned: 0 }), null);
});
