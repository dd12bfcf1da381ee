import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Prefix, parsePrefix } from '../../agent/measure/address.ts';
import { covers, overlap, shareOf } from '../../agent/measure/prefix.ts';

const prefix = (text: string): Prefix => parsePrefix(text)!;

const v4 = fc
  .tuple(fc.nat(0xff), fc.nat(0xff), fc.nat(0xff), fc.nat(0xff), fc.nat(32))
  .map(([a, b, c, d, length]) => prefix(`${a}.${b}.${c}.${d}/${length}`));
const v6 = fc
  .tuple(fc.nat(0xffff), fc.nat(0xffff), fc.nat(128))
  .map(([a, b, length]) => prefix(`2001:${a.toString(16)}:${b.toString(16)}::/${length}`));

/** First and last address as numbers. */
function range({ bytes, length }: Prefix): readonly [bigint, bigint] {
  const first = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return [first, first + (1n << BigInt(bytes.length * 8 - length)) - 1n];
}

test('covering and overlapping are what the ranges of addresses say', () => {
  for (const family of [v4, v6]) {
    fc.assert(
      fc.property(family, family, (one, other) => {
        const [[a, b], [c, d]] = [range(one), range(other)];
        assert.equal(covers(one, other), a <= c && d <= b);
        assert.equal(overlap(one, other), a <= d && c <= b);
      }),
      { numRuns: 2000 },
    );
  }
});

test('families never meet', () => {
  assert.equal(covers(prefix('0.0.0.0/0'), prefix('::1/128')), false);
  assert.equal(overlap(prefix('0.0.0.0/0'), prefix('::/0')), false);
});

test('a /24 is a 256th of a /16', () => {
  assert.equal(shareOf(prefix('10.0.3.0/24'), prefix('10.0.0.0/16')), 1 / 256);
});
