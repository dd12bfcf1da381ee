import assert from 'node:assert/strict';
import { test } from 'node:test';
import { format, inspect } from 'node:util';
import { Secret } from '../../agent/config/secret.ts';

test('a secret shows itself in no form of text', () => {
  const held = { password: new Secret('hunter2') };
  const shown = [
    JSON.stringify(held),
    inspect(held, { depth: 9, showHidden: true }),
    format('%s %o %j', held.password, held, held),
    `${held.password}`,
    JSON.stringify(structuredClone({ ...held.password })),
  ];
  for (const text of shown) assert.doesNotMatch(text, /hunter2/);
  assert.equal(held.password.reveal(), 'hunter2');
});
