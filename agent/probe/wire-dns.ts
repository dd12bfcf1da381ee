/**
 * DNS messages (RFC 1035 §4.1): the query a probe sends, and the reading of what comes back. Pure.
 *
 *   0  id 16 | QR 1 opcode 4 AA 1 TC 1 RD 1 | RA 1 Z 3 rcode 4
 *   4  QDCOUNT 16 | ANCOUNT 16
 *   8  NSCOUNT 16 | ARCOUNT 16                      all big-endian
 *   12 questions: name, QTYPE 16, QCLASS 16
 *   …  answers: name, TYPE 16, CLASS 16, TTL 32, RDLENGTH 16, RDATA; then authority and additional, not read here
 *
 * The query carries no EDNS (RFC 6891): a probe asks whether the service answers, and a plain query is what every
 * server, however old, understands. The price is that answers over 512 bytes come back truncated (TC).
 */
import type { DnsRecordType } from '../measure/target.ts';
import { decodeName, encodeName } from './wire-dns-name.ts';
import { comparable, RECORD_TYPES, recordText } from './wire-dns-record.ts';

const HEADER = 12;
const CLASS_IN = 1;
const QR = 0x8000;
const TC = 0x0200;
const RD = 0x0100;

/** IANA "DNS Parameters", RCODEs that fit the header's four bits. */
const RCODES = [
  'NOERROR',
  'FORMERR',
  'SERVFAIL',
  'NXDOMAIN',
  'NOTIMP',
  'REFUSED',
  'YXDOMAIN',
  'YXRRSET',
  'NXRRSET',
  'NOTAUTH',
  'NOTZONE',
] as const;

export interface DnsRecord {
  readonly name: string;
  readonly type: number;
  readonly ttlSeconds: number;
  /** The record's data as text, see `wire-dns-record.ts`. */
  readonly text: string;
}

export interface DnsMessage {
  readonly id: number;
  readonly response: boolean;
  readonly truncated: boolean;
  /** "NOERROR", "NXDOMAIN" …, "RCODE11" for a number without a name. */
  readonly rcode: string;
  readonly questions: readonly { readonly name: string; readonly type: number; readonly class: number }[];
  readonly answers: readonly DnsRecord[];
}

/** The query as a datagram; null when `name` can be no domain name. */
export function encodeQuery(id: number, name: string, type: DnsRecordType): Uint8Array<ArrayBuffer> | null {
  const question = encodeName(name);
  if (question === null) return null;
  const bytes = new Uint8Array(HEADER + question.length + 4);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, id);
  view.setUint16(2, RD);
  view.setUint16(4, 1);
  bytes.set(question, HEADER);
  view.setUint16(HEADER + question.length, RECORD_TYPES[type]);
  view.setUint16(HEADER + question.length + 2, CLASS_IN);
  return bytes;
}

/**
 * The message, or null when it is malformed anywhere up to the end of its answers. A truncated message (TC) may
 * end inside its answers (RFC 2181 §9): then those that are whole are given.
 */
export function decodeMessage(bytes: Uint8Array): DnsMessage | null {
  if (bytes.length < HEADER) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const flags = view.getUint16(2);
  const truncated = (flags & TC) !== 0;
  let at = HEADER;
  const questions: DnsMessage['questions'][number][] = [];
  for (let left = view.getUint16(4); left > 0; left--) {
    const name = decodeName(bytes, at);
    if (name === null || name.end + 4 > bytes.length) return null;
    questions.push({ name: name.name, type: view.getUint16(name.end), class: view.getUint16(name.end + 2) });
    at = name.end + 4;
  }
  const answers: DnsRecord[] = [];
  for (let left = view.getUint16(6); left > 0; left--) {
    const found = decodeRecord(bytes, view, at);
    if (found === null) {
      if (truncated) break;
      return null;
    }
    answers.push(found.record);
    at = found.end;
  }
  const code = flags & 0xf;
  const rcode = RCODES[code] ?? `RCODE${code}`;
  return { id: view.getUint16(0), response: (flags & QR) !== 0, truncated, rcode, questions, answers };
}

function decodeRecord(bytes: Uint8Array, view: DataView, at: number): { record: DnsRecord; end: number } | null {
  const name = decodeName(bytes, at);
  if (name === null || name.end + 10 > bytes.length) return null;
  const type = view.getUint16(name.end);
  const data = name.end + 10;
  const length = view.getUint16(name.end + 8);
  const text = recordText(bytes, type, data, length);
  if (text === null) return null;
  // RFC 2181 §8: a TTL with its top bit set counts as zero.
  const ttl = view.getInt32(name.end + 4);
  return { record: { name: name.name, type, ttlSeconds: Math.max(0, ttl), text }, end: data + length };
}

/**
 * Whether a message answers this query: same id, same question whatever the case of its letters. Some servers
 * leave the question out of an error; with the id and the port right that is taken as an answer too.
 */
export function answersQuery(message: DnsMessage, id: number, name: string, type: DnsRecordType): boolean {
  if (!message.response || message.id !== id) return false;
  const question = message.questions[0];
  if (question === undefined) return message.rcode !== 'NOERROR';
  return (
    message.questions.length === 1 &&
    question.class === CLASS_IN &&
    question.type === RECORD_TYPES[type] &&
    question.name.toLowerCase() === asDecoded(name).toLowerCase()
  );
}

/** A name as `decodeName` would write it: `\065` and a closing dot become what they mean. */
function asDecoded(name: string): string {
  const wire = encodeName(name);
  return (wire === null ? null : decodeName(wire, 0)?.name) ?? name;
}

/** The texts of the answers of the type asked for; aliases on the way (CNAME) are left out unless asked for. */
export function answerTexts(message: DnsMessage, type: DnsRecordType): string[] {
  return message.answers.filter((record) => record.type === RECORD_TYPES[type]).map((record) => record.text);
}

/** Those of `expected` that are not among `answers`. */
export function missingAnswers(expected: readonly string[], answers: readonly string[]): string[] {
  const present = new Set(answers.map(comparable));
  return expected.filter((text) => !present.has(comparable(text)));
}
