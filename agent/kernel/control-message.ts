/**
 * Control messages (cmsg(3)): what goes with a packet besides its bytes.
 *
 *   struct cmsghdr { u64 len; int level; int type; }  then the data; `len` counts the header, the next one begins
 *   at the next multiple of 8
 */

const HEADER = 16;

/** Bytes a message with so much data takes. */
export function controlSpace(dataLength: number): number {
  return HEADER + ((dataLength + 7) & -8);
}

/** Writes the header at `at`; returns where the data goes. */
export function putControl(view: DataView, at: number, level: number, type: number, dataLength: number): number {
  view.setUint32(at, HEADER + dataLength, true);
  view.setUint32(at + 4, 0, true);
  view.setInt32(at + 8, level, true);
  view.setInt32(at + 12, type, true);
  return at + HEADER;
}

/** Where the data of the first message of this kind begins, of `length` bytes at `at`; −1 when there is none. */
export function findControl(view: DataView, at: number, length: number, level: number, type: number): number {
  const end = at + length;
  for (let here = at; here + HEADER <= end; ) {
    const size = view.getUint32(here, true);
    if (size < HEADER || here + size > end) return -1;
    if (view.getInt32(here + 8, true) === level && view.getInt32(here + 12, true) === type) return here + HEADER;
    here += (size + 7) & -8;
  }
  return -1;
}
