/**
 * Frames of a spool segment: what was written whole is read whole, and what was not is passed over.
 *
 *   0  u32  magic "VCS1"
 *   4  u32  length of the payload
 *   8  u32  CRC-32 of length and payload
 *  12  payload
 *
 * All little-endian. After damage the next frame is found by its magic and believed by its checksum, so a flipped bit
 * costs one frame, not the rest of the file. A torn tail (the agent or the machine ended while writing) is the same.
 */
import { crc32 } from 'node:zlib';

const MAGIC = Buffer.from('VCS1', 'latin1');
const HEADER = 12;
/** Longer frames are never written, so a longer length is damage. */
const LARGEST = 4 * 2 ** 20;

export function frame(payload: Uint8Array): Buffer {
  const buffer = Buffer.allocUnsafe(HEADER + payload.length);
  MAGIC.copy(buffer);
  buffer.writeUInt32LE(payload.length, 4);
  buffer.set(payload, HEADER);
  buffer.writeUInt32LE(checksum(buffer, 0, payload.length), 8);
  return buffer;
}

function checksum(buffer: Buffer, start: number, length: number): number {
  const ofLength = crc32(buffer.subarray(start + 4, start + 8));
  return crc32(buffer.subarray(start + HEADER, start + HEADER + length), ofLength);
}

export interface Frames {
  readonly payloads: readonly Buffer[];
  /** Stretches that hold no whole frame. */
  readonly gaps: number;
}

export function readFrames(buffer: Buffer): Frames {
  const payloads: Buffer[] = [];
  let gaps = 0;
  let at = 0;
  while (at < buffer.length) {
    const length = lengthAt(buffer, at);
    if (length !== null) {
      payloads.push(buffer.subarray(at + HEADER, at + HEADER + length));
      at += HEADER + length;
      continue;
    }
    gaps += 1;
    at = nextFrame(buffer, at + 1);
  }
  return { payloads, gaps };
}

/** Length of the payload of the whole frame that begins here; null when none does. */
function lengthAt(buffer: Buffer, at: number): number | null {
  if (at + HEADER > buffer.length || buffer.compare(MAGIC, 0, 4, at, at + 4) !== 0) return null;
  const length = buffer.readUInt32LE(at + 4);
  if (length > LARGEST || at + HEADER + length > buffer.length) return null;
  return checksum(buffer, at, length) === buffer.readUInt32LE(at + 8) ? length : null;
}

function nextFrame(buffer: Buffer, from: number): number {
  for (let at = buffer.indexOf(MAGIC, from); at !== -1; at = buffer.indexOf(MAGIC, at + 1)) {
    if (lengthAt(buffer, at) !== null) return at;
  }
  return buffer.length;
}
