/**
 * Addresses, prefixes and host names as an operator writes them, and which of them must not be probed.
 *
 * A probe to a multicast or broadcast address is answered by many machines or by none, so a round-trip time to it
 * means nothing, and it loads machines nobody asked; an unspecified address is this host itself on Linux.
 */
import { isIPv4, isIPv6 } from 'node:net';
import { domainToASCII } from 'node:url';
import type { Parsed } from './units.ts';

/** The bytes of an address literal in network order, 4 or 16; null if it is no address (or carries a zone). */
export function addressBytes(text: string): readonly number[] | null {
  if (isIPv4(text)) return text.split('.').map(Number);
  if (!isIPv6(text) || text.includes('%')) return null;
  const dotted = /^(.*:)([0-9]+(?:\.[0-9]+){3})$/.exec(text);
  const tail = dotted === null ? [] : (dotted[2] ?? '').split('.').map(Number);
  const [head, rest] = (dotted === null ? text : (dotted[1] ?? '').replace(/([^:]):$/, '$1')).split('::');
  const words = (part: string | undefined): number[] =>
    part === undefined || part === ''
      ? []
      : part.split(':').flatMap((word) => [Number.parseInt(word, 16) >> 8, Number.parseInt(word, 16) & 0xff]);
  const front = words(head);
  const back = [...words(rest), ...tail];
  return [...front, ...new Array<number>(16 - front.length - back.length).fill(0), ...back];
}

export function familyOf(text: string): 4 | 6 | null {
  const bytes = addressBytes(text);
  return bytes === null ? null : bytes.length === 4 ? 4 : 6;
}

/** Why an address literal must not be probed; null if it may. */
export function refusalOf(text: string): string | null {
  const bytes = addressBytes(text);
  if (bytes === null) return null;
  const first = bytes[0] ?? 0;
  if (bytes.length === 4) {
    if (bytes.every((byte) => byte === 255)) return 'the broadcast address, which every machine of the network hears';
    if (first === 0) return 'an unspecified address, which is no machine';
    if (first >= 224 && first < 240) return 'a multicast address, which a group of machines hears';
    if (first >= 240) return 'a reserved address (240.0.0.0/4), which no machine may have';
    return null;
  }
  if (bytes.every((byte) => byte === 0)) return 'the unspecified address, which is no machine';
  if (first === 0xff) return 'a multicast address, which a group of machines hears';
  if (bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff) {
    return `an IPv4 address in IPv6 clothes; write ${bytes.slice(12).join('.')}`;
  }
  return null;
}

/** fe80::/10, which means nothing without an interface. */
export function isLinkLocal(text: string): boolean {
  const bytes = addressBytes(text);
  return bytes?.length === 16 && bytes[0] === 0xfe && ((bytes[1] ?? 0) & 0xc0) === 0x80;
}

const LABEL = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/i;

/** A host name (RFC 1123; underscores are let through because DNS servers do) or an address literal. */
export function parseHost(value: unknown): Parsed<string> {
  if (typeof value !== 'string' || value === '') {
    const hint = typeof value === 'number' ? `; put "${value}" in quotes if it is a name` : '';
    return { ok: false, text: `this is neither an address nor a host name${hint}`, fix: 'write for example 10.20.0.1' };
  }
  if (isIPv4(value) || isIPv6(value)) {
    if (value.includes('%')) {
      return { ok: false, text: 'an address with a zone', fix: 'leave out the % part and set interface instead' };
    }
    const refusal = refusalOf(value);
    if (refusal === null) return { ok: true, value };
    return { ok: false, code: 'address', text: `this is ${refusal}`, fix: 'name one machine by its own address' };
  }
  return parseHostName(value);
}

function parseHostName(value: string): Parsed<string> {
  if (/^[a-z]+:\/\//i.test(value)) {
    return { ok: false, text: 'this is a URL, not a host', fix: 'use http: for a URL, or leave out scheme and path' };
  }
  if (/\/\d+$/.test(value)) {
    return { ok: false, text: 'this is a prefix, not one host', fix: 'name one address; prefixes go to sites' };
  }
  const labels = value.replace(/\.$/, '').split('.');
  const last = labels.at(-1) ?? '';
  if (/^[0-9]+$/.test(last)) {
    return { ok: false, text: 'this is not an address', fix: 'write four numbers from 0 to 255, or a host name' };
  }
  if (value.length <= 254 && labels.every((label) => LABEL.test(label))) return { ok: true, value };
  const ascii = domainToASCII(value);
  if (ascii !== '' && ascii !== value.toLowerCase() && !ascii.includes(' ')) {
    return { ok: false, text: 'a host name in its national spelling', fix: `write ${ascii}` };
  }
  return { ok: false, text: 'this is neither an address nor a host name', fix: 'write for example erp.corp.example' };
}

