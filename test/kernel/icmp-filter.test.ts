/** The filters by a machine of the test's own; `raw-icmp.test.ts` has the kernel run them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { dropAll, icmpFilter4, icmpFilter6 } from '../../agent/kernel/icmp-filter.ts';
import { runFilter } from '../fakes/bpf-machine.ts';

const BLOCK = 0x4200;
const OURS = 0x4277;

/** IPv4 header of `options` extra words, then the message. */
function packet4(message: readonly number[], options = 0): Uint8Array {
  const header = new Uint8Array(20 + options * 4);
  header[0] = 0x45 + options;
  header[9] = 1;
  return Uint8Array.of(...header, ...message);
}

const echo = (type: number, id: number): number[] => [type, 0, 0, 0, id >> 8, id & 255, 0, 1, 9, 9];
const error = (type: number, quoted: Uint8Array): number[] => [type, 0, 0, 0, 0, 0, 0, 0, ...quoted];

function packet6(inner: readonly number[], next = 58): Uint8Array {
  const header = new Uint8Array(40);
  header[0] = 0x60;
  header[6] = next;
  return Uint8Array.of(...header, ...inner);
}

const keeps4 = (packet: Uint8Array): boolean => runFilter(icmpFilter4(BLOCK), packet) !== 0;
const keeps6 = (packet: Uint8Array): boolean => runFilter(icmpFilter6(BLOCK), packet) !== 0;

test('IPv4: replies with an identifier of the block are kept, with any header length', () => {
  for (const options of [0, 3, 10]) {
    assert.ok(keeps4(packet4(echo(0, OURS), options)));
    assert.ok(!keeps4(packet4(echo(0, 0x4377), options)));
    assert.ok(!keeps4(packet4(echo(8, OURS), options)), 'a request');
  }
});

test('IPv4: errors that quote an echo of ours are kept', () => {
  for (const type of [3, 11, 12]) {
    assert.ok(keeps4(packet4(error(type, packet4(echo(8, OURS))))));
    assert.ok(keeps4(packet4(error(type, packet4(echo(8, OURS), 2)), 1)));
    assert.ok(!keeps4(packet4(error(type, packet4(echo(8, 0x1111))))));
    const tcp = packet4(echo(8, OURS));
    tcp[9] = 6;
    assert.ok(!keeps4(packet4(error(type, tcp))), 'about TCP');
  }
  for (const type of [4, 5, 13]) assert.ok(!keeps4(packet4(error(type, packet4(echo(8, OURS))))));
});

test('IPv6: replies, and errors about our echoes, also fragmented ones', () => {
  const fragment = [58, 0, 0, 1, 0, 0, 0, 7];
  assert.ok(keeps6(Uint8Array.from(echo(129, OURS))));
  assert.ok(!keeps6(Uint8Array.from(echo(129, 0x1111))));
  assert.ok(!keeps6(Uint8Array.from(echo(128, OURS))));
  for (const type of [1, 2, 3, 4]) {
    assert.ok(keeps6(Uint8Array.from(error(type, packet6(echo(128, OURS))))));
    assert.ok(keeps6(Uint8Array.from(error(type, packet6([...fragment, ...echo(128, OURS)], 44)))));
    assert.ok(!keeps6(Uint8Array.from(error(type, packet6(echo(128, 0x1111))))));
    assert.ok(!keeps6(Uint8Array.from(error(type, packet6([17, ...fragment.slice(1), ...echo(128, OURS)], 44)))));
    assert.ok(!keeps6(Uint8Array.from(error(type, packet6(echo(128, OURS), 17)))));
  }
  for (const type of [0, 5, 134, 135]) assert.ok(!keeps6(Uint8Array.from(error(type, packet6(echo(128, OURS))))));
});

test('packets cut off anywhere, and noise, end the program in a verdict', () => {
  const whole = packet4(error(3, packet4(echo(8, OURS))));
  for (let length = 0; length < whole.length; length += 1) {
    const kept = keeps4(whole.subarray(0, length));
    assert.equal(kept, length >= 20 + 8 + 20 + 6, `${length}`);
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 120 }), (noise) => {
      keeps4(noise);
      keeps6(noise);
      assert.equal(runFilter(dropAll(), noise), 0);
    }),
    { numRuns: 2000 },
  );
});
