import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  echoSeed,
  type IcmpMessage,
  newIcmpMessage,
  readIcmp,
  readQuotedEcho,
  SMALLEST_PAYLOAD,
  writeEchoRequest,
} from '../../agent/probe/wire-icmp.ts';
import { foldChecksum, icmpOffset, icmpOffsetInFrame, onesSum } from '../../agent/probe/wire-ip.ts';

const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const u16 = fc.integer({ min: 0, max: 0xffff });
const family = fc.constantFrom<4 | 6>(4, 6);
const echo = fc.record({
  family,
  size: fc.integer({ min: 12, max: 1500 }),
  id: u16,
  seq: u16,
  index: u32,
  a: u32,
  b: u32,
});
type Echo = typeof echo extends fc.Arbitrary<infer T> ? T : never;

function request(e: Echo): DataView {
  const view = new DataView(new ArrayBuffer(8 + e.size));
  writeEchoRequest(view, 0, e.family, e.size, echoSeed(e.size), e.id, e.seq, e.index, e.a, e.b);
  return view;
}

/** What a well-behaved host answers: the type turned around, the checksum made anew. */
function answer(message: DataView, f: 4 | 6): DataView {
  const reply = new DataView(message.buffer.slice(0));
  reply.setUint16(0, f === 4 ? 0 : 129 << 8);
  reply.setUint16(2, 0);
  reply.setUint16(2, f === 4 ? foldChecksum(onesSum(reply, 0, reply.byteLength)) : 0x1234);
  return reply;
}

/** An error message about `inner`, sent to 10.0.0.9 or 2001:db8::9. */
function error(e: Echo, inner: DataView, type: number, code: number, quoted: number, rest = 0): DataView {
  const header = e.family === 4 ? 20 : 40;
  const bytes = new Uint8Array(8 + header + inner.byteLength);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, type);
  view.setUint8(1, code);
  view.setUint32(4, rest);
  if (e.family === 4) {
    view.setUint8(8, 0x45);
    view.setUint8(8 + 9, 1);
    view.setUint32(8 + 16, 0x0a00_0009);
  } else {
    view.setUint8(8, 0x60);
    view.setUint8(8 + 6, 58);
    view.setUint32(8 + 24, 0x2001_0db8);
    view.setUint32(8 + 36, 9);
  }
  bytes.set(new Uint8Array(inner.buffer), 8 + header);
  const cut = new DataView(bytes.buffer, 0, 8 + header + Math.min(quoted, inner.byteLength));
  if (e.family === 4) cut.setUint16(2, foldChecksum(onesSum(cut, 0, cut.byteLength)));
  return cut;
}

function read(view: DataView, f: 4 | 6): IcmpMessage {
  const message = newIcmpMessage();
  readIcmp(view, 0, view.byteLength, f, message);
  return message;
}

test('an IPv4 echo request has the bytes RFC 792 asks for', () => {
  const view = request({ family: 4, size: 16, id: 0x1234, seq: 7, index: 1, a: 0xdead_beef, b: 0x0102_0304 });
  assert.equal(Buffer.from(view.buffer).toString('hex'), '08002a041234000700000001deadbeef010203040c0d0e0f');
  assert.equal(foldChecksum(onesSum(view, 0, view.byteLength)), 0);
});

test('every IPv4 request sums to zero, whatever is in it', () => {
  fc.assert(
    fc.property(echo, (e) => {
      const view = request({ ...e, family: 4 });
      assert.equal(foldChecksum(onesSum(view, 0, view.byteLength)), 0);
    }),
  );
});

test('an answered request reads back as it was written', () => {
  fc.assert(
    fc.property(echo, (e) => {
      const m = read(answer(request(e), e.family), e.family);
      assert.deepEqual(
        [m.kind, m.identifier, m.sequence, m.marked, m.index, m.nonceHigh, m.nonceLow, m.size],
        ['reply', e.id, e.seq, true, e.index, e.a, e.b, e.size],
      );
    }),
  );
});

