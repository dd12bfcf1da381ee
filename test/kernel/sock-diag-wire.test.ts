import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  DIAG,
  DUMP_REQUEST_BYTES,
  encodeDump,
  MALFORMED,
  STATES,
  walkMessages,
} from '../../agent/kernel/sock-diag-wire.ts';

/** A row as the kernel sends it: header, inet_diag_msg, an attribute we do not know, tcp_info of `infoLength`. */
function rowMessage(cookie: number, infoLength: number): Buffer {
  const unknown = 8;
  const size = 16 + 72 + unknown + 4 + infoLength;
  const buffer = Buffer.alloc((size + 3) & ~3);
  buffer.writeUInt32LE(size, 0);
  buffer.writeUInt16LE(20, 4);
  buffer.writeUInt8(2, 16 + DIAG.FAMILY);
  buffer.writeUInt16BE(443, 16 + DIAG.DPORT);
  buffer.writeBigUInt64LE(BigInt(cookie), 16 + DIAG.COOKIE);
  buffer.writeUInt16LE(unknown, 88);
  buffer.writeUInt16LE(9, 90);
  buffer.writeUInt16LE(4 + infoLength, 96);
  buffer.writeUInt16LE(2, 98);
  return buffer;
}

const done = Buffer.alloc(20);
done.writeUInt32LE(20, 0);
done.writeUInt16LE(3, 4);

function walk(buffer: Buffer): { result: number; rows: [number, number][] } {
  const rows: [number, number][] = [];
  const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  const result = walkMessages(view, 0, buffer.length, {
    row: (v, message, _info, length) => rows.push([Number(v.getBigUint64(message + DIAG.COOKIE, true)), length]),
  });
  return { result, rows };
}

test('a request holds what the header says', () => {
  const view = new DataView(new ArrayBuffer(DUMP_REQUEST_BYTES));
  encodeDump(view, 0, 10, STATES.flows, 7);
  assert.equal(
    Buffer.from(view.buffer).toString('hex').slice(0, 48),
    '48000000140001030700000000000000' + '0a060200b60b0000',
  );
});

test('rows of every known length of tcp_info are walked, to the end of the dump', () => {
  const lengths = [192, 232, 248, 280, 0];
  const messages = lengths.map((length, index) => rowMessage(index + 1, length));
  assert.deepEqual(walk(Buffer.concat([...messages, done])), { result: 1, rows: lengths.map((l, i) => [i + 1, l]) });
  assert.equal(walk(Buffer.concat(messages)).result, 0);
});

test('the kernel’s error is given as it is', () => {
  const error = Buffer.alloc(36);
  error.writeUInt32LE(36, 0);
  error.writeUInt16LE(2, 4);
  error.writeInt32LE(-2, 16);
  assert.equal(walk(error).result, -2);
});

test('mangled messages never crash, loop or read outside', () => {
  const base = Buffer.concat([rowMessage(1, 280), rowMessage(2, 232), done]);
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(base.length - 1), fc.nat(255)), { maxLength: 12 }),
      fc.nat(base.length),
      (edits, cut) => {
        const mangled = Buffer.from(base);
        for (const [at, value] of edits) mangled[at] = value;
        const { result, rows } = walk(mangled.subarray(0, cut));
        assert.ok(result <= 1 && rows.length <= 3);
      },
    ),
    { numRuns: 20_000 },
  );
  assert.equal(walk(rowMessage(1, 280).subarray(0, 100)).result, MALFORMED);
});
