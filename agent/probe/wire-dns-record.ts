/**
 * The data of a resource record as text, the way zone files write it (RFC 1035 §5), for the types a DNS probe
 * can ask for. Pure.
 *
 * Two liberties, both so that an operator can write in `expect` what he sees in a browser or a mail: names have
 * no closing dot, and the strings of a TXT record are joined and stand without quotes (as RFC 7208 §3.3 reads them).
 */
import { formatAddress, parseAddress } from '../measure/address.ts';
import type { DnsRecordType } from '../measure/target.ts';
import { decodeName, printable } from './wire-dns-name.ts';

/** IANA "DNS Parameters", resource record types. */
export const RECORD_TYPES: Readonly<Record<DnsRecordType, number>> = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
};

/**
 * The record data at `offset`, `length` bytes long, as text; null when it does not fit its type.
 * The whole message is needed, for names in record data may point back into it. Types not asked for come
 * in the generic form of RFC 3597 §5, `\# 2 0a0b`.
 */
export function recordText(message: Uint8Array, type: number, offset: number, length: number): string | null {
  const data = message.subarray(offset, offset + length);
  if (data.length < length) return null;
  const end = offset + length;
  switch (type) {
    case RECORD_TYPES.A:
      return length === 4 ? formatAddress(data, 4) : null;
    case RECORD_TYPES.AAAA:
      return length === 16 ? formatAddress(data, 6) : null;
    case RECORD_TYPES.NS:
    case RECORD_TYPES.CNAME:
    case RECORD_TYPES.PTR:
      return numbersAndName(message, offset, end, 0);
    case RECORD_TYPES.MX:
      return numbersAndName(message, offset, end, 1); // preference, exchange
    case RECORD_TYPES.SRV:
      return numbersAndName(message, offset, end, 3); // priority, weight, port, target (RFC 2782)
    case RECORD_TYPES.SOA:
      return startOfAuthority(message, offset, end);
    case RECORD_TYPES.TXT:
      return joinedStrings(data);
    default:
      return `\\# ${length}${length === 0 ? '' : ' '}${[...data].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
  }
}

function numbersAndName(message: Uint8Array, offset: number, end: number, numbers: number): string | null {
  const name = decodeName(message, offset + 2 * numbers);
  if (name?.end !== end) return null;
  let text = '';
  for (let at = offset; at < offset + 2 * numbers; at += 2) {
    text += `${((message[at] ?? 0) << 8) | (message[at + 1] ?? 0)} `;
  }
  return text + name.name;
}

/** MNAME, RNAME, then SERIAL, REFRESH, RETRY, EXPIRE, MINIMUM, 32 bits each, big-endian (RFC 1035 §3.3.13). */
function startOfAuthority(message: Uint8Array, offset: number, end: number): string | null {
  const server = decodeName(message, offset);
  if (server === null) return null;
  const mailbox = decodeName(message, server.end);
  if (mailbox === null || mailbox.end + 20 !== end) return null;
  const view = new DataView(message.buffer, message.byteOffset + mailbox.end, 20);
  const numbers = [0, 4, 8, 12, 16].map((at) => view.getUint32(at));
  return [server.name, mailbox.name, ...numbers].join(' ');
}

function joinedStrings(data: Uint8Array): string | null {
  let text = '';
  for (let at = 0; at < data.length; ) {
    const size = data[at] ?? 0;
    if (at + 1 + size > data.length) return null;
    for (const byte of data.subarray(at + 1, at + 1 + size)) text += byte === 0x20 ? ' ' : printable(byte);
    at += 1 + size;
  }
  return text;
}

/**
 * The form in which two answers are compared: lower case, no closing dot, addresses in their one short form.
 */
export function comparable(text: string): string {
  const address = parseAddress(text);
  if (address !== null) return formatAddress(address, address.length === 4 ? 4 : 6);
  const plain = text.toLowerCase();
  return plain.length > 1 && plain.endsWith('.') && !plain.endsWith('\\.') ? plain.slice(0, -1) : plain;
}
