/**
 * One stored row in a few bytes, each told against the row before it.
 *
 *   flags     byte: 1 NEXT   this step follows the last one; else varint: steps since the last row
 *                   2 CLEAN  as many sent as in the row before, all of them answered, nothing local
 *                   4 REPLY  something was received
 *                   8 JITTER jitter is known
 *                  32 TIMED  the round trips were timed otherwise than the last ones: `timing` is written
 *                  16 LOOSE  the bins hold another total than `received`: their number is written
 *   counts    unless CLEAN: varint sent, received, local
 *   with REPLY: zigzag min − last row's min; with received > 1: varint max − min, varint mean − min
 *   with JITTER: varint jitter
 *   with TIMED: byte timing, see `timing-code.ts`
 *   bins      with REPLY, except for one reply whose bin is that of min: one byte per bin,
 *             high nibble gap to the bin before − 1, low nibble count − 1; a nibble of 15 is followed by a
 *             varint with the rest. The first gap counts from the bin below min's.
 *             They end when their counts add up to `received` (LOOSE: after the written number of bins).
 *
 * Times are in ticks of 0.1 µs. A second with one clean reply takes three or four bytes.
 */
import { binOf } from '../measure/rtt-bins.ts';
import { type Bins, sparseBins } from './bins.ts';
import type { ByteReader, ByteWriter } from './bytes.ts';

/** Ticks in a millisecond: RTTs are kept to 0.1 µs, a tenth of what kernel stamps can tell apart. */
export const TICKS_PER_MS = 10_000;

const NEXT = 1;
const CLEAN = 2;
const REPLY = 4;
const JITTER = 8;
const LOOSE = 16;
const TIMED = 32;
const NIBBLE = 15;

/** A row as it is stored. Times in ticks; `jitter` −1 when not known; RTTs mean nothing when `received` is 0. */
export interface StoredRow {
  at: number;
  sent: number;
  received: number;
  local: number;
  min: number;
  max: number;
  mean: number;
  jitter: number;
  /** How the RTTs were timed, by `timing-code.ts`. */
  timing: number;
}

/** What a row is told against. Starts as the step before the chunk's first. */
export class RowContext {
  at: number;
  sent = 0;
  min = 0;
  timing = 0;
  readonly stepMs: number;

  constructor(start: number, stepMs: number) {
    this.at = start - stepMs;
    this.stepMs = stepMs;
  }

  moveTo(row: StoredRow): void {
    this.at = row.at;
    this.sent = row.sent;
    if (row.received === 0) return;
    this.min = row.min;
    this.timing = row.timing;
  }
}

/** Appends `row`; `row.at` must be later than the context's. Moves the context on. */
export function encodeRow(out: ByteWriter, context: RowContext, row: StoredRow, bins: Bins): void {
  const next = row.at === context.at + context.stepMs;
  const clean = row.sent === context.sent && row.received === row.sent && row.local === 0;
  const kept = row.received > 0 ? boundedBins(row, bins) : { bins, total: 0, size: 0 };
  const loose = row.received > 0 && kept.total !== row.received;
  const reply = row.received > 0 ? REPLY : 0;
  const jitter = row.jitter >= 0 ? JITTER : 0;
  const timed = reply && row.timing !== context.timing ? TIMED : 0;
  out.byte((next ? NEXT : 0) | (clean ? CLEAN : 0) | reply | jitter | (loose ? LOOSE : 0) | timed);
  if (!next) out.varint((row.at - context.at) / context.stepMs);
  if (!clean) {
    out.varint(row.sent);
    out.varint(row.received);
    out.varint(row.local);
  }
  if (reply) {
    out.zigzag(row.min - context.min);
    if (row.received > 1) {
      out.varint(row.max - row.min);
      out.varint(row.mean - row.min);
    }
  }
  if (jitter) out.varint(row.jitter);
  if (timed) out.byte(row.timing);
  if (reply && (row.received > 1 || loose)) encodeBins(out, row, kept, loose);
  context.moveTo(row);
}

/** The bins between min's and max's: what lies outside was put there by rounding and goes to the nearest. */
function boundedBins(row: StoredRow, bins: Bins): { bins: Bins; total: number; size: number } {
  const low = binOf(row.min / TICKS_PER_MS);
  const high = binOf((row.received > 1 ? row.max : row.min) / TICKS_PER_MS);
  const bounded = sparseBins();
  bins.each((bin, count) => {
    bounded.add(Math.min(high, Math.max(low, bin)), count);
  });
  let total = 0;
  let size = 0;
  bounded.each((_bin, count) => {
    total += count;
    size += 1;
  });
  return { bins: bounded, total, size };
}

function encodeBins(out: ByteWriter, row: StoredRow, kept: { bins: Bins; size: number }, loose: boolean): void {
  if (loose) out.varint(kept.size);
  let last = binOf(row.min / TICKS_PER_MS) - 1;
  kept.bins.each((bin, count) => {
    const gap = bin - last - 1;
    const more = count - 1;
    out.byte((Math.min(gap, NIBBLE) << 4) | Math.min(more, NIBBLE));
    if (gap >= NIBBLE) out.varint(gap - NIBBLE);
    if (more >= NIBBLE) out.varint(more - NIBBLE);
    last = bin;
  });
}

/**
 * Reads the next row into `row`, then its bins into what `into` returns for that row (null: nowhere), and moves
 * the context on. Throws RangeError on damaged bytes.
 */
export function decodeRow(
  from: ByteReader,
  context: RowContext,
  row: StoredRow,
  into: (row: StoredRow) => Bins | null,
): void {
  const flags = from.byte();
  row.at = context.at + context.stepMs * (flags & NEXT ? 1 : from.varint());
  if (flags & CLEAN) {
    row.sent = context.sent;
    row.received = context.sent;
    row.local = 0;
  } else {
    row.sent = from.varint();
    row.received = from.varint();
    row.local = from.varint();
  }
  if (flags & REPLY) {
    row.min = context.min + from.zigzag();
    row.max = row.received > 1 ? row.min + from.varint() : row.min;
    row.mean = row.received > 1 ? row.min + from.varint() : row.min;
  }
  row.jitter = flags & JITTER ? from.varint() : -1;
  row.timing = flags & TIMED ? from.byte() : flags & REPLY ? context.timing : 0;
  const bins = into(row);
  if (flags & REPLY) decodeBins(from, row, flags, bins);
  context.moveTo(row);
}

function decodeBins(from: ByteReader, row: StoredRow, flags: number, bins: Bins | null): void {
  const lowest = binOf(row.min / TICKS_PER_MS);
  if (row.received === 1 && !(flags & LOOSE)) {
    bins?.add(lowest, 1);
    return;
  }
  let sizeLeft = flags & LOOSE ? from.varint() : Number.POSITIVE_INFINITY;
  let countLeft = flags & LOOSE ? Number.POSITIVE_INFINITY : row.received;
  let bin = lowest - 1;
  while (sizeLeft > 0 && countLeft > 0) {
    const byte = from.byte();
    const gap = byte >> 4;
    const more = byte & NIBBLE;
    bin += 1 + gap + (gap === NIBBLE ? from.varint() : 0);
    const count = 1 + more + (more === NIBBLE ? from.varint() : 0);
    bins?.add(bin, count);
    countLeft -= count;
    sizeLeft -= 1;
  }
}
