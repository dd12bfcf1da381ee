import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { controlSpace, findControl, putControl } from '../../agent/kernel/control-message.ts';

test('messages written one after the other are found by level and type', () => {
  const view = new DataView(new ArrayBuffer(256));
  let at = 8;
  for (const [level, type, length] of [
    [1, 37, 48],
    [0, 2, 4],
    [41, 50, 20],
  ] as const) {
    view.setUint8(putControl(view, at, level, type, length), type);
    at += controlSpace(length);
  }
  assert.deepEqual([controlSpace(4), controlSpace(20), controlSpace(48)], [24, 40, 64]);
  for (const [level, type] of [
    [1, 37],
    [0, 2],
    [41, 50],
  ] as const) {
    assert.equal(view.getUint8(findControl(view, 8, at - 8, level, type)), type);
  }
  assert.equal(findControl(view, 8, at - 8, 1, 2), -1);
  assert.equal(findControl(view, 8, 40, 0, 2), -1, 'beyond what was received');
});

test('nonsense is searched to its end, never beyond', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 0, maxLength: 100 }), (noise) => {
      const view = new DataView(noise.buffer, noise.byteOffset, noise.byteLength);
      const found = findControl(view, 0, noise.length, noise[8] ?? 0, noise[12] ?? 0);
      assert.ok(found === -1 || found <= noise.length);
    }),
    { numRuns: 2000 },
  );
});
