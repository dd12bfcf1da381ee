/**
 * Rows of kernels that are not at hand. The messages are made here from the layouts that the kernel documents
 * (include/uapi/linux/{inet_diag,tcp}.h of 4.14, 5.10, 6.12 and 6.18), not captured: same values, cut at the length of
 * struct tcp_info of each.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AT, COUNTERS, countsOf, type Deltas } from '../../agent/flow/counters.ts';
import { SocketLedger } from '../../agent/flow/ledger.ts';
import { FlowTable } from '../../agent/flow/table.ts';
import { DIAG, walkMessages } from '../../agent/kernel/sock-diag-wire.ts';
import { decodeSocketRow, emptyRow, type SocketRow } from '../../agent/kernel/socket-row.ts';

/** struct tcp_info by kernel: 4.14, 5.10 to 6.6, 6.12, 6.18. */
const LAYOUTS = [192, 232, 248, 280] as const;

/** One announcement: nlmsghdr, inet_diag_msg, INET_DIAG_INFO of `length` bytes. */
function message(length: number, over: { readonly family?: number; readonly cookie?: number } = {}): Buffer {
  const buffer = Buffer.alloc(16 + 72 + 4 + length);
  buffer.writeUInt32LE(buffer.length, 0);
  buffer.writeUInt16LE(20, 4);
  const m = 16;
  const v6 = over.family === 10;
  buffer.writeUInt8(over.family ?? 2, m + DIAG.FAMILY);
  buffer.writeUInt8(7, m + DIAG.STATE);
  buffer.writeUInt16BE(40_000, m + DIAG.SPORT);
  buffer.writeUInt16BE(443, m + DIAG.DPORT);
  const mapped = v6 ? Buffer.from('00000000000000000000ffff', 'hex') : Buffer.alloc(0);
  Buffer.concat([mapped, Buffer.from([10, 0, 0, 2])]).copy(buffer, m + DIAG.SRC);
  Buffer.concat([mapped, Buffer.from([10, 20, 0, 9])]).copy(buffer, m + DIAG.DST);
  buffer.writeBigUInt64LE(BigInt(over.cookie ?? 11), m + DIAG.COOKIE);
  buffer.writeUInt32LE(1, m + DIAG.RQUEUE);
  buffer.writeUInt16LE(4 + length, 88);
  buffer.writeUInt16LE(2, 90);
  const info = Buffer.alloc(280);
  info.writeUInt32LE(12_345, 68);
  info.writeUInt32LE(3, 100);
  info.writeBigUInt64LE(5002n, 120);
  info.writeBigUInt64LE(701n, 128);
  info.writeUInt32LE(20, 136);
  info.writeUInt32LE(18, 140);
  info.writeUInt32LE(0xffff_ffff, 148);
  info.writeBigUInt64LE(1_000_000n, 160);
  info.writeBigUInt64LE(5300n, 200);
  info.writeBigUInt64LE(300n, 208);
  info.writeUInt16LE(2, 240);
  info.copy(buffer, 92, 0, length);
  return buffer;
}

function decode(buffer: Buffer): SocketRow {
  const row = emptyRow();
  const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  const end = walkMessages(view, 0, buffer.length, {
    row: (v, at, info, length) => decodeSocketRow(v, at, info, length, row),
  });
  assert.equal(end, 0);
  return row;
}

for (const length of LAYOUTS) {
  test(`tcp_info of ${length} bytes: what it has is read, what it lacks is not a number`, () => {
    const row = decode(message(length));
    assert.equal(row.rttUs, 12_345);
    assert.equal(row.totalRetrans, 3);
    assert.equal(row.unread, 1);
    assert.deepEqual(row.minRttUs, Number.NaN);
    assert.deepEqual(row.bytesSent, length >= 232 ? 5300 : Number.NaN);
    assert.deepEqual(row.totalRto, length >= 248 ? 2 : Number.NaN);
  });

  test(`tcp_info of ${length} bytes: what is shown of it is a number or null`, () => {
    const table = new FlowTable({ capacity: 10, groups: 1, groupOf: () => 0, listens: () => false, skip: () => false });
    const ledger = new SocketLedger(table);
    ledger.beginDump();
    ledger.endDump();
    ledger.dead(decode(message(length)));
    const { total, window } = table.host();
    const counts = countsOf(total, table.lacks);
    assert.equal(counts.timeouts, length >= 248 ? 2 : null);
    assert.equal(counts.resets, length >= 232 ? 0 : null);
    assert.equal(counts.retransmissions, 3);
    assert.equal(counts.bytesIn, 700);
    // Before 4.19 the acknowledged bytes stand in: the own FIN is among them.
    assert.equal(counts.bytesOut, length >= 232 ? 5000 : 5001);
    for (let i = 0; i < 5; i += 1) table.rotate();
    // A window without traffic proves nothing where the kernel cannot count.
    assert.equal(countsOf(table.host().window, table.lacks).timeouts, length >= 248 ? 0 : null);
    assert.equal(window.length, COUNTERS.length);
    assert.doesNotMatch(JSON.stringify(counts), /NaN/);
  });
}

test('IPv4 in IPv6 is the same flow as IPv4', () => {
  const table = new FlowTable({ capacity: 10, groups: 1, groupOf: () => 0, listens: () => false, skip: () => false });
  assert.equal(table.flow(decode(message(280))), table.flow(decode(message(280, { family: 10, cookie: 12 }))));
});

test('a full table counts on without a row: the group and the host stay exact', () => {
  const table = new FlowTable({ capacity: 1, groups: 1, groupOf: () => 0, listens: () => false, skip: () => false });
  const row = decode(message(280));
  const first = table.flow(row);
  table.open(first, 1);
  const second = table.flow({ ...row, remotePort: 80 });
  const deltas: Deltas = new Float64Array(COUNTERS.length).fill(1);
  table.add(first, deltas, null, false);
  table.add(second, deltas, null, false);
  assert.equal(table.size, 1);
  assert.equal(table.evicted, 1);
  assert.equal(table.host().total[AT.opened], 2);
  assert.equal(table.group(0).total[AT.bytesOut], 2);
});
