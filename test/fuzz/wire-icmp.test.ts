/**
 * 200,000 broken packets through the ICMP decoder: it must neither throw nor take a forgery for a reply. Starts from
 * sound replies and errors and spoils them, since pure noise would never get past the first byte. Seeded.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { echoSeed, newIcmpMessage, readIcmp, readQuotedEcho, writeEchoRequest } from '../../agent/probe/wire-icmp.ts';
import { foldChecksum, icmpOffsetInFrame, onesSum } from '../../agent/probe/wire-ip.ts';

const ROUNDS = 200_000;

/** mulberry32, so that a failing run can be repeated. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b_79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((((t ^ (t >>> 14)) >>> 0) / 4_294_967_296) * below) | 0;
  };
}

function spoil(bytes: Uint8Array, random: (below: number) => number): number {
  for (let i = random(6); i > 0; i -= 1) bytes[random(bytes.length)] = random(256);
  return random(3) === 0 ? random(bytes.length + 1) : bytes.length;
}

test('malformed packets neither crash the decoder nor pass for replies', () => {
  const random = generator(20260725);
  const message = newIcmpMessage();
  const size = 56;
  const seed = echoSeed(size);
  const buffer = new Uint8Array(160);
  const view = new DataView(buffer.buffer);
  const counts = { reply: 0, error: 0, other: 0, malformed: 0 };
  for (let round = 0; round < ROUNDS; round += 1) {
    const family = random(2) === 0 ? 4 : 6;
    const nonce = random(0x7fff_ffff);
    buffer.fill(0);
    const quoted = random(2) === 0;
    const header = family === 4 ? 20 : 40;
    const at = quoted ? 8 + header : 0;
    writeEchoRequest(view, at, family, size, seed, 0x4200, round & 0xffff, 9, nonce, round);
    if (quoted) {
      view.setUint8(0, family === 4 ? [3, 11, 12][random(3)]! : 1 + random(4));
      view.setUint8(8, family === 4 ? 0x45 : 0x60);
      view.setUint8(8 + (family === 4 ? 9 : 6), family === 4 ? 1 : 58);
    } else {
      view.setUint16(0, family === 4 ? 0 : 129 << 8);
    }
    const whole = buffer.subarray(0, at + 8 + size);
    const length = spoil(whole, random);
    // Half of the forgers know how to make a checksum.
    if (random(2) === 0 && length >= 4) {
      view.setUint16(2, 0);
      view.setUint16(2, foldChecksum(onesSum(view, 0, length)));
    }
    readIcmp(view, 0, length, family, message);
    counts[message.kind] += 1;
    if (message.kind === 'reply') {
      // What is accepted is what the bytes say, within the bytes that came.
      assert.ok(length >= 20 && message.size === length - 8, `round ${round}`);
      assert.equal(message.nonceHigh, view.getUint32(12));
      assert.equal(message.nonceLow, view.getUint32(16));
      if (family === 4) assert.equal(foldChecksum(onesSum(view, 0, length)), 0, `round ${round}`);
    }
    if (message.kind === 'error') assert.ok(message.destinationAt >= 0 && message.destinationAt + 8 <= length);
    const frame = icmpOffsetInFrame(view, 0, length, family);
    assert.ok(frame < length);
    if (frame >= 0) readQuotedEcho(view, frame, length - frame, family, message);
  }
  for (const [kind, count] of Object.entries(counts)) assert.ok(count > 1000, `${kind}: only ${count}`);
});
