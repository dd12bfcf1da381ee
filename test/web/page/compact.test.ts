import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compact } from '../../../agent/web/page/compact.ts';

test('comment lines and indentation go, code with a comment beside it stays', () => {
  const source = `
  /** about a
   *  b */
  const a = 1; // kept: it is not alone
    /* alone */
  /** @type {x} */ b: null,
  // gone

  c /* within */ d
  `;
  assert.equal(compact(source), 'const a = 1; // kept: it is not alone\n/** @type {x} */ b: null,\nc /* within */ d');
});
