import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as asm from '../../agent/kernel/ebpf.ts';
import { rtoProgram } from '../../agent/kernel/rto-counter.ts';

test('instructions have the kernel’s form', () => {
  const program = asm.assemble([
    asm.load32(2, 6, 12),
    asm.ifNot(2, 0, 'out'),
    ...asm.loadMap(1, 7),
    asm.store64(10, -8, 0),
    'out',
    asm.set(0, 1),
    asm.exit,
  ]);
  const words = Array.from({ length: program.length / 8 }, (_, i) =>
    Buffer.from(program.subarray(i * 8, i * 8 + 8)).toString('hex'),
  );
  assert.deepEqual(words, [
    '61620c0000000000', // r2 = *(u32 *)(r6 + 12)
    '5502030000000000', // if r2 != 0 goto +3
    '1811000007000000', // r1 = map 7
    '0000000000000000',
    '7b0af8ff00000000', // *(u64 *)(r10 - 8) = r0
    'b700000001000000', // r0 = 1
    '9500000000000000', // exit
  ]);
  assert.throws(() => asm.assemble([asm.jump('nowhere')]), /no label nowhere/);
});

test('the counter is one small program', () => {
  assert.equal(rtoProgram(3).length / 8, 35);
});
