/**
 * Domain names on the wire (RFC 1035 §3.1, §4.1.4) and as people write them (§5.1, RFC 4343 §2.1). Pure.
 *
 *   +---+--------+---+------------+---+          +---+---+-------------+
 *   | 4 | c o r p| 7 | e x a m p l e | 0 |   or  | 1 1 | offset (14 bit)|  a pointer to an earlier name
 *   +---+--------+---+------------+---+          +---+---+-------------+
 *
 * In text a name has no closing dot; the root is ".". A dot or backslash inside a label is written `\.`, `\\`,
 * any other byte outside printable ASCII `\DDD`.
 */

/** RFC 1035 §2.3.4. */
const LONGEST_LABEL = 63;
const LONGEST_NAME = 255;

/** The name in wire form, or null when it can be no domain name: a label too long or empty, too long as a whole. */
export function encodeName(text: string): Uint8Array | null {
  const name = text.endsWith('.') && !text.endsWith('\\.') ? text.slice(0, -1) : text;
  if (name === '') return text === '.' ? Uint8Array.of(0) : null;
  const labels = splitLabels(name);
  if (labels === null) return null;
  const bytes: number[] = [];
  for (const label of labels) {
    if (label.length === 0 || label.length > LONGEST_LABEL) return null;
    bytes.push(label.length, ...label);
  }
  bytes.push(0);
  return bytes.length > LONGEST_NAME ? null : Uint8Array.from(bytes);
}

function splitLabels(name: string): number[][] | null {
  let label: number[] = [];
  const labels = [label];
  for (let at = 0; at < name.length; at++) {
    const code = name.charCodeAt(at);
    if (code > 0x7f) return null;
    if (name[at] === '.') labels.push((label = []));
    else if (name[at] !== '\\') label.push(code);
    else {
      const digits = /^[0-9]{3}/.exec(name.slice(at + 1))?.[0];
      const escaped = digits === undefined ? name.charCodeAt(at + 1) : Number(digits);
      if (!(escaped <= 0xff)) return null;
      label.push(escaped);
      at += digits === undefined ? 1 : 3;
    }
  }
  return labels;
}

export interface DecodedName {
  readonly name: string;
  /** Offset behind the name where it stands (behind the pointer, if it ends in one). */
  readonly end: number;
}

/**
 * The name at `offset`, or null when it is malformed. Pointers must lead backwards, each before the last,
 * so decoding ends whatever the message holds.
 */
export function decodeName(message: Uint8Array, offset: number): DecodedName | null {
  let text = '';
  let length = 1; // the closing zero
  let end: number | null = null;
  let at = offset;
  let before = offset;
  for (;;) {
    const size = message[at];
    if (size === undefined) return null;
    if (size === 0) return { name: text === '' ? '.' : text, end: end ?? at + 1 };
    if ((size & 0xc0) === 0xc0) {
      const low = message[at + 1];
      if (low === undefined) return null;
      const target = ((size & 0x3f) << 8) | low;
      if (target >= before) return null;
      end ??= at + 2;
      before = target;
      at = target;
      continue;
    }
    // 01 and 10 are the label types of RFC 2671 and RFC 2673, both withdrawn.
    if (size > LONGEST_LABEL || at + 1 + size > message.length) return null;
    length += 1 + size;
    if (length > LONGEST_NAME) return null;
    text += (text === '' ? '' : '.') + labelText(message.subarray(at + 1, at + 1 + size));
    at += 1 + size;
  }
}

function labelText(label: Uint8Array): string {
  let text = '';
  for (const byte of label) {
    if (byte === 0x2e || byte === 0x5c) text += `\\${String.fromCharCode(byte)}`;
    else text += printable(byte);
  }
  return text;
}

/** One byte of a label or character string in text: itself, or `\DDD` outside `!` to `~`. */
export function printable(byte: number): string {
  return byte > 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\${String(byte).padStart(3, '0')}`;
}
