import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LiveLine } from '../../../agent/commands/run/live-line.ts';
import { allUp, melDown } from '../../fakes/snapshots.ts';

const CLEAR = '\r\u001b[2K';

function on(terminal: { readonly isTTY?: boolean; readonly columns?: number }) {
  const written: string[] = [];
  return { line: new LiveLine({ ...terminal, write: (text) => written.push(text) }), written };
}

test('one line with time, verdict and counts, written over itself, within the terminal', () => {
  const { line, written } = on({ isTTY: true, columns: 100 });
  line.show(allUp());
  line.show(melDown());
  assert.equal(written.length, 2);
  const serial = on({ isTTY: true, columns: 0 });
  serial.line.show(melDown());
  assert.equal(serial.written[0], written[1], 'a console that does not know its width is 80 wide');
  for (const text of written) {
    assert.ok(text.startsWith(CLEAR) && !text.includes('\n'));
    assert.ok(text.length - CLEAR.length <= 99, `${text.length}`);
  }
  assert.match(written[0] ?? '', /\d\d:\d\d:\d\d {2}.*13 up\]$/);
  assert.match(written[1] ?? '', / {2}mel-dc2 is unreachable since .* {2}\[4 down, 9 up\]$/);
});

test('log lines stand above it, and it ends with a line of its own', () => {
  const { line, written } = on({ isTTY: true, columns: 100 });
  line.above('first\n');
  line.show(allUp());
  line.above('second\n');
  line.end();
  line.show(allUp());
  line.end();
  line.end();
  assert.deepEqual([written[0], ...written.slice(2, 4)], ['first\n', CLEAR, 'second\n']);
  assert.deepEqual(written.slice(5), ['\n']);
});

test('off a terminal there is none, only what is logged', () => {
  const { line, written } = on({});
  line.show(melDown());
  line.above('a line\n');
  line.end();
  assert.deepEqual(written, ['a line\n']);
});
