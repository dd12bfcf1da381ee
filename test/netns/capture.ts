/**
 * What really was on the wire: tcpdump on a device of a lab host, with the host's own nanosecond stamps, read as
 * a pcap stream while it runs. Echo requests and replies are paired by address, identifier and sequence.
 *
 * The tap stamps and copies a packet just before the driver's transmit stamp, so truth is a few µs early on the way out.
 */
import { once } from 'node:events';
import type { Host } from './lab.ts';

export interface Echo {
  readonly kind: 'request' | 'reply';
  /** The far end: destination of a request, source of a reply; IPv4 dotted, IPv6 as 32 hex digits. */
  readonly peer: string;
  readonly identifier: number;
  readonly sequence: number;
  readonly atNs: bigint;
}

export interface Capture {
  /** Ends the capture and returns the echo packets seen, in order. */
  stop(): Promise<Echo[]>;
}

const PCAP_NANOSECONDS = 0xa1b23c4d;
const LINK_ETHERNET = 1;
const LINK_RAW = 101;

/** One packet of the capture, or null if it is not an echo. `packet` starts at the IP header. */
function decode(packet: Buffer, atNs: bigint): Echo | null {
  const v4 = packet[0]! >> 4 === 4;
  const at = v4 ? (packet[0]! & 15) * 4 : 40;
  if (packet.length < at + 8 || packet[v4 ? 9 : 6] !== (v4 ? 1 : 58)) return null;
  const type = packet[at];
  const kind = type === (v4 ? 8 : 128) ? 'request' : type === (v4 ? 0 : 129) ? 'reply' : null;
  if (kind === null) return null;
  const from = kind === 'request' ? (v4 ? 16 : 24) : v4 ? 12 : 8;
  const peer = v4 ? packet.subarray(from, from + 4).join('.') : packet.toString('hex', from, from + 16);
  return { kind, peer, identifier: packet.readUInt16BE(at + 4), sequence: packet.readUInt16BE(at + 6), atNs };
}

/** Reads a pcap file (draft-ietf-opsawg-pcap) written by this machine with nanosecond stamps. */
export function decodePcap(file: Buffer): Echo[] {
  if (file.readUInt32LE(0) !== PCAP_NANOSECONDS) throw new Error('not a little-endian nanosecond pcap file');
  const link = file.readUInt32LE(20) & 0xffff;
  if (link !== LINK_ETHERNET && link !== LINK_RAW) throw new Error(`link type ${link} is not read here`);
  const skip = link === LINK_ETHERNET ? 14 : 0;
  const echoes: Echo[] = [];
  for (let at = 24; at + 16 <= file.length; ) {
    const atNs = BigInt(file.readUInt32LE(at)) * 1_000_000_000n + BigInt(file.readUInt32LE(at + 4));
    const length = file.readUInt32LE(at + 8);
    const echo = decode(file.subarray(at + 16 + skip, at + 16 + length), atNs);
    if (echo !== null) echoes.push(echo);
    at += 16 + length;
  }
  return echoes;
}

/** Starts capturing ICMP on a device; resolves when packets are seen from now on. */
export async function capture(host: Host, device: string): Promise<Capture> {
  const options = [
    '-n',
    '-p',
    '-s',
    '128',
    '-B',
    '16384',
    '-j',
    'host',
    '--time-stamp-precision=nano',
    '-U',
    '-w',
    '-',
  ];
  const child = host.spawn(['tcpdump', '-i', device, ...options, 'icmp or icmp6']);
  const chunks: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
  let told = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (told += text));
  const closed = once(child, 'close');
  while (!told.includes('listening on')) {
    if (child.exitCode !== null) throw new Error(`tcpdump ended: ${told}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return {
    async stop() {
      // packets wait up to a second in the tap's ring
      await new Promise((resolve) => setTimeout(resolve, 1100));
      child.kill('SIGINT');
      await closed;
      const dropped = /(\d+) packets? dropped by kernel/.exec(told)?.[1];
      if (dropped !== '0') throw new Error(`tcpdump missed packets: ${told}`);
      return decodePcap(Buffer.concat(chunks));
    },
  };
}

/** What a reply has in common with its request. */
export const echoKey = (echo: Echo): string => `${echo.peer}/${echo.identifier}/${echo.sequence}`;

/** RTTs on the wire, ms, by `peer/identifier/sequence`: first request to first reply. */
export function wireRtts(echoes: readonly Echo[]): Map<string, number> {
  const sent = new Map<string, bigint>();
  const rtts = new Map<string, number>();
  for (const echo of echoes) {
    const key = echoKey(echo);
    const start = sent.get(key);
    if (echo.kind === 'request') {
      if (start === undefined) sent.set(key, echo.atNs);
    } else if (start !== undefined && !rtts.has(key)) rtts.set(key, Number(echo.atNs - start) / 1e6);
  }
  return rtts;
}
