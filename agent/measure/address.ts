/**
 * IP addresses and prefixes as bytes: parsing and printing without I/O (RFC 4291 §2.2, RFC 5952, RFC 4632).
 * Bytes are in network order: 4 for IPv4, 16 for IPv6.
 */

/** Parses an address literal; null when it is not one. IPv4 gives 4 bytes, IPv6 16. Zones (`%eth0`) are not taken. */
export function parseAddress(text: string): Uint8Array | null {
  return text.includes(':') ? parseV6(text) : parseV4(text);
}

function parseV4(text: string): Uint8Array | null {
  const parts = text.split('.');
  if (parts.length !== 4) return null;
  const bytes = new Uint8Array(4);
  for (const [index, part] of parts.entries()) {
    // A leading zero is refused: some parsers read it as octal (RFC 6943 §3.1.1).
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return null;
    bytes[index] = Number(part);
  }
  return bytes;
}

function parseV6(text: string): Uint8Array | null {
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const head = parseGroups(halves[0] ?? '');
  const tail = halves.length === 2 ? parseGroups(halves[1] ?? '') : [];
  if (head === null || tail === null) return null;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null;
  const bytes = new Uint8Array(16);
  const groups = [...head, ...new Array<number>(halves.length === 2 ? missing : 0).fill(0), ...tail];
  for (const [index, group] of groups.entries()) {
    bytes[index * 2] = group >> 8;
    bytes[index * 2 + 1] = group & 0xff;
  }
  return bytes;
}

/** 16-bit groups of one side of `::`; a dotted quad may stand at the end. */
function parseGroups(text: string): number[] | null {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    if (part.includes('.')) {
      const quad = index === parts.length - 1 ? parseV4(part) : null;
      if (quad === null) return null;
      groups.push(((quad[0] ?? 0) << 8) | (quad[1] ?? 0), ((quad[2] ?? 0) << 8) | (quad[3] ?? 0));
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) {
      groups.push(Number.parseInt(part, 16));
    } else {
      return null;
    }
  }
  return groups;
}

/** Prints 4 bytes as IPv4, 16 as IPv6 in RFC 5952 form; reads from `offset`. */
export function formatAddress(bytes: Uint8Array, family: 4 | 6, offset = 0): string {
  if (family === 4) return `${bytes[offset]}.${bytes[offset + 1]}.${bytes[offset + 2]}.${bytes[offset + 3]}`;
  const groups: number[] = [];
  for (let i = 0; i < 8; i++) groups.push(((bytes[offset + i * 2] ?? 0) << 8) | (bytes[offset + i * 2 + 1] ?? 0));
  const run = longestZeroRun(groups);
  const hex = groups.map((group) => group.toString(16));
  if (run.length < 2) return hex.join(':');
  return `${hex.slice(0, run.start).join(':')}::${hex.slice(run.start + run.length).join(':')}`;
}

function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let start = -1;
  for (let i = 0; i <= groups.length; i++) {
    if (groups[i] === 0) {
      if (start < 0) start = i;
    } else if (start >= 0) {
      if (i - start > best.length) best = { start, length: i - start };
      start = -1;
    }
  }
  return best;
}

export interface Prefix {
  readonly family: 4 | 6;
  /** Network address with host bits cleared. */
  readonly bytes: Uint8Array;
  readonly length: number;
}

/** Parses `10.20.0.0/16` or a bare address (a host prefix). Host bits that are set are cleared. Null when not a prefix. */
export function parsePrefix(text: string): Prefix | null {
  const slash = text.indexOf('/');
  const bytes = parseAddress(slash < 0 ? text : text.slice(0, slash));
  if (bytes === null) return null;
  const most = bytes.length * 8;
  const lengthText = slash < 0 ? String(most) : text.slice(slash + 1);
  if (!/^\d{1,3}$/.test(lengthText) || Number(lengthText) > most) return null;
  const length = Number(lengthText);
  const network = Uint8Array.from(
    bytes,
    (byte, index) => byte & (0xff00 >> Math.min(8, Math.max(0, length - index * 8))),
  );
  return { family: bytes.length === 4 ? 4 : 6, bytes: network, length };
}

export function formatPrefix(prefix: Prefix): string {
  return `${formatAddress(prefix.bytes, prefix.family)}/${prefix.length}`;
}
