import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { buildGroups, type GroupPrefix, NO_GROUP } from '../../agent/flow/groups.ts';
import { formatAddress, type Prefix, parseAddress, parsePrefix } from '../../agent/measure/address.ts';

function holds(prefix: Prefix, address: Uint8Array): boolean {
  for (let bit = 0; bit < prefix.length; bit++) {
    const mask = 0x80 >> (bit % 8);
    if (((prefix.bytes[bit >> 3] ?? 0) & mask) !== ((address[bit >> 3] ?? 0) & mask)) return false;
  }
  return true;
}

/** The definition: of all prefixes that hold the address the longest. */
function bruteForce(prefixes: readonly GroupPrefix[], address: Uint8Array): number {
  let best = { length: -1, group: NO_GROUP };
  for (const { prefix: text, group } of prefixes) {
    const prefix = parsePrefix(text);
    assert.ok(prefix);
    if (prefix.bytes.length === address.length && prefix.length > best.length && holds(prefix, address)) {
      best = { length: prefix.length, group };
    }
  }
  return best.group;
}

/** Few distinct bytes, so that prefixes nest and touch; the ends of the space are among them. */
const byte = fc.constantFrom(0, 1, 10, 127, 128, 254, 255);
const addressOf = (family: 4 | 6) =>
  fc
    .uint8Array({ minLength: 4, maxLength: 4 })
    .chain(() =>
      fc
        .array(byte, { minLength: family === 4 ? 4 : 16, maxLength: family === 4 ? 4 : 16 })
        .map((bytes) => Uint8Array.from(bytes)),
    );

for (const family of [4, 6] as const) {
  test(`the longest prefix wins, IPv${family}, against the definition`, () => {
    const most = family === 4 ? 32 : 128;
    fc.assert(
      fc.property(
        fc.array(fc.tuple(addressOf(family), fc.integer({ min: 0, max: most })), { maxLength: 40 }),
        fc.array(addressOf(family), { minLength: 1, maxLength: 30 }),
        (prefixes, addresses) => {
          const given = prefixes.map(([bytes, length], group) => ({
            prefix: `${formatAddress(bytes, family)}/${length}`,
            group,
          }));
          const { table, problems } = buildGroups(given);
          // The same prefix twice is refused for the second group: the first stays, as in the definition.
          const kept = given.filter(
            ({ group }) => !problems.some((p) => p.kind === 'equal-prefixes' && p.groups[1] === group),
          );
          for (const address of addresses) assert.equal(table.lookup(address, family), bruteForce(kept, address));
        },
      ),
      { numRuns: 500 },
    );
  });
}

test('20,000 prefixes of both families build and answer', () => {
  const prefixes: GroupPrefix[] = [];
  for (let i = 0; i < 10_000; i++) {
    prefixes.push({ prefix: `${10 + (i >> 12)}.${(i >> 4) & 255}.${(i & 15) << 4}.0/${20 + (i % 9)}`, group: i });
    prefixes.push({
      prefix: `2600:${(i >> 4).toString(16)}:${(i & 15).toString(16)}000::/${36 + (i % 20)}`,
      group: 10_000 + i,
    });
  }
  const { table, problems } = buildGroups(prefixes);
  assert.deepEqual(problems, []);
  for (let i = 0; i < 10_000; i += 997) {
    const v4 = parseAddress(`${10 + (i >> 12)}.${(i >> 4) & 255}.${(i & 15) << 4}.0`);
    const v6 = parseAddress(`2600:${(i >> 4).toString(16)}:${(i & 15).toString(16)}000::`);
    assert.ok(v4 && v6);
    assert.equal(table.lookup(v4, 4), i);
    assert.equal(table.lookup(v6, 6), 10_000 + i);
  }
});

test('problems name the prefix and both groups', () => {
  const { problems } = buildGroups([
    { prefix: '10.0.0.0/8', group: 0 },
    { prefix: '10.1.2.3/8', group: 1 },
    { prefix: 'ten/8', group: 2 },
  ]);
  assert.deepEqual(problems, [
    { kind: 'equal-prefixes', prefix: '10.0.0.0/8', groups: [0, 1] },
    { kind: 'not-a-prefix', prefix: 'ten/8', group: 2 },
  ]);
});