test('any single wrong byte of an IPv4 reply is noticed', () => {
  fc.assert(
    fc.property(echo, fc.nat(), fc.integer({ min: 1, max: 255 }), (e, where, flip) => {
      const reply = answer(request({ ...e, family: 4 }), 4);
      const at = 2 + (where % (reply.byteLength - 2));
      reply.setUint8(at, reply.getUint8(at) ^ flip);
      assert.equal(read(reply, 4).kind, 'malformed');
    }),
  );
});

test('an error names the probe it is about, with nonce when enough is quoted', () => {
  fc.assert(
    fc.property(echo, fc.integer({ min: 8, max: 600 }), (e, quoted) => {
      const m = read(error(e, request(e), e.family === 4 ? 3 : 1, 0, quoted), e.family);
      assert.equal(m.kind, 'error');
      assert.deepEqual([m.identifier, m.sequence], [e.id, e.seq]);
      assert.equal(m.marked, quoted >= 8 + SMALLEST_PAYLOAD);
      if (m.marked) assert.deepEqual([m.index, m.nonceHigh, m.nonceLow], [e.index, e.a, e.b]);
      assert.equal(m.destinationAt, e.family === 4 ? 24 : 32);
    }),
  );
});

test('the next-hop MTU is read where the RFCs put it, and only there', () => {
  const e: Echo = { family: 4, size: 56, id: 1, seq: 2, index: 3, a: 4, b: 5 };
  assert.equal(read(error(e, request(e), 3, 4, 64, 1400), 4).mtu, 1400);
  assert.equal(read(error(e, request(e), 3, 1, 64, 1400), 4).mtu, 0);
  const six: Echo = { ...e, family: 6 };
  assert.equal(read(error(six, request(six), 2, 0, 64, 1280), 6).mtu, 1280);
  assert.equal(read(error(six, request(six), 1, 0, 64, 1280), 6).mtu, 0);
});

test('an error that quotes less than 8 bytes, or no echo request, is about nobody', () => {
  const e: Echo = { family: 4, size: 56, id: 1, seq: 2, index: 3, a: 4, b: 5 };
  assert.equal(read(error(e, request(e), 3, 0, 7), 4).kind, 'other');
  assert.equal(read(error(e, answer(request(e), 4), 3, 0, 64), 4).kind, 'other');
  assert.equal(read(error(e, request(e), 5, 0, 64), 4).kind, 'other', 'a redirect is no error');
});

test('a later fragment quoted in an error is not taken for the beginning', () => {
  const e: Echo = { family: 4, size: 56, id: 1, seq: 2, index: 3, a: 4, b: 5 };
  const message = error(e, request(e), 3, 0, 64);
  message.setUint16(8 + 6, 185);
  message.setUint16(2, 0);
  message.setUint16(2, foldChecksum(onesSum(message, 0, message.byteLength)));
  assert.equal(read(message, 4).kind, 'other');
  const six = new DataView(new ArrayBuffer(64));
  six.setUint8(0, 0x60);
  six.setUint8(6, 44);
  six.setUint8(40, 58);
  assert.equal(icmpOffset(six, 0, 64, 6), 48);
  six.setUint16(42, 0x0008);
  assert.equal(icmpOffset(six, 0, 64, 6), -1);
});

test('a looped-back frame is read behind any usual link header', () => {
  const e: Echo = { family: 4, size: 56, id: 77, seq: 2, index: 3, a: 4, b: 5 };
  const packet = new Uint8Array(error(e, request(e), 3, 0, 64).buffer).subarray(8);
  for (const link of [0, 14, 18, 4]) {
    const frame = new DataView(new ArrayBuffer(link + packet.length));
    new Uint8Array(frame.buffer).set(packet, link);
    const offset = icmpOffsetInFrame(frame, 0, frame.byteLength, 4);
    assert.equal(offset, link + 20);
    const m = newIcmpMessage();
    assert.ok(readQuotedEcho(frame, offset, frame.byteLength - offset, 4, m));
    assert.equal(m.identifier, 77);
  }
  assert.equal(icmpOffsetInFrame(new DataView(new ArrayBuffer(60)), 0, 60, 4), -1);
});
