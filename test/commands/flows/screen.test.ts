import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onTerminal, terminalSkip } from '../terminal.ts';

test('the live view: keys sort, q ends it, the last figures stay; also where the terminal does not know its size', {
  skip: terminalSkip,
}, async (t) => {
  const flows = onTerminal(t, 'flows', '--local');
  await flows.type(/connections open[\s\S]*q quit/, 'b');
  await flows.type(/connections open/, 'q');
  assert.equal(await flows.exit(), 0);
  const [, left = ''] = flows.screen().split('\x1b[?1049l');
  assert.match(left, /connections open/);
  assert.ok(
    left.split('\r\n').every((line) => line.length <= 80),
    left,
  );
});