/** A prefix in canonical form ("10.20.0.0/16"); a bare address is taken as the prefix of just that address. */
export function parseCidr(value: unknown): Parsed<string> {
  const wrong = (text: string, fix: string): Parsed<string> => ({ ok: false, text, fix });
  if (typeof value !== 'string') return wrong('this is not a prefix', 'write for example 10.20.0.0/16');
  const [address = '', lengthText, ...more] = value.split('/');
  const bytes = addressBytes(address);
  if (bytes === null || more.length > 0) return wrong('this is not a prefix', 'write for example 10.20.0.0/16');
  const bits = bytes.length * 8;
  const length = lengthText === undefined ? bits : Number(lengthText);
  if (lengthText !== undefined && (!/^[0-9]{1,3}$/.test(lengthText) || length > bits)) {
    return wrong(`the length after / is not from 0 to ${bits}`, `write for example ${address}/${bits}`);
  }
  const network = bytes.map((byte, index) => {
    const kept = Math.min(8, Math.max(0, length - index * 8));
    return byte & ((0xff << (8 - kept)) & 0xff);
  });
  const canonical = `${formatAddress(network)}/${length}`;
  if (network.some((byte, index) => byte !== bytes[index])) {
    return wrong(`this address has bits set beyond its first ${length}`, `write ${canonical}`);
  }
  return { ok: true, value: canonical };
}

/** The canonical text of an address (RFC 5952 for IPv6). */
export function formatAddress(bytes: readonly number[]): string {
  if (bytes.length === 4) return bytes.join('.');
  const words = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0));
  let best = { start: -1, length: 1 };
  for (let start = 0; start < 8; start += 1) {
    let length = 0;
    while (start + length < 8 && words[start + length] === 0) length += 1;
    if (length > best.length) best = { start, length };
  }
  const hex = (part: readonly number[]): string => part.map((word) => word.toString(16)).join(':');
  if (best.start < 0) return hex(words);
  return `${hex(words.slice(0, best.start))}::${hex(words.slice(best.start + best.length))}`;
}

/** The name under which an address is asked for in DNS (RFC 1035 §3.5, RFC 3596 §2.5). */
export function reverseName(text: string): string | null {
  const bytes = addressBytes(text);
  if (bytes === null) return null;
  if (bytes.length === 4) return `${[...bytes].reverse().join('.')}.in-addr.arpa`;
  const nibbles = bytes.flatMap((byte) => [byte >> 4, byte & 0xf]).reverse();
  return `${nibbles.map((nibble) => nibble.toString(16)).join('.')}.ip6.arpa`;
}

/** "erp.corp.example:443", "10.20.0.1:443", "[2001:db8::1]:443". The host is not judged here. */
export function parseHostPort(
  value: unknown,
  lowestPort = 1,
): Parsed<{ readonly host: string; readonly port: number }> {
  const wrong = (text: string, fix: string) => ({ ok: false, text, fix }) as const;
  if (typeof value !== 'string') return wrong('this is not host:port', 'write for example "10.20.0.1:443"');
  if (isIPv6(value)) return wrong('an IPv6 address and its port run together', `write "[${value}]:443"`);
  const match = /^(?:\[([^\]]*)\]|([^:[\]]*)):([^:]*)$/.exec(value);
  if (match === null) {
    const bare = value.replace(/^\[|\]$/g, '');
    const ipv6 = isIPv6(bare) || isIPv6(value.replace(/:[0-9]+$/, ''));
    const fix = ipv6
      ? 'write the address in brackets: "[2001:db8::1]:443"'
      : `write for example "${bare || 'host'}:443"`;
    return wrong(value.includes(':') ? 'this is not host:port' : 'the port is missing', fix);
  }
  const host = match[1] ?? match[2] ?? '';
  if (match[1] !== undefined && !isIPv6(match[1]))
    return wrong('brackets are for IPv6 addresses only', `write "${host}:${match[3]}"`);
  const port = Number(match[3]);
  if (!/^[0-9]{1,5}$/.test(match[3] ?? '') || port < lowestPort || port > 65535) {
    return wrong(
      `the port is not from ${lowestPort} to 65535`,
      `write for example "${value.slice(0, value.lastIndexOf(':'))}:443"`,
    );
  }
  return { ok: true, value: { host, port } };
}
