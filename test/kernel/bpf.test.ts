import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assemble, BPF } from '../../agent/kernel/bpf.ts';

test('instructions are struct sock_filter in host order, with jumps to labels', () => {
  const program = assemble([
    [BPF.LOAD_BYTE, 9],
    [BPF.IF_EQUAL, 1, 'keep', null],
    'drop',
    [BPF.RETURN, 0],
    'keep',
    [BPF.RETURN, 0xffff_ffff],
  ]);
  assert.equal(
    Buffer.from(program).toString('hex'),
    ['3000000009000000', '1500010001000000', '0600000000000000', '06000000ffffffff'].join(''),
  );
});

test('a jump to nowhere, or backwards, is a mistake of ours', () => {
  assert.throws(() => assemble([[BPF.IF_EQUAL, 1, 'nowhere']]), /no label nowhere/);
  assert.throws(() => assemble(['back', [BPF.IF_EQUAL, 1, 'back']]), /no label back/);
});
